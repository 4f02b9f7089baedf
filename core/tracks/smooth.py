"""Smooth paths of all tracks at once.

A path minimises the squared distance to its boxes plus the squared change of velocity: the same
answer as a Kalman filter followed by a Rauch-Tung-Striebel smoother (Rauch, Tung and Striebel,
Maximum likelihood estimates of linear dynamic systems, 1965), here as one banded system of
equations for the whole video, because a loop over frames in Python would take minutes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from core.tracks.motion import PLACE, SIZE, Motion, States, size_of
from core.tracks.pairs import Rows

_OUTLIER = 8.0
"""Squared distance from the path, in noises, at which a box loses three quarters of its weight."""


@dataclass(frozen=True, eq=False)
class Paths:
    """Every track in every frame from its first box to its last, in cells.

    The cells of track `t` are `offset[t]:offset[t] + length[t]`, one a frame.
    """

    first: Rows
    """(t,) frame of the first box."""
    length: Rows
    """(t,) frames."""
    offset: Rows
    """(t,) first cell."""
    states: States
    """(cells, 4) smoothed states."""

    @property
    def last(self) -> Rows:
        """(t,) frame of the last box."""
        return self.first + self.length - 1

    @property
    def end(self) -> Rows:
        """(t,) last cell."""
        return self.offset + self.length - 1

    @cached_property
    def track(self) -> Rows:
        """(cells,) track of each cell."""
        return np.repeat(np.arange(len(self.first)), self.length)

    @cached_property
    def frame(self) -> Rows:
        """(cells,) frame of each cell."""
        return np.arange(len(self.states)) + np.repeat(self.first - self.offset, self.length)

    def cell(self, track: Rows, frame: Rows) -> Rows:
        """Cells of tracks in frames that they span."""
        return self.offset[track] + frame - self.first[track]

    def velocity(self) -> States:
        """(cells, 4) change of state a frame, by central differences; 0 for tracks of one box."""
        before, after = np.arange(len(self.states)) - 1, np.arange(len(self.states)) + 1
        before[self.offset], after[self.end] = self.offset, self.end
        span = np.maximum(after - before, 1)[:, None]
        velocity: States = (self.states[after] - self.states[before]) / span
        return velocity


def smooth(
    track: Rows,
    frame: Rows,
    states: States,
    *,
    weight: NDArray[np.float64] | None = None,
    motion: Motion = PLACE,
    rounds: int = 2,
) -> Paths:
    """Smooth all tracks.

    Args:
        track: (n,) track of each box, 0, 1, 2..., ascending; every track has a box.
        frame: (n,) frame of each box, ascending within its track, no frame twice.
        states: (n, 4) what was measured.
        weight: (n,) how much each box counts; 1 by default.
        motion: How stiff the paths are; size is as stiff as place.
        rounds: Solutions; from the second on, boxes far from the path before count less.
    """
    count = int(track[-1]) + 1 if len(track) else 0
    head = np.searchsorted(track, np.arange(count))
    tail = np.searchsorted(track, np.arange(count), side="right") - 1
    first, length = frame[head], frame[tail] - frame[head] + 1
    offset = np.cumsum(length) - length
    paths = Paths(first, length, offset, np.empty((int(length.sum()), 4)))
    if not count:
        return paths
    # Places relative to each track's first one keep the numbers small.
    origin = states[head] * (1, 1, 0, 0)
    measured = states - origin[track]
    cell = paths.cell(track, frame)
    given = np.ones(len(track)) if weight is None else weight
    solved = _solve(paths, cell, measured, given, motion)
    for _ in range(rounds - 1):
        trust = given * _trust(measured, solved[cell])
        solved = _solve(paths, cell, measured, trust, motion)
    paths.states[:] = solved + np.repeat(origin, length, axis=0)
    return paths


def _trust(measured: States, path: States) -> NDArray[np.float64]:
    place = measured[:, :2] - path[:, :2]
    size = measured[:, 2:] - path[:, 2:]
    distance = (place**2).sum(axis=1) / (size_of(path) * PLACE.noise) ** 2
    distance += (size**2).sum(axis=1) / SIZE.noise**2
    return np.asarray((1 + distance / _OUTLIER) ** -2)


def _solve(
    paths: Paths, cell: Rows, measured: States, weight: NDArray[np.float64], motion: Motion
) -> States:
    """Minimise sum weight (x - z)^2 + a sum (second difference)^2 + b (velocity at the ends)^2."""
    a, b = (motion.noise / motion.acceleration) ** 2, (motion.noise / motion.speed) ** 2
    cells = len(paths.states)
    band = np.zeros((3, cells))
    two_above, above, diagonal = band
    diagonal += 1e-9
    diagonal[cell] += weight
    right = np.zeros((cells, 4))
    right[cell] = measured * weight[:, None]
    bent = np.ones(cells, np.bool_)  # a second difference begins in all but a track's last two
    bent[paths.end] = False
    bent[np.maximum(paths.end - 1, paths.offset)] = False
    at = np.flatnonzero(bent)
    diagonal[at] += a
    diagonal[at + 1] += 4 * a
    diagonal[at + 2] += a
    above[at + 1] -= 2 * a
    above[at + 2] -= 2 * a
    two_above[at + 2] += a
    moving = paths.length > 1
    for start in (paths.offset[moving], paths.end[moving] - 1):
        diagonal[start] += b
        diagonal[start + 1] += b
        above[start + 1] -= b
    solved: States = solveh_banded(band, right, overwrite_ab=True, check_finite=False)
    return solved
