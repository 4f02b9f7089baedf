"""The picture of all points, kept until it has to be another one."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from gui.plot.colours import Palette
from gui.plot.layout import PlotLayout
from gui.plot.points import Points, Rows
from gui.plot.raster import Group, Ink, rasterised
from gui.plot.stamps import Shape, stamp
from gui.theme import Theme
from gui.timeline.painting import image, rgb

_AROUND = 160.0
"""Logical pixels beyond each edge of a picture made while the points are dragged."""
_SLOW = 0.016
"""Seconds of drawing from which zooming looks at the picture before, for a moment."""
_STRETCHED = 0.6, 2.5
"""How much smaller or larger that may look."""


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
        self._groups: dict[Shape, Group] = {}
        self._inks: dict[Shape, Ink] = {}
        self._dot = 0.0
        self._margin = 0.0
        self._took = 0.0
        self._ratio = 1.0
        self._image = QImage()

    def forget(self) -> None:
        """What is shown has changed."""
        self._made, self._groups, self._inks = None, {}, {}

    def picture(
        self, scene: LayerScene, layout: PlotLayout, ratio: float, *, hurried: bool = False
    ) -> tuple[QRectF, QImage]:
        """The picture, and where it lies in the widget.

        Args:
            scene: What it shows, as when it was forgotten last.
            layout: On the screen's pixels.
            ratio: Of which so many make a logical one.
            hurried: Where drawing takes long, another size of the last picture will do.
        """
        if not (self._covers(layout, ratio) or (hurried and self._resembles(layout))):
            self._draw(scene, layout, ratio)
        made = self._made
        assert made is not None
        zoom = layout.scale / made.scale
        left = layout.x - (made.x + self._margin) * zoom
        top = layout.y - (made.y + self._margin) * zoom
        size = self._image.deviceIndependentSize() * zoom
        return QRectF(left, top, size.width(), size.height()), self._image

    def _resembles(self, layout: PlotLayout) -> bool:
        made = self._made
        if made is None or made.size != layout.size or self._took < _SLOW:
            return False
        return _STRETCHED[0] <= layout.scale / made.scale <= _STRETCHED[1]

    def _covers(self, layout: PlotLayout, ratio: float) -> bool:
        made = self._made
        if made is None or ratio != self._ratio:
            return False
        if made.scale != layout.scale or made.size != layout.size:
            return False
        return max(abs(layout.x - made.x), abs(layout.y - made.y)) <= self._margin

    def _draw(self, scene: LayerScene, layout: PlotLayout, ratio: float) -> None:
        began = time.perf_counter()
        panned = self._made is not None and self._made.scale == layout.scale
        self._margin = math.ceil(_AROUND * ratio) / ratio if panned else 0.0
        dot = layout.dot(len(scene.points))
        if not self._groups:
            self._groups = grouped(scene)
        if not self._inks or (dot, ratio) != (self._dot, self._ratio):
            self._inks = {shape: ink(scene, shape, dot, ratio) for shape in self._groups}
        self._made, self._dot, self._ratio = layout, dot, ratio
        width, height = (math.ceil((side + 2 * self._margin) * ratio) for side in layout.size)
        pixels = rasterised(
            [(group, self._inks[shape]) for shape, group in self._groups.items()],
            (width, height),
            layout.scale * ratio,
            ((layout.x + self._margin) * ratio, (layout.y + self._margin) * ratio),
            int(rgb(scene.theme.well)),
        )
        self._image = image(pixels)
        self._image.setDevicePixelRatio(ratio)
        self._took = time.perf_counter() - began


def grouped(scene: LayerScene) -> dict[Shape, Group]:
    """Points by shape: those of unknown value first, marked ones last."""
    points, palette = scene.points, scene.palette
    which = np.where(palette.unknown, 0, 1)
    for number, rows in enumerate(scene.marked.values(), 2):
        which[rows[(rows >= 0) & (rows < len(which))]] = number
    order = palette.order[points.known[palette.order]]
    which = which[order]
    found = dict[Shape, Group]()
    for number, shape in enumerate((Shape.UNKNOWN, Shape.DOT, *scene.marked)):
        rows = order[which == number]
        if len(rows):
            found[shape] = Group.of(points.xy[rows], palette.index[rows])
    return found


def ink(scene: LayerScene, shape: Shape, dot: float, ratio: float) -> Ink:
    """How a shape looks."""
    form = stamp(shape, dot, ratio, scene.theme.well, scene.theme.well_text)
    return Ink.of(form, scene.palette.table)
