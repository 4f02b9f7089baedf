"""Frames by index, ranges of them, and the exact time base that turns them into seconds."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FrameRange:
    """A run of frames `[start, stop)`, 0-based, in presentation order."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.stop:
            raise ValueError(f"expected 0 <= start <= stop, got {self.start}..{self.stop}")

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Where every frame of a video is; the only authority on how many there are.

    Frame `i` is the i-th picture in presentation order.
    """

    pts: NDArray[np.int64]
    """(n,) presentation timestamps in units of `time_base`, strictly increasing."""
    keyframes: NDArray[np.bool_]
    """(n,) whether decoding can start at the frame."""
    time_base: Fraction
    """Seconds for one unit of `pts`."""

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def rate(self) -> Fraction:
        """Mean frames per second over the whole video (1 for a single frame)."""
        span = int(self.pts[-1] - self.pts[0]) if len(self) > 1 else 0
        return Fraction(len(self) - 1) / (span * self.time_base) if span else Fraction(1)

    @property
    def duration(self) -> float:
        """Seconds from the first frame's start to the last frame's end."""
        return float(len(self) / self.rate)

    def timestamp(self, frame: int) -> float:
        """Presentation time of `frame` in seconds, counted from the first frame."""
        return float(int(self.pts[frame] - self.pts[0]) * self.time_base)

    def timestamps(self) -> NDArray[np.float64]:
        """(n,) presentation times in seconds, counted from the first frame."""
        seconds: NDArray[np.float64] = (self.pts - self.pts[0]) * float(self.time_base)
        return seconds

    def frame_of_pts(self, pts: int) -> int | None:
        """The frame with exactly this timestamp, or None."""
        at = int(np.searchsorted(self.pts, pts))
        return at if at < len(self) and self.pts[at] == pts else None

    def keyframe_before(self, frame: int) -> int:
        """The last keyframe at or before `frame`; the first frame if there is none."""
        at = int(np.searchsorted(self._keyframe_at, frame, side="right"))
        return int(self._keyframe_at[at - 1]) if at else 0

    @cached_property
    def _keyframe_at(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.keyframes)
