"""The picture of all points, kept until it has to be another one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from gui.plot.colours import Palette
from gui.plot.layout import PlotLayout
from gui.plot.points import Points, Rows
from gui.plot.raster import Group, rasterised
from gui.plot.stamps import Shape, stamp
from gui.theme import Theme
from gui.timeline.painting import image, rgb

_AROUND = 160.0
"""Logical pixels beyond each edge of a picture made while the points are dragged."""


@dataclass(frozen=True, eq=False)
class LayerScene:
    """What the picture shows."""

    points: Points
    palette: Palette
    marked: Mapping[Shape, Rows]
    """Rows that are more than dots; of a row named twice, the later shape counts."""
    theme: Theme


class Layer:
    """Drawn anew after zooming; while it is panned, only where it ends."""

    def __init__(self) -> None:
        self._made: PlotLayout | None = None
        self._margin = 0.0
        self._ratio = 1.0
        self._image = QImage()

    def forget(self) -> None:
        """What is shown has changed."""
        self._made = None

    def picture(
        self, scene: LayerScene, layout: PlotLayout, ratio: float
    ) -> tuple[QPointF, QImage]:
        """The picture, and where its corner lies in the widget.

        `ratio` is device pixels per logical pixel; `layout` lies on them.
        """
        if not self._covers(layout, ratio):
            self._draw(scene, layout, ratio)
        made = self._made
        assert made is not None
        corner = layout.x - made.x - self._margin, layout.y - made.y - self._margin
        return QPointF(*corner), self._image

    def _covers(self, layout: PlotLayout, ratio: float) -> bool:
        made = self._made
        if made is None or ratio != self._ratio:
            return False
        if made.scale != layout.scale or made.size != layout.size:
            return False
        return max(abs(layout.x - made.x), abs(layout.y - made.y)) <= self._margin

    def _draw(self, scene: LayerScene, layout: PlotLayout, ratio: float) -> None:
        panned = self._made is not None and self._made.scale == layout.scale
        self._margin = math.ceil(_AROUND * ratio) / ratio if panned else 0.0
        self._made, self._ratio = layout, ratio
        width, height = (math.ceil((side + 2 * self._margin) * ratio) for side in layout.size)
        pixels = rasterised(
            groups(scene, layout.dot(len(scene.points)), ratio),
            scene.palette.table,
            (width, height),
            layout.scale * ratio,
            ((layout.x + self._margin) * ratio, (layout.y + self._margin) * ratio),
            int(rgb(scene.theme.well)),
        )
        self._image = image(pixels)
        self._image.setDevicePixelRatio(ratio)


def groups(scene: LayerScene, dot: float, ratio: float) -> list[Group]:
    """Points by shape, those of unknown value first, marked ones last."""
    points, palette, theme = scene.points, scene.palette, scene.theme
    shapes = [Shape.UNKNOWN, Shape.DOT, *scene.marked]
    which = np.where(palette.unknown, 0, 1)
    for number, rows in enumerate(scene.marked.values(), 2):
        which[rows[(rows >= 0) & (rows < len(which))]] = number
    order = palette.order[points.known[palette.order]]
    found = list[Group]()
    for number, shape in enumerate(shapes):
        rows = order[which[order] == number]
        form = stamp(shape, dot, ratio, theme.well, theme.well_text)
        found.append(Group(points.xy[rows], palette.index[rows], form))
    return found
