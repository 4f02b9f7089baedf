"""Editing and drawing on the canvas, by mouse and by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from gui.canvas import Box, BoxState, CanvasBox, CanvasWidget, Tool

NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
BOX: Box = (150.0, 150.0, 250.0, 200.0)
KEYS = ("Left", "Shift+Left", "Alt+Left", "Alt+Shift+Left", "Return", "Esc", "A", "Ctrl+Left")


class Window(QMainWindow):
    """A window whose actions have the keys that a tool takes, and others."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.canvas = CanvasWidget()
        self.setCentralWidget(self.canvas)
        for key in KEYS:
            action = QAction(key, self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda checked=False, key=key: self.done.append(key))
            self.addAction(action)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    """The canvas is 640 x 360 at 1:1, with a focused box called ``missed``."""
    window = Window()
    qtbot.addWidget(window)
    window.resize(640, 360)
    picture = QImage(640, 360, QImage.Format.Format_RGB32)
    picture.fill(QColor("#808080"))
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.set_picture(picture)
    window.canvas.set_boxes(
        [
            CanvasBox((400, 100, 500, 200), "car 0.50", BoxState.DETECTION, key="seen"),
            CanvasBox(BOX, "car 0.93", BoxState.IMPUTED, focused=True, key="missed"),
        ]
    )
    return window


@pytest.fixture
def canvas(window: Window) -> CanvasWidget:
    assert window.canvas.zoom() == 1.0
    return window.canvas


@pytest.fixture
def told(canvas: CanvasWidget) -> list[tuple[object, ...]]:
    """What the canvas has told, in order."""
    told: list[tuple[object, ...]] = []
    canvas.tool_changed.connect(lambda tool: told.append(("tool", tool)))
    canvas.box_edited.connect(lambda key, xyxy: told.append(("edited", key, xyxy)))
    canvas.edit_cancelled.connect(lambda: told.append(("cancelled",)))
    canvas.box_drawn.connect(lambda xyxy: told.append(("drawn", xyxy)))
    canvas.box_clicked.connect(lambda key: told.append(("clicked", key)))
    return told


def drag(canvas: CanvasWidget, start: tuple[int, int], end: tuple[int, int]) -> None:
    QTest.mousePress(canvas, LEFT, NO_KEY, QPoint(*start))
    QTest.mouseMove(canvas, (QPoint(*start) + QPoint(*end)) / 2)
    QTest.mouseMove(canvas, QPoint(*end))
    QTest.mouseRelease(canvas, LEFT, NO_KEY, QPoint(*end))


def press(canvas: CanvasWidget, *keys: Qt.Key, held: Qt.KeyboardModifier = NO_KEY) -> None:
    for key in keys:
        QTest.keyClick(canvas, key, held)


def test_a_side_dragged_and_entered_is_told_once(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.EDIT)
    drag(canvas, (250, 175), (270, 175))
    drag(canvas, (200, 175), (205, 180))
    assert told == [("tool", Tool.EDIT)]
    press(canvas, Qt.Key.Key_Return)
    assert told[1:] == [("tool", Tool.LOOK), ("edited", "missed", (155, 155, 275, 205))]


def test_the_preview_follows_the_mouse(canvas: CanvasWidget) -> None:
    canvas.set_tool(Tool.EDIT)
    before = canvas.grab().toImage()
    QTest.mousePress(canvas, LEFT, NO_KEY, QPoint(250, 200))
    QTest.mouseMove(canvas, QPoint(300, 240))
    during = canvas.grab().toImage()
    assert during.pixel(300, 180) != before.pixel(300, 180)
    QTest.mouseRelease(canvas, LEFT, NO_KEY, QPoint(300, 240))


@pytest.mark.parametrize(
    ("held", "moved"),
    [
        (NO_KEY, (151, 150, 251, 200)),
        (SHIFT, (160, 150, 260, 200)),
        (ALT, (150, 150, 251, 200)),
        (ALT | SHIFT, (150, 150, 260, 200)),
        (Qt.KeyboardModifier.KeypadModifier, (151, 150, 251, 200)),
    ],
)
def test_arrows_move_and_resize(
    canvas: CanvasWidget, told: list[tuple[object, ...]], held: Qt.KeyboardModifier, moved: Box
) -> None:
    canvas.set_tool(Tool.EDIT, "missed")
    press(canvas, Qt.Key.Key_Right, held=held)
    canvas.set_tool(Tool.LOOK)
    assert told[-1] == ("edited", "missed", moved)


