"""How detected objects move: the few physical numbers that linking and smoothing rest on.

A box is described by the state (centre x, centre y, log width, log height). Positions are measured
in sizes of the object, sqrt(width * height), so that near and far objects obey one model, and time
in frames.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.boxes import Boxes

States = NDArray[np.float64]
"""(n, 4) centre x and y in pixels, log width, log height."""


@dataclass(frozen=True)
class Motion:
    """A coordinate under random acceleration, and how well a detector measures it."""

    noise: float
    """Standard deviation of one measurement."""
    acceleration: float
    """Standard deviation of the change of velocity from one frame to the next."""
    speed: float
    """Typical velocity, a frame."""

    def spread(
        self, observed: NDArray[np.int64], frames: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n,) variance of a place predicted from `observed` boxes in a row, `frames` away.

        Source: the Kalman filter of the nearly-constant-velocity model, Bar-Shalom, Li and
        Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 6.3.
        """
        p, pv, v = self._end_covariance()[np.minimum(observed, _MOST_OBSERVED) - 1].T
        drift = self.acceleration**2 * frames**3 / 3
        return np.asarray(p + 2 * frames * pv + frames**2 * v + drift)

    def _end_covariance(self) -> NDArray[np.float64]:
        """(k, 3) variance of place, covariance, variance of velocity after 1..k boxes in a row."""
        place, both, velocity = 100 * self.noise**2, 0.0, self.speed**2
        jerk, found = self.acceleration**2, []
        for _ in range(_MOST_OBSERVED):
            innovation = place + self.noise**2
            gain, velocity_gain = place / innovation, both / innovation
            velocity -= velocity_gain * both
            place, both = place * (1 - gain), both * (1 - gain)
            found.append((place, both, velocity))
            place += 2 * both + velocity + jerk / 3
            both += velocity + jerk / 2
            velocity += jerk
        return np.array(found)


_MOST_OBSERVED = 40
"""Boxes in a row after which a prediction gets no better."""

PLACE = Motion(noise=0.05, acceleration=0.015, speed=0.06)
"""Of the centre, in sizes of the object."""
SIZE = Motion(noise=0.07, acceleration=0.01, speed=0.01)
"""Of the logarithms of width and height."""


def to_states(boxes: Boxes) -> States:
    """The states of xyxy boxes; a side below a pixel counts as one pixel."""
    exact = boxes.astype(np.float64)
    side = np.maximum(exact[:, 2:] - exact[:, :2], 1.0)
    return np.hstack([(exact[:, :2] + exact[:, 2:]) / 2, np.log(side)])


def to_boxes(states: States) -> NDArray[np.float64]:
    """(n, 4) xyxy boxes of states."""
    half = np.exp(states[:, 2:]) / 2
    return np.hstack([states[:, :2] - half, states[:, :2] + half])


def size_of(states: States) -> NDArray[np.float64]:
    """(n,) sqrt(width * height), px."""
    return np.asarray(np.exp(states[:, 2:].sum(axis=1) / 2))
