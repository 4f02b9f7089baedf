"""Mouse gestures on the timeline, and what its caches may not hide."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.theme import LIGHT
from gui.timeline import MarkState, TimelineWidget
from gui.timeline.layout import MARGIN

NO_KEY, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
STRIP_Y, MINIMAP_Y = 50, 114


@pytest.fixture
def timeline(qtbot: QtBot) -> TimelineWidget:
    """1,000 frames on 1,000 pixels between the margins: frame f lies at x = 12 + f."""
    widget = TimelineWidget()
    qtbot.addWidget(widget)
    widget.resize(1000 + round(2 * MARGIN), 132)
    widget.set_video(1000, 25.0)
    widget.set_scores(np.full(1000, 0.5, dtype=np.float32))
    widget.show()
    return widget


@pytest.fixture
def requested(timeline: TimelineWidget) -> list[int]:
    """Every frame that the timeline asks for."""
    frames: list[int] = []
    timeline.frame_requested.connect(frames.append)
    return frames


def at(frame: int, y: int = STRIP_Y) -> QPoint:
    return QPoint(round(MARGIN) + frame, y)


def wheel(
    widget: TimelineWidget, place: QPoint, notches: tuple[float, float], keys: Qt.KeyboardModifier
) -> None:
    where = QPointF(place)
    delta = QPoint(round(120 * notches[0]), round(120 * notches[1]))
    nothing, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    globally = widget.mapToGlobal(where)
    event = QWheelEvent(where, globally, QPoint(), delta, nothing, keys, phase, False)
    QApplication.sendEvent(widget, event)


def press(widget: TimelineWidget, place: QPoint) -> None:
    QTest.mousePress(widget, LEFT, NO_KEY, place)


def release(widget: TimelineWidget, place: QPoint) -> None:
    QTest.mouseRelease(widget, LEFT, NO_KEY, place)


def set_marks(widget: TimelineWidget, *marks: tuple[int, MarkState]) -> None:
    """Violations of one kind."""
    frames = np.array([frame for frame, _ in marks])
    states = np.array([state for _, state in marks], np.uint8)
    widget.set_violations(frames, states, np.zeros(len(marks), np.int8), ("flickering",))


def look(widget: TimelineWidget) -> QImage:
    return widget.grab().toImage()


def test_a_click_asks_for_the_frame_under_it(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    QTest.mouseClick(timeline, LEFT, NO_KEY, at(221))
    assert requested == [221]


def test_a_click_on_the_current_frame_asks_for_nothing(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    timeline.set_playhead(221)
    QTest.mouseClick(timeline, LEFT, NO_KEY, at(221))
    assert requested == []


def test_a_drag_scrubs_and_asks_once_a_frame(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    press(timeline, at(100))
    for place in (at(100, 60), at(101), at(101, 70), at(105), at(5000), at(-50)):
        QTest.mouseMove(timeline, place)
    release(timeline, at(-50))
    assert requested == [100, 101, 105, 999, 0]
    QTest.mouseMove(timeline, at(300))
    assert requested[-1] == 0


def test_a_scrub_back_to_where_it_began_asks_for_that_frame(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    timeline.set_playhead(100)
    press(timeline, at(100))
    QTest.mouseMove(timeline, at(101))
    QTest.mouseMove(timeline, at(100))
    release(timeline, at(100))
    assert requested == [101, 100]


def test_other_buttons_do_not_scrub(timeline: TimelineWidget, requested: list[int]) -> None:
    QTest.mouseClick(timeline, Qt.MouseButton.RightButton, NO_KEY, at(221))
    assert requested == []


def test_the_wheel_zooms_about_the_cursor(timeline: TimelineWidget, requested: list[int]) -> None:
    wheel(timeline, at(700), (0, 4), NO_KEY)
    first, last = timeline.visible_range()
    assert last - first == pytest.approx(1000 / 1.25**4)
    QTest.mouseClick(timeline, LEFT, NO_KEY, at(700))
    assert requested == [700]


def test_zooming_far_out_shows_the_whole(timeline: TimelineWidget) -> None:
    wheel(timeline, at(300), (0, 10), NO_KEY)
    wheel(timeline, at(900), (0, -30), NO_KEY)
    assert timeline.visible_range() == (0, 1000)


@pytest.mark.parametrize(("notches", "keys"), [((0, -1), SHIFT), ((-1, 0), NO_KEY)])
def test_shift_wheel_and_sideways_wheel_pan(
    timeline: TimelineWidget, notches: tuple[float, float], keys: Qt.KeyboardModifier
) -> None:
    wheel(timeline, at(500), (0, 8), NO_KEY)
    first, last = timeline.visible_range()
    wheel(timeline, at(500), notches, keys)
    moved_first, moved_last = timeline.visible_range()
    assert moved_first > first
    assert moved_last - moved_first == pytest.approx(last - first)


def test_a_double_click_shows_the_whole(timeline: TimelineWidget) -> None:
    wheel(timeline, at(300), (0, 10), NO_KEY)
    QTest.mouseDClick(timeline, LEFT, NO_KEY, at(300))
    assert timeline.visible_range() == (0, 1000)


def test_the_minimap_s_window_is_dragged_from_where_it_was_seized(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    timeline.set_playhead(500)
    timeline.zoom_by(10)
    first, _ = timeline.visible_range()
    press(timeline, at(510, MINIMAP_Y))
    assert timeline.visible_range()[0] == pytest.approx(first)
    QTest.mouseMove(timeline, at(610, MINIMAP_Y))
    assert timeline.visible_range()[0] == pytest.approx(first + 100)
    QTest.mouseMove(timeline, at(4000, MINIMAP_Y))
    assert timeline.visible_range() == pytest.approx((900, 1000))
    assert requested == []


def test_a_press_beside_the_minimap_s_window_brings_it_there(timeline: TimelineWidget) -> None:
    timeline.set_playhead(500)
    timeline.zoom_by(10)
    QTest.mouseClick(timeline, LEFT, NO_KEY, at(200, MINIMAP_Y))
    assert timeline.visible_range() == pytest.approx((150, 250), abs=1)


def test_the_playhead_is_scrolled_into_view(timeline: TimelineWidget) -> None:
    timeline.zoom_by(10)
    timeline.set_playhead(900)
    first, last = timeline.visible_range()
    assert first <= 900 < last
    assert last - first == pytest.approx(100)


def test_a_view_moved_by_hand_stays_until_the_playhead_moves(timeline: TimelineWidget) -> None:
    timeline.zoom_by(10)
    QTest.mouseClick(timeline, LEFT, NO_KEY, at(700, MINIMAP_Y))
    elsewhere = timeline.visible_range()
    timeline.set_playhead(0)
    assert timeline.visible_range() == elsewhere
    timeline.set_playhead(1)
    assert timeline.visible_range()[0] <= 1


def test_nothing_scrolls_under_a_scrubbing_mouse(timeline: TimelineWidget) -> None:
    timeline.zoom_by(10)
    before = timeline.visible_range()
    press(timeline, at(500))
    timeline.set_playhead(800)
    assert timeline.visible_range() == before
    release(timeline, at(500))


def test_every_setter_shows(timeline: TimelineWidget) -> None:
    seen = [look(timeline)]

    def changed() -> bool:
        seen.append(look(timeline))
        return seen[-1] != seen[-2]

    timeline.set_scores(np.linspace(0, 1, 1000, dtype=np.float32))
    assert changed()
    set_marks(timeline, (300, MarkState.TO_DO))
    assert changed()
    set_marks(timeline, (300, MarkState.ACCEPTED))
    assert changed()
    timeline.set_playhead(600)
    assert changed()
    timeline.set_theme(LIGHT)
    assert changed()
    timeline.zoom_by(3)
    assert changed()
    timeline.set_video(0, 1.0)
    assert changed()
    assert not changed()


def test_moving_the_playhead_paints_the_scores_no_second_time(
    timeline: TimelineWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(timeline)
    painted: list[object] = []
    monkeypatch.setattr("gui.timeline.widget.paint_layer", lambda *scene: painted.append(scene))
    timeline.set_playhead(400)
    look(timeline)
    assert painted == []
    timeline.set_scores(np.ones(1000, dtype=np.float32))
    look(timeline)
    assert len(painted) == 1


def test_scores_are_copied(timeline: TimelineWidget) -> None:
    scores = np.full(1000, 0.5, dtype=np.float32)
    timeline.set_scores(scores)
    before = look(timeline)
    scores[:] = 1.0
    timeline.zoom_by(2)
    timeline.show_all()
    assert look(timeline) == before


def test_marks_may_come_in_any_order(timeline: TimelineWidget) -> None:
    marks = (700, MarkState.TO_DO), (100, MarkState.ACCEPTED), (400, MarkState.REJECTED)
    set_marks(timeline, *marks)
    shuffled = look(timeline)
    set_marks(timeline, *sorted(marks))
    assert look(timeline) == shuffled


def test_hovering_tells_the_frame_and_leaving_stops(timeline: TimelineWidget) -> None:
    calm = look(timeline)
    # Qt drops a move to where an earlier test left the mouse.
    QTest.mouseMove(timeline, at(290))
    QTest.mouseMove(timeline, at(300))
    assert look(timeline) != calm
    QApplication.sendEvent(timeline, QEvent(QEvent.Type.Leave))
    assert look(timeline) == calm


def test_a_new_video_starts_over(timeline: TimelineWidget) -> None:
    set_marks(timeline, (300, MarkState.TO_DO))
    timeline.set_playhead(900)
    timeline.zoom_by(10)
    timeline.set_video(50, 10.0)
    assert timeline.visible_range() == (0, 50)
    fresh = TimelineWidget()
    fresh.resize(timeline.size())
    fresh.set_video(50, 10.0)
    assert look(timeline) == look(fresh)
    fresh.deleteLater()


@pytest.mark.parametrize("n", [0, 1, 1_000_000])
def test_any_length_can_be_shown(timeline: TimelineWidget, n: int) -> None:
    timeline.set_video(n, 30000 / 1001)
    timeline.set_playhead(max(n - 1, 0))
    wheel(timeline, at(500), (0, 200), NO_KEY)
    QTest.mouseMove(timeline, at(400))
    assert not look(timeline).isNull()


def test_wrong_lengths_are_refused(timeline: TimelineWidget) -> None:
    with pytest.raises(ValueError, match=r"scores of shape \(1000,\), got \(999,\)"):
        timeline.set_scores(np.zeros(999, dtype=np.float32))
    with pytest.raises(ValueError, match=r"states of shape \(2,\), got \(1,\)"):
        timeline.set_violations(
            np.array([1, 2]), np.zeros(1, np.uint8), np.zeros(2, np.int8), ("a",)
        )
    with pytest.raises(ValueError, match=r"timestamps of shape \(10,\), got \(9,\)"):
        timeline.set_video(10, 25.0, np.arange(9) / 25)
    with pytest.raises(ValueError, match="fps > 0, got 0"):
        timeline.set_video(10, 0)


def test_without_a_video_gestures_do_nothing(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    timeline.set_video(0, 1.0)
    QTest.mouseClick(timeline, LEFT, NO_KEY, at(300))
    QTest.mouseMove(timeline, at(310))
    wheel(timeline, at(300), (0, 2), NO_KEY)
    assert requested == []


def test_keys_are_left_to_the_window(timeline: TimelineWidget) -> None:
    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, NO_KEY, " ")
    QApplication.sendEvent(timeline, key)
    assert not key.isAccepted()
    assert timeline.focusPolicy() == Qt.FocusPolicy.ClickFocus
    assert timeline.accessibleName() == "Timeline"
    assert timeline.accessibleDescription()