def test_keys_of_the_tool_win_over_the_window_s_and_no_others(
    window: Window, canvas: CanvasWidget
) -> None:
    canvas.setFocus()
    press(canvas, Qt.Key.Key_Left, Qt.Key.Key_A)
    assert window.done == ["Left", "A"]
    canvas.set_tool(Tool.EDIT)
    for held in (NO_KEY, SHIFT, ALT, ALT | SHIFT):
        press(canvas, Qt.Key.Key_Left, held=held)
    assert window.done == ["Left", "A"]
    press(canvas, Qt.Key.Key_A)
    press(canvas, Qt.Key.Key_Left, held=CTRL)
    assert window.done == ["Left", "A", "A", "Ctrl+Left"]
    press(canvas, Qt.Key.Key_Escape)
    assert canvas.tool() is Tool.LOOK
    assert window.done == ["Left", "A", "A", "Ctrl+Left"]
    press(canvas, Qt.Key.Key_Escape, Qt.Key.Key_Return)
    assert window.done[4:] == ["Esc", "Return"]


def test_drawing_leaves_arrows_to_the_window_until_there_is_a_box(
    window: Window, canvas: CanvasWidget
) -> None:
    canvas.set_tool(Tool.DRAW)
    press(canvas, Qt.Key.Key_Left)
    assert window.done == ["Left"]
    press(canvas, Qt.Key.Key_Return, Qt.Key.Key_Left)
    assert window.done == ["Left"]


def test_escape_drops_the_edit(canvas: CanvasWidget, told: list[tuple[object, ...]]) -> None:
    canvas.set_tool(Tool.EDIT)
    press(canvas, Qt.Key.Key_Right, Qt.Key.Key_Escape)
    assert told == [("tool", Tool.EDIT), ("tool", Tool.LOOK), ("cancelled",)]


def test_escape_in_the_middle_of_a_drag_ends_it(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.EDIT)
    QTest.mousePress(canvas, LEFT, NO_KEY, QPoint(200, 175))
    QTest.mouseMove(canvas, QPoint(300, 240))
    press(canvas, Qt.Key.Key_Escape)
    QTest.mouseMove(canvas, QPoint(350, 240))
    QTest.mouseRelease(canvas, LEFT, NO_KEY, QPoint(350, 240))
    assert told == [("tool", Tool.EDIT), ("tool", Tool.LOOK), ("cancelled",)]


def test_a_click_beside_the_box_keeps_the_change(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.EDIT)
    press(canvas, Qt.Key.Key_Down)
    QTest.mouseClick(canvas, LEFT, NO_KEY, QPoint(450, 150))
    assert told[1:] == [("tool", Tool.LOOK), ("edited", "missed", (150, 151, 250, 201))]


def test_what_was_not_changed_is_not_told(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.EDIT)
    press(canvas, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Enter)
    assert told == [("tool", Tool.EDIT), ("tool", Tool.LOOK)]


def test_another_box_or_tool_commits_the_edit(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.EDIT)
    press(canvas, Qt.Key.Key_Right)
    canvas.set_tool(Tool.EDIT, "seen")
    assert told == [("tool", Tool.EDIT), ("edited", "missed", (151, 150, 251, 200))]
    press(canvas, Qt.Key.Key_Right)
    canvas.set_tool(Tool.DRAW)
    assert told[2:] == [("tool", Tool.DRAW), ("edited", "seen", (401, 100, 501, 200))]


def test_without_a_box_or_a_picture_there_is_nothing_to_edit(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.EDIT, "unknown")
    canvas.set_boxes([CanvasBox(BOX, "", BoxState.DETECTION, key=1)])
    canvas.set_tool(Tool.EDIT)
    canvas.set_picture(None)
    canvas.set_tool(Tool.EDIT, 1)
    canvas.set_tool(Tool.DRAW)
    assert not told
    assert canvas.tool() is Tool.LOOK


