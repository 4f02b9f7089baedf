"""Points as pixels: every shape is a few pixels that are put down once for each point. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.plot.stamps import Stamp

Pixels = NDArray[np.uint32]
_CHUNK = 1 << 12
"""Points that are put down at once: as many as stay in a processor's cache."""


@dataclass(frozen=True, eq=False)
class Group:
    """n points of one shape, in the order in which they are drawn."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    """(n,) in data."""
    index: NDArray[np.int64]
    """(n,) rows of a table of colours."""

    @classmethod
    def of(cls, xy: NDArray[np.float32], index: NDArray[np.int64]) -> Group:
        """Points (n, 2)."""
        x, y = np.ascontiguousarray(xy.T)
        return cls(x, y, index)


@dataclass(frozen=True, eq=False)
class Ink:
    """What is put down for each point of a group."""

    stamp: Stamp
    colours: Pixels
    """(m, k) of the stamp's pixels, for each row of the table."""

    @classmethod
    def of(cls, stamp: Stamp, table: NDArray[np.uint8]) -> Ink:
        """In each colour of a table (m, 3)."""
        return cls(stamp, stamp.colours(table))


def rasterised(
    groups: Sequence[tuple[Group, Ink]],
    size: tuple[int, int],
    scale: float,
    origin: tuple[float, float],
    ground: int,
) -> Pixels:
    """A picture of points, later ones above earlier ones, and groups likewise.

    Args:
        groups: The points, and how they look.
        size: Width and height, in pixels.
        scale: Pixels per unit of data.
        origin: Pixel of the data's (0, 0), from the top left corner.
        ground: ``0xAARRGGBB`` of where no point is.

    Returns:
        ``0xAARRGGBB``, height x width.
    """
    width, height = size
    # Points just outside still reach into the picture.
    pad = max((ink.stamp.reach for _, ink in groups), default=0)
    wide, high = width + 4 * pad, height + 4 * pad
    pixels = np.full((high, wide), ground, np.uint32)
    left, top = np.float32(origin[0] + 2 * pad), np.float32(origin[1] + 2 * pad)
    for group, ink in groups:
        x = (group.x * np.float32(scale) + left).astype(np.int32)
        y = (top - group.y * np.float32(scale)).astype(np.int32)
        shown = np.flatnonzero((x >= pad) & (x < wide - pad) & (y >= pad) & (y < high - pad))
        at = (y * wide + x)[shown].astype(np.intp)
        offsets = ink.stamp.dy * wide + ink.stamp.dx
        _put(pixels.reshape(-1), at, offsets, ink.colours, group.index[shown])
    return pixels[2 * pad : high - 2 * pad, 2 * pad : wide - 2 * pad]


def _put(
    pixels: Pixels,
    at: NDArray[np.intp],
    offsets: NDArray[np.int64],
    colours: Pixels,
    index: NDArray[np.int64],
) -> None:
    """All pixels of one point before the next one's, so that points lie upon each other whole."""
    for start in range(0, len(at), _CHUNK):
        part = slice(start, start + _CHUNK)
        where = at[part, np.newaxis] + offsets
        # Where a pixel is named more than once, numpy keeps the last one.
        pixels[where.reshape(-1)] = colours.take(index[part], axis=0).reshape(-1)
