"""What a format gets to write: videos, their chosen frames, and the prelabels of these."""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.frames import FrameIndex
from core.prelabels import Prelabel

IMAGES = "images"
"""Folder of the pictures inside an export, unless its format has another one."""

VIDEOS = "videos"
"""Folder of whole videos inside an export."""

Media = Literal["frames", "video", "none"]
"""What goes with the labels: the chosen frames as pictures, the whole videos, or nothing."""
Split = Literal["", "train", "val"]


@dataclass(frozen=True, eq=False)
class ExportVideo:
    """One of the videos of an export."""

    name: str
    """Serves as a file's name on every system, and is unlike that of any other of the videos."""
    path: Path
    width: int
    """Of the upright picture, px."""
    height: int
    index: FrameIndex
    run: str
    """Id of the run that the boxes come from."""
    model: str

    @property
    def copy_path(self) -> str:
        """Where the whole video lies, below the export's folder, with `/`."""
        return f"{VIDEOS}/{self.name}{self.path.suffix}"


@dataclass(frozen=True)
class LabeledFrame:
    """One frame to hand over, and its prelabels."""

    video: int
    """Its place among the videos."""
    frame: int
    number: int
    """0-based place in what annotators open: among the pictures of its video, or in the video."""
    path: str
    """Of the picture, below the export's folder, with `/`; a name only, where none is written."""
    prelabels: tuple[Prelabel, ...]
    """Boxes that lie inside the picture and have an area."""
    split: Split = ""
    context: bool = False
    """Whether it comes along only to show what was before and after a chosen one."""


@dataclass(frozen=True, eq=False)
class Labeled:
    """All that formats write."""

    videos: tuple[ExportVideo, ...]
    frames: tuple[LabeledFrame, ...]
    """By video, then by frame."""
    class_names: tuple[str, ...]
    """Classes by id."""
    media: Media

    def of_video(self, video: int) -> list[LabeledFrame]:
        """The frames of one of the videos."""
        first, stop = (bisect_left(self.frames, v, key=_video) for v in (video, video + 1))
        return list(self.frames[first:stop])

    def seconds(self, frame: LabeledFrame) -> float:
        """When a frame shows, counted from the first one of its video."""
        return self.videos[frame.video].index.timestamp(frame.frame)


def _video(frame: LabeledFrame) -> int:
    return frame.video


def is_inside(path: str) -> bool:
    """Whether a path with `/` stays within the folder that it is below, on every system."""
    parts = path.split("/")
    return not ({"", ".", ".."} & set(parts) or re.search(r"[\\:\0]", path))


@dataclass(frozen=True)
class PictureName:
    """What the place of a picture is made of."""

    video: str
    """`ExportVideo.name`."""
    number: int
    """0-based place among the pictures of its video."""
    in_split: int
    """0-based place among those of them that are in its split."""
    stem: str
    """What the person wants it to be called; safe, and unlike any other of the export."""
    suffix: str
    """With its dot."""
    split: Split


def in_images(name: PictureName) -> str:
    """`images/<stem><suffix>`, or in a folder of its split below."""
    folder = f"{IMAGES}/{name.split}" if name.split else IMAGES
    return f"{folder}/{name.stem}{name.suffix}"


FormatWriter = Callable[[Path, Labeled], None]
"""Writes the labels below a folder that holds, or will hold, the pictures at their paths. It may
be called again where it was cut off."""


@dataclass(frozen=True)
class Format:
    """A way to write labels. Entry points of the group `flickerscope.exporters` are such."""

    name: str
    """As the command line has it, such as `coco`."""
    title: str
    """As a person reads it, such as `COCO`."""
    write: FormatWriter
    media: tuple[Media, ...] = ("frames", "none")
    """What can go with it; the first is usual."""
    place: Callable[[PictureName], str] = in_images
    """Where a picture lies, below the export's folder, with `/`."""
    about: str = ""
    """One sentence: who reads it, and what it does not keep."""
