"""Lists of frames as a person types them, such as `10-20,35` or `drive:10-20,city:7`."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.errors import SelectionError
from core.selection.naming import FrameNames, tails
from core.selection.request import FrameId

_MOST_NAMES = 10
_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?", re.ASCII)


@dataclass(frozen=True)
class NamedVideo:
    """A video that a list of frames may be about."""

    path: Path
    project: Path
    frame_count: int

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may call it, the shortest first: after its project or after the video,
        without suffix or with it, as `north/cam1` where others are called `cam1`, too."""
        names = [*tails(self.project), *tails(self.path)]
        return tuple(dict.fromkeys(sorted(names, key=lambda name: name.count("/"))))


class Called:
    """Which of some videos is meant by a name."""

    def __init__(self, videos: Sequence[NamedVideo]) -> None:
        self.videos = videos

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, video in enumerate(self.videos):
            for name in video.names:
                found[name].append(number)
        return found

    def shortest(self, video: int) -> str:
        """The first of a video's names that none of the others has."""
        names = self.videos[video].names
        return next((name for name in names if len(self._by_name[name]) == 1), names[0])

    def number(self, name: str) -> int:
        """The video of a name.

        Raises:
            SelectionError: None is called so, or several are.
        """
        called = self._by_name.get(name, [])
        if len(called) == 1:
            return called[0]
        known = listed([self.shortest(video) for video in called or range(len(self.videos))])
        about = f'Several videos are called "{name}"' if called else f'No video is called "{name}"'
        raise SelectionError(about, mend=f"choose one of {known}")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; of many the first ones, and how many more there are."""
    more = len(names) - _MOST_NAMES
    said = ", ".join(names[:_MOST_NAMES])
    return f"{said} and {more:,} more" if more > 0 else said


def frames_of(text: str, videos: Sequence[NamedVideo]) -> tuple[FrameId, ...]:
    """Frames and ranges of frames, both ends included, parted by commas; ascending, each once.

    Args:
        text: A name with a colon says which video this and the following frames are of; with one
            video it is not needed.
        videos: Those that it may be about.

    Raises:
        SelectionError: A part is no frame, lies outside the video, or the video is unclear.
    """
    return _frames_of(text, Called(videos))


def frames_of_lines(lines: Iterable[str], videos: Sequence[NamedVideo]) -> tuple[FrameId, ...]:
    """The same of lines, each of which may also be the file name of a frame as exports and
    selections write it, with any folder before it and any suffix.

    Raises:
        SelectionError: A line is neither, or may mean frames of several videos.
    """
    names, called = FrameNames([(each.path, each.frame_count) for each in videos]), Called(videos)
    found: set[FrameId] = set()
    for line in lines:
        named = _file_of(line, names, called)
        found.update(_frames_of(line, called) if named is None else [named])
    return tuple(sorted(found))


def _frames_of(text: str, called: Called) -> tuple[FrameId, ...]:
    found: set[FrameId] = set()
    video = 0 if len(called.videos) == 1 else None
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, colon, frames = part.rpartition(":")
        if colon:
            video = called.number(name.strip())
        if video is None:
            raise SelectionError(
                f'"{part}" does not say of which video it is',
                mend=f"write it as {called.shortest(0)}:{part}",
            )
        found.update(
            FrameId(video, frame) for frame in _range(frames.strip(), called.videos[video])
        )
    if not found:
        raise SelectionError(f'"{text}" names no frame', mend="write it as 10-20,35")
    return tuple(sorted(found))


def _file_of(line: str, names: FrameNames, called: Called) -> FrameId | None:
    for name in (line, f"{line.rpartition('.')[0]}.png", f"{line}.png"):
        found = names.find(name)
        if len(found) > 1:
            meant = listed([called.shortest(each.video) for each in found])
            raise SelectionError(
                f'"{line}" may be a frame of several videos',
                mend=f"write the folder before it, or the video: {meant}",
            )
        if found:
            return found[0]
    return None


def _range(text: str, video: NamedVideo) -> range:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise SelectionError(
            f'"{text}" is neither a frame nor a range of frames', mend="write it as 10-20,35"
        )
    first = _frame(match[1], video)
    last = _frame(match[2], video) if match[2] else first
    if last < first:
        raise SelectionError(f"The range {text} ends before it begins", mend="write it as 10-20")
    return range(first, last + 1)


def _frame(digits: str, video: NamedVideo) -> int:
    most = len(str(video.frame_count))
    if len(digits.lstrip("0")) > most or int(digits) >= video.frame_count:
        raise SelectionError(
            f"{video.path.name} has no frame {digits[:20]}",
            mend=f"choose frames from 0 to {video.frame_count - 1:,}",
        )
    return int(digits)
