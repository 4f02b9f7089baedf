"""Painting of one frame and its boxes onto any QPainter; nothing is kept between calls.

All lengths are logical pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from gui.canvas.chips import paint_bookmark, paint_labels, paint_note
from gui.canvas.empty import paint_empty
from gui.canvas.layout import ViewTransform, intersection
from gui.canvas.marks import paint_box, paint_ghost
from gui.canvas.strokes import pixel_ratio, qrect
from gui.canvas.tool_marks import ToolScene, paint_draft, paint_guides
from gui.canvas.types import Box, CanvasBox, Size
from gui.theme import Theme, caption

_NEAREST_FROM = 3.0
"""Device pixels per image pixel above which pixels are shown as squares, to be counted."""
_MARGIN = 16.0
"""Logical pixels by which no badge or corner reaches beyond its box."""


@dataclass(frozen=True, slots=True)
class CanvasScene:
    """Everything that one painting needs."""

    size: Size
    """Of the widget."""
    picture: QImage | None
    boxes: Sequence[CanvasBox]
    view: ViewTransform
    theme: Theme
    font: QFont
    title: str = ""
    hint: str = ""
    picture_size: Size = (0.0, 0.0)
    """Of the full picture, in which boxes are given; the picture itself may be smaller."""
    note: str = ""
    """What must be known about the picture, empty for nothing."""
    badge: str = ""
    """A word for what the frame was chosen for, empty for nothing."""
    before: Sequence[Box] = ()
    """Boxes of the previous frame, in image pixels."""
    after: Sequence[Box] = ()
    """Boxes of the next frame, in image pixels."""
    tool: ToolScene | None = None
    """None while looking; else `boxes` lack the one that is edited."""


def paint_canvas(painter: QPainter, scene: CanvasScene) -> None:
    """The picture and its boxes, or the empty state where there is no picture."""
    ground = scene.theme.window if scene.picture is None else scene.theme.canvas
    painter.fillRect(QRectF(0, 0, *scene.size), QColor(ground))
    if scene.picture is None:
        paint_empty(painter, scene.size, scene.theme, scene.font, scene.title, scene.hint)
        return
    whole = scene.view.to_widget((0, 0, *scene.picture_size))
    shown = intersection(whole, (0, 0, *scene.size))
    if shown is not None:
        _paint_picture(painter, scene.picture, scene, shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(caption(scene.font))
    _paint_boxes(painter, scene, shown)
    if scene.note:
        paint_note(painter, scene.note)
    if scene.badge:
        paint_bookmark(painter, scene.badge, scene.size[0])
    if scene.tool is not None:
        _paint_tool(painter, scene, scene.tool, shown)


def _paint_boxes(painter: QPainter, scene: CanvasScene, bounds: Box | None) -> None:
    for ghosts, after in ((scene.before, False), (scene.after, True)):
        for ghost in map(scene.view.to_widget, ghosts):
            if _in_sight(ghost, scene.size):
                paint_ghost(painter, ghost, after=after)
    placed = [(box, scene.view.to_widget(box.xyxy)) for box in scene.boxes]
    seen = [(box, rect) for box, rect in placed if _in_sight(rect, scene.size)]
    quiet = scene.tool is not None
    # The focused box is painted last and so lies on top.
    for box, rect in sorted(seen, key=lambda one: one[0].focused):
        paint_box(painter, box.state, rect, focused=box.focused and not quiet, quiet=quiet)
    if bounds is not None and not quiet:
        paint_labels(painter, [box for box, _ in seen], [rect for _, rect in seen], bounds)


def _in_sight(rect: Box, size: Size) -> bool:
    """Whether any of a box, or of what stands out from it, is within the widget."""
    x1, y1, x2, y2 = rect
    return x2 > -_MARGIN and y2 > -_MARGIN and x1 < size[0] + _MARGIN and y1 < size[1] + _MARGIN


def _paint_tool(painter: QPainter, scene: CanvasScene, tool: ToolScene, bounds: Box | None) -> None:
    if tool.cursor is not None:
        paint_guides(painter, tool.cursor, scene.size)
    if tool.draft is not None:
        rect = scene.view.to_widget(tool.draft)
        paint_draft(painter, tool, tool.draft, rect, bounds or (0, 0, *scene.size))


def _paint_picture(painter: QPainter, picture: QImage, scene: CanvasScene, shown: Box) -> None:
    across, down = picture.width() / scene.picture_size[0], picture.height() / scene.picture_size[1]
    # Only the part in view is handed over, else a deep zoom would scale what nobody sees; and
    # whole pixels of it, which fall on whole pixels of the display where the zoom allows it.
    x1, y1 = scene.view.to_image(shown[:2])
    x2, y2 = scene.view.to_image(shown[2:])
    left, top = math.floor(x1 * across + 1e-6), math.floor(y1 * down + 1e-6)
    right = min(math.ceil(x2 * across - 1e-6), picture.width())
    bottom = min(math.ceil(y2 * down - 1e-6), picture.height())
    source = QRectF(left, top, right - left, bottom - top)
    target = scene.view.to_widget((left / across, top / down, right / across, bottom / down))
    ratio = pixel_ratio(painter)
    painter.save()
    if math.isclose(scene.view.scale * ratio, across) and math.isclose(across, down):
        # Told to Qt as no scaling at all, else it would resample.
        painter.scale(1 / ratio, 1 / ratio)
        at = QPointF(round(target[0] * ratio), round(target[1] * ratio))
        painter.drawImage(at, picture, source)
    else:
        smooth = scene.view.scale * ratio < _NEAREST_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(qrect(target), picture, source)
    painter.restore()
