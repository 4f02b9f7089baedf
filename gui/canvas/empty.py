"""What the canvas shows where there is no picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gui.canvas.types import Size
from gui.theme import Theme


def paint_empty(
    painter: QPainter, size: Size, theme: Theme, font: QFont, title: str, hint: str
) -> None:
    """Three frames, of which the middle one lacks its box, above a title and a hint."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre_x, centre_y = size[0] / 2, size[1] / 2
    _paint_three_frames(painter, QPointF(centre_x, centre_y - 48), theme)
    heading = QFont(font)
    heading.setWeight(QFont.Weight.DemiBold)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    room = max(0.0, min(size[0] - 32, 520.0))
    left = centre_x - room / 2
    painter.setFont(heading)
    painter.setPen(QColor(theme.text))
    used = painter.drawText(QRectF(left, centre_y, room, 200), flags, title)
    painter.setFont(font)
    painter.setPen(QColor(theme.text_muted))
    painter.drawText(QRectF(left, used.bottom() + 8, room, 200), flags, hint)


def _paint_three_frames(painter: QPainter, centre: QPointF, theme: Theme) -> None:
    """What a flicker is: seen, missed, seen."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for offset, dashed in ((-44, False), (0, True), (44, False)):
        colour = QColor(theme.imputed_text if dashed else theme.text_muted)
        box = QRectF(centre.x() + offset - 16, centre.y() - 12, 32, 24)
        pen = QPen(colour, 1.75)
        if dashed:
            pen.setDashPattern([2.2, 2.0])
        painter.setPen(pen)
        painter.drawRoundedRect(box, 2, 2)
