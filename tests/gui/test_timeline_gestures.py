"""Snapping, in/out range, lanes and the picture under the mouse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.timeline import Lanes, MarkState, TimelineWidget
from gui.timeline.layout import MARGIN
from gui.timeline.popup import FramePopup
from gui.timeline.rows import LANE

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
STRIP_Y, RULER_Y = 40, 20
LANE_COUNT = 30


@pytest.fixture
def timeline(qtbot: QtBot) -> Iterator[TimelineWidget]:
    """10,000 frames on 1,000 pixels with 30 lanes: frame f lies at x = 12 + f / 10."""
    window = QWidget()
    qtbot.addWidget(window)
    widget = TimelineWidget(window)
    rows = QVBoxLayout(window)
    rows.setContentsMargins(0, 300, 0, 0)
    rows.addWidget(widget)
    window.resize(1000 + round(2 * MARGIN), 540)
    widget.set_video(10_000, 25.0)
    widget.set_scores(np.full(10_000, 0.5, np.float32))
    start = np.arange(LANE_COUNT) * 100
    lane = np.arange(LANE_COUNT, dtype=np.int32)
    widget.set_lanes(Lanes(tuple(f"car #{n}" for n in lane), lane, start, start + 1000))
    window.show()
    assert widget.height() == 240
    yield widget
    window.close()


@pytest.fixture
def requested(timeline: TimelineWidget) -> list[int]:
    """Every frame that the timeline asks for."""
    frames: list[int] = []
    timeline.frame_requested.connect(frames.append)
    return frames


@pytest.fixture
def ranges(timeline: TimelineWidget) -> list[tuple[object, object]]:
    """Every range that the timeline asks for; it gets them as well."""
    asked: list[tuple[object, object]] = []
    timeline.range_requested.connect(lambda *ends: asked.append(ends))
    timeline.range_requested.connect(timeline.set_range)
    return asked


def send(
    widget: TimelineWidget,
    kind: QEvent.Type,
    x: float,
    y: float,
    keys: Qt.KeyboardModifier = NO_KEY,
) -> None:
    """A mouse event at a place, which `QTest` knows in whole pixels only."""
    button = NO_BUTTON if kind == QEvent.Type.MouseMove else LEFT
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else LEFT
    at = QPointF(x, y)
    QApplication.sendEvent(
        widget, QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, keys)
    )


def drag(
    widget: TimelineWidget, path: list[tuple[float, float]], keys: Qt.KeyboardModifier = NO_KEY
) -> None:
    send(widget, QEvent.Type.MouseButtonPress, *path[0], keys)
    for place in path[1:]:
        send(widget, QEvent.Type.MouseMove, *place, keys)
    send(widget, QEvent.Type.MouseButtonRelease, *path[-1], keys)


def click(
    widget: TimelineWidget, x: float, y: float = STRIP_Y, keys: Qt.KeyboardModifier = NO_KEY
) -> None:
    drag(widget, [(x, y)], keys)


def hover(widget: TimelineWidget, x: float, y: float = STRIP_Y) -> None:
    send(widget, QEvent.Type.MouseMove, x, y)


def violate(widget: TimelineWidget, *frames: int) -> None:
    n = len(frames)
    states, kinds = np.zeros(n, np.uint8), (np.arange(n) % 2).astype(np.int8)
    widget.set_violations(np.array(frames), states, kinds, ("flickering", "class_switch"))


def x_of(frame: float) -> float:
    return MARGIN + (frame + 0.5) / 10


# Snapping


def test_a_click_near_a_violation_goes_to_it(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    violate(timeline, 5003, 7000)
    click(timeline, x_of(5003) + 5.5)
    click(timeline, x_of(5003) + 6.5)
    click(timeline, x_of(5003) - 5.5)
    assert requested == [5003, 5068, 5003]


def test_scrubbing_stops_at_violations_but_not_with_alt(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    violate(timeline, 5003)
    way = [(x_of(4900), STRIP_Y), (x_of(4980), STRIP_Y), (x_of(5010), STRIP_Y)]
    drag(timeline, way)
    assert requested == [4900, 5003]
    requested.clear()
    drag(timeline, way, ALT)
    assert requested == [4900, 4980, 5010]


def test_wide_frames_are_gone_to_exactly(timeline: TimelineWidget, requested: list[int]) -> None:
    violate(timeline, 3)
    timeline.zoom_by(1000)
    first, last = timeline.visible_range()
    per_frame = 1000 / (last - first)
    assert per_frame > 6
    for frame in (2, 4, 3):
        click(timeline, MARGIN + (frame + 0.5 - first) * per_frame)
    assert requested == [2, 4, 3]


@pytest.mark.parametrize("zoom", [10.0, 23.0, 300.0])
def test_a_click_at_a_frame_asks_for_exactly_that_frame(
    timeline: TimelineWidget, requested: list[int], zoom: float
) -> None:
    timeline.set_playhead(6_000)
    timeline.zoom_by(zoom)
    first, last = timeline.visible_range()
    frames = list(range(int(first) + 1, int(last) - 1, 7))
    for frame in frames:
        click(timeline, MARGIN + (frame + 0.5 - first) * 1000 / (last - first))
    assert requested == [frame for frame in frames if frame != 6_000]


def test_hovering_is_drawn_to_violations_as_well(timeline: TimelineWidget, qtbot: QtBot) -> None:
    violate(timeline, 5003)
    with qtbot.waitSignal(timeline.hover_changed) as changed:
        hover(timeline, x_of(5003) + 4)
    assert changed.args == [5003]


# In/out range


def test_handles_are_dragged_and_never_cross(
    timeline: TimelineWidget, ranges: list[tuple[object, object]], requested: list[int]
) -> None:
    timeline.set_range(2000, 8000)
    left, right = MARGIN + 200 - 4, MARGIN + 800 + 4
    drag(timeline, [(left, RULER_Y), (left + 50, RULER_Y), (left + 5000, RULER_Y)])
    assert ranges == [(2500, 8000), (7999, 8000)]
    drag(timeline, [(right, RULER_Y), (right + 5000, RULER_Y), (right - 5000, RULER_Y)])
    assert ranges[2:] == [(7999, 10_000), (7999, 8000)]
    assert requested == []


def test_an_end_that_is_not_set_stays_so(
    timeline: TimelineWidget, ranges: list[tuple[object, object]]
) -> None:
    timeline.set_range(2000, None)
    drag(timeline, [(MARGIN + 196, RULER_Y), (MARGIN + 296, RULER_Y)])
    assert ranges == [(3000, None)]


def test_without_a_range_the_ruler_scrubs(
    timeline: TimelineWidget, ranges: list[tuple[object, object]], requested: list[int]
) -> None:
    timeline.set_range(2000, 8000)
    timeline.set_range(None, None)
    click(timeline, MARGIN + 196, RULER_Y)
    assert ranges == []
    assert requested == [1960]


def test_a_handle_says_that_it_can_be_dragged(timeline: TimelineWidget) -> None:
    timeline.set_range(2000, 8000)
    hover(timeline, MARGIN + 196, RULER_Y)
    assert timeline.cursor().shape() == Qt.CursorShape.SizeHorCursor
    hover(timeline, MARGIN + 300, RULER_Y)
    assert timeline.cursor().shape() == Qt.CursorShape.ArrowCursor


# Lanes


def lanes_top(timeline: TimelineWidget) -> float:
    # Scores 48, marks 20 and 4 above the lanes, which take what is left above the minimap.
    return 28 + 48 + 20 + 4


def scroll(timeline: TimelineWidget, notches: int) -> None:
    at = QPointF(500, 150)
    event = QWheelEvent(
        at,
        timeline.mapToGlobal(at),
        QPoint(),
        # As Qt does with Alt.
        QPoint(120 * notches, 0),
        NO_BUTTON,
        ALT,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline, event)


def lane_at_top(timeline: TimelineWidget) -> int:
    clicked: list[int] = []
    timeline.lane_clicked.connect(clicked.append)
    click(timeline, 500, lanes_top(timeline) + 2)
    timeline.lane_clicked.disconnect(clicked.append)
    return clicked[0]


def test_alt_and_wheel_scroll_lanes_and_change_no_frames(timeline: TimelineWidget) -> None:
    before = timeline.visible_range()
    assert lane_at_top(timeline) == 0
    scroll(timeline, -2)
    assert lane_at_top(timeline) == 4
    scroll(timeline, 50)
    assert lane_at_top(timeline) == 0
    assert timeline.visible_range() == before


def test_the_scroll_bar_is_dragged(timeline: TimelineWidget, requested: list[int]) -> None:
    x, top = timeline.width() - 6, lanes_top(timeline) + 4
    drag(timeline, [(x, top), (x, top + 1000)])
    assert requested == []
    room = 240 - 36 - lanes_top(timeline)
    assert lane_at_top(timeline) == int((LANE_COUNT * LANE - room + 2) // LANE)


def test_a_press_in_a_lane_goes_to_the_frame_too(
    timeline: TimelineWidget, requested: list[int]
) -> None:
    clicked: list[int] = []
    timeline.lane_clicked.connect(clicked.append)
    click(timeline, x_of(4321), lanes_top(timeline) + 2.5 * LANE)
    assert clicked == [2]
    assert requested == [4321]


def test_a_focused_lane_is_scrolled_into_view(timeline: TimelineWidget) -> None:
    timeline.set_focused_lane(LANE_COUNT - 1)
    assert lane_at_top(timeline) > LANE_COUNT - 10
    timeline.set_focused_lane(0)
    assert lane_at_top(timeline) == 0
    timeline.set_focused_lane(None)
    with pytest.raises(ValueError, match="lane from 0 to 29, got 30"):
        timeline.set_focused_lane(LANE_COUNT)


def test_every_setter_of_tracks_shows(timeline: TimelineWidget) -> None:
    seen = [timeline.grab().toImage()]

    def changed() -> bool:
        seen.append(timeline.grab().toImage())
        return seen[-1] != seen[-2]

    one = np.array([2], np.int32)
    timeline.set_gaps(one, np.array([500]), np.array([600]), np.array([0], np.uint8))
    assert changed()
    timeline.set_gap_states(np.array([MarkState.ACCEPTED], np.uint8))
    assert changed()
    timeline.set_counts(np.arange(10_000, dtype=np.int32) % 50)
    assert changed()
    timeline.set_counts(None)
    assert changed()
    violate(timeline, 100, 900)
    assert changed()
    timeline.set_states(np.array([2, 3], np.uint8))
    assert changed()
    timeline.set_focused_lane(1)
    assert changed()
    timeline.set_range(100, 5000)
    assert changed()
    timeline.set_lanes(Lanes.none())
    assert changed()
    assert not changed()


def test_columns_that_do_not_fit_are_refused(timeline: TimelineWidget) -> None:
    one, two = np.zeros(1, np.int64), np.zeros(2, np.int64)
    state, kind, lane = np.zeros(1, np.uint8), np.ones(1, np.int8), np.array([30], np.int32)
    with pytest.raises(ValueError, match="kinds from 0 to 0, got 1 to 1"):
        timeline.set_violations(one, state, kind, ("flickering",))
    with pytest.raises(ValueError, match=r"states of shape \(0,\), got \(1,\)"):
        timeline.set_states(state)
    with pytest.raises(ValueError, match="lane from 0 to 29, got 30 to 30"):
        timeline.set_gaps(lane, one, one + 1, state)
    with pytest.raises(ValueError, match=r"stop of shape \(1,\), got \(2,\)"):
        timeline.set_lanes(Lanes(("a",), lane * 0, one, two))
    with pytest.raises(ValueError, match=r"counts of shape \(10000,\), got \(2,\)"):
        timeline.set_counts(two.astype(np.int32))


# The picture under the mouse


@pytest.fixture
def picture() -> QImage:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.green)
    return image


def popup(timeline: TimelineWidget) -> FramePopup:
    return timeline.window().findChild(FramePopup)


def test_hovering_tells_frames_and_leaving_tells_none(timeline: TimelineWidget) -> None:
    told: list[object] = []
    timeline.hover_changed.connect(told.append)
    hover(timeline, x_of(700))
    hover(timeline, x_of(700) + 0.01)
    hover(timeline, x_of(800))
    hover(timeline, x_of(800), timeline.height() - 15)
    hover(timeline, x_of(900))
    QApplication.sendEvent(timeline, QEvent(QEvent.Type.Leave))
    assert told == [700, 800, None, 900, None]


@pytest.mark.parametrize("frame", [0, 5003, 9999])
def test_a_picture_is_shown_above_the_timeline_inside_the_window(
    timeline: TimelineWidget, picture: QImage, frame: int
) -> None:
    hover(timeline, x_of(frame))
    timeline.set_thumbnail(frame, picture)
    shown, window = popup(timeline).geometry(), timeline.window()
    assert popup(timeline).isVisible()
    assert shown.bottom() < timeline.mapTo(window, QPoint()).y()
    assert window.rect().contains(shown)
    middle = popup(timeline).grab().toImage().pixelColor(shown.width() // 2, 40)
    assert middle == Qt.GlobalColor.green
    assert popup(timeline).focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_picture_does_not_outlive_the_timeline(
    timeline: TimelineWidget, picture: QImage
) -> None:
    hover(timeline, x_of(700))
    timeline.set_thumbnail(700, picture)
    window = timeline.window()
    timeline.deleteLater()
    for _ in range(2):
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChild(FramePopup) is None


def test_a_picture_that_comes_too_late_is_ignored(
    timeline: TimelineWidget, picture: QImage
) -> None:
    hover(timeline, x_of(700))
    hover(timeline, x_of(800))
    timeline.set_thumbnail(700, picture)
    assert not popup(timeline).isVisible()
    QApplication.sendEvent(timeline, QEvent(QEvent.Type.Leave))
    timeline.set_thumbnail(800, picture)
    assert not popup(timeline).isVisible()


def test_the_picture_goes_with_the_mouse(
    timeline: TimelineWidget, picture: QImage, qtbot: QtBot
) -> None:
    hover(timeline, x_of(700))
    timeline.set_thumbnail(700, picture)
    QApplication.sendEvent(timeline, QEvent(QEvent.Type.Leave))
    assert not popup(timeline).isVisible()
    hover(timeline, x_of(800))
    timeline.set_thumbnail(800, picture)
    # Another frame's picture does not come.
    hover(timeline, x_of(900))
    assert popup(timeline).isVisible()
    qtbot.waitUntil(lambda: not popup(timeline).isVisible(), timeout=2000)


def test_the_picture_comes_with_score_and_counts(timeline: TimelineWidget, picture: QImage) -> None:
    violate(timeline, 1204, 1204, 1204)
    timeline.set_counts(np.full(10_000, 5, np.int32))
    hover(timeline, x_of(1204))
    timeline.set_thumbnail(1204, picture)
    assert popup(timeline).accessibleDescription() == (
        "frame 1\u202f204 · 0:48.160, score 0.50 · 5 boxes · 2 flickering · 1 class switch"
    )


def test_what_is_not_known_is_not_told(timeline: TimelineWidget, picture: QImage) -> None:
    timeline.set_scores(np.full(10_000, np.nan, np.float32))
    hover(timeline, x_of(0))
    timeline.set_thumbnail(0, picture)
    assert popup(timeline).accessibleDescription() == "frame 0 · 0:00.000, not scored yet"
