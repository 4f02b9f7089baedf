"""Three frames side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.canvas import Box, BoxState, CanvasBox, SplitPanel, SplitView
from gui.theme import DARK, LIGHT, Theme

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
BOX: Box = (300, 160, 340, 190)
COLOURS = ("#800000", "#008000", "#000080")
ABSENT = SplitPanel("", None, None, ())


def panel(i: int, *boxes: CanvasBox) -> SplitPanel:
    picture = QImage(640, 360, QImage.Format.Format_RGB32)
    picture.fill(QColor(COLOURS[i]))
    return SplitPanel(f"frame {34 + i}", picture, (640, 360), boxes)


@pytest.fixture
def split(qtbot: QtBot) -> SplitView:
    """Three panels of 320 x 180 at 0, 324 and 648, under titles 24 high."""
    widget = SplitView()
    qtbot.addWidget(widget)
    widget.resize(968, 204)
    states = (BoxState.DETECTION, BoxState.IMPUTED, BoxState.DETECTION)
    widget.set_frames(
        [panel(i, CanvasBox(BOX, "", state, key=i)) for i, state in enumerate(states)]
    )
    widget.show()
    return widget


def colours(split: SplitView, y: int = 40) -> list[str]:
    """Of the panels' left parts."""
    image = split.grab().toImage()
    return [image.pixelColor(x + 10, y).name() for x in (0, 324, 648)]


def wheel(widget: SplitView, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        *(at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches)),
        *(Qt.MouseButton.NoButton, NO_KEY, Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(widget, event)


def test_each_frame_has_its_place(split: SplitView) -> None:
    assert split.zoom() == 0.5
    assert colours(split) == list(COLOURS)


def test_the_wheel_zooms_all_about_the_same_place(split: SplitView) -> None:
    before = split.view().to_image((100, 50))
    wheel(split, QPointF(324 + 100, 24 + 50), 3)
    assert split.zoom() == pytest.approx(0.5 * 1.2**3)
    assert split.view().to_image((100, 50)) == pytest.approx(before)


def test_a_drag_pans_all_and_goes_on_over_the_next_panel(split: SplitView, qtbot: QtBot) -> None:
    before = split.view()
    with qtbot.assertNotEmitted(split.box_clicked):
        QTest.mousePress(split, LEFT, NO_KEY, QPoint(160, 110))
        QTest.mouseMove(split, QPoint(200, 110))
        QTest.mouseMove(split, QPoint(400, 115))
        QTest.mouseRelease(split, LEFT, NO_KEY, QPoint(400, 115))
    assert (split.view().dx - before.dx, split.view().dy - before.dy) == (240, 5)
    assert colours(split) == [DARK.canvas] * 3


@pytest.mark.parametrize("i", [0, 1, 2])
def test_a_click_tells_the_box_of_its_panel(split: SplitView, qtbot: QtBot, i: int) -> None:
    with qtbot.waitSignal(split.box_clicked) as clicked:
        QTest.mouseClick(split, LEFT, NO_KEY, QPoint(i * 324 + 160, 24 + 88))
    assert clicked.args == [i]


def test_a_click_beside_boxes_tells_nothing(split: SplitView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(split.box_clicked):
        QTest.mouseClick(split, LEFT, NO_KEY, QPoint(20, 60))


def test_focus_on_brings_the_box_to_the_middle_at_a_third(split: SplitView) -> None:
    split.focus_on(BOX)
    x1, y1, x2, y2 = split.view().to_widget(BOX)
    assert (x2 - x1) / 320 == pytest.approx(1 / 3) or (y2 - y1) / 180 == pytest.approx(1 / 3)
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((160, 90), abs=0.5)
    QTest.mouseDClick(split, LEFT, NO_KEY, QPoint(20, 60))
    assert split.zoom() == 0.5


def test_the_view_outlives_another_frame(split: SplitView) -> None:
    split.focus_on(BOX)
    before = split.view()
    split.set_frames([ABSENT, panel(0), panel(1)])
    assert split.view() == before


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_missing_neighbour_says_so(split: SplitView, theme: Theme) -> None:
    split.set_theme(theme)
    split.set_frames([ABSENT, panel(1), ABSENT])
    assert colours(split) == [theme.surface, COLOURS[1], theme.surface]
    image = split.grab().toImage()
    for left in (0, 648):
        middle = {image.pixel(x, y) for x in range(left + 60, left + 260) for y in range(100, 128)}
        assert len(middle) > 3, "there are no words"
    assert split.accessibleDescription() == "no frame before, frame 35: 0 boxes, no frame after"


def test_a_frame_on_its_way_is_an_empty_panel(split: SplitView) -> None:
    split.set_frames([SplitPanel("frame 34", None, (640, 360), ()), panel(1), panel(2)])
    image = split.grab().toImage()
    assert {image.pixelColor(x, 114).name() for x in range(320)} == {DARK.surface}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_line_marks_the_current_frame_alone(split: SplitView, theme: Theme) -> None:
    split.set_theme(theme)
    image = split.grab().toImage()
    line = [image.pixelColor(left + 100, 1).name() for left in (0, 324, 648)]
    assert line == [theme.window, theme.accent_text, theme.window]


def test_it_takes_three_frames(split: SplitView) -> None:
    with pytest.raises(ValueError, match="expected 3 panels, got 2"):
        split.set_frames([panel(0), panel(1)])


def test_a_screen_reader_is_told_what_there_is(split: SplitView) -> None:
    assert split.accessibleName() == "Frames before, now and after"
    assert split.accessibleDescription() == "frame 34: 1 box, frame 35: 1 box, frame 36: 1 box"