def test_an_edit_ends_with_its_box_and_with_its_picture(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    boxes = [CanvasBox(BOX, "", BoxState.IMPUTED, key="missed")]
    canvas.set_tool(Tool.EDIT)
    press(canvas, Qt.Key.Key_Right)
    canvas.set_boxes(boxes)
    assert canvas.tool() is Tool.EDIT
    canvas.set_boxes([])
    assert told[1:] == [("tool", Tool.LOOK), ("cancelled",)]
    canvas.set_boxes(boxes)
    canvas.set_tool(Tool.EDIT, "missed")
    canvas.set_picture(None)
    assert told[3:] == [("tool", Tool.EDIT), ("tool", Tool.LOOK), ("cancelled",)]


def test_a_drag_draws_a_box_and_then_another(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.DRAW)
    drag(canvas, (300, 250), (340, 220))
    drag(canvas, (420, 120), (480, 180))
    drag(canvas, (420, 120), (421, 120))
    assert told == [
        ("tool", Tool.DRAW),
        ("drawn", (300, 220, 340, 250)),
        ("drawn", (420, 120, 480, 180)),
    ]
    press(canvas, Qt.Key.Key_Escape)
    assert told[3:] == [("tool", Tool.LOOK)]


def test_a_box_is_drawn_by_keys_alone(canvas: CanvasWidget, told: list[tuple[object, ...]]) -> None:
    canvas.set_tool(Tool.DRAW)
    press(canvas, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Up)
    press(canvas, Qt.Key.Key_Down, held=ALT | SHIFT)
    press(canvas, Qt.Key.Key_Return)
    assert told == [("tool", Tool.DRAW), ("drawn", (239, 134, 399, 234))]
    assert canvas.tool() is Tool.DRAW


def test_a_box_placed_by_keys_can_be_dragged(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.DRAW)
    press(canvas, Qt.Key.Key_Return)
    drag(canvas, (320, 180), (330, 180))
    press(canvas, Qt.Key.Key_Return)
    assert told[1:] == [("drawn", (250, 135, 410, 225))]


def test_escape_drops_a_box_placed_by_keys(
    canvas: CanvasWidget, told: list[tuple[object, ...]]
) -> None:
    canvas.set_tool(Tool.DRAW)
    press(canvas, Qt.Key.Key_Return, Qt.Key.Key_Escape)
    assert told == [("tool", Tool.DRAW), ("tool", Tool.LOOK), ("cancelled",)]


def test_middle_drag_pans_with_every_tool(canvas: CanvasWidget) -> None:
    for tool in Tool:
        canvas.fit()
        canvas.set_tool(tool)
        QTest.mousePress(canvas, MIDDLE, NO_KEY, QPoint(200, 175))
        QTest.mouseMove(canvas, QPoint(230, 195))
        QTest.mouseRelease(canvas, MIDDLE, NO_KEY, QPoint(230, 195))
        assert (canvas.view().dx, canvas.view().dy) == (30, 20)


def test_a_double_click_in_an_edited_box_does_not_fit(canvas: CanvasWidget) -> None:
    canvas.set_tool(Tool.EDIT)
    canvas.zoom_by(2.0)
    QTest.mouseDClick(canvas, LEFT, NO_KEY, QPoint(80, 170))
    assert canvas.zoom() == 2.0
    assert canvas.tool() is Tool.EDIT


def test_the_pointer_says_what_a_press_would_do(canvas: CanvasWidget) -> None:
    def shape(x: int, y: int) -> Qt.CursorShape:
        QTest.mouseMove(canvas, QPoint(x, y))
        return canvas.cursor().shape()

    canvas.set_tool(Tool.EDIT)
    assert shape(150, 150) == Qt.CursorShape.SizeFDiagCursor
    assert shape(150, 200) == Qt.CursorShape.SizeBDiagCursor
    assert shape(200, 150) == Qt.CursorShape.SizeVerCursor
    assert shape(150, 175) == Qt.CursorShape.SizeHorCursor
    assert shape(200, 175) == Qt.CursorShape.SizeAllCursor
    assert shape(450, 150) == Qt.CursorShape.ArrowCursor
    canvas.set_tool(Tool.DRAW)
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    canvas.set_tool(Tool.LOOK)
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_a_screen_reader_is_told_of_the_keys(canvas: CanvasWidget) -> None:
    assert canvas.accessibleDescription() == "2 boxes"
    canvas.set_tool(Tool.EDIT)
    assert "Enter keeps" in canvas.accessibleDescription()
    assert canvas.hasFocus()
    canvas.set_tool(Tool.LOOK)
    assert canvas.accessibleDescription() == "2 boxes"
