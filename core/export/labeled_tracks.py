"""Tracks as annotation tools have them: one class, and at most one box in a frame."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.export.base import LabeledFrame
from core.prelabels import Prelabel


@dataclass(frozen=True)
class Seen:
    """One box of a track."""

    number: int
    """`LabeledFrame.number`."""
    prelabel: Prelabel


@dataclass(frozen=True)
class LabeledTrack:
    """What a tool shows as one object of one class."""

    class_name: str
    boxes: list[Seen]
    """By number, one at most for each."""

    @property
    def score(self) -> float:
        """Mean over the boxes."""
        return sum(seen.prelabel.score for seen in self.boxes) / len(self.boxes)

    def runs(self) -> Iterator[list[Seen]]:
        """The boxes between gaps; frames that are not exported are gaps, too."""
        start = 0
        for at in range(1, len(self.boxes) + 1):
            if at == len(self.boxes) or self.boxes[at].number > self.boxes[at - 1].number + 1:
                yield self.boxes[start:at]
                start = at


def labeled_tracks(frames: Iterable[LabeledFrame]) -> list[LabeledTrack]:
    """The tracks of one video, by their first box.

    An object that changes its class is a track for each class. A box that no track is known of,
    and a second one of its object in a frame, are tracks of their own.

    Args:
        frames: Of one video, by number.
    """
    found: list[LabeledTrack] = []
    known: dict[tuple[int, str], LabeledTrack] = {}
    for frame in frames:
        for prelabel in frame.prelabels:
            key = prelabel.track, prelabel.class_name
            track = known.get(key) if prelabel.track >= 0 else None
            if track is None or track.boxes[-1].number == frame.number:
                new = LabeledTrack(prelabel.class_name, [])
                found.append(new)
                if track is None:
                    known[key] = new
                track = new
            track.boxes.append(Seen(frame.number, prelabel))
    return found
