"""Painting of what a tool works on: the box with its handles, and lines through the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from gui.canvas.chips import paint_readout
from gui.canvas.editing import GRIPS, grip_frame, grip_point, readout
from gui.canvas.marks import STYLES
from gui.canvas.strokes import OUTLINE, pixel_ratio, stroke
from gui.canvas.types import Box, BoxState, Point, Size, Tool

_WHITE = QColor(255, 255, 255)
_GUIDE = QColor(255, 255, 255, 200)
_GRIP = 8.0
_SMALL = 24.0


@dataclass(frozen=True, slots=True)
class ToolScene:
    """What a tool shows; there is none while looking."""

    tool: Tool
    draft: Box | None
    """The box in the making, in image pixels."""
    cursor: Point | None = None
    """Where lines cross, in widget coordinates; None for no lines."""
    handles: bool = True


def paint_draft(painter: QPainter, scene: ToolScene, xyxy: Box, rect: Box, bounds: Box) -> None:
    """The box `xyxy` (image), which lies at `rect` (widget), with its handles and its numbers."""
    state = BoxState.DRAWN if scene.tool is Tool.DRAW else BoxState.EDITED
    colour = STYLES[state].colour
    # A thin line leaves something to be seen of what is small.
    width = 2.0 if min(rect[2] - rect[0], rect[3] - rect[1]) >= _SMALL else 1.0
    stroke(painter, rect, OUTLINE, width + 2)
    stroke(painter, rect, colour, width)
    frame = grip_frame(rect)
    if scene.handles:
        if frame != rect:
            stroke(painter, frame, OUTLINE, 1.0)
        for handle in GRIPS:
            _paint_grip(painter, grip_point(frame, handle), colour)
    around = (frame[0], frame[1] - _GRIP / 2, frame[2], frame[3] + _GRIP / 2)
    paint_readout(painter, readout(xyxy), around, bounds, colour)


def paint_guides(painter: QPainter, cursor: Point, size: Size) -> None:
    """Lines across the whole view, one device pixel wide with a shadow, but not at the cursor."""
    pixel = 1 / pixel_ratio(painter)
    x, y = (int(value / pixel) * pixel for value in cursor)
    gap = 8.0
    for shift, colour in ((pixel, OUTLINE), (0.0, _GUIDE)):
        painter.fillRect(QRectF(0, y + shift, x - gap, pixel), colour)
        painter.fillRect(QRectF(x + gap, y + shift, size[0] - x - gap, pixel), colour)
        painter.fillRect(QRectF(x + shift, 0, pixel, y - gap), colour)
        painter.fillRect(QRectF(x + shift, y + gap, pixel, size[1] - y - gap), colour)


def _paint_grip(painter: QPainter, at: Point, colour: QColor) -> None:
    ratio = pixel_ratio(painter)
    x, y = (round((value - _GRIP / 2) * ratio) / ratio for value in at)
    for grow, ink in ((1.0, QColor(0, 0, 0)), (0.0, _WHITE), (-2.0, colour)):
        side = _GRIP + 2 * grow
        painter.fillRect(QRectF(x - grow, y - grow, side, side), ink)
