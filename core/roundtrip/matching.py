"""Which finished box is which handed over one: one to one, frame by frame."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.boxes import iou_matrix
from core.tracks.pairs import Rows

KEPT_IOU = 0.9
"""From here on nobody has moved a box: one of 20 px may be half a pixel off both ways, which is
more than any format rounds by."""
KEPT_PX = 1.0
"""Or corners that are off by at most this: small boxes lose much IoU where a format rounds, or
where CVAT draws straight lines between key frames."""
MOVED_IOU = 0.5
"""From here on it shows the same object, as detection is scored everywhere, and as plausibility was
learnt."""
_SAME_CLASS = 0.05
"""Worth of the same class, in IoU: it decides between boxes that lie alike."""


class Outcome(IntEnum):
    """What became of a box."""

    DELETED = 0
    RELABELED = 1
    """It has another class, wherever it lies now."""
    MOVED = 2
    KEPT = 3


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes in columns, in any order."""

    frame: Rows
    xyxy: NDArray[np.float64]
    """(n, 4) px of the upright picture, origin top left."""
    class_name: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.frame)

    def at(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Boxes":
        """Some of them."""
        return Boxes(self.frame[rows], self.xyxy[rows], self.class_name[rows])


@dataclass(frozen=True, eq=False)
class Matching:
    """What became of each handed over box, and which finished ones are nobody's."""

    outcome: NDArray[np.int8]
    """(n,) `Outcome` of each handed over box."""
    iou: NDArray[np.float64]
    """(n,) with the finished box that it has become; 0 for none."""
    added: NDArray[np.bool_]
    """(m,) whether a finished box was not handed over."""


def match(handed: Boxes, finished: Boxes) -> Matching:
    """Find for each handed over box the finished box that it has become.

    The pairs of a frame are those with the largest sum of IoU, whatever the order of the boxes.
    """
    outcome = np.full(len(handed), Outcome.DELETED, np.int8)
    iou, added = np.zeros(len(handed)), np.ones(len(finished), np.bool_)
    ours, theirs = _by_frame(handed), _by_frame(finished)
    for frame in ours.keys() & theirs.keys():
        left, right = ours[frame], theirs[frame]
        overlap = iou_matrix(handed.xyxy[left], finished.xyxy[right])
        same = handed.class_name[left, np.newaxis] == finished.class_name[right]
        row, column = _pairs(overlap, same)
        shared, alike = overlap[row, column], same[row, column]
        iou[left[row]], added[right[column]] = shared, False
        off = np.abs(handed.xyxy[left[row]] - finished.xyxy[right[column]]).max(axis=1)
        kept = (shared >= KEPT_IOU) | (off <= KEPT_PX)
        placed = np.where(kept, Outcome.KEPT, Outcome.MOVED)
        outcome[left[row]] = np.where(alike, placed, Outcome.RELABELED)
    return Matching(outcome, iou, added)


def _pairs(overlap: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    from scipy.optimize import linear_sum_assignment

    fits = overlap >= MOVED_IOU
    row, column = linear_sum_assignment(
        np.where(fits, overlap + _SAME_CLASS * same, 0), maximize=True
    )
    good = fits[row, column]
    return row[good], column[good]


def _by_frame(boxes: Boxes) -> dict[int, Rows]:
    """The rows of each frame, in an order that their own one does not change."""
    order = np.lexsort((boxes.class_name, *boxes.xyxy.T, boxes.frame))
    frames, first = np.unique(boxes.frame[order], return_index=True)
    return dict(zip(frames.tolist(), np.split(order, first[1:]), strict=False))
