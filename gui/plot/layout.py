"""The plot's arithmetic, free of Qt.

Data is (x, y) as the points have it, y up. Pixels are logical, from the widget's top left corner,
y down. One unit of data is as long across as it is up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

Point = tuple[float, float]
Size = tuple[float, float]

MARGIN = 24.0
"""Pixels around the points where all of them are in view."""
MOST_ZOOM = 400.0
"""Times as large as with all points in view."""
CARD_GAP = 12.0
"""Pixels between a point and what is said of it."""
EDGE = 8.0
"""Pixels that a card keeps from the edge."""
_SMALLEST = 1e-3
"""Data that is less wide than this is shown as if it were as wide."""
_DOTS = 3, 5, 7, 9
"""Diameters of points, in pixels; odd ones have a pixel in the middle."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A part of the data."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def centre(self) -> Point:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class PlotLayout:
    """Where the data lies now."""

    size: Size
    """What the points have of the widget."""
    bounds: Bounds
    """Of all points."""
    scale: float
    """Pixels per unit of data."""
    x: float
    y: float
    """Where the data's (0, 0) lies, in pixels."""

    @classmethod
    def fitted(cls, size: Size, bounds: Bounds) -> PlotLayout:
        """All points in view."""
        size = max(size[0], 2 * MARGIN + 1), max(size[1], 2 * MARGIN + 1)
        return cls(size, bounds, 1.0, 0.0, 0.0)._scaled(_fit_scale(size, bounds), bounds.centre)

    @property
    def magnification(self) -> float:
        """How many times as large as with all points in view."""
        return self.scale / _fit_scale(self.size, self.bounds)

    def to_widget(self, point: Point) -> Point:
        """From data to pixels."""
        return self.x + point[0] * self.scale, self.y - point[1] * self.scale

    def to_data(self, at: Point) -> Point:
        """The inverse of `to_widget`."""
        return (at[0] - self.x) / self.scale, (self.y - at[1]) / self.scale

    def contains(self, at: Point, margin: float = 0.0) -> bool:
        """Whether a place in pixels is in view, and so far from the edges."""
        return all(margin <= a <= b - margin for a, b in zip(at, self.size, strict=True))

    def resized(self, size: Size) -> PlotLayout:
        """All in view again if they were, else the same in the middle."""
        fitted = PlotLayout.fitted(size, self.bounds)
        if self.is_fitted:
            return fitted
        return fitted._scaled(self.scale, self._centre)

    @property
    def is_fitted(self) -> bool:
        """Whether all points are in view, as `fitted` puts them."""
        fitted = PlotLayout.fitted(self.size, self.bounds)
        near = abs(fitted.x - self.x) < 1 and abs(fitted.y - self.y) < 1
        return near and math.isclose(fitted.scale, self.scale)

    def zoomed_about(self, at: Point, factor: float) -> PlotLayout:
        """`factor` > 1 comes closer; what is under `at` stays there if the ends allow it."""
        least = _fit_scale(self.size, self.bounds)
        scale = min(max(self.scale * factor, least), least * MOST_ZOOM)
        x, y = self.to_data(at)
        return self._placed(scale, at[0] - x * scale, at[1] + y * scale)

    def panned(self, dx: float, dy: float) -> PlotLayout:
        """The points moved by pixels, but never all of them out of view."""
        return self._placed(self.scale, self.x + dx, self.y + dy)

    def showing(self, point: Point) -> PlotLayout:
        """Moved, only if it must be, so that a place in the data is in view."""
        if self.contains(self.to_widget(point), MARGIN):
            return self
        return self._scaled(self.scale, point)

    def on_pixels(self, ratio: float) -> PlotLayout:
        """Moved by less than one of the screen's pixels, of which `ratio` make a logical one."""
        return replace(self, x=round(self.x * ratio) / ratio, y=round(self.y * ratio) / ratio)

    def dot(self, count: int) -> float:
        """Diameter of `count` points: they grow with the room that each of them has."""
        room = self.size[0] * self.size[1] * self.magnification**2 / max(count, 1)
        return max((dot for dot in _DOTS if dot <= 0.7 * math.sqrt(room)), default=_DOTS[0])

    @property
    def _centre(self) -> Point:
        return self.to_data((self.size[0] / 2, self.size[1] / 2))

    def _scaled(self, scale: float, centre: Point) -> PlotLayout:
        """With a place in the data in the middle."""
        x, y = self.size[0] / 2 - centre[0] * scale, self.size[1] / 2 + centre[1] * scale
        return replace(self, scale=scale, x=x, y=y)

    def _placed(self, scale: float, x: float, y: float) -> PlotLayout:
        placed = replace(self, scale=scale, x=x, y=y)
        (cx, cy), of = placed._centre, self.bounds
        centre = min(max(cx, of.left), of.right), min(max(cy, of.bottom), of.top)
        return placed if centre == (cx, cy) else placed._scaled(scale, centre)


def card_place(at: Point, card: Size, room: Size) -> Point:
    """Top left corner of what is said of a point: beside it, else above or below, never over it."""
    across, down = room[0] - card[0] - EDGE, room[1] - card[1] - EDGE
    top = min(max(at[1] - card[1] / 2, EDGE), max(down, EDGE))
    if at[0] + CARD_GAP <= across:
        return at[0] + CARD_GAP, top
    if at[0] - CARD_GAP - card[0] >= EDGE:
        return at[0] - CARD_GAP - card[0], top
    left = min(max(at[0] - card[0] / 2, EDGE), max(across, EDGE))
    above = at[1] - CARD_GAP - card[1]
    return left, above if above >= EDGE else at[1] + CARD_GAP


def flowed(widths: Sequence[float], room: float, gap: float) -> list[tuple[float, int]]:
    """Left edge and line of things that follow each other in lines of a width."""
    places = list[tuple[float, int]]()
    x, line = 0.0, 0
    for width in widths:
        if x > 0 and x + width > room:
            x, line = 0.0, line + 1
        places.append((x, line))
        x += width + gap
    return places


def _fit_scale(size: Size, bounds: Bounds) -> float:
    across = (size[0] - 2 * MARGIN) / max(bounds.right - bounds.left, _SMALLEST)
    up = (size[1] - 2 * MARGIN) / max(bounds.top - bounds.bottom, _SMALLEST)
    return min(across, up)
