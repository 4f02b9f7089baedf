"""What the plot shows, whatever part of it is in view; a new one for every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QFont

from gui.i18n import tr
from gui.plot.colours import Colours, Palette
from gui.plot.layer import LayerScene
from gui.plot.layout import PlotLayout, Point
from gui.plot.legend import Legend
from gui.plot.points import Points, Rows
from gui.plot.stamps import Shape
from gui.theme import Theme

REACH = 8.0
"""Pixels from which the mouse is drawn to a point."""
_STEP = 4.0
"""Pixels that an arrow key moves at least, if it can."""
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Content:
    """Points, their colours, and which of them are marked."""

    points: Points = field(default_factory=lambda: Points(np.empty((0, 2), np.float32)))
    colours: Colours | None = None
    """Not shown as long as there are more or fewer points."""
    marked: Mapping[Shape, Rows] = field(
        default_factory=lambda: {
            Shape.SELECTED: _NONE,
            Shape.INCLUDED: _NONE,
            Shape.EXCLUDED: _NONE,
        }
    )
    """Of a row in more than one shape, the last one counts."""

    @property
    def count(self) -> int:
        """Rows, also those that are no points."""
        return len(self.points.known)

    @property
    def shown_colours(self) -> Colours | None:
        """What the points are coloured by."""
        fits = self.colours is not None and len(self.colours) == self.count
        return self.colours if fits else None

    @cached_property
    def palette(self) -> Palette:
        """The same, ready to be drawn."""
        shown = self.shown_colours
        return Palette.plain(self.count) if shown is None else shown.palette

    def with_points(self, xy: NDArray[np.float32]) -> Content:
        """Other points."""
        return replace(self, points=Points(xy))

    def with_marked(self, shape: Shape, rows: NDArray[np.int64]) -> Content:
        """Other rows in one shape."""
        return replace(self, marked={**self.marked, shape: np.array(rows, np.int64)})

    def scene(self, theme: Theme) -> LayerScene:
        """For the picture of the points."""
        return LayerScene(self.points, self.palette, self.marked, theme)

    def legend(self, theme: Theme, font: QFont) -> Legend:
        """Of colours, and of shapes that there are."""
        counts = {
            shape: int(np.count_nonzero((rows >= 0) & (rows < self.count)))
            for shape, rows in self.marked.items()
        }
        return Legend.of(self.shown_colours, self.palette, counts, theme, font)

    def row_at(self, layout: PlotLayout, at: Point) -> int | None:
        """The point near a place of the widget."""
        if not layout.contains(at):
            return None
        reach = max(REACH, layout.dot(len(self.points)) / 2) / layout.scale
        return self.points.nearest(layout.to_data(at), reach, self.palette.rank)

    def row_toward(self, layout: PlotLayout, start: int | None, way: Point) -> int | None:
        """The next point in a direction; without a `start`, the one nearest to the middle."""
        place = self.points.place(start)
        if place is None:
            middle = layout.to_data((layout.size[0] / 2, layout.size[1] / 2))
            return self.points.nearest(middle, float("inf"), self.palette.rank)
        return self.points.toward(place, way, _STEP / layout.scale)

    def said(self, row: int | None, caption: str) -> tuple[str, ...]:
        """Lines about a row: its value, and a caption where there is one."""
        shown = self.shown_colours
        if row is None or shown is None:
            return (caption,) if caption else ()
        unknown = tr("unknown") if shown.scores is not None else tr("none")
        value = f"{shown.title}: {shown.value(row) or unknown}"
        return tuple(line for line in (value, caption) if line)
