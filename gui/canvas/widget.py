"""The canvas: turns mouse events into signals and shows what its setters were given."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.canvas.layout import ViewTransform, box_at, fit, scale_limits
from gui.canvas.render import CanvasScene, paint_canvas
from gui.canvas.types import CanvasBox, Size
from gui.theme import DARK, Theme

_ZOOM_PER_NOTCH = 1.2
_NOTCH = 120.0
"""Wheel units (eighths of a degree) that one click of a mouse wheel gives."""
_CLICK_TOLERANCE = 4.0
"""Logical pixels around a box that still count as the box."""


class CanvasWidget(QWidget):
    """One frame with its boxes; wheel zooms, middle-drag or Ctrl+drag pans, double click fits.

    It takes no keys, and focus only by a click, which is how clicking on the picture gives the
    window's single-key shortcuts back after typing in a field.
    """

    box_clicked = Signal(object)
    """The `CanvasBox.key` of the box that was clicked."""
    zoom_changed = Signal(float)
    """Logical pixels per image pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = DARK
        self._picture: QImage | None = None
        self._picture_size: Size = (0.0, 0.0)
        self._boxes: tuple[CanvasBox, ...] = ()
        self._title = ""
        self._hint = ""
        self._note = ""
        self._view = ViewTransform(1.0, 0.0, 0.0)
        self._fitted = True
        self._pan_from: QPointF | None = None
        self._pressed_at: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Frame")

    def set_theme(self, theme: Theme) -> None:
        """Colours for everything but the picture and its boxes."""
        self._theme = theme
        self.update()

    def set_picture(self, picture: QImage | None, size: tuple[int, int] | None = None) -> None:
        """Show a frame, or the empty state; ``Format_RGB32`` paints fastest.

        Zoom and place are kept from frame to frame, and fitted anew where the size differs.

        Args:
            picture: The frame, which may be smaller than it is to appear.
            size: Pixels of the full picture, in which boxes are given; by default the picture's.
        """
        before = self._image_size()
        self._picture = picture
        if picture is not None:
            width, height = size or (picture.width(), picture.height())
            self._picture_size = float(width), float(height)
        if self._image_size() != before:
            self._fitted = True
        self._refit()
        self.update()

    def set_boxes(self, boxes: Sequence[CanvasBox]) -> None:
        """Replace all boxes."""
        self._boxes = tuple(boxes)
        count = len(self._boxes)
        self.setAccessibleDescription(f"{count} box" if count == 1 else f"{count} boxes")
        self.update()

    def set_note(self, note: str) -> None:
        """What must be known about the picture, shown in its corner; empty for nothing."""
        self._note = note
        self.update()

    def set_empty(self, title: str, hint: str) -> None:
        """What to say where there is no picture."""
        self._title, self._hint = title, hint
        self.update()

    def fit(self) -> None:
        """Show the whole picture, and keep it whole when the widget is resized."""
        self._fitted = True
        self._refit()

    def zoom(self) -> float:
        """Logical pixels per image pixel."""
        return self._view.scale

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the widget, or about its centre."""
        if self._picture is None:
            return
        point = about if about is not None else QPointF(self.width() / 2, self.height() / 2)
        limits = scale_limits(self._image_size(), self._size())
        self._fitted = False
        self._show(self._view.zoomed_about((point.x(), point.y()), factor, limits))

    def view(self) -> ViewTransform:
        """Where the picture lies now."""
        return self._view

    def paintEvent(self, event: QPaintEvent) -> None:
        scene = CanvasScene(
            size=self._size(),
            picture=self._picture,
            boxes=self._boxes,
            view=self._view,
            theme=self._theme,
            font=self.font(),
            title=self._title,
            hint=self._hint,
            picture_size=self._picture_size,
            note=self._note,
        )
        painter = QPainter(self)
        paint_canvas(painter, scene)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fitted:
            self._refit()
        else:
            self._show(self._view)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        if notches:
            self.zoom_by(_ZOOM_PER_NOTCH**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and ctrl):
            self._pan_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left:
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            moved = event.position() - self._pan_from
            self._pan_from = event.position()
            self._fitted = False
            self._show(self._view.panned(moved.x(), moved.y()))
            return
        over = self._box_under(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self.unsetCursor()
            return
        pressed, self._pressed_at = self._pressed_at, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (event.position() - pressed).manhattanLength() >= QApplication.startDragDistance():
            return
        box = self._box_under(event.position())
        if box is not None:
            self.box_clicked.emit(box.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def _box_under(self, position: QPointF) -> CanvasBox | None:
        if self._picture is None:
            return None
        point = self._view.to_image((position.x(), position.y()))
        clickable = [box for box in self._boxes if box.key is not None]
        return box_at(clickable, point, _CLICK_TOLERANCE / self._view.scale)

    def _refit(self) -> None:
        if self._fitted and self._picture is not None:
            self._show(fit(self._image_size(), self._size()))

    def _show(self, view: ViewTransform) -> None:
        before = self._view
        self._view = view.kept_in_view(self._image_size(), self._size())
        if self._view != before:
            self.update()
        if self._view.scale != before.scale:
            self.zoom_changed.emit(self._view.scale)

    def _image_size(self) -> Size:
        if self._picture is None:
            return 0.0, 0.0
        return self._picture_size

    def _size(self) -> Size:
        return float(self.width()), float(self.height())
