"""The names of Lightly's layout: its tasks, its folders, and what a frame of a video is called.

The Worker passes over badly named files without a word, so names are checked before anything is
made. Source: https://docs.lightly.ai/docs/prediction-format.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.errors import CloudError

TASK = "yolov8_detection"
"""What the detector saw."""
PRELABEL_TASK = "flickerscope_prelabels"
"""What is handed over: what the detector saw and a person let stand, and a person's boxes."""
DATA = "data"
"""Folder of the videos in the input bucket; frames are named as if they lay there."""
PREDICTIONS = ".lightly/predictions"
METADATA = ".lightly/metadata"
FLICKERING = "flickering"
"""The metadata of a frame that says how much it flickers."""
TASK_TYPE = "object-detection"

_MOST_BYTES = 255
"""Of a file's name, on most systems."""


def frame_name(video: Path, frame: int, frame_count: int) -> str:
    """Lightly's name for a frame: `<video>-<frame>-<ext>.png`, the frame padded with zeros."""
    return f"{frame_stem(video, frame, frame_count)}.png"


def frame_stem(video: Path, frame: int, frame_count: int) -> str:
    """The same without suffix, as its predictions and metadata are called."""
    padded = str(frame).zfill(len(str(frame_count)))
    return f"{video.stem}-{padded}-{video.suffix.lstrip('.')}"


def frame_of_name(name: str, video: Path, frame_count: int) -> int | None:
    """The frame that `frame_name` gave this name, with or without `data/` before it.

    None for a name of another video, and for one that is not exactly as `frame_name` writes it.
    """
    bare = name.removeprefix(f"{DATA}/")
    digits = bare[len(video.stem) + 1 :][: len(str(frame_count))]
    if not (digits.isascii() and digits.isdecimal()):
        return None
    frame = int(digits)
    is_it = frame < frame_count and bare == frame_name(video, frame, frame_count)
    return frame if is_it else None


def frames_of_names(names: Iterable[str], video: Path, frame_count: int) -> tuple[int, ...]:
    """The frames of a video among names, ascending, each once; names of others are left out."""
    found = {frame_of_name(name, video, frame_count) for name in names}
    return tuple(sorted(frame for frame in found if frame is not None))


def name_key(name: str) -> str:
    """What is equal for names that some file system does not keep apart."""
    return unicodedata.normalize("NFC", name).casefold()


def check_names(videos: Sequence[Path]) -> None:
    """Make sure that Lightly can tell the frames of these videos by their names.

    Raises:
        CloudError: There is no video, one is a folder of images, or a name does not serve.
    """
    if not videos:
        raise CloudError("There is no video to hand over", mend="give at least one project")
    for video in videos:
        _check_name(video)
    known: dict[str, Path] = {}
    for video in videos:
        key = name_key(video.name)
        if key in known:
            raise CloudError(
                f"{_shown(known[key])} and {_shown(video)} would have the same names of frames",
                mend="give each video once, or rename one of the two",
            )
        known[key] = video


def _check_name(video: Path) -> None:
    name, shown = video.name, _shown(video)
    mend = "rename the video and tell its project (flickerscope relocate PROJECT VIDEO)"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        raise CloudError(f"The name {shown} holds signs that are no text", mend=mend)
    if name in ("", ".", "..") or "/" in name or "\\" in name:
        raise CloudError(f"The name {shown} could be taken for a path", mend=mend)
    if video.is_dir():
        raise CloudError(
            f"{shown} is a folder of images, but Lightly gets videos here",
            mend="make a video of the images, and a project of that",
        )
    if not re.fullmatch(r"\.[A-Za-z0-9]+", video.suffix):
        raise CloudError(
            f"The name {shown} has no suffix such as .mp4, by which Lightly knows a video",
            mend=mend,
        )
    most = _MOST_BYTES - len("-000000000.json")
    if len(name.encode()) > most:
        raise CloudError(
            f"The name {shown} is {len(name.encode())} bytes long, and the names of its frames "
            f"would be longer than {_MOST_BYTES}",
            mend=mend,
        )


def _shown(video: Path) -> str:
    return str(video) if str(video).isprintable() else repr(str(video))
