"""Small signs for what a person decided and for kinds of violation; none needs its colour."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from gui.theme import ACCEPTED, IMPUTED, REJECTED
from gui.timeline.types import MarkState

GLYPH = 12.0
"""Side of the square that a glyph is drawn in."""
SELECTED_WIDTH = 6.0
"""Of a bookmark."""
SEVERAL = "several"
"""Stands for kinds that have no room side by side."""

_STROKE = 1.5
_Paint = Callable[[QPainter, float, float], None]


@lru_cache(maxsize=8)
def state_stamps(ratio: float) -> tuple[QImage, ...]:
    """Pictures to be drawn hundreds of times, one a `MarkState`."""
    return tuple(_stamp(partial(paint_mark, state=state), ratio) for state in MarkState)


@lru_cache(maxsize=8)
def selected_stamp(colour: str, ratio: float) -> QImage:
    """The picture of a frame that was chosen for labeling."""
    return _stamp(partial(paint_selected, colour=colour), ratio)


@lru_cache(maxsize=64)
def kind_stamp(kind: str, colour: str, ratio: float) -> QImage:
    """The picture of a kind of violation."""
    return _stamp(partial(paint_kind, kind=kind, colour=colour), ratio)


def _stamp(paint: Callable[[QPainter, QPointF], None], ratio: float) -> QImage:
    side = math.ceil(GLYPH * ratio)
    picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, QPointF(GLYPH / 2, GLYPH / 2))
    painter.end()
    return picture


def paint_mark(painter: QPainter, at: QPointF, state: MarkState) -> None:
    """To do is a diamond, edited a square, accepted a disc, rejected a cross."""
    x, y = at.x(), at.y()
    painter.setPen(Qt.PenStyle.NoPen)
    match state:
        case MarkState.TO_DO:
            painter.setBrush(QColor(IMPUTED))
            painter.drawPolygon(_polygon((x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)))
        case MarkState.EDITED:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(ACCEPTED), 2, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(QRectF(x - 3, y - 3, 6, 6))
        case MarkState.ACCEPTED:
            painter.setBrush(QColor(ACCEPTED))
            painter.drawEllipse(at, 4.0, 4.0)
        case MarkState.REJECTED:
            painter.setPen(QPen(QColor(REJECTED), 2, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QLineF(x - 3.2, y - 3.2, x + 3.2, y + 3.2))
            painter.drawLine(QLineF(x - 3.2, y + 3.2, x + 3.2, y - 3.2))


def paint_selected(painter: QPainter, at: QPointF, colour: str) -> None:
    """A bookmark."""
    x, y = at.x(), at.y()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    half = SELECTED_WIDTH / 2
    corners = (-half, -5), (half, -5), (half, 5), (0, 2), (-half, 5)
    painter.drawPolygon(_polygon(*((x + dx, y + dy) for dx, dy in corners)))


def paint_kind(painter: QPainter, at: QPointF, kind: str, colour: str) -> None:
    """The glyph of a kind of violation; one that is not built in gets a ring."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(colour), _STROKE)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    _KINDS.get(kind.replace("_", " "), _ring)(painter, at.x(), at.y())


def _flickering(painter: QPainter, x: float, y: float) -> None:
    """Seen, not seen, seen."""
    steps = (-5, -2.5), (-2, -2.5), (-2, 3), (2, 3), (2, -2.5), (5, -2.5)
    painter.drawPolyline(_polygon(*((x + dx, y + dy) for dx, dy in steps)))


def _appear(painter: QPainter, x: float, y: float) -> None:
    """A star that lights up."""
    tips = [(0.0, -5.0), (1.4, -1.4), (5.0, 0.0), (1.4, 1.4)]
    corners = tips + [(-dx, -dy) for dx, dy in tips]
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(_polygon(*((x + dx, y + dy) for dx, dy in corners)))


def _multibox(painter: QPainter, x: float, y: float) -> None:
    """A box upon a box."""
    painter.drawRect(QRectF(x - 1.25, y - 1.25, 5.5, 5.5))
    corners = (-1.25, 1.75), (-4.25, 1.75), (-4.25, -4.25), (1.75, -4.25), (1.75, -1.25)
    painter.drawPolyline(_polygon(*((x + dx, y + dy) for dx, dy in corners)))


def _class_switch(painter: QPainter, x: float, y: float) -> None:
    """One arrow there, one back."""
    for side in (-1, 1):
        level = y + 2.25 * side
        painter.drawLine(QLineF(x - 4.5, level, x + 4.5, level))
        tip = x - 4.5 * side
        for lean in (-1, 1):
            end = QPointF(tip + 2.2 * side, level + 2.2 * lean)
            if lean == side:
                painter.drawLine(QLineF(QPointF(tip, level), end))


def _tutorial(painter: QPainter, x: float, y: float) -> None:
    """A letter T."""
    painter.drawLine(QLineF(x - 4, y - 3.5, x + 4, y - 3.5))
    painter.drawLine(QLineF(x, y - 3.5, x, y + 4.5))


def _ring(painter: QPainter, x: float, y: float) -> None:
    painter.drawEllipse(QPointF(x, y), 3.5, 3.5)


def _several(painter: QPainter, x: float, y: float) -> None:
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    for dx in (-3.25, 0, 3.25):
        painter.drawEllipse(QPointF(x + dx, y), 1.1, 1.1)


_KINDS: dict[str, _Paint] = {
    "flickering": _flickering,
    "appear": _appear,
    "multibox": _multibox,
    "class switch": _class_switch,
    "tutorial": _tutorial,
    SEVERAL: _several,
}


def _polygon(*corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(*corner) for corner in corners])
