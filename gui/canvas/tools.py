"""The tool in hand, the box it works on, and what keys do to that box."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from gui.canvas.editing import Handle, handle_at, is_drawn, kept, middle_of, moved, resized
from gui.canvas.gestures import Draw, Edit, Gesture
from gui.canvas.layout import ViewTransform
from gui.canvas.types import Box, Point, Tool
from gui.canvas.viewport import Viewport

GRIP_TOLERANCE = 6.0
"""Logical pixels beside an edge that still count as the edge."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_FAR = 10
"""Image pixels of one step with Shift."""


class Tools(QObject):
    """Changes one box, the draft, which is told to nobody until it is committed."""

    changed = Signal()
    """The tool or the draft is another."""
    tool_changed = Signal(object)
    box_edited = Signal(object, object)
    edit_cancelled = Signal()
    box_drawn = Signal(object)

    def __init__(self, viewport: Viewport, parent: QObject) -> None:
        super().__init__(parent)
        self.tool = Tool.LOOK
        self.key: object | None = None
        """Of the box that is edited."""
        self.draft: Box | None = None
        self._viewport = viewport
        self._original: Box | None = None

    def look(self) -> None:
        """Put the tool away; an edit is committed, a drawing dropped."""
        self._take(Tool.LOOK)

    def edit(self, key: object | None, xyxy: Box) -> None:
        """Begin to change a box of the picture."""
        self._take(Tool.EDIT, key, kept(xyxy, self._viewport.image))

    def draw(self) -> None:
        """Begin to draw boxes, one after the other."""
        self._take(Tool.DRAW)

    def cancel(self) -> None:
        """Put the tool away and forget what it did."""
        begun = self.tool is Tool.EDIT or self.draft is not None
        self.draft = self._original
        self.look()
        if begun:
            self.edit_cancelled.emit()

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is the tool's, and must not reach the window."""
        shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self.tool is Tool.LOOK:
            return False
        if event.key() in (*_ENTERS, Qt.Key.Key_Escape):
            return not held.value
        return (
            self.draft is not None and event.key() in _ARROWS and not (held & ~(shift | alt)).value
        )

    def press_key(self, event: QKeyEvent) -> None:
        """Do what a key that the tool `takes` stands for."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() not in _ENTERS:
            self._step(*_ARROWS[Qt.Key(event.key())], event.modifiers())
        elif self.tool is Tool.EDIT:
            self.look()
        elif self.draft is None:
            self._show(middle_of(self._viewport.visible(), self._viewport.image))
        elif is_drawn(self.draft):
            self._finish_drawing(self.draft)

    def handle_at(self, point: Point) -> Handle | None:
        """What of the draft a press at `point` (widget) takes."""
        if self.draft is None:
            return None
        return handle_at(self._view().to_widget(self.draft), point, GRIP_TOLERANCE)

    def gesture(self, start: Point) -> Gesture | None:
        """What a press at `start` (widget) begins, or None where the tool has no use for it."""
        handle, size = self.handle_at(start), self._viewport.image
        if self.draft is not None and handle is not None:
            return Edit(start, self.draft, handle, size, self._to_image, self._show)
        if self.tool is Tool.DRAW:
            return Draw(start, size, self._to_image, self._show, self._finish_drawing)
        return None

    def _step(self, across: int, down: int, held: Qt.KeyboardModifier) -> None:
        if self.draft is None:
            return
        far = _FAR if held & Qt.KeyboardModifier.ShiftModifier else 1
        dx, dy, size = across * far, down * far, self._viewport.image
        if held & Qt.KeyboardModifier.AltModifier:
            self._show(resized(self.draft, Handle.BOTTOM_RIGHT, dx, dy, size))
        else:
            self._show(moved(self.draft, dx, dy, size))

    def _take(self, tool: Tool, key: object | None = None, draft: Box | None = None) -> None:
        before = self.tool, self.key, self.draft, self._original
        self.tool, self.key, self.draft, self._original = tool, key, draft, draft
        self.changed.emit()
        if tool is not before[0]:
            self.tool_changed.emit(tool)
        # Last, when all is as it stays: who hears it may bring new boxes, or take a tool.
        if before[0] is Tool.EDIT and before[2] != before[3]:
            self.box_edited.emit(before[1], before[2])

    def _finish_drawing(self, box: Box) -> None:
        self._show(None)
        self.box_drawn.emit(box)

    def _show(self, draft: Box | None) -> None:
        self.draft = draft
        self.changed.emit()

    def _view(self) -> ViewTransform:
        return self._viewport.view

    def _to_image(self, point: Point) -> Point:
        return self._viewport.view.to_image(point)
