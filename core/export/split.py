"""Splitting frames for training and validation so that nothing leaks from one into the other.

Frames of a video that follow each other show nearly the same picture: a model that was trained on
one of them has seen the other. So either whole videos are for validation, or the end of each, with
a guard before it that is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ExportError
from core.export.base import Split
from core.export.request import SplitBy
from core.frames import FrameRange

GUARD = 1.0
"""Seconds of a video that lie, at least, between its frames for training and for validation, and
at least one frame: long enough for most of the picture of a moving camera, or for what moves in a
standing one, to be somewhere else."""


@dataclass(frozen=True)
class Part:
    """A part of a video whose frames go the same way."""

    split: Split
    frames: FrameRange


def parts_of(
    chosen: Sequence[Sequence[int]],
    seconds: Sequence[NDArray[np.float64]],
    val: float,
    split_by: SplitBy,
) -> list[list[Part]]:
    """Which part of each video is for what; frames outside of all parts are left out.

    The same frames always give the same parts.

    Args:
        chosen: Frames of each video, ascending; together at least one.
        seconds: (frames,) when each frame of each video shows.
        val: Share of the chosen frames for validation; 0 for no split.
        split_by: `video`: the last videos, as many as come nearest to the share. `time`: the end of
            each video, with `GUARD` before it.

    Raises:
        ExportError: Nothing would be left for training, or for validation.
    """
    if not val:
        return [[Part("", FrameRange(0, len(each)))] for each in seconds]
    if split_by == "video":
        return _by_video(chosen, seconds, val)
    parts = _by_time(chosen, seconds, val)
    train = [each[0].frames.stop for each in parts]
    if not any(frames and frames[0] < stop for frames, stop in zip(chosen, train, strict=True)):
        raise ExportError(
            f"Nothing is left for training: all other frames are within {GUARD:g} second "
            "of those for validation",
            mend="take more frames or a smaller share, or split by video",
        )
    return parts


def _by_video(
    chosen: Sequence[Sequence[int]], seconds: Sequence[NDArray[np.float64]], val: float
) -> list[list[Part]]:
    counts = np.array([len(frames) for frames in chosen])
    if len(counts) < 2:
        raise ExportError(
            "One video cannot be split by video", mend="give several projects, or split by time"
        )
    shares = np.cumsum(counts[::-1])[:-1] / counts.sum()
    last = 1 + int(np.abs(shares - val).argmin())
    whole = [FrameRange(0, len(each)) for each in seconds]
    first = len(whole) - last
    return [[Part("train", each)] for each in whole[:first]] + [
        [Part("val", each)] for each in whole[first:]
    ]


def _by_time(
    chosen: Sequence[Sequence[int]], seconds: Sequence[NDArray[np.float64]], val: float
) -> list[list[Part]]:
    total = sum(map(len, chosen))
    if total < 2:
        raise ExportError("One frame cannot be split", mend="choose more frames, or do not split")
    wanted = min(max(round(val * total), 1), total - 1)
    found, before, taken = [], 0, 0
    for frames, times in zip(chosen, seconds, strict=True):
        before += len(frames)
        # Rounded over all videos, so that many with few frames each give their share, too.
        here = wanted * before // total - taken
        taken += here
        found.append(_parts(frames[-here] if here else len(times), times))
    return found


def _parts(first: int, times: NDArray[np.float64]) -> list[Part]:
    """Both parts of a video whose frames from `first` on are for validation."""
    if first == len(times):
        return [Part("train", FrameRange(0, first))]
    early = int(np.searchsorted(times, times[first] - GUARD + 1e-9, side="right"))
    return [
        Part("train", FrameRange(0, max(min(early, first - 1), 0))),
        Part("val", FrameRange(first, len(times))),
    ]
