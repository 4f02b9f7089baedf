"""The points themselves, and which of them are near, beside or inside something. Free of Qt."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gui.plot.layout import Bounds, Point

Rows = NDArray[np.int64]


class Points:
    """Rows of `xy` that are numbers; the others are left out.

    Args:
        xy: (n, 2) places, y up.
    """

    def __init__(self, xy: NDArray[np.float32]) -> None:
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise ValueError(f"expected points as (n, 2), got {xy.shape}")
        self.xy = np.array(xy, np.float32)
        self.known: NDArray[np.bool_] = np.isfinite(self.xy[:, 0]) & np.isfinite(self.xy[:, 1])
        """(n,) which rows are points."""
        self.rows: Rows = np.flatnonzero(self.known)
        self._x, self._y = np.ascontiguousarray(self.xy[self.rows].T)

    def __len__(self) -> int:
        """Points, without rows that are none."""
        return len(self.rows)

    def place(self, row: int | None) -> Point | None:
        """Where a row lies, or None for one that is no point."""
        if row is None or not 0 <= row < len(self.known) or not self.known[row]:
            return None
        return float(self.xy[row, 0]), float(self.xy[row, 1])

    @cached_property
    def bounds(self) -> Bounds:
        """Of all points; the unit square where there are none."""
        if not len(self):
            return Bounds(0.0, 0.0, 1.0, 1.0)
        x, y = self._x, self._y
        return Bounds(float(x.min()), float(y.min()), float(x.max()), float(y.max()))

    def nearest(self, to: Point, reach: float, rank: NDArray[np.int64]) -> int | None:
        """The row nearest to a place and no farther than `reach`, both in data.

        Of those at one spot, the one whose `rank` (n,) is the highest.
        """
        if not len(self):
            return None
        away = np.square(self._x - np.float32(to[0]))
        away += np.square(self._y - np.float32(to[1]))
        least = away.min()
        if least > reach * reach:
            return None
        same = self.rows[away == least]
        return int(same[rank[same].argmax()])

    def toward(self, start: Point, way: Point, step: float) -> int | None:
        """The nearest row in a direction, a unit vector, at least `step` away if there is one."""
        dx, dy = self._x - np.float32(start[0]), self._y - np.float32(start[1])
        along = dx * np.float32(way[0]) + dy * np.float32(way[1])
        across = np.abs(dx * np.float32(way[1]) - dy * np.float32(way[0]))
        for least in (step, 0.0):
            ahead = np.flatnonzero((along > least) & (along >= across))
            if len(ahead):
                return int(self.rows[ahead[(along[ahead] + 2 * across[ahead]).argmin()]])
        return None

    def inside(self, polygon: NDArray[np.float64]) -> Rows:
        """Rows that a closed line (m, 2) goes round, ascending.

        Each edge looks only at points of its own height, which makes a long line cheap.
        """
        x, y, order = self._by_height
        starts, ends = polygon, np.roll(polygon, -1, axis=0)
        low = np.searchsorted(y, np.minimum(starts[:, 1], ends[:, 1]))
        high = np.searchsorted(y, np.maximum(starts[:, 1], ends[:, 1]))
        turns = np.zeros(len(y), np.int16)
        for edge in np.flatnonzero(high > low):
            (x0, y0), (x1, y1) = starts[edge], ends[edge]
            here = slice(low[edge], high[edge])
            crossed = x0 + (y[here] - y0) * ((x1 - x0) / (y1 - y0)) > x[here]
            turns[here] += crossed if y1 > y0 else -crossed.astype(np.int16)
        return np.sort(self.rows[order[turns != 0]])

    @cached_property
    def _by_height(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
        order = np.argsort(self._y, kind="stable")
        return self._x[order].astype(np.float64), self._y[order].astype(np.float64), order
