"""Painting of boxes: what each state looks like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.canvas.badges import Badge, paint_badge
from gui.canvas.strokes import OUTLINE, inset, pixel_ratio, snapped, stroke
from gui.canvas.types import Box, BoxState
from gui.theme import ACCEPTED, DETECTION, DRAWN, IMPUTED, REJECTED

_WHITE = QColor(255, 255, 255)
_GHOST = QColor(255, 255, 255, 130)
_GHOST_OUTLINE = QColor(0, 0, 0, 50)
_GHOST_ARROW = QColor(255, 255, 255, 200)
FOCUS_MARGIN = 6.0
"""Logical pixels from a focused box to the corners around it."""
_DOUBLE_INSET = 4.0
_QUIET_OPACITY = 0.4


class Line(Enum):
    """How the outline of a box runs."""

    SOLID = auto()
    DOUBLE = auto()
    DASHED = auto()
    DOTTED = auto()
    CORNERS = auto()
    """Thin, with heavy corners in the colour of what waits for a decision."""


_DASHES = {Line.DASHED: (9.0, 6.0), Line.DOTTED: (2.0, 4.0)}


@dataclass(frozen=True, slots=True)
class Style:
    """What tells the boxes of one state from others."""

    colour: QColor
    line: Line
    badge: Badge | None = None
    badge_colour: QColor | None = None
    """Where it is another than the line's."""
    opacity: float = 1.0
    """Of a box that is not focused."""


STYLES = {
    BoxState.DETECTION: Style(QColor(DETECTION), Line.SOLID),
    BoxState.DOUBTED: Style(
        QColor(DETECTION), Line.CORNERS, Badge.QUESTION, badge_colour=QColor(IMPUTED)
    ),
    BoxState.IMPUTED: Style(QColor(IMPUTED), Line.DASHED),
    BoxState.ACCEPTED: Style(QColor(ACCEPTED), Line.DOUBLE, Badge.CHECK),
    BoxState.REJECTED: Style(QColor(REJECTED), Line.DOTTED, Badge.CROSS, opacity=0.75),
    BoxState.EDITED: Style(QColor(ACCEPTED), Line.DOUBLE, Badge.PENCIL),
    BoxState.DRAWN: Style(QColor(DRAWN), Line.SOLID, Badge.PLUS),
    BoxState.GHOST_BEFORE: Style(_GHOST, Line.DASHED),
    BoxState.GHOST_AFTER: Style(_GHOST, Line.DOTTED),
}


def chip_colour(state: BoxState) -> QColor:
    """The colour that a chip repeats."""
    style = STYLES[state]
    return style.badge_colour or style.colour


def paint_box(
    painter: QPainter, state: BoxState, rect: Box, *, focused: bool = False, quiet: bool = False
) -> None:
    """One box in widget coordinates; a quiet one is faint and has no badge."""
    if state in (BoxState.GHOST_BEFORE, BoxState.GHOST_AFTER):
        paint_ghost(painter, rect, after=state is BoxState.GHOST_AFTER)
        return
    style = STYLES[state]
    painter.save()
    opacity = 1.0 if focused else style.opacity
    painter.setOpacity(opacity * _QUIET_OPACITY if quiet else opacity)
    _paint_line(painter, style, rect, 3.0 if focused else 2.0)
    if style.badge is not None and not quiet:
        paint_badge(painter, rect, style.badge_colour or style.colour, style.badge)
    if focused:
        _paint_corners(painter, inset(rect, -FOCUS_MARGIN) or rect, _WHITE, 2.0)
    painter.restore()


def paint_ghost(painter: QPainter, rect: Box, *, after: bool) -> None:
    """A thin box with an arrow towards its frame: backwards or forwards in time."""
    dashes = (2.0, 3.0) if after else (6.0, 4.0)
    stroke(painter, rect, _GHOST_OUTLINE, 3.0)
    stroke(painter, rect, _GHOST, 1.0, dashes=dashes)
    # At opposite corners, for the boxes of one object lie almost upon each other.
    x, y, towards = (rect[2], rect[3], 1) if after else (rect[0], rect[1], -1)
    painter.setPen(QPen(OUTLINE, 1.0))
    painter.setBrush(_GHOST_ARROW)
    tip = [QPointF(x - 2 * towards, y - 5), QPointF(x + 5 * towards, y)]
    painter.drawPolygon(QPolygonF([*tip, QPointF(x - 2 * towards, y + 5)]))


def _paint_line(painter: QPainter, style: Style, rect: Box, width: float) -> None:
    match style.line:
        case Line.DOUBLE:
            inner = inset(rect, _DOUBLE_INSET + width - 2)
            lines = [line for line in (rect, inner) if line is not None]
            for line in lines:
                stroke(painter, line, OUTLINE, width + 2)
            for line in lines:
                stroke(painter, line, style.colour, width)
        case Line.CORNERS:
            stroke(painter, rect, OUTLINE, width + 1)
            stroke(painter, rect, style.colour, width - 1)
            _paint_corners(painter, rect, QColor(IMPUTED), width + 1)
        case _:
            stroke(painter, rect, OUTLINE, width + 2)
            stroke(painter, rect, style.colour, width, dashes=_DASHES.get(style.line))


def _paint_corners(painter: QPainter, rect: Box, colour: QColor, width: float) -> None:
    """Four angles, as in a viewfinder."""
    x1, y1, x2, y2 = snapped(rect, width, pixel_ratio(painter))
    arm = min(14.0, (x2 - x1) / 3, (y2 - y1) / 3)
    corners = [(x1, y1, arm, arm), (x2, y1, -arm, arm), (x2, y2, -arm, -arm), (x1, y2, arm, -arm)]
    for ink, thickness in ((OUTLINE, width + 2), (colour, width)):
        pen = QPen(ink, thickness)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, y, dx, dy in corners:
            painter.drawPolyline([QPointF(x + dx, y), QPointF(x, y), QPointF(x, y + dy)])
