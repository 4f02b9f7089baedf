"""Discs with a sign, on the top right corner of boxes that are more than seen."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas.strokes import OUTLINE
from gui.canvas.types import Box, Point

RADIUS = 7.0
_LIGHT = QColor(255, 255, 255)
_DARK = QColor(14, 16, 20)


class Badge(Enum):
    """A sign, as lines about the middle of its disc, in logical pixels."""

    CHECK = (((-3.2, 0.2), (-0.8, 2.6), (3.4, -2.4)),)
    CROSS = (((-2.5, -2.5), (2.5, 2.5)), ((-2.5, 2.5), (2.5, -2.5)))
    PLUS = (((-3.5, 0.0), (3.5, 0.0)), ((0.0, -3.5), (0.0, 3.5)))
    QUESTION = (
        ((-2.0, -2.2), (-1.2, -3.5), (0.6, -3.8), (2.0, -2.6), (1.7, -1.1), (0.0, 0.2), (0.0, 1.3)),
        ((0.0, 3.8), (0.0, 3.8)),
    )
    PENCIL = (
        ((-3.4, 3.4), (-2.9, 0.9), (1.6, -3.6), (3.6, -1.6), (-0.9, 2.9), (-3.4, 3.4)),
        ((0.2, -2.2), (2.2, -0.2)),
    )


def paint_badge(painter: QPainter, rect: Box, colour: QColor, badge: Badge) -> None:
    """On the corner of a box in widget coordinates."""
    x, y = rect[2], rect[1]
    painter.setPen(QPen(OUTLINE, 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x, y), RADIUS, RADIUS)
    painter.setPen(_pen(_LIGHT if _is_dark(colour) else _DARK, badge))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in badge.value:
        painter.drawPolyline([_at(point, x, y) for point in line])


def _pen(colour: QColor, badge: Badge) -> QPen:
    width = 1.25 if badge is Badge.PENCIL else 1.75
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(colour, width, Qt.PenStyle.SolidLine, cap, join)


def _at(point: Point, x: float, y: float) -> QPointF:
    return QPointF(x + point[0], y + point[1])


def _is_dark(colour: QColor) -> bool:
    """Whether white stands out from the colour more than black does."""
    return 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF() < 0.55
