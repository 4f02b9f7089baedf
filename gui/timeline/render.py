"""Painting of the timeline onto any QPainter; nothing is kept between calls.

There are two layers: what changes with the view or the data (`paint_layer`, which the widget
keeps as a pixmap), and what follows the playhead and the mouse (`paint_overlay`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from gui.text import grouped, timecode
from gui.theme import ACCEPTED, IMPUTED, REJECTED, Theme, caption
from gui.timeline.clock import Clock
from gui.timeline.layout import Rect, TimelineLayout
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.strip import strip_image
from gui.timeline.ticks import Tick, ticks
from gui.timeline.types import MarkState

_LABEL_SPACE = 6.0
"""Between a tick and its timecode, and between timecode and frame number."""
_FRAME_SHADE_FROM = 4.0
"""Logical pixels a frame from which the current frame's whole width is lit."""
_GLYPH = 12.0
"""Side of the square that a mark is drawn in."""
_CURSOR = QColor(255, 255, 255)
_CURSOR_EDGE = QColor(0, 0, 0, 170)


@dataclass(frozen=True, slots=True, eq=False)
class LayerScene:
    """What `paint_layer` needs."""

    layout: TimelineLayout
    clock: Clock
    pyramid: ScorePyramid
    mark_frames: NDArray[np.int64]
    mark_states: NDArray[np.uint8]
    theme: Theme
    font: QFont


@dataclass(frozen=True, slots=True)
class OverlayScene:
    """What `paint_overlay` needs."""

    layout: TimelineLayout
    playhead: int
    hover: int | None
    """The frame under the mouse, if it is over the frames."""
    note: str
    """What to say about it."""
    theme: Theme
    font: QFont


def paint_empty(painter: QPainter, layout: TimelineLayout, theme: Theme, message: str) -> None:
    """The timeline of no video: an outline of what will be there."""
    painter.fillRect(painter.viewport(), QColor(theme.window))
    where = _qrect(_well(layout)).united(_qrect(layout.minimap))
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.drawRect(where.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setPen(QColor(theme.text_muted))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, message)


def paint_layer(painter: QPainter, scene: LayerScene) -> None:
    """Ruler, scores, marks and minimap."""
    _paint_ground(painter, scene.layout, scene.theme)
    _paint_ruler(painter, scene)
    _paint_scores(painter, scene, scene.layout.strip, (scene.layout.first, scene.layout.last))
    _paint_scores(painter, scene, scene.layout.minimap, (0.0, float(scene.layout.frames)))
    _paint_marks(painter, scene)
    _paint_minimap_window(painter, scene.layout, scene.theme)


