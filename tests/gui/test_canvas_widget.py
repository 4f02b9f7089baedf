"""Mouse gestures on the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.canvas import BoxState, CanvasBox, CanvasWidget
from gui.theme import LIGHT

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def picture(width: int = 640, height: int = 360) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    return image


@pytest.fixture
def canvas(qtbot: QtBot) -> CanvasWidget:
    """640 x 360 at 1:1."""
    widget = CanvasWidget()
    qtbot.addWidget(widget)
    widget.resize(640, 360)
    widget.set_picture(picture())
    widget.set_boxes(
        [
            CanvasBox((100, 100, 300, 250), "car 0.93", BoxState.DETECTION, key="outer"),
            CanvasBox((150, 150, 200, 200), "car 0.71", BoxState.IMPUTED, key="inner"),
            CanvasBox((400, 100, 500, 200), "car 0.50", BoxState.DETECTION),
        ]
    )
    widget.show()
    return widget


def wheel(widget: CanvasWidget, at: QPointF, notches: float) -> None:
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        NO_KEY,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def drag(
    widget: CanvasWidget,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton,
    keys: Qt.KeyboardModifier = NO_KEY,
) -> None:
    QTest.mousePress(widget, button, keys, start)
    QTest.mouseMove(widget, (start + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, button, keys, end)


def test_a_click_reports_the_smallest_box(canvas: CanvasWidget, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        QTest.mouseClick(canvas, LEFT, NO_KEY, QPoint(170, 170))
    assert clicked.args == ["inner"]
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        QTest.mouseClick(canvas, LEFT, NO_KEY, QPoint(110, 110))
    assert clicked.args == ["outer"]


@pytest.mark.parametrize("place", [QPoint(20, 20), QPoint(450, 150)])
def test_a_click_beside_boxes_or_on_one_without_a_key_reports_nothing(
    canvas: CanvasWidget, qtbot: QtBot, place: QPoint
) -> None:
    with qtbot.assertNotEmitted(canvas.box_clicked):
        QTest.mouseClick(canvas, LEFT, NO_KEY, place)


def test_a_click_follows_the_zoom(canvas: CanvasWidget, qtbot: QtBot) -> None:
    canvas.zoom_by(4.0, QPointF(640, 360))
    assert canvas.view().to_widget((640, 360, 640, 360))[:2] == pytest.approx((640, 360))
    canvas.set_boxes([CanvasBox((600, 330, 620, 350), "", BoxState.DETECTION, key=7)])
    at = canvas.view().to_widget((610, 340, 610, 340))
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        QTest.mouseClick(canvas, LEFT, NO_KEY, QPoint(round(at[0]), round(at[1])))
    assert clicked.args == [7]


def test_the_wheel_zooms_about_the_cursor(canvas: CanvasWidget, qtbot: QtBot) -> None:
    at = QPointF(500, 100)
    before = canvas.view().to_image((500, 100))
    with qtbot.waitSignal(canvas.zoom_changed) as changed:
        wheel(canvas, at, 3)
    assert changed.args[0] == pytest.approx(1.2**3) == canvas.zoom()
    assert canvas.view().to_image((500, 100)) == pytest.approx(before)


def test_zoom_has_ends(canvas: CanvasWidget) -> None:
    wheel(canvas, QPointF(300, 100), 60)
    assert canvas.zoom() == 40.0
    wheel(canvas, QPointF(300, 100), -100)
    assert canvas.zoom() == 0.5


def test_zooming_by_keys_halts_at_1_to_1(canvas: CanvasWidget, qtbot: QtBot) -> None:
    canvas.zoom_by(1.3)
    with qtbot.waitSignal(canvas.zoom_changed) as changed:
        canvas.zoom_out()
    assert changed.args == [1.0]
    canvas.zoom_in()
    assert canvas.zoom() == 1.5
    canvas.zoom_to(1.0)
    assert (canvas.zoom(), canvas.view().dx, canvas.view().dy) == (1.0, 0, 0)


def test_ghosts_come_and_go(canvas: CanvasWidget) -> None:
    without = canvas.grab().toImage()
    canvas.set_ghosts([(20, 20, 80, 60)], [(30, 20, 90, 60)])
    assert canvas.grab().toImage() != without
    canvas.set_ghosts([], [])
    assert canvas.grab().toImage() == without


def test_middle_drag_pans(canvas: CanvasWidget) -> None:
    drag(canvas, QPoint(300, 200), QPoint(260, 230), MIDDLE)
    assert (canvas.view().dx, canvas.view().dy) == (-40, 30)


def test_ctrl_drag_pans_and_clicks_nothing(canvas: CanvasWidget, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.box_clicked):
        drag(canvas, QPoint(170, 170), QPoint(200, 170), LEFT, Qt.KeyboardModifier.ControlModifier)
    assert canvas.view().dx == 30


def test_a_plain_drag_neither_pans_nor_clicks(canvas: CanvasWidget, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.box_clicked):
        drag(canvas, QPoint(120, 120), QPoint(280, 240), LEFT)
    assert canvas.view().dx == 0


def test_a_double_click_fits(canvas: CanvasWidget) -> None:
    fitted = canvas.view()
    wheel(canvas, QPointF(500, 100), 5)
    assert canvas.view() != fitted
    QTest.mouseDClick(canvas, LEFT, NO_KEY, QPoint(20, 20))
    assert canvas.view() == fitted


def test_resizing_keeps_a_fit_and_leaves_a_chosen_zoom(canvas: CanvasWidget) -> None:
    canvas.resize(1280, 720)
    assert canvas.zoom() == 2.0
    canvas.zoom_by(1.5)
    canvas.resize(640, 360)
    assert canvas.zoom() == 3.0


def test_the_zoom_is_kept_from_frame_to_frame_but_not_to_another_size(
    canvas: CanvasWidget,
) -> None:
    canvas.zoom_by(2.0)
    chosen = canvas.view()
    canvas.set_picture(picture())
    assert canvas.view() == chosen
    canvas.set_picture(picture(320, 180))
    assert canvas.zoom() == 2.0
    assert canvas.view().dx == 0


def test_a_small_picture_lies_where_the_full_one_will(canvas: CanvasWidget, qtbot: QtBot) -> None:
    canvas.zoom_by(3.0, QPointF(200, 100))
    chosen = canvas.view()
    canvas.set_picture(picture(320, 180), (640, 360))
    assert canvas.view() == chosen
    at = canvas.view().to_widget((170, 170, 170, 170))
    with qtbot.waitSignal(canvas.box_clicked) as clicked:
        QTest.mouseClick(canvas, LEFT, NO_KEY, QPoint(round(at[0]), round(at[1])))
    assert clicked.args == ["inner"]
    canvas.set_picture(picture(), (640, 360))
    assert canvas.view() == chosen


def test_a_small_picture_is_fitted_as_the_full_one(qtbot: QtBot) -> None:
    widget = CanvasWidget()
    qtbot.addWidget(widget)
    widget.resize(640, 360)
    widget.set_picture(picture(320, 180), (1280, 720))
    assert widget.zoom() == 0.5
    shown = widget.grab().toImage()
    assert {shown.pixelColor(x, y).name() for x, y in ((1, 1), (638, 358), (320, 180))} == {
        "#808080"
    }
    widget.set_picture(picture(1920, 1080))
    assert widget.zoom() == pytest.approx(1 / 3)


def test_a_note_comes_and_goes_with_what_it_is_about(canvas: CanvasWidget) -> None:
    silent = canvas.grab().toImage()
    canvas.set_note("Damaged: the file has errors here")
    said = canvas.grab().toImage()
    assert said != silent
    changed = [
        (x, y) for x in range(640) for y in range(60) if said.pixel(x, y) != silent.pixel(x, y)
    ]
    assert min(changed) == (8, 8)
    assert max(x for x, _ in changed) < 400
    canvas.set_picture(picture())
    assert canvas.grab().toImage() == said
    canvas.set_note("")
    assert canvas.grab().toImage() == silent


def test_without_a_picture_gestures_do_nothing(canvas: CanvasWidget, qtbot: QtBot) -> None:
    canvas.set_picture(None)
    with qtbot.assertNotEmitted(canvas.box_clicked), qtbot.assertNotEmitted(canvas.zoom_changed):
        QTest.mouseClick(canvas, LEFT, NO_KEY, QPoint(170, 170))
        wheel(canvas, QPointF(100, 100), 2)


def test_without_a_picture_the_canvas_says_why(canvas: CanvasWidget) -> None:
    canvas.set_theme(LIGHT)
    canvas.set_picture(None)
    silent = canvas.grab().toImage()
    canvas.set_empty("Drop a video here, or try the demo", "MP4, MOV, AVI")
    assert canvas.grab().toImage() != silent


def test_the_cursor_shows_what_can_be_clicked(canvas: CanvasWidget) -> None:
    QTest.mouseMove(canvas, QPoint(170, 170))
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(canvas, QPoint(20, 20))
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_keys_are_left_to_the_window(canvas: CanvasWidget) -> None:
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, NO_KEY, "a")
    QApplication.sendEvent(canvas, press)
    assert not press.isAccepted()
    assert canvas.focusPolicy() == Qt.FocusPolicy.ClickFocus


def test_a_screen_reader_is_told_what_there_is(canvas: CanvasWidget) -> None:
    assert canvas.accessibleName() == "Frame"
    assert canvas.accessibleDescription() == "3 boxes"
