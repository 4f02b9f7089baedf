"""Painting of the timeline onto any QPainter; nothing is kept between calls.

This is what changes with the view or the data, which the widget keeps as a pixmap; what follows
the playhead and the mouse lies above it, see `overlay`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gui.text import grouped, timecode
from gui.theme import Theme, caption
from gui.timeline.clock import Clock
from gui.timeline.glyphs import (
    GLYPH,
    SELECTED_WIDTH,
    SEVERAL,
    kind_stamp,
    selected_stamp,
    state_stamps,
)
from gui.timeline.lane_render import LaneScene, paint_counts, paint_labels, paint_lanes
from gui.timeline.layout import Rect, TimelineLayout
from gui.timeline.marks import KIND_PITCH, Marks
from gui.timeline.painting import centred, mixed, paint_separator, pixel_ratio, qrect
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.strip import strip_image
from gui.timeline.ticks import Tick, ticks

_LABEL_SPACE = 6.0
"""Between a tick and its timecode, and between timecode and frame number."""
_DIMMED = 165
"""Opacity, of 255, of what covers frames out of the range."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerScene:
    """What `paint_layer` needs."""

    layout: TimelineLayout
    clock: Clock
    pyramid: ScorePyramid
    marks: Marks
    selected: NDArray[np.int64]
    """Frames that were chosen for labeling, ascending."""
    lanes: LaneScene
    bounds: tuple[int, int] | None
    """The in/out range ``[start, stop)``."""
    theme: Theme
    font: QFont


def paint_empty(painter: QPainter, layout: TimelineLayout, theme: Theme, message: str) -> None:
    """The timeline of no video: an outline of what will be there."""
    painter.fillRect(painter.viewport(), QColor(theme.window))
    where = qrect(layout.well).united(qrect(layout.minimap))
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.drawRect(where.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setPen(QColor(theme.text_muted))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, message)


def paint_layer(painter: QPainter, scene: LayerScene) -> None:
    """All but what the overlay shows."""
    _paint_ground(painter, scene.layout, scene.theme)
    _paint_ruler(painter, scene)
    _paint_scores(painter, scene, scene.layout.strip, (scene.layout.first, scene.layout.last))
    _paint_scores(painter, scene, scene.layout.minimap, (0.0, float(scene.layout.frames)))
    _paint_selected(painter, scene)
    _paint_marks(painter, scene)
    paint_counts(painter, scene.lanes, scene.layout, scene.theme)
    paint_lanes(painter, scene.lanes, scene.layout, scene.theme)
    if scene.bounds is not None:
        _paint_range(painter, scene.layout, scene.bounds, scene.theme)
    paint_labels(painter, scene.lanes, scene.layout, scene.theme, scene.font)
    _paint_minimap_window(painter, scene.layout, scene.theme)


def _paint_ground(painter: QPainter, layout: TimelineLayout, theme: Theme) -> None:
    painter.fillRect(painter.viewport(), QColor(theme.window))
    for well in (layout.well, layout.minimap):
        painter.fillRect(qrect(well), QColor(theme.well))


def _paint_ruler(painter: QPainter, scene: LayerScene) -> None:
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    widest = _label(scene.clock.seconds(scene.layout.frames - 1), scene.layout.frames)
    found = ticks(scene.layout, scene.clock, metrics.horizontalAdvance(widest) + 2 * _LABEL_SPACE)
    ruler = scene.layout.ruler
    lines = {True: list[QLineF](), False: list[QLineF]()}
    for tick in found:
        x = centred(painter, tick.x)
        top = ruler.y + 5 if tick.time else ruler.bottom - 5
        lines[bool(tick.time)].append(QLineF(x, top, x, ruler.bottom))
    for major, colour in ((False, scene.theme.border_strong), (True, scene.theme.text_muted)):
        painter.setPen(QPen(QColor(colour), 1))
        painter.drawLines(lines[major])
    for tick in filter(lambda tick: tick.time, found):
        _paint_time(painter, tick, metrics, scene)


def _label(seconds: float, frame: int) -> str:
    return f"{timecode(seconds)}{grouped(frame)}"


