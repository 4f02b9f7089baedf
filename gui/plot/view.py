"""The part of the plot that moves: zoom, pan, and gestures of the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui.canvas.gestures import Click, Gesture, Pan
from gui.plot.layout import Bounds, PlotLayout, Point

ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0
"""Wheel units (eighths of a degree) that one click of a mouse wheel gives."""


class PlotView(QWidget):
    """Wheel zooms about the mouse, middle-drag pans, double click fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = PlotLayout.fitted((1, 1), Bounds(0, 0, 1, 1))
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self.setMouseTracking(True)

    def fit(self) -> None:
        """All points in view."""
        self._show(PlotLayout.fitted(self._layout.size, self._layout.bounds))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        width, height = self._layout.size
        self._show(self._layout.zoomed_about((width / 2, height / 2), factor))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        notches = event.angleDelta().y() / _NOTCH
        # What a gesture has begun would lie elsewhere.
        if notches and self._gesture is None and self._is_live():
            at = _place(event)
            self._show(self._layout.zoomed_about(at, ZOOM_PER_NOTCH**notches))
            self._hover(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None or not self._is_live():
            return
        at = _place(event)
        if event.button() == Qt.MouseButton.MiddleButton:
            self._gesture = Pan(at, self._pan)
        elif event.button() == Qt.MouseButton.LeftButton:
            drag = self._drag(at, event.modifiers())
            self._gesture = Click(at, self._click, QApplication.startDragDistance(), drag)
        self._button = event.button()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None:
            self._hover(_place(event))
        else:
            self._gesture.move(_place(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None or event.button() != self._button:
            return
        gesture, self._gesture = self._gesture, None
        gesture.end(_place(event))
        self._hover(_place(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def _is_live(self) -> bool:
        """Whether there are points to be seen."""
        raise NotImplementedError

    def _drag(self, at: Point, keys: Qt.KeyboardModifier) -> Gesture:
        """What dragging with the left button begins."""
        raise NotImplementedError

    def _click(self, at: Point) -> None:
        """The left button was pressed and released at one place."""
        raise NotImplementedError

    def _hover(self, at: Point | None) -> None:
        """The mouse moves with no button down, or has left."""
        raise NotImplementedError

    def _pan(self, dx: float, dy: float) -> None:
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._show(self._layout.panned(dx, dy))

    def _cancel(self) -> None:
        """Drop what the mouse has begun."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()

    def _show(self, layout: PlotLayout) -> None:
        if layout != self._layout:
            self._layout = layout
            self.update()


def _place(event: QMouseEvent | QWheelEvent) -> Point:
    return event.position().x(), event.position().y()
