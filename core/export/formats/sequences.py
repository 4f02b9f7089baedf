"""Videos as tracking formats have them: folders of pictures, and a number for every object."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath

from core.export.base import ExportVideo, Labeled, LabeledFrame, Split
from core.prelabels import Prelabel


@dataclass(frozen=True, eq=False)
class Sequence:
    """The frames of a video in a split."""

    video: ExportVideo
    split: Split
    frames: tuple[LabeledFrame, ...]
    numbers: tuple[int, ...]
    """Of the frames' pictures; without pictures, places among the frames."""

    def boxes(self, first: int) -> Iterator[tuple[int, int, Prelabel]]:
        """Number of the picture, number of the object, and the prelabel.

        Args:
            first: The number of track 0. What belongs to no track is an object of its own, with
                a number above all tracks.
        """
        tracks = [box.track for frame in self.frames for box in frame.prelabels]
        alone = count(first + max(tracks, default=-1) + 1)
        for number, frame in zip(self.numbers, self.frames, strict=True):
            for box in frame.prelabels:
                yield number, first + box.track if box.track >= 0 else next(alone), box


def sequences(labeled: Labeled, first: int) -> Iterator[Sequence]:
    """The sequences of an export.

    Args:
        labeled: What is written; pictures are called by their number.
        first: What numbers of pictures count from.
    """
    for split in dict.fromkeys(frame.split for frame in labeled.frames):
        for place, video in enumerate(labeled.videos):
            frames = tuple(f for f in labeled.of_video(place) if f.split == split)
            if frames:
                with_pictures = labeled.media == "frames"
                numbers = (
                    (int(PurePosixPath(frame.path).stem) for frame in frames)
                    if with_pictures
                    else range(first, first + len(frames))
                )
                yield Sequence(video, split, frames, tuple(numbers))
