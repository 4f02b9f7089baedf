"""What the widgets that show pictures share: zoom, pan, and gestures of the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.gestures import Gesture, Pan
from gui.canvas.layout import ViewTransform, box_at
from gui.canvas.types import CanvasBox, Point, Size
from gui.canvas.viewport import Viewport
from gui.theme import DARK, Theme

_ZOOM_PER_NOTCH = 1.2
_NOTCH = 120.0
"""Wheel units (eighths of a degree) that one click of a mouse wheel gives."""
_CLICK_TOLERANCE = 4.0
"""Logical pixels around a box that still count as the box."""


class PictureView(QWidget):
    """Wheel zooms, middle-drag or Ctrl+drag pans, double click fits."""

    box_clicked = Signal(object)
    """The `CanvasBox.key` of the box that was clicked."""
    zoom_changed = Signal(float)
    """Logical pixels per image pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = DARK
        self._viewport = Viewport()
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Colours for everything but the picture and its boxes."""
        self._theme = theme
        self.update()

    def fit(self) -> None:
        """Show the whole picture, and keep it whole when the widget is resized."""
        self._move_view(self._viewport.fit)

    def zoom(self) -> float:
        """Logical pixels per image pixel."""
        return self._viewport.view.scale

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the widget, or about the middle of the view."""
        point = None if about is None else self._in_view(about)
        self._move_view(lambda: self._viewport.zoom_by(factor, point))

    def zoom_to(self, scale: float) -> None:
        """Zoom about the middle to device pixels per image pixel: 1.0 is 1:1 on any display."""
        self._move_view(lambda: self._viewport.zoom_to(scale))

    def zoom_in(self) -> None:
        """Zoom to the next larger of the round scales, of which 1:1 is one."""
        self._move_view(lambda: self._viewport.step(closer=True))

    def zoom_out(self) -> None:
        """Zoom to the next smaller of the round scales."""
        self._move_view(lambda: self._viewport.step(closer=False))

    def view(self) -> ViewTransform:
        """Where the picture lies now."""
        return self._viewport.view

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._move_view(lambda: None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._move_view(lambda: None)
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        if notches:
            self.zoom_by(_ZOOM_PER_NOTCH**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            return
        at = self._in_view(event.position())
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and ctrl):
            self._gesture = self._panning(at)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left:
            self._gesture = self._gesture_at(at)
        self._button = event.button()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._in_view(event.position())
        if self._gesture is not None:
            self._gesture.move(at)
        else:
            self._hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None or event.button() != self._button:
            return
        at = self._in_view(event.position())
        gesture, self._gesture = self._gesture, None
        gesture.end(at)
        self._hover(at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def _room(self) -> Size:
        """Logical pixels that one picture has."""
        return float(self.width()), float(self.height())

    def _in_view(self, position: QPointF) -> Point:
        """A point of the widget, from the top left corner of its picture's room."""
        return position.x(), position.y()

    def _gesture_at(self, at: Point) -> Gesture | None:
        """What a press of the left button begins."""
        raise NotImplementedError

    def _hover(self, at: Point) -> None:
        """The mouse moves with no button down."""
        raise NotImplementedError

    def _panning(self, start: Point) -> Pan:
        return Pan(start, lambda dx, dy: self._move_view(lambda: self._viewport.pan(dx, dy)))

    def _box_under(self, at: Point, boxes: Sequence[CanvasBox]) -> CanvasBox | None:
        """The box that a click takes; boxes without a key cannot be taken."""
        clickable = [box for box in boxes if box.key is not None]
        view = self._viewport.view
        return box_at(clickable, view.to_image(at), _CLICK_TOLERANCE / view.scale)

    def _move_view(self, move: Callable[[], None]) -> None:
        """Change the view, in the room that there is now, and tell of it."""
        before = self._viewport.view
        self._viewport.resize(self._room(), self.devicePixelRatioF())
        move()
        after = self._viewport.view
        if after != before:
            self.update()
        if after.scale != before.scale:
            self.zoom_changed.emit(after.scale)
