"""Frame index to presentation time and back, at a constant or a varying frame rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """When each frame is shown."""

    fps: float
    """Frames a second, on average where the rate varies."""
    timestamps: NDArray[np.float64] | None = None
    """Seconds, one a frame, rising; None where ``frame / fps`` is exact."""

    def seconds(self, frame: int) -> float:
        """The timestamp of a frame."""
        if self.timestamps is None:
            return frame / self.fps
        return float(self.timestamps[frame])

    def position(self, seconds: float) -> float:
        """The frame shown at a time, with the fraction of it that has passed.

        Beyond the ends of a video with a varying rate it goes on at the average rate.
        """
        times = self.timestamps
        if times is None:
            return seconds * self.fps
        if seconds > times[-1]:
            return len(times) - 1 + (seconds - float(times[-1])) * self.fps
        if seconds < times[0]:
            return (seconds - float(times[0])) * self.fps
        return float(np.interp(seconds, times, np.arange(len(times))))
