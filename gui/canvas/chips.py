"""Small dark labels on the picture; all lengths are logical pixels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from gui.canvas.layout import label_spots, place_labels
from gui.canvas.marks import FOCUS_MARGIN, chip_colour
from gui.canvas.strokes import inset, pixel_ratio, qrect, snapped
from gui.canvas.types import Box, BoxState, CanvasBox, Size

_GROUND = QColor(14, 16, 20, 205)
_WHITE = QColor(255, 255, 255)


def paint_labels(
    painter: QPainter, boxes: Sequence[CanvasBox], rects: Sequence[Box], bounds: Box
) -> None:
    """The boxes' labels by the boxes, apart from each other and within `bounds`."""
    sizes = [chip_size(painter, box.label) if box.label else (0.0, 0.0) for box in boxes]
    around = [
        _with_corners(rect) if box.focused else rect for box, rect in zip(boxes, rects, strict=True)
    ]
    for box, spot in zip(boxes, place_labels(boxes, around, sizes, bounds), strict=True):
        if spot is not None:
            paint_chip(painter, box.label, spot, chip_colour(box.state))


def paint_note(painter: QPainter, note: str) -> None:
    """A chip in the upper left corner of the view."""
    width, height = chip_size(painter, note)
    paint_chip(painter, note, (8, 8, 16 + width, 12 + height), chip_colour(BoxState.REJECTED))


def paint_bookmark(painter: QPainter, word: str, right: float) -> None:
    """A chip in the upper right corner of the view, after a bookmark instead of a bar."""
    width, height = chip_size(painter, word)
    chip = _paint_ground(painter, (right - 18 - width, 8, right - 8, 12 + height))
    x, y = chip.x() + 6, chip.center().y()
    corners = (x, y - 5), (x + 6, y - 5), (x + 6, y + 5), (x + 3, y + 2), (x, y + 5)
    painter.setBrush(_WHITE)
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    painter.setPen(_WHITE)
    painter.drawText(chip.adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, word)


def paint_readout(painter: QPainter, words: str, rect: Box, bounds: Box, colour: QColor) -> None:
    """A chip by the box at `rect`, below it where there is room."""
    spots = label_spots(rect, chip_size(painter, words), bounds)
    below = [spot for spot in spots if spot[1] > rect[3]]
    paint_chip(painter, words, (below or spots)[0], colour)


def chip_size(painter: QPainter, words: str) -> Size:
    """How much room a chip takes in the painter's font."""
    metrics = QFontMetricsF(painter.font())
    return metrics.horizontalAdvance(words) + 16, metrics.height() + 4


def paint_chip(painter: QPainter, words: str, spot: Box, colour: QColor) -> None:
    """White words on dark, after a bar in the colour."""
    chip = _paint_ground(painter, spot)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(chip.x() + 3, chip.y() + 3, 3, chip.height() - 6), 1.5, 1.5)
    painter.setPen(_WHITE)
    painter.drawText(chip.adjusted(10, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)


def _paint_ground(painter: QPainter, spot: Box) -> QRectF:
    chip = qrect(snapped(spot, 2, pixel_ratio(painter)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_GROUND)
    painter.drawRoundedRect(chip, 3, 3)
    return chip


def _with_corners(rect: Box) -> Box:
    """What a focused box takes up."""
    return inset(rect, -FOCUS_MARGIN) or rect
