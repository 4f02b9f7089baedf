"""Painting of counted detections and of tracks in lanes onto any QPainter."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gui.i18n import tr, tr_n
from gui.theme import Theme, caption
from gui.timeline.lane_image import counts_image, lanes_image
from gui.timeline.lanes import Spans, lane_codes
from gui.timeline.layout import Rect, TimelineLayout
from gui.timeline.painting import paint_separator, pixel_ratio, qrect
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.rows import LANE


@dataclass(frozen=True, slots=True, eq=False)
class LaneScene:
    """What `paint_lanes` and `paint_counts` need besides layout, theme and font."""

    labels: tuple[str, ...]
    """One a lane."""
    seen: Spans
    """Where tracks are seen."""
    gaps: Spans
    """Where they are not, and should be."""
    focused: int | None
    """The lane to be lit."""
    counts: ScorePyramid
    """Detections in each frame, as a share of `most`."""
    most: int


def boxes(count: int) -> str:
    """A number of detections, in words."""
    return tr_n("{count} box", "{count} boxes", count)


def paint_counts(painter: QPainter, scene: LaneScene, layout: TimelineLayout, theme: Theme) -> None:
    """A curve of the detections in each frame."""
    row, ratio = layout.counts, pixel_ratio(painter)
    if not row.height:
        return
    where = Rect(row.x, row.y + 1, row.width, row.height - 1)
    size = max(1, round(where.width * ratio)), max(1, round(where.height * ratio))
    line = max(1, round(ratio))
    curve = counts_image(scene.counts, (layout.first, layout.last), size, line, theme)
    painter.drawImage(qrect(where), curve)
    paint_separator(painter, row, theme)


def paint_lanes(painter: QPainter, scene: LaneScene, layout: TimelineLayout, theme: Theme) -> None:
    """The lanes in view, and the scroll bar if there are more."""
    lanes, where, ratio = layout.rows.visible_lanes(), layout.lanes, pixel_ratio(painter)
    if not lanes:
        return
    focused = scene.focused
    lit = focused - lanes.start if focused is not None and focused in lanes else None
    codes, phase = lane_codes(scene.seen, scene.gaps, layout, ratio)
    picture = lanes_image(codes, phase, lit, ratio, theme)
    top = layout.rows.lane_top(lanes.start)
    painter.save()
    painter.setClipRect(qrect(where))
    painter.drawImage(QRectF(where.x, top, where.width, len(lanes) * LANE), picture)
    painter.restore()
    paint_separator(painter, Rect(where.x, where.y - 4, where.width, 0), theme)
    _paint_thumb(painter, layout, theme)


def paint_labels(
    painter: QPainter, scene: LaneScene, layout: TimelineLayout, theme: Theme, font: QFont
) -> None:
    """What each lane is, and how many boxes the top of the curve stands for."""
    painter.save()
    painter.setFont(caption(font))
    if layout.counts.height:
        text = tr("max {boxes}", boxes=boxes(scene.most))
        _paint_label(painter, layout.counts.x, layout.counts.y + 1, text, theme.well, theme)
    lanes, where = layout.rows.visible_lanes(), layout.lanes
    top = layout.rows.lane_top(lanes.start)
    painter.setClipRect(qrect(where))
    for row, lane in enumerate(lanes):
        lit, y = lane == scene.focused, top + row * LANE
        ground = theme.well_raised if lit else theme.well
        _paint_label(painter, where.x, y, scene.labels[lane], ground, theme)
        if lit:
            painter.fillRect(QRectF(where.x, y, 2, LANE), QColor(theme.well_text))
    painter.restore()


def _paint_label(
    painter: QPainter, x: float, y: float, text: str, ground: str, theme: Theme
) -> None:
    """At the left of a row, on a ground that hides what it would be lost in."""
    width = QFontMetricsF(painter.font()).horizontalAdvance(text)
    shade = QColor(ground)
    shade.setAlpha(225)
    painter.fillRect(QRectF(x, y, width + 14 if text else 0, LANE), shade)
    painter.setPen(QColor(theme.well_text))
    where = QRectF(x + 7, y, width + 1, LANE)
    painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _paint_thumb(painter: QPainter, layout: TimelineLayout, theme: Theme) -> None:
    if layout.thumb is None:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.border_strong))
    painter.drawRoundedRect(qrect(layout.thumb), 3, 3)
    painter.restore()
