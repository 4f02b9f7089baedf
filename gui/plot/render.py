"""Painting of what lies above the points, and of the plot without any; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from gui.plot.layout import Point, Size, card_place
from gui.theme import REJECTED, Theme, caption

MOST = QSizeF(192, 144)
"""Logical pixels that the picture on a card takes at most."""
_PADDING = 8.0
_WIDEST = 280.0
"""Pixels of a line of text on a card."""
_EDGE = QColor(0, 0, 0, 170)
_LIGHT = QColor(255, 255, 255)
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class LassoScene:
    """A lasso as it is being drawn."""

    line: Sequence[Point]
    excludes: bool
    note: str
    """How many points are inside."""


@dataclass(frozen=True, slots=True, eq=False)
class OverlayScene:
    """What `paint_overlay` needs; places are pixels."""

    room: Size
    """Of the widget."""
    current: Point | None
    """The point of the playhead."""
    pointed: Point | None
    """The point under the mouse, or that keys have come to."""
    dot: float
    """Diameter of a point."""
    lines: tuple[str, ...]
    """What to say of it."""
    thumbnail: QImage
    """What it looks like; null while nobody knows."""
    lasso: LassoScene | None
    theme: Theme
    font: QFont


def paint_overlay(painter: QPainter, scene: OverlayScene) -> None:
    """Playhead, pointed point with its card, lasso."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if scene.current is not None:
        _paint_current(painter, scene.current, scene.dot)
    if scene.lasso is not None:
        _paint_lasso(painter, scene, scene.lasso)
    if scene.pointed is not None:
        _ring(painter, scene.pointed, scene.dot / 2 + 5)
        if scene.lines or not scene.thumbnail.isNull():
            _paint_card(painter, scene, scene.pointed)


def paint_empty(painter: QPainter, room: Size, theme: Theme, font: QFont, text: str) -> None:
    """A sentence in the middle of the ground."""
    painter.setFont(font)
    painter.setPen(QColor(theme.well_text))
    across = min(room[0] - 32, 480.0)
    where = QRectF((room[0] - across) / 2, 0, across, room[1])
    painter.drawText(where, _CENTRE | Qt.TextFlag.TextWordWrap, text)


def _paint_current(painter: QPainter, at: Point, dot: float) -> None:
    """A ring with four strokes around it, as cross hairs have."""
    near, far = dot / 2 + 6, dot / 2 + 12
    for colour, width in ((_EDGE, 4.0), (_LIGHT, 2.0)):
        painter.setPen(QPen(colour, width, c=Qt.PenCapStyle.FlatCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(*at), near, near)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(at[0] + dx * near, at[1] + dy * near)
            painter.drawLine(start, QPointF(at[0] + dx * far, at[1] + dy * far))


def _ring(painter: QPainter, at: Point, radius: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_EDGE, 4.0), (_LIGHT, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(QPointF(*at), radius, radius)


def _paint_lasso(painter: QPainter, scene: OverlayScene, lasso: LassoScene) -> None:
    path = QPainterPath(QPointF(*lasso.line[0]))
    for corner in lasso.line[1:]:
        path.lineTo(QPointF(*corner))
    path.closeSubpath()
    path.setFillRule(Qt.FillRule.WindingFill)
    ink = QColor(REJECTED if lasso.excludes else scene.theme.well_text)
    fill = QColor(ink)
    fill.setAlpha(36)
    painter.fillPath(path, fill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_EDGE, 3.5), (ink, 1.5)):
        pen = QPen(colour, width, j=Qt.PenJoinStyle.RoundJoin)
        if lasso.excludes and colour is ink:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawPath(path)
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    size = metrics.horizontalAdvance(lasso.note) + 16, metrics.height() + 8
    corner = card_place(lasso.line[-1], size, scene.room)
    chip = QRectF(QPointF(*corner), QSizeF(*size))
    _paint_ground(painter, chip, scene.theme)
    painter.drawText(chip, _CENTRE, lasso.note)


def _paint_card(painter: QPainter, scene: OverlayScene, at: Point) -> None:
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    lines = [metrics.elidedText(t, Qt.TextElideMode.ElideRight, _WIDEST) for t in scene.lines if t]
    line = round(metrics.height()) + 2
    picture = QSizeF(scene.thumbnail.deviceIndependentSize())
    if not picture.isEmpty():
        most = MOST.boundedTo(QSizeF(0.5 * scene.room[0], 0.5 * scene.room[1]))
        picture.scale(most, Qt.AspectRatioMode.KeepAspectRatio)
    text = max((metrics.horizontalAdvance(words) for words in lines), default=0.0)
    gap = _PADDING if lines and not picture.isEmpty() else 0.0
    width = round(max(picture.width(), text) + 2 * _PADDING)
    height = round(picture.height() + gap + line * len(lines) + 2 * _PADDING)
    x, y = (round(side) for side in card_place(at, (width, height), scene.room))
    _paint_ground(painter, QRectF(x, y, width, height), scene.theme)
    left = x + (width - picture.width()) / 2
    painter.drawImage(QRectF(QPointF(left, y + _PADDING), picture), scene.thumbnail)
    top = y + _PADDING + picture.height() + gap
    for number, words in enumerate(lines):
        where = QRectF(x + _PADDING, top + number * line, width - 2 * _PADDING, line)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, words)


def _paint_ground(painter: QPainter, card: QRectF, theme: Theme) -> None:
    """Of a card; leaves the pen for its text."""
    painter.setPen(QPen(QColor(theme.border_strong), 1))
    painter.setBrush(QColor(theme.tooltip))
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(QColor(theme.tooltip_text))
