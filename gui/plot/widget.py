"""The plot: turns mouse and keys into signals and shows what its setters were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.canvas.gestures import Gesture, Pan
from gui.i18n import mark, tr, tr_n
from gui.plot.colours import Colours
from gui.plot.content import Content
from gui.plot.gestures import Lasso
from gui.plot.layer import Layer
from gui.plot.layout import PlotLayout, Point
from gui.plot.points import Rows
from gui.plot.render import LassoScene, OverlayScene, paint_empty, paint_overlay
from gui.plot.stamps import Shape
from gui.plot.view import ZOOM_PER_NOTCH, PlotView
from gui.theme import DARK, Theme

Mode = Literal["point", "include", "exclude"]
"""What dragging does: move the points, or draw a lasso."""

EMPTY_MESSAGE = mark(
    "No embeddings in this run: detect again, or run \u201cflickerscope\u00a0embed\u201d"
)
_SHARP_MS = 80
"""After a turn of the wheel, until the points have to be sharp."""
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_WAYS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}
_ZOOMS = {
    Qt.Key.Key_Plus: ZOOM_PER_NOTCH,
    Qt.Key.Key_Equal: ZOOM_PER_NOTCH,
    Qt.Key.Key_Minus: 1 / ZOOM_PER_NOTCH,
}
_ENTERS = Qt.Key.Key_Return, Qt.Key.Key_Enter


class EmbeddingPlot(PlotView):
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
        self._content = Content()
        self._current: int | None = None
        self._pointed: int | None = None
        self._thumbnail = QImage()
        self._caption = ""
        self._busy = ""
        self._mode: Mode = "point"
        self._legend = self._content.legend(self._theme, self.font())
        self._layer = Layer()
        self._zooming = QTimer(self, singleShot=True, interval=_SHARP_MS)
        self._zooming.timeout.connect(self.update)
        self._lasso: Sequence[Point] = ()
        self._excludes = False
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

        Colours and marks of rows stay. Ends `set_busy`.
        """
        self._busy = ""
        self._cancel()
        self._point_at(None)
        self._content = self._content.with_points(xy)
        self._layout = PlotLayout.fitted(self._layout.size, self._content.points.bounds)
        self._renew()
        self._describe()

    def set_colours(self, colours: Colours) -> None:
        """What to colour the points by, from when on there are as many points as values."""
        self._content = replace(self._content, colours=colours)
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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._is_live():
            ratio = self.devicePixelRatioF()
            layout = self._layout.on_pixels(ratio)
            scene = self._content.scene(self._theme)
            hurried = self._zooming.isActive()
            where, picture = self._layer.picture(scene, layout, ratio, hurried=hurried)
            if hurried:
                # The last picture may not reach as far.
                painter.fillRect(self.rect(), QColor(self._theme.well))
            painter.drawImage(where, picture)
            self._paint_legend(painter)
            paint_overlay(painter, self._overlay(layout))
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
        self._zooming.start()
        super().wheelEvent(event)

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

    def _is_live(self) -> bool:
        return len(self._content.points) > 0 and not self._busy

    def _takes(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier):
            return False
        if not self._is_live():
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
        self._point_at(None)
        super()._pan(dx, dy)

    def _hover(self, at: Point | None) -> None:
        self._point_at(None if at is None else self._row_at(at))
        self._show_cursor()

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
        return self._content.points.inside(
            np.array([self._layout.to_data(corner) for corner in line])
        )

    def _row_at(self, at: Point) -> int | None:
        """The point near a place of the widget."""
        return self._content.row_at(self._layout, at) if self._is_live() else None

    def _point_at(self, row: int | None) -> None:
        if row == self._pointed:
            return
        self._pointed = row
        self._thumbnail, self._caption = QImage(), ""
        self._describe()
        self.update()
        self.hovered.emit(row)

    def _go(self, way: Point) -> None:
        """To the next point in a direction, from the pointed or the current one."""
        start = self._current if self._pointed is None else self._pointed
        row = self._content.row_toward(self._layout, start, way)
        place = self._content.points.place(row)
        if place is not None:
            self._show(self._layout.showing(place))
            self._point_at(row)

    def _mark(self, shape: Shape, rows: NDArray[np.int64]) -> None:
        if not np.array_equal(rows, self._content.marked[shape]):
            self._content = self._content.with_marked(shape, rows)
            self._renew()

    def _renew(self) -> None:
        """Draw all of it anew."""
        self._layer.forget()
        self._legend = self._content.legend(self._theme, self.font())
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        width, height = float(self.width()), float(self.height())
        size = width, height - self._legend.height(width)
        self._layout = self._layout.resized(size)

    def _paint_legend(self, painter: QPainter) -> None:
        top = self._layout.size[1]
        where = QRectF(0, top, self.width(), self.height() - top)
        painter.fillRect(where, QColor(self._theme.well))
        self._legend.paint(painter, where)

    def _overlay(self, layout: PlotLayout) -> OverlayScene:
        def seen(row: int | None) -> Point | None:
            place = self._content.points.place(row)
            at = None if place is None else layout.to_widget(place)
            return at if at is not None and layout.contains(at) else None

        return OverlayScene(
            room=(float(self.width()), float(self.height())),
            current=seen(self._current),
            pointed=seen(self._pointed),
            dot=layout.dot(len(self._content.points)),
            lines=self._content.said(self._pointed, self._caption),
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

    def _show_cursor(self) -> None:
        if self._mode != "point":
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._pointed is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _describe(self) -> None:
        if not self._is_live():
            self.setAccessibleDescription(self._busy or tr(EMPTY_MESSAGE))
            return
        count = tr_n(
            "{count} frame as a point", "{count} frames as points", len(self._content.points)
        )
        about = tr(
            "Frames that look alike lie together. Wheel zooms, drag moves, Ctrl+drag includes and "
            "Ctrl+Shift+drag excludes what it goes round. Arrow keys go from point to point, "
            "Enter goes to the frame, + - 0 zoom"
        )
        self.setAccessibleDescription(
            ". ".join((count, *self._content.said(self._pointed, self._caption), about))
        )
