"""Lines along whole device pixels, which are sharp at every display scale; lengths are logical."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas.types import Box

OUTLINE = QColor(0, 0, 0, 150)
"""Around every mark, so that it reads on any picture."""


def stroke(
    painter: QPainter,
    rect: Box,
    colour: QColor,
    width: float,
    *,
    dashes: tuple[float, float] | None = None,
) -> None:
    """A rectangle's outline; `dashes` are the lengths of dash and space."""
    # Edges lie on whole pixels already; smoothing would only blur dashes and cost time.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    line = snapped(rect, width, pixel_ratio(painter))
    if dashes is None:
        # Filled, which is several times faster than a pen where the colour lets light through.
        for edge in _edges(line, width):
            painter.fillRect(edge, colour)
    else:
        pen = QPen(colour, width, c=Qt.PenCapStyle.FlatCap, j=Qt.PenJoinStyle.MiterJoin)
        # Qt counts dashes in pen widths.
        pen.setDashPattern([length / width for length in dashes])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(qrect(line))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _edges(rect: Box, width: float) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """Top, bottom, left and right of an outline `width` wide, without overlap."""
    x1, y1, x2, y2 = (value - width / 2 for value in rect)
    across, down = x2 - x1 + width, max(0.0, y2 - y1 - width)
    return (
        QRectF(x1, y1, across, width),
        QRectF(x1, y2, across, width),
        QRectF(x1, y1 + width, width, down),
        QRectF(x2, y1 + width, width, down),
    )


def snapped(rect: Box, width: float, ratio: float) -> Box:
    """Moved by under a device pixel so that both edges of a stroke `width` wide fall on pixels."""
    half = (round(width * ratio) % 2) / 2
    x1, y1, x2, y2 = ((round(value * ratio - half) + half) / ratio for value in rect)
    return x1, y1, x2, y2


def inset(rect: Box, by: float) -> Box | None:
    """Each side moved inwards, or None where nothing is left."""
    x1, y1, x2, y2 = rect[0] + by, rect[1] + by, rect[2] - by, rect[3] - by
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def pixel_ratio(painter: QPainter) -> float:
    """Device pixels per logical pixel."""
    return painter.device().devicePixelRatioF()


def qrect(box: Box) -> QRectF:
    """A box as Qt has it."""
    return QRectF(box[0], box[1], box[2] - box[0], box[3] - box[1])
