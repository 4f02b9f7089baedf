"""Videos as tracking formats have them: folders of pictures, and a number for every object."""

from collections.abc import Iterable, Iterator
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

    def boxes(self, first: int) -> Iterator[tuple[int, list[tuple[int, Prelabel]]]]:
        """The number of each picture, and its prelabels with the numbers of their objects.

        What belongs to no track is an object of its own, with a number above all tracks; so is
        the second box of a track in one picture, where readers expect one.

        Args:
            first: The number of track 0.
        """
        tracks = [box.track for frame in self.frames for box in frame.prelabels]
        alone = count(first + max(tracks, default=-1) + 1)
        for number, frame in zip(self.numbers, self.frames, strict=True):
            taken = {-1}
            boxes = []
            for box in frame.prelabels:
                boxes.append((next(alone) if box.track in taken else first + box.track, box))
                taken.add(box.track)
            yield number, boxes


def sequences(labeled: Labeled, first: int) -> Iterator[Sequence]:
    """The sequences of an export.

    Args:
        labeled: What is written; pictures are called by their number.
        first: What numbers of pictures count from.
    """
    for split in dict.fromkeys(frame.split for frame in labeled.frames):
        for place, video in enumerate(labeled.videos):
            frames = tuple(f for f in labeled.of_video(place) if f.split == split)
            if not frames:
                continue
            numbers: Iterable[int] = range(first, first + len(frames))
            if labeled.media == "frames":
                numbers = (int(PurePosixPath(frame.path).stem) for frame in frames)
            yield Sequence(video, split, frames, tuple(numbers))
