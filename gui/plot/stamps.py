"""The shapes of points, as a few pixels each. Free of Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gui.theme import ACCEPTED, REJECTED

_FINE = 8
"""Samples along each side of a pixel."""

Shares = NDArray[np.float64]
Layers = list[tuple[NDArray[np.bool_], str | None]]
"""What is covered, and by which colour, the lowest first; None is the point's own colour."""


class Shape(Enum):
    """What is drawn for a point."""

    UNKNOWN = auto()
    """Hollow."""
    DOT = auto()
    SELECTED = auto()
    """Larger, in a ring."""
    INCLUDED = auto()
    """A dot in a ring."""
    EXCLUDED = auto()
    """A cross."""


@dataclass(frozen=True, eq=False)
class Stamp:
    """Pixels of one shape; k is their number."""

    dx: NDArray[np.int64]
    dy: NDArray[np.int64]
    """(k,) from the point's own pixel."""
    own: Shares
    """(k,) how much of each is the point's own colour."""
    rest: Shares
    """(k, 3) red, green and blue of all else, the ground included."""

    @property
    def reach(self) -> int:
        """Pixels that it extends to each side."""
        return int(self.dx.max())

    def colours(self, table: NDArray[np.uint8]) -> NDArray[np.uint32]:
        """Opaque ``0xAARRGGBB`` of its pixels for each colour of a table (m, 3): (m, k)."""
        mixed = table[:, np.newaxis, :] * self.own[:, np.newaxis] + self.rest
        red, green, blue = np.moveaxis(np.rint(mixed).astype(np.uint32), -1, 0)
        packed: NDArray[np.uint32] = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
        return packed


@lru_cache(maxsize=128)
def stamp(shape: Shape, dot: float, ratio: float, ground: str, ink: str) -> Stamp:
    """A shape on a ground.

    Args:
        shape: What to draw.
        dot: Diameter of a point, in logical pixels.
        ratio: Device pixels per logical pixel.
        ground: Colour of what it lies on, which is dark.
        ink: Colour of rings.
    """
    # An odd number of pixels has one in the middle.
    radius = (math.ceil(dot * ratio) - 1 | 1) / 2
    match shape:
        case Shape.UNKNOWN:
            return _disc(radius, max(radius - 1.2 * ratio, 0.4 * ratio), ground)
        case Shape.DOT:
            return _disc(radius, 0.0, ground)
        case Shape.SELECTED:
            disc = radius + ratio * 0.5
            return _ringed(disc, max(disc + 2.5 * ratio, 5 * ratio), 0.0, ratio, ground, ink, ink)
        case Shape.INCLUDED:
            disc = max(radius + ratio * 0.5, 3.5 * ratio)
            return _ringed(disc, disc + 3 * ratio, disc / 2, ratio, ground, ACCEPTED, ink)
        case Shape.EXCLUDED:
            return _cross(max(radius + ratio, 4.5 * ratio), ratio, ground)


def _disc(radius: float, hole: float, ground: str) -> Stamp:
    """A disc, and ground in its middle."""

    def layers(away: Shares, _: Shares) -> Layers:
        return [(away <= radius, None), (away <= hole, ground)]

    return _composed(radius, layers, ground)


def _ringed(
    disc: float, ring: float, core: float, ratio: float, ground: str, colour: str, ink: str
) -> Stamp:
    """A disc, in it a core of ink, around it ground, a ring, and a thin line of ground."""

    def layers(away: Shares, _: Shares) -> Layers:
        rims = (
            (ring + ratio, ground),
            (ring, colour),
            (ring - 1.5 * ratio, ground),
            (disc, None),
            (core, ink),
        )
        return [(away <= radius, paint) for radius, paint in rims]

    return _composed(ring + ratio, layers, ground)


def _cross(arm: float, ratio: float, ground: str) -> Stamp:
    """Two bars in a thin line of ground."""

    def layers(away: Shares, beside: Shares) -> Layers:
        bars = (2.2, ground), (1.0, REJECTED)
        return [((away <= arm) & (beside <= half * ratio), colour) for half, colour in bars]

    return _composed(arm, layers, ground)


def _composed(reach: float, layers: Callable[[Shares, Shares], Layers], ground: str) -> Stamp:
    """Pixels of what is `layers` of the distances to the middle and to the nearest diagonal."""
    half = int(np.ceil(reach - 0.5))
    side = 2 * half + 1
    fine = (np.arange(side * _FINE) + 0.5) / _FINE - side / 2
    x, y = np.meshgrid(fine, fine)
    beside = np.minimum(np.abs(x - y), np.abs(x + y)) / np.sqrt(2)
    own, covered = np.zeros(x.shape, np.bool_), np.zeros(x.shape, np.bool_)
    rest = np.broadcast_to(_rgb(ground), (*x.shape, 3)).copy()
    for where, colour in layers(np.hypot(x, y), beside):
        covered |= where
        own[where] = colour is None
        rest[where] = 0.0 if colour is None else _rgb(colour)
    dy, dx = np.nonzero(_averaged(covered))
    return Stamp(dx - half, dy - half, _averaged(own)[dy, dx], _averaged(rest)[dy, dx])


def _averaged(samples: NDArray[np.bool_] | Shares) -> Shares:
    """Means over the samples of each pixel."""
    side = len(samples) // _FINE
    blocks = samples.reshape(side, _FINE, side, _FINE, *samples.shape[2:])
    means: Shares = blocks.mean(axis=(1, 3))
    return means


def _rgb(colour: str) -> list[float]:
    return [float(channel) for channel in bytes.fromhex(colour[1:])]
