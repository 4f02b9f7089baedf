"""Lists of frames as a person types them, such as `10-20,35` or `drive:10-20,city:7`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from core.errors import SelectionError
from core.lightly.names import frame_of_name
from core.selection.request import FrameId

_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?", re.ASCII)


@dataclass(frozen=True)
class NamedVideo:
    """A video that a list of frames may be about."""

    path: Path
    project: Path
    frame_count: int

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may call it."""
        return tuple(
            dict.fromkeys((self.project.stem, self.project.name, self.path.stem, self.path.name))
        )


def frames_of(text: str, videos: Sequence[NamedVideo]) -> tuple[FrameId, ...]:
    """Frames and ranges of frames, both ends included, parted by commas; ascending, each once.

    Args:
        text: A name with a colon says which video this and the following frames are of; with one
            video it is not needed.
        videos: Those that it may be about.

    Raises:
        SelectionError: A part is no frame, lies outside the video, or the video is unclear.
    """
    found: set[FrameId] = set()
    video = 0 if len(videos) == 1 else None
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, colon, frames = part.rpartition(":")
        if colon:
            video = _video_called(name.strip(), videos)
        if video is None:
            raise SelectionError(
                f'"{part}" does not say of which video it is',
                mend=f"write it as {videos[0].names[0]}:{part}",
            )
        found.update(FrameId(video, frame) for frame in _range(frames.strip(), videos[video]))
    if not found:
        raise SelectionError(f'"{text}" names no frame', mend="write it as 10-20,35")
    return tuple(sorted(found))


def frames_of_lines(lines: Iterable[str], videos: Sequence[NamedVideo]) -> tuple[FrameId, ...]:
    """The same of lines, each of which may also be the file name of a frame as exports and
    selections write it, with any folder before it and any suffix.

    Raises:
        SelectionError: A line is neither.
    """
    found: set[FrameId] = set()
    for line in lines:
        named = _file_of(line, videos)
        found.update(frames_of(line, videos) if named is None else [named])
    return tuple(sorted(found))


def _file_of(line: str, videos: Sequence[NamedVideo]) -> FrameId | None:
    bare = PureWindowsPath(PurePosixPath(line).name).name
    names = (bare, f"{bare.rpartition('.')[0]}.png", f"{bare}.png")
    for number, video in enumerate(videos):
        for name in names:
            frame = frame_of_name(name, video.path, video.frame_count)
            if frame is not None:
                return FrameId(number, frame)
    return None


def _video_called(name: str, videos: Sequence[NamedVideo]) -> int:
    called = [number for number, video in enumerate(videos) if name in video.names]
    if len(called) == 1:
        return called[0]
    known = ", ".join(video.names[0] for video in videos)
    problem = f'Several videos are called "{name}"' if called else f'No video is called "{name}"'
    raise SelectionError(problem, mend=f"choose one of {known}")


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
