"""The canvas: turns events into signals and shows what its setters were given."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.canvas.editing import Handle
from gui.canvas.gestures import Click, Draw, Gesture
from gui.canvas.render import CanvasScene, paint_canvas
from gui.canvas.tool_marks import ToolScene
from gui.canvas.tools import Tools
from gui.canvas.types import Box, CanvasBox, Point, Tool
from gui.canvas.view import PictureView
from gui.i18n import mark, tr, tr_n

_HELP = {
    Tool.LOOK: "{boxes}",
    Tool.EDIT: mark(
        "{boxes}. Editing a box: arrow keys move it, with Alt they resize it, with Shift by 10; "
        "Enter keeps the change, Escape drops it"
    ),
    Tool.DRAW: mark(
        "{boxes}. Drawing boxes: Enter places one, arrow keys move it, with Alt they resize it; "
        "Enter keeps it, Escape ends drawing"
    ),
}
_CURSORS = {
    Handle.BODY: Qt.CursorShape.SizeAllCursor,
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
}


class CanvasWidget(PictureView):
    """One frame with its boxes, of which one can be edited, or more drawn.

    It takes focus by a click, which is how clicking on the picture gives the window's single-key
    shortcuts back after typing in a field, and with a tool. It takes keys only for the tool.
    """

    tool_changed = Signal(object)
    """The `Tool` in hand."""
    box_edited = Signal(object, object)
    """The `CanvasBox.key` of a box that was changed, and its new xyxy in image pixels."""
    edit_cancelled = Signal()
    """An edit, or a drawing begun, was dropped."""
    box_drawn = Signal(object)
    """The xyxy of a new box, in image pixels; the tool stays in hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: QImage | None = None
        self._boxes: tuple[CanvasBox, ...] = ()
        self._ghosts: tuple[tuple[Box, ...], tuple[Box, ...]] = (), ()
        self._title = ""
        self._hint = ""
        self._note = ""
        self._badge = ""
        self._mouse_at: Point | None = None
        self._tools = Tools(self._viewport, self)
        self._tools.changed.connect(self.update)
        self._tools.tool_changed.connect(self._describe)
        self._tools.tool_changed.connect(self.tool_changed)
        self._tools.box_edited.connect(self.box_edited)
        self._tools.edit_cancelled.connect(self.edit_cancelled)
        self._tools.box_drawn.connect(self.box_drawn)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.setAccessibleName(tr("Frame"))

    def set_picture(self, picture: QImage | None, size: tuple[int, int] | None = None) -> None:
        """Show a frame, or the empty state, which drops an edit; ``Format_RGB32`` paints fastest.

        Zoom and place are kept from frame to frame, and fitted anew where the size differs.

        Args:
            picture: The frame, which may be smaller than it is to appear.
            size: Pixels of the full picture, in which boxes are given; by default the picture's.
        """
        self._picture = picture
        if picture is None:
            self.cancel()
            width, height = 0, 0
        else:
            width, height = size or (picture.width(), picture.height())
        self._move_view(lambda: self._viewport.show((float(width), float(height))))
        self.update()

    def set_boxes(self, boxes: Sequence[CanvasBox]) -> None:
        """Replace all boxes; an edit of one that is no longer there is dropped."""
        self._boxes = tuple(boxes)
        if self.tool() is Tool.EDIT and all(box.key != self._tools.key for box in boxes):
            self.cancel()
        self._describe()
        self.update()

    def set_ghosts(self, before: Sequence[Box], after: Sequence[Box]) -> None:
        """Boxes of the previous and the next frame (image px), faint and under the others."""
        self._ghosts = tuple(before), tuple(after)
        self.update()

    def set_note(self, note: str) -> None:
        """What must be known about the picture, shown in its corner; empty for nothing."""
        self._note = note
        self.update()

    def set_badge(self, word: str) -> None:
        """What the frame was chosen for, with a bookmark in its corner; empty for nothing."""
        self._badge = word
        self._describe()
        self.update()

    def set_empty(self, title: str, hint: str) -> None:
        """What to say where there is no picture."""
        self._title, self._hint = title, hint
        self.update()

    def tool(self) -> Tool:
        """The tool in hand."""
        return self._tools.tool

    def set_tool(self, tool: Tool, key: object | None = None) -> None:
        """Take a tool in hand, and the focus with it; what was edited before is committed.

        Nothing happens without a picture, nor for `Tool.EDIT` without a box to edit.

        Args:
            tool: `Tool.LOOK` to commit an edit, and to end drawing.
            key: The `CanvasBox.key` of the box to edit; by default the focused box's.
        """
        self._gesture = None
        box = self._box_to_edit(key)
        if tool is Tool.LOOK:
            self._tools.look()
        elif self._picture is None:
            return
        elif tool is Tool.DRAW:
            self._tools.draw()
            self.setFocus()
        elif box is not None:
            self._tools.edit(box.key, box.xyxy)
            self.setFocus()
        self._show_cursor(None)

    def commit(self) -> None:
        """End editing and keep its change, or end drawing."""
        self.set_tool(Tool.LOOK)

    def cancel(self) -> None:
        """Put the tool away and drop what it did."""
        self._gesture = None
        self._tools.cancel()
        self._show_cursor(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        editing = self.tool() is Tool.EDIT
        boxes = [box for box in self._boxes if not editing or box.key != self._tools.key]
        scene = CanvasScene(
            size=self._room(),
            picture=self._picture,
            boxes=boxes,
            view=self._viewport.view,
            theme=self._theme,
            font=self.font(),
            title=self._title,
            hint=self._hint,
            picture_size=self._viewport.image,
            note=self._note,
            badge=self._badge,
            before=self._ghosts[0],
            after=self._ghosts[1],
            tool=self._tool_scene(),
        )
        painter = QPainter(self)
        paint_canvas(painter, scene)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._tools.takes(event)
        ):
            # Else an action of the window with this key would get it.
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._tools.takes(event):
            super().keyPressEvent(event)
            return
        self._gesture = None
        self._tools.press_key(event)
        self._show_cursor(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse_at = self._in_view(event.position())
        super().mouseMoveEvent(event)
        if self.tool() is Tool.DRAW:
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.tool() is Tool.LOOK:
            super().mouseDoubleClickEvent(event)
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._mouse_at = None
        self.update()

    def _gesture_at(self, at: Point) -> Gesture | None:
        if self._picture is None:
            return None
        clicked = self._click if self.tool() is Tool.LOOK else self._click_beside
        return self._tools.gesture(at) or Click(at, clicked, QApplication.startDragDistance())

    def _hover(self, at: Point) -> None:
        self._show_cursor(at)

    def _click(self, at: Point) -> None:
        box = self._box_under(at, self._boxes)
        if box is not None:
            self.box_clicked.emit(box.key)

    def _click_beside(self, at: Point) -> None:
        self.commit()

    def _box_to_edit(self, key: object | None) -> CanvasBox | None:
        """The box with the key, or the focused one."""
        for box in self._boxes:
            wanted = box.focused if key is None else box.key == key
            if wanted and box.key is not None:
                return box
        return None

    def _tool_scene(self) -> ToolScene | None:
        if self.tool() is Tool.LOOK:
            return None
        drawing = isinstance(self._gesture, Draw)
        lines = self.tool() is Tool.DRAW and (drawing or self._tools.draft is None)
        return ToolScene(
            self.tool(),
            self._tools.draft,
            cursor=self._mouse_at if lines else None,
            handles=not drawing,
        )

    def _show_cursor(self, at: Point | None) -> None:
        """The pointer for what a press at a point would do; None for where the mouse is."""
        at = at or self._mouse_at
        handle = None if at is None else self._tools.handle_at(at)
        if handle is not None:
            self.setCursor(_CURSORS[handle])
        elif self.tool() is Tool.DRAW:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self.tool() is Tool.LOOK and at and self._box_under(at, self._boxes):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _describe(self) -> None:
        boxes = tr_n("{count} box", "{count} boxes", len(self._boxes))
        here = f"{self._badge}, {boxes}" if self._badge else boxes
        self.setAccessibleDescription(tr(_HELP[self.tool()], boxes=here))
