"""Painting of what follows the playhead and the mouse, above the kept layer."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.theme import Theme, caption
from gui.timeline.layout import TimelineLayout
from gui.timeline.painting import centred, qrect

_FRAME_SHADE_FROM = 4.0
"""Logical pixels a frame from which the current frame's whole width is lit."""
_CURSOR = QColor(255, 255, 255)
_CURSOR_EDGE = QColor(0, 0, 0, 170)


@dataclass(frozen=True, slots=True)
class OverlayScene:
    """What `paint_overlay` needs."""

    layout: TimelineLayout
    playhead: int
    hover: int | None
    """The frame under the mouse, if it is over the frames."""
    note: str
    """What to say about it; empty for nothing."""
    theme: Theme
    font: QFont


def paint_overlay(painter: QPainter, scene: OverlayScene) -> None:
    """Playhead, its place on the minimap, and what the mouse points at."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if scene.hover is not None:
        _paint_hover_line(painter, scene.layout, scene.hover)
    _paint_playhead(painter, scene)
    if scene.hover is not None and scene.note:
        _paint_note(painter, scene, scene.hover)


def _paint_hover_line(painter: QPainter, layout: TimelineLayout, frame: int) -> None:
    well = layout.well
    x = centred(painter, layout.x_of(frame))
    painter.setPen(QPen(QColor(255, 255, 255, 120), 1))
    painter.drawLine(QLineF(x, well.y, x, well.bottom))


def _paint_playhead(painter: QPainter, scene: OverlayScene) -> None:
    layout, well = scene.layout, scene.layout.well
    row = layout.minimap
    _paint_cursor(painter, layout.minimap_x(scene.playhead), row.y, row.bottom)
    if not layout.first - 1 < scene.playhead < layout.last:
        return
    if layout.pixels_per_frame >= _FRAME_SHADE_FROM:
        left, right = layout.edge_of(scene.playhead), layout.edge_of(scene.playhead + 1)
        lit = QRectF(left, well.y, right - left, well.height)
        painter.fillRect(lit.intersected(qrect(well)), QColor(255, 255, 255, 40))
    x = _paint_cursor(painter, layout.x_of(scene.playhead), well.y, well.bottom)
    top, tip = layout.ruler.bottom - 9, well.y + 2
    handle = [(x - 5, top), (x + 5, top), (x + 5, tip - 5), (x, tip), (x - 5, tip - 5)]
    painter.setPen(QPen(QColor(scene.theme.window), 1))
    painter.setBrush(QColor(scene.theme.accent_text))
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in handle]))


def _paint_cursor(painter: QPainter, x: float, top: float, bottom: float) -> float:
    """A white line that stays visible on bright bars; returns the x it was snapped to."""
    x = centred(painter, x)
    for colour, width in ((_CURSOR_EDGE, 3), (_CURSOR, 1)):
        painter.setPen(QPen(colour, width, c=Qt.PenCapStyle.FlatCap))
        painter.drawLine(QLineF(x, top, x, bottom))
    return x


def _paint_note(painter: QPainter, scene: OverlayScene, frame: int) -> None:
    """Over the ruler, whose times it replaces there, so that it hides no score."""
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    width, height = metrics.horizontalAdvance(scene.note) + 16, metrics.height() + 6
    x = scene.layout.x_of(frame) + 10
    if x + width > scene.layout.strip.right:
        x -= width + 20
    chip = QRectF(round(max(x, 0.0)), scene.layout.ruler.y + 3, width, height)
    painter.setPen(QPen(QColor(scene.theme.well_line), 1))
    painter.setBrush(QColor(scene.theme.well_raised))
    painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(QColor(scene.theme.well_text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, scene.note)
