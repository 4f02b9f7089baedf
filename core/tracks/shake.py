"""How the camera shakes, told by what all tracks do at once."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.tracks.motion import PLACE, States, size_of
from core.tracks.pairs import Rows, dense
from core.tracks.smooth import smooth

Shift = NDArray[np.float64]
"""(frames, 2) how far the picture of a standing scene has moved, px, right and down."""

_STIFF = replace(PLACE, acceleration=0.004)
"""Paths so stiff that a jerk of the camera does not bend them."""
_FEWEST_BOXES = 5
"""Shorter tracks say nothing about the camera."""
_ROUNDS = 2
_DOUBT = 2.0
"""With so many tracks in a frame, half of what they agree on is believed."""


def shake(track: Rows, frame: Rows, states: States, frames: int) -> Shift:
    """Where the camera has jerked: how far all tracks lie off their stiff paths together.

    Args:
        track: (n,) track of each box, in any order.
        frame: (n,) frame of each box.
        states: (n, 4) what was measured.
        frames: How many frames there are.
    """
    shift = np.zeros((frames, 2))
    order = np.lexsort((frame, track))
    order = order[np.bincount(track)[track[order]] >= _FEWEST_BOXES]
    if not len(order):
        return shift
    numbers, at, measured = dense(track[order]), frame[order], states[order]
    closeness = 1 / size_of(measured)
    seen = np.bincount(at, minlength=frames)
    belief = (seen / (seen + _DOUBT))[:, None]
    for _ in range(_ROUNDS):
        steadied = measured - np.hstack([shift, np.zeros_like(shift)])[at]
        paths = smooth(numbers, at, steadied, motion=_STIFF, rounds=1)
        off = steadied - paths.states[paths.cell(numbers, at)]
        for axis in (0, 1):
            shift[:, axis] += belief[:, 0] * _median(at, off[:, axis], closeness, frames)
    return shift


def _median(
    key: Rows, value: NDArray[np.float64], weight: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """(count,) weighted median of the values of each key; 0 for a key without any."""
    # One number for both keeps this several times as fast as lexsort.
    span = max(float(np.ptp(value)), 1e-9) * (1 + 1e-6)
    order = np.argsort(key + (value - value.min()) / span)
    key, value, weight = key[order], value[order], weight[order]
    total = np.bincount(key, weight, count)
    below = np.cumsum(weight) - (np.cumsum(total) - total)[key]
    upper = below >= total[key] / 2 * (1 - 1e-9)
    first = upper.copy()
    first[1:] &= (key[1:] != key[:-1]) | ~upper[:-1]
    found = np.zeros(count)
    found[key[first]] = value[first]
    return found
