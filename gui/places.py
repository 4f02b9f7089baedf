"""Where in the video a person means: frame numbers, times, shares, and so far on or back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gui.i18n import tr
from gui.text import grouped, timecode

if TYPE_CHECKING:
    from core.frames import FrameIndex

_FRAME = re.compile(r"\d+")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d*)?)")
_SECONDS = re.compile(r"(\d+(?:\.\d*)?|\.\d+)s")
_SHARE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)%")
_NUMBER = re.compile(r"\d*\.\d+|\d+\.")

_HALF_MS = 0.0005
"""Times are written in milliseconds: a written time must lead back to its frame."""


def place(text: str, frame: int, index: FrameIndex) -> int:
    """The frame that a person means.

    Args:
        text: A frame (``1 204``), a time (``0:08.840``, ``1:02:03``, ``8.84s``), a share
            (``50%``), or a way from here (``+100``, ``-2s``, ``+0:02``).
        frame: Where the video is, from which ways count.
        index: Of the video.

    Raises:
        ValueError: With one sentence for the person who wrote it.
    """
    words = re.sub(r"\s", "", text).replace("\u2212", "-")
    if words[:1] in ("+", "-"):
        return _way(words[1:], -1 if words[0] == "-" else 1, frame, index)
    last = len(index) - 1
    if _FRAME.fullmatch(words):
        if int(words) > last:
            raise ValueError(tr("The last frame is {frame}.", frame=grouped(last)))
        return int(words)
    if share := _SHARE.fullmatch(words):
        if float(share[1]) > 100:
            raise ValueError(tr("100 % is the last frame."))
        return round(float(share[1]) / 100 * last)
    seconds = _seconds(words)
    if seconds is None:
        raise ValueError(_refusal(words))
    if seconds > max(index.duration, index.timestamp(last)):
        raise ValueError(tr("The video ends at {time}.", time=timecode(index.timestamp(last))))
    return index.frame_at_time(seconds + _HALF_MS)


def _way(words: str, sign: int, frame: int, index: FrameIndex) -> int:
    """So far from here, but not beyond the first and the last frame."""
    if _FRAME.fullmatch(words):
        return min(max(frame + sign * int(words), 0), len(index) - 1)
    seconds = _seconds(words)
    if seconds is None:
        raise ValueError(tr("Write how many frames, such as +100, or how long, such as -2s."))
    return index.frame_at_time(index.timestamp(frame) + sign * seconds + _HALF_MS)


def _seconds(words: str) -> float | None:
    if clock := _CLOCK.fullmatch(words):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    if seconds_only := _SECONDS.fullmatch(words):
        return float(seconds_only[1])
    return None


def _refusal(words: str) -> str:
    if _NUMBER.fullmatch(words):
        return tr("Frames are whole numbers; for a time write {seconds}.", seconds=f"{words}s")
    return tr("Write a frame such as 1204, a time such as 0:08.840, or a share such as 50%.")
