"""Frames by index, ranges of them, and the exact time base that turns them into seconds."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NO_TIMESTAMP = -(2**63)
"""As FFmpeg has it."""


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
class PacketOrder:
    """Which packet of the file each frame comes from, where packets do not say when they show."""

    number: NDArray[np.int64]
    """(n,) place of each frame's packet in file order, 0-based."""
    dts: NDArray[np.int64] | None
    """(packets,) decoding timestamps, by which a seek knows where it landed; `NO_TIMESTAMP` where
    a packet has none of its own. None where no packet has one, so that decoding must always begin
    at the file's start."""

    @cached_property
    def frames(self) -> dict[int, int]:
        """Frame by packet number."""
        return {packet: frame for frame, packet in enumerate(self.number.tolist())}

    @cached_property
    def places(self) -> dict[int, int]:
        """Packet number by decoding timestamp."""
        known = [] if self.dts is None else self.dts.tolist()
        return {dts: packet for packet, dts in enumerate(known) if dts != NO_TIMESTAMP}


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
    packets: PacketOrder | None = None
    """Set where the timestamps in the file cannot tell its frames apart."""

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

    def end_of(self, frame: int) -> float:
        """When `frame` gives way to the next one, or to the end of the video; as `timestamp`."""
        if frame + 1 < len(self):
            return self.timestamp(frame + 1)
        return self.timestamp(frame) + float(1 / self.rate)

    def timestamps(self) -> NDArray[np.float64]:
        """(n,) presentation times in seconds, counted from the first frame."""
        return self._timestamps

    def same_frames(self, other: "FrameIndex") -> bool:
        """Whether two indices tell of the same frames."""
        return self.time_base == other.time_base and np.array_equal(self.pts, other.pts)

    def frame_at_time(self, seconds: float) -> int:
        """The frame that is shown at a time, counted from the first frame's; the nearest beyond."""
        at = int(np.searchsorted(self._timestamps, seconds + 1e-9, side="right")) - 1
        return min(max(at, 0), len(self) - 1)

    def frame_of_pts(self, pts: int) -> int | None:
        """The frame with exactly this timestamp, or None."""
        at = int(np.searchsorted(self.pts, pts))
        return at if at < len(self) and self.pts[at] == pts else None

    def keyframe_before(self, frame: int) -> int:
        """The last keyframe at or before `frame`; the first frame if there is none."""
        at = int(np.searchsorted(self._keyframe_at, frame, side="right"))
        return int(self._keyframe_at[at - 1]) if at else 0

    def keyframe_after(self, frame: int) -> int:
        """The first keyframe after `frame`, or the number of frames if there is none."""
        at = int(np.searchsorted(self._keyframe_at, frame, side="right"))
        return int(self._keyframe_at[at]) if at < len(self._keyframe_at) else len(self)

    @cached_property
    def _keyframe_at(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.keyframes)

    @cached_property
    def _timestamps(self) -> NDArray[np.float64]:
        seconds: NDArray[np.float64] = (self.pts - self.pts[0]) * float(self.time_base)
        seconds.flags.writeable = False
        return seconds