def _paint_time(painter: QPainter, tick: Tick, metrics: QFontMetricsF, scene: LayerScene) -> None:
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
    ratio = pixel_ratio(painter)
    size = max(1, round(where.width * ratio)), max(1, round(where.height * ratio))
    painter.drawImage(qrect(where), strip_image(scene.pyramid, visible, size, ratio, scene.theme))


def _paint_selected(painter: QPainter, scene: LayerScene) -> None:
    """Bookmarks that hang from the ruler."""
    layout, row, half = scene.layout, scene.layout.selected, SELECTED_WIDTH / 2
    stamp = selected_stamp(scene.theme.well_text, pixel_ratio(painter))
    painter.save()
    painter.setClipRect(qrect(row))
    # The first and the last frame's, too, are seen as a whole.
    xs = layout.visible_selected(scene.selected).clip(row.x + half, row.right - half)
    for x in xs.tolist():
        painter.drawImage(QPointF(x - GLYPH / 2, row.y), stamp)
    painter.restore()


def _paint_marks(painter: QPainter, scene: LayerScene) -> None:
    layout, ratio = scene.layout, pixel_ratio(painter)
    painter.save()
    painter.setClipRect(qrect(layout.marks))
    paint_separator(painter, layout.marks, scene.theme)
    top = layout.states.y + 0.5 + (layout.states.height - GLYPH) / 2
    # One picture a state, stamped: hundreds of smooth outlines would make zooming stutter.
    stamps = state_stamps(ratio)
    xs, states = layout.visible_marks(scene.marks.frames, scene.marks.states)
    for x, state in zip(xs.tolist(), states.tolist(), strict=True):
        painter.drawImage(QPointF(x - GLYPH / 2, top), stamps[state])
    if layout.rows.kinds:
        _paint_kinds(painter, scene, layout.marks.y + 3)
    painter.restore()


def _paint_kinds(painter: QPainter, scene: LayerScene, top: float) -> None:
    """Above the states; side by side where a frame has several and room for them."""
    names, ratio = scene.marks.kind_names, pixel_ratio(painter)
    room = max(KIND_PITCH, scene.layout.pixels_per_frame)
    theme = scene.theme
    stamps = [kind_stamp(name, theme.well_text, ratio) for name in names]
    stamps.append(kind_stamp(SEVERAL, mixed(theme.well_text, theme.well, 0.6), ratio))
    for x, kinds in scene.marks.visible_kinds(scene.layout):
        shown = kinds if len(kinds) * KIND_PITCH <= room else [len(names)]
        left = x - (len(shown) - 1) * KIND_PITCH / 2 - GLYPH / 2
        for place, kind in enumerate(shown):
            painter.drawImage(QPointF(left + place * KIND_PITCH, top), stamps[kind])


def _paint_range(
    painter: QPainter, layout: TimelineLayout, bounds: tuple[int, int], theme: Theme
) -> None:
    """What is outside is dimmed; a line on the ruler joins the two handles."""
    left, right = (layout.edge_of(frame) for frame in bounds)
    _dim_outside(painter, layout.well, left, right, theme)
    mini_left, mini_right = (layout.minimap_x(frame - 0.5) for frame in bounds)
    _dim_outside(painter, layout.minimap, mini_left, mini_right, theme)
    handles = layout.range_handles(*bounds)
    bar = QRectF(left, handles[0].bottom - 3, right - left, 3)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent_text))
    painter.drawRect(bar.intersected(QRectF(layout.well.x, 0, layout.well.width, bar.bottom())))
    for handle in handles:
        painter.drawRoundedRect(qrect(handle), 2, 2)
    painter.restore()


def _dim_outside(painter: QPainter, row: Rect, left: float, right: float, theme: Theme) -> None:
    dim = QColor(theme.well)
    dim.setAlpha(_DIMMED)
    left, right = min(left, row.right), max(right, row.x)
    if left > row.x:
        painter.fillRect(QRectF(row.x, row.y, left - row.x, row.height), dim)
    if right < row.right:
        painter.fillRect(QRectF(right, row.y, row.right - right, row.height), dim)


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