def paint_overlay(painter: QPainter, scene: OverlayScene) -> None:
    """Playhead, its place on the minimap, and what the mouse points at."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if scene.hover is not None:
        _paint_hover_line(painter, scene.layout, scene.hover)
    _paint_playhead(painter, scene)
    if scene.hover is not None:
        _paint_note(painter, scene, scene.hover)


def hover_note(frame: int, clock: Clock, score: float) -> str:
    """What the painted tooltip says about a frame; NaN for a score not known yet."""
    scored = "not scored yet" if np.isnan(score) else f"score {score:.2f}"
    return f"frame {grouped(frame)} \u00b7 {timecode(clock.seconds(frame))} \u00b7 {scored}"


def _paint_ground(painter: QPainter, layout: TimelineLayout, theme: Theme) -> None:
    painter.fillRect(painter.viewport(), QColor(theme.window))
    for well in (_well(layout), layout.minimap):
        painter.fillRect(_qrect(well), QColor(theme.well))


def _well(layout: TimelineLayout) -> Rect:
    """The strip and the row of marks below it, one dark ground."""
    strip = layout.strip
    return Rect(strip.x, strip.y, strip.width, layout.marks.bottom - strip.y)


def _paint_ruler(painter: QPainter, scene: LayerScene) -> None:
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    widest = _label(scene.clock.seconds(scene.layout.frames - 1), scene.layout.frames)
    found = ticks(scene.layout, scene.clock, metrics.horizontalAdvance(widest) + 2 * _LABEL_SPACE)
    ruler = scene.layout.ruler
    lines = {True: list[QLineF](), False: list[QLineF]()}
    for tick in found:
        x = _centred(painter, tick.x)
        top = ruler.y + 5 if tick.time else ruler.bottom - 5
        lines[bool(tick.time)].append(QLineF(x, top, x, ruler.bottom))
    for major, colour in ((False, scene.theme.border_strong), (True, scene.theme.text_muted)):
        painter.setPen(QPen(QColor(colour), 1))
        painter.drawLines(lines[major])
    for tick in found:
        _paint_label(painter, tick, metrics, scene)


def _label(seconds: float, frame: int) -> str:
    return f"{timecode(seconds)}{grouped(frame)}"


def _paint_label(painter: QPainter, tick: Tick, metrics: QFontMetricsF, scene: LayerScene) -> None:
    x = tick.x + _LABEL_SPACE
    frame_x = x + metrics.horizontalAdvance(tick.time) + _LABEL_SPACE
    # A number cut short at the edge would read as another number.
    if x < 0 or frame_x + metrics.horizontalAdvance(tick.frame) > scene.layout.width:
        return
    baseline = scene.layout.ruler.y + 4 + metrics.ascent()
    painter.setPen(QColor(scene.theme.text))
    painter.drawText(QPointF(x, baseline), tick.time)
    painter.setPen(QColor(scene.theme.text_muted))
    painter.drawText(QPointF(frame_x, baseline), tick.frame)


def _paint_scores(
    painter: QPainter, scene: LayerScene, where: Rect, visible: tuple[float, float]
) -> None:
    ratio = _pixel_ratio(painter)
    size = max(1, round(where.width * ratio)), max(1, round(where.height * ratio))
    painter.drawImage(_qrect(where), strip_image(scene.pyramid, visible, size, ratio, scene.theme))


def _paint_marks(painter: QPainter, scene: LayerScene) -> None:
    row = scene.layout.marks
    painter.save()
    painter.setClipRect(_qrect(row))
    painter.setPen(QPen(QColor(scene.theme.well_line), 1))
    y = _centred(painter, row.y)
    painter.drawLine(QLineF(row.x, y, row.right, y))
    top = row.y + 0.5 + (row.height - _GLYPH) / 2
    # One picture a state, stamped: hundreds of smooth outlines would make zooming stutter.
    glyphs = [_glyph(state, _pixel_ratio(painter)) for state in MarkState]
    xs, states = scene.layout.visible_marks(scene.mark_frames, scene.mark_states)
    for x, state in zip(xs.tolist(), states.tolist(), strict=True):
        painter.drawPixmap(QPointF(x - _GLYPH / 2, top), glyphs[state])
    painter.restore()


def _glyph(state: MarkState, ratio: float) -> QPixmap:
    side = math.ceil(_GLYPH * ratio)
    pixmap = QPixmap(side, side)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, QPointF(_GLYPH / 2, _GLYPH / 2), state)
    painter.end()
    return pixmap


def paint_mark(painter: QPainter, at: QPointF, state: MarkState) -> None:
    """To do is a diamond, accepted a disc, rejected a cross; for use in a legend as well."""
    x, y = at.x(), at.y()
    painter.setPen(Qt.PenStyle.NoPen)
    match state:
        case MarkState.TO_DO:
            painter.setBrush(QColor(IMPUTED))
            corners = [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        case MarkState.ACCEPTED:
            painter.setBrush(QColor(ACCEPTED))
            painter.drawEllipse(at, 4.0, 4.0)
        case MarkState.REJECTED:
            painter.setPen(QPen(QColor(REJECTED), 2, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QLineF(x - 3.2, y - 3.2, x + 3.2, y + 3.2))
            painter.drawLine(QLineF(x - 3.2, y + 3.2, x + 3.2, y - 3.2))


def _paint_minimap_window(painter: QPainter, layout: TimelineLayout, theme: Theme) -> None:
    """What is out of view is dimmed; what is in view has a frame that can be seen when tiny."""
    left, right = layout.minimap_window()
    if layout.span >= layout.frames:
        return
    row = layout.minimap
    dim = QColor(theme.well)
    dim.setAlpha(150)
    painter.fillRect(QRectF(row.x, row.y, left - row.x, row.height), dim)
    painter.fillRect(QRectF(right, row.y, row.right - right, row.height), dim)
    middle, half = (left + right) / 2, max((right - left) / 2, 3.0)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.well_text), 1.5))
    painter.setBrush(QColor(255, 255, 255, 24))
    painter.drawRoundedRect(QRectF(middle - half, row.y + 1, 2 * half, row.height - 2), 2, 2)
    painter.restore()


def _paint_hover_line(painter: QPainter, layout: TimelineLayout, frame: int) -> None:
    well = _well(layout)
    x = _centred(painter, layout.x_of(frame))
    painter.setPen(QPen(QColor(255, 255, 255, 120), 1))
    painter.drawLine(QLineF(x, well.y, x, well.bottom))


def _paint_playhead(painter: QPainter, scene: OverlayScene) -> None:
    layout, well = scene.layout, _well(scene.layout)
    row = layout.minimap
    _paint_cursor(painter, layout.minimap_x(scene.playhead), row.y, row.bottom)
    if not layout.first - 1 < scene.playhead < layout.last:
        return
    if layout.pixels_per_frame >= _FRAME_SHADE_FROM:
        left, right = layout.edge_of(scene.playhead), layout.edge_of(scene.playhead + 1)
        lit = QRectF(left, well.y, right - left, well.height)
        painter.fillRect(lit.intersected(_qrect(well)), QColor(255, 255, 255, 40))
    x = _paint_cursor(painter, layout.x_of(scene.playhead), well.y, well.bottom)
    top, tip = layout.ruler.bottom - 9, well.y + 2
    handle = [(x - 5, top), (x + 5, top), (x + 5, tip - 5), (x, tip), (x - 5, tip - 5)]
    painter.setPen(QPen(QColor(scene.theme.window), 1))
    painter.setBrush(QColor(scene.theme.accent_text))
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in handle]))


def _paint_cursor(painter: QPainter, x: float, top: float, bottom: float) -> float:
    """A white line that stays visible on bright bars; returns the x it was snapped to."""
    x = _centred(painter, x)
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


def _centred(painter: QPainter, value: float) -> float:
    """The middle of the device pixels that a one-pixel line (logical) at `value` covers."""
    ratio = _pixel_ratio(painter)
    half = (round(ratio) % 2) / 2
    return (round(value * ratio - half) + half) / ratio


def _pixel_ratio(painter: QPainter) -> float:
    return painter.device().devicePixelRatioF()


def _qrect(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)
