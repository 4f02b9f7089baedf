"""The plot: turns mouse and keys into signals and shows what its setters were given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.canvas.gestures import Click, Gesture, Pan
from gui.i18n import mark, tr, tr_n
from gui.plot.colours import Colours, Palette
from gui.plot.gestures import Lasso
from gui.plot.layer import Layer, LayerScene
from gui.plot.layout import PlotLayout, Point
from gui.plot.legend import Legend
from gui.plot.points import Points, Rows
from gui.plot.render import LassoScene, OverlayScene, paint_empty, paint_overlay
from gui.plot.stamps import Shape
from gui.theme import DARK, Theme

Mode = Literal["point", "include", "exclude"]
"""What dragging does: move the points, or draw a lasso."""

EMPTY_MESSAGE = mark(
    "No embeddings in this run: detect again, or run \u201cflickerscope embed\u201d"
)
REACH = 8.0
"""Pixels from which the mouse is drawn to a point."""
_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0
"""Wheel units (eighths of a degree) that one click of a mouse wheel gives."""
_STEP = 4.0
"""Pixels that an arrow key moves at least, if it can."""
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_WAYS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}
_ZOOMS = {
    Qt.Key.Key_Plus: _ZOOM_PER_NOTCH,
    Qt.Key.Key_Equal: _ZOOM_PER_NOTCH,
    Qt.Key.Key_Minus: 1 / _ZOOM_PER_NOTCH,
}
_ENTERS = Qt.Key.Key_Return, Qt.Key.Key_Enter


class EmbeddingPlot(QWidget):
    """Frames as points.

    The wheel zooms about the mouse, a double click shows all points. Dragging moves them, or
    draws a lasso in the modes for that; Ctrl+drag always draws one, with Shift to exclude.
    Middle-drag always moves them. With the focus, arrow keys go from point to point, Enter
    clicks, +, - and 0 zoom, Escape drops a lasso.
    """

    hovered = Signal(object)
    """Row of the point under the mouse, or that keys have come to; None for none. Answer with
    `set_thumbnail` and `set_caption`."""
    clicked = Signal(int)
    """Row of a point."""
    lassoed = Signal(object, bool)
    """Rows inside a lasso, ascending int64 and at least one, and whether to include them rather
    than to exclude them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = DARK
        self._points = Points(np.empty((0, 2), np.float32))
        self._colours: Colours | None = None
        self._palette = Palette.plain(0)
        self._marked: dict[Shape, Rows] = {
            shape: np.empty(0, np.int64)
            for shape in (Shape.SELECTED, Shape.INCLUDED, Shape.EXCLUDED)
        }
        self._current: int | None = None
        self._pointed: int | None = None
        self._thumbnail = QImage()
        self._caption = ""
        self._busy = ""
        self._mode: Mode = "point"
        self._layout = PlotLayout.fitted((1, 1), self._points.bounds)
        self._legend = self._new_legend()
        self._layer = Layer()
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._lasso: Sequence[Point] = ()
        self._excludes = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Embedding plot"))
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def set_theme(self, theme: Theme) -> None:
        """Colours of everything but points."""
        self._theme = theme
        self._renew()

    def set_points(self, xy: NDArray[np.float32]) -> None:
        """Other points (n, 2), y up, all of them in view; rows that are not finite are left out.

        Colours stay if there are as many, marks of rows stay. Ends `set_busy`.
        """
        self._points = Points(xy)
        self._busy = ""
        count = len(self._points.known)
        if self._colours is None or len(self._colours) != count:
            self._colours, self._palette = None, Palette.plain(count)
        self._point_at(None)
        self._cancel()
        self._layout = PlotLayout.fitted(self._layout.size, self._points.bounds)
        self._renew()
        self._describe()

    def set_colours(self, colours: Colours) -> None:
        """What to colour the points by, one value a row.

        Raises:
            ValueError: There are points, and not as many as values.
        """
        count = len(self._points.known)
        if count and len(colours) != count:
            raise ValueError(f"expected colours of {count} points, got {len(colours)}")
        self._colours, self._palette = colours, Palette.of(colours)
        self._renew()

    def set_selected(self, rows: NDArray[np.int64]) -> None:
        """Rows to be drawn larger and in a ring."""
        self._mark(Shape.SELECTED, rows)

    def set_included(self, rows: NDArray[np.int64]) -> None:
        """Rows to be drawn as a dot in a ring, also where they are selected."""
        self._mark(Shape.INCLUDED, rows)

    def set_excluded(self, rows: NDArray[np.int64]) -> None:
        """Rows to be drawn as crosses, whatever else they are."""
        self._mark(Shape.EXCLUDED, rows)

    def set_current(self, row: int | None) -> None:
        """The row of the current frame."""
        if row != self._current:
            self._current = row
            self.update()

    def set_thumbnail(self, row: int, image: QImage) -> None:
        """What the pointed row looks like; of any other it is ignored."""
        if row == self._pointed:
            self._thumbnail = image
            self.update()

    def set_caption(self, row: int, text: str) -> None:
        """What to say of the pointed row below its value; of any other it is ignored."""
        if row == self._pointed:
            self._caption = text
            self._describe()
            self.update()

    def set_mode(self, mode: Mode) -> None:
        """What dragging does; drops a lasso that is being drawn."""
        self._mode = mode
        self._cancel()
        self._show_cursor()

    def set_busy(self, text: str) -> None:
        """A sentence instead of the points; empty for the points again."""
        self._busy = text
        self._cancel()
        self._point_at(None)
        self._describe()
        self.update()

    def fit(self) -> None:
        """All points in view."""
        self._show(PlotLayout.fitted(self._layout.size, self._points.bounds))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        width, height = self._layout.size
        self._show(self._layout.zoomed_about((width / 2, height / 2), factor))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._shows_points:
            ratio = self.devicePixelRatioF()
            layout = self._layout.on_pixels(ratio)
            scene = LayerScene(self._points, self._palette, self._marked, self._theme)
            painter.drawImage(*self._layer.picture(scene, layout, ratio))
            painter.save()
            paint_overlay(painter, self._overlay(layout))
            painter.restore()
            self._paint_legend(painter)
        else:
            painter.fillRect(self.rect(), QColor(self._theme.well))
            room = float(self.width()), float(self.height())
            paint_empty(painter, room, self._theme, self.font(), self._busy or tr(EMPTY_MESSAGE))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent_text), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def hideEvent(self, event: QHideEvent) -> None:
        self._cancel()
        self._point_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        notches = event.angleDelta().y() / _NOTCH
        if notches and self._shows_points and not self._lasso:
            at = event.position().x(), event.position().y()
            self._show(self._layout.zoomed_about(at, _ZOOM_PER_NOTCH**notches))
            self._point_at(self._row_at(at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None or not self._shows_points:
            return
        at = event.position().x(), event.position().y()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._gesture = Pan(at, self._pan)
        elif event.button() == Qt.MouseButton.LeftButton:
            drag = self._drag(at, event.modifiers())
            self._gesture = Click(at, self._click, QApplication.startDragDistance(), drag)
        self._button = event.button()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().x(), event.position().y()
        if self._gesture is None:
            self._point_at(self._row_at(at))
            self._show_cursor()
        else:
            self._gesture.move(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None or event.button() != self._button:
            return
        at = event.position().x(), event.position().y()
        gesture, self._gesture = self._gesture, None
        gesture.end(at)
        self._point_at(self._row_at(at))
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._takes(event)
        ):
            # Else an action of the window with this key would get it.
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._renew()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._takes(event):
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._cancel()
        elif key in _WAYS:
            self._go(_WAYS[key])
        elif key in _ZOOMS:
            self.zoom_by(_ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.fit()
        elif self._pointed is not None:
            self.clicked.emit(self._pointed)

    @property
    def _shows_points(self) -> bool:
        return len(self._points) > 0 and not self._busy

    def _takes(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier):
            return False
        if not self._shows_points:
            return False
        if event.key() == Qt.Key.Key_Escape:
            return bool(self._lasso)
        if event.key() in _ENTERS:
            return self._pointed is not None
        return event.key() in (*_WAYS, *_ZOOMS, Qt.Key.Key_0)

    def _drag(self, at: Point, keys: Qt.KeyboardModifier) -> Gesture:
        if self._mode == "point" and not keys & _CTRL:
            return Pan(at, self._pan)
        self._excludes = self._mode == "exclude" or bool(keys & _SHIFT)
        return Lasso(at, self._show_lasso, self._close_lasso)

    def _pan(self, dx: float, dy: float) -> None:
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._point_at(None)
        self._show(self._layout.panned(dx, dy))

    def _click(self, at: Point) -> None:
        row = self._row_at(at)
        if row is not None:
            self.clicked.emit(row)

    def _show_lasso(self, line: Sequence[Point]) -> None:
        self._lasso = line
        self._point_at(None)
        self.update()

    def _close_lasso(self, line: Sequence[Point]) -> None:
        rows = self._inside(line)
        if len(rows):
            self.lassoed.emit(rows, not self._excludes)

    def _inside(self, line: Sequence[Point]) -> Rows:
        return self._points.inside(np.array([self._layout.to_data(corner) for corner in line]))

    def _cancel(self) -> None:
        """Drop what the mouse has begun."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()

    def _row_at(self, at: Point) -> int | None:
        """The point near a place of the widget."""
        layout = self._layout
        if not self._shows_points or not layout.contains(at):
            return None
        reach = max(REACH, layout.dot(len(self._points)) / 2) / layout.scale
        return self._points.nearest(layout.to_data(at), reach, self._palette.rank)

    def _point_at(self, row: int | None) -> None:
        if row == self._pointed:
            return
        self._pointed = row
        self._thumbnail, self._caption = QImage(), ""
        self._describe()
        self.update()
        self.hovered.emit(row)

    def _go(self, way: Point) -> None:
        """To the next point in a direction; at first, to the one nearest to where one looks."""
        points, layout = self._points, self._layout
        start = points.place(self._pointed)
        if start is None:
            place = points.place(self._current)
            start = place or layout.to_data((layout.size[0] / 2, layout.size[1] / 2))
            row = points.nearest(start, float("inf"), self._palette.rank)
        else:
            row = points.toward(start, way, _STEP / layout.scale)
        place = points.place(row)
        if place is not None:
            self._show(layout.showing(place))
            self._point_at(row)

    def _mark(self, shape: Shape, rows: NDArray[np.int64]) -> None:
        if not np.array_equal(rows, self._marked[shape]):
            self._marked[shape] = np.array(rows, np.int64)
            self._renew()

    def _show(self, layout: PlotLayout) -> None:
        if layout != self._layout:
            self._layout = layout
            self.update()

    def _renew(self) -> None:
        """Draw all of it anew."""
        self._layer.forget()
        self._legend = self._new_legend()
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        width, height = float(self.width()), float(self.height())
        size = width, height - self._legend.height(width)
        self._layout = self._layout.resized(size)

    def _new_legend(self) -> Legend:
        count = len(self._points.known)
        marked = {
            shape: int(np.count_nonzero((rows >= 0) & (rows < count)))
            for shape, rows in self._marked.items()
        }
        return Legend.of(self._colours, self._palette, marked, self._theme, self.font())

    def _paint_legend(self, painter: QPainter) -> None:
        top = self._layout.size[1]
        where = QRectF(0, top, self.width(), self.height() - top)
        painter.fillRect(where, QColor(self._theme.well))
        self._legend.paint(painter, where)

    def _overlay(self, layout: PlotLayout) -> OverlayScene:
        def seen(row: int | None) -> Point | None:
            place = self._points.place(row)
            at = None if place is None else layout.to_widget(place)
            return at if at is not None and layout.contains(at) else None

        return OverlayScene(
            room=layout.size,
            current=seen(self._current),
            pointed=seen(self._pointed),
            dot=layout.dot(len(self._points)),
            lines=self._said(),
            thumbnail=self._thumbnail,
            lasso=self._lasso_scene(),
            theme=self._theme,
            font=self.font(),
        )

    def _lasso_scene(self) -> LassoScene | None:
        if not self._lasso:
            return None
        count = len(self._inside(self._lasso))
        note = (
            tr_n("Exclude {count} frame", "Exclude {count} frames", count)
            if self._excludes
            else tr_n("Include {count} frame", "Include {count} frames", count)
        )
        return LassoScene(self._lasso, self._excludes, note)

    def _said(self) -> tuple[str, ...]:
        """Of the pointed row: its value, and what the caption says."""
        row, colours = self._pointed, self._colours
        if row is None or colours is None:
            return (self._caption,) if self._caption else ()
        value = colours.value(row)
        said = tr("unknown") if value is None else value
        words = f"{said:.2f}" if isinstance(said, float) else said
        return tuple(line for line in (f"{colours.title}: {words}", self._caption) if line)

    def _show_cursor(self) -> None:
        if self._mode != "point":
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._pointed is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _describe(self) -> None:
        if not self._shows_points:
            self.setAccessibleDescription(self._busy or tr(EMPTY_MESSAGE))
            return
        count = tr_n("{count} frame as a point", "{count} frames as points", len(self._points))
        about = tr(
            "Frames that look alike lie together. Wheel zooms, drag moves, Ctrl+drag includes and "
            "Ctrl+Shift+drag excludes what it goes round. Arrow keys go from point to point, "
            "Enter goes to the frame, + - 0 zoom"
        )
        self.setAccessibleDescription(". ".join((count, *self._said(), about)))
