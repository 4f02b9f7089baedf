"""The flickering rule of Lightly's assertion tutorial, exactly, over whole videos at once.

Source: docs.lightly.ai, "Assertion-based Active Learning with YOLOv8".

For each frame `i` with both neighbours, every box of frame `i - 1` is compared with every box
of frame `i + 1`. A pair with IoU strictly above the tracking threshold is one object, and its
mean box is where the object should be in frame `i`. Frame `i` flickers if it has no box, or if
all its boxes have IoU strictly below the assertion threshold with that mean box. The rule is
blind to classes, and every matching pair counts.

The rule keeps its defects on purpose, so that its results can be compared: it finds only
single-frame misses of objects that move little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import MissingBoxes, Scene, Violations, violations
from core.boxes import truncated_xyxy
from core.detections import Detections
from core.scoring import EmptyWindow, tutorial_scores

IOU_THRESH_TRACKING = 0.8
IOU_THRESH_ASSERTION = 0.6


@dataclass(frozen=True, eq=False)
class Flickering:
    """Where the rule is violated, and the boxes that it says are missing."""

    flickering: NDArray[np.bool_]
    """(frames,) whether the frame flickers; never the first or last frame."""
    frame: NDArray[np.int64]
    """(m,) frame of each imputed box, ascending."""
    xyxy: NDArray[np.int64]
    """(m, 4) imputed boxes in pixels."""
    before: NDArray[np.int64]
    """(m,) row of the matching box in the frame before."""
    after: NDArray[np.int64]
    """(m,) row of the matching box in the frame after."""
    iou: NDArray[np.float64]
    """(m,) IoU of those two boxes."""


def flickering(
    predictions: Sequence[NDArray[Any]],
    iou_thresh_tracking: float = IOU_THRESH_TRACKING,
    iou_thresh_assertion: float = IOU_THRESH_ASSERTION,
) -> Flickering:
    """Apply the rule to one array of boxes per frame.

    Args:
        predictions: For each frame an (n, 4) array of integer boxes x, y, w, h in pixels.
        iou_thresh_tracking: Boxes around a frame with IoU strictly above this are one object.
        iou_thresh_assertion: A box with IoU strictly below this does not show that object.

    Raises:
        ValueError: A frame's array is not of shape (n, 4).
    """
    counts = np.fromiter(map(len, predictions), np.int64, len(predictions))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    filled = predictions if counts.all() else [frame for frame in predictions if len(frame)]
    xywh = np.concatenate(filled) if len(filled) else np.empty((0, 4), np.int64)
    if xywh.shape[1:] != (4,):
        raise ValueError(f"expected boxes of shape (n, 4), got {xywh.shape}")
    xyxy = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])
    return flickering_columns(xyxy, offsets, iou_thresh_tracking, iou_thresh_assertion)


def flickering_columns(
    xyxy: NDArray[Any],
    offsets: NDArray[np.int64],
    iou_thresh_tracking: float = IOU_THRESH_TRACKING,
    iou_thresh_assertion: float = IOU_THRESH_ASSERTION,
) -> Flickering:
    """Apply the rule to boxes in columns.

    Args:
        xyxy: (n, 4) integer boxes in pixels, sorted by frame.
        offsets: (frames + 1,) first row of each frame; see `core.detections.Detections`.
        iou_thresh_tracking: As in `flickering`.
        iou_thresh_assertion: As in `flickering`.
    """
    frames = len(offsets) - 1
    edges, order = _sorted_by_left_edge(xyxy, np.repeat(np.arange(frames), np.diff(offsets)))

    before, after = edges.near(edges.columns, edges.frame + 2, iou_thresh_tracking)
    iou = _iou(edges.columns[:, before], edges.columns[:, after])
    same = np.flatnonzero(iou > iou_thresh_tracking)
    same = same[np.lexsort((order[after[same]], order[before[same]]))]
    before, after, iou = before[same], after[same], iou[same]
    middle = edges.frame[before] + 1
    corner_sum = edges.columns[:, before] + edges.columns[:, after]
    mean = np.trunc(corner_sum / 2).astype(np.int64)

    # "All strictly below" is the negation of "one at or above".
    pair, row = edges.near(mean, middle, iou_thresh_assertion)
    missed = np.ones(len(middle), np.bool_)
    missed[pair[_iou(mean[:, pair], edges.columns[:, row]) >= iou_thresh_assertion]] = False

    flickers = np.zeros(frames, np.bool_)
    flickers[middle[missed]] = True
    return Flickering(
        flickers,
        middle[missed],
        mean[:, missed].T,
        order[before[missed]],
        order[after[missed]],
        iou[missed],
    )


@dataclass(frozen=True, eq=False)
class _LeftEdges:
    """Boxes sorted by frame and left edge, to find overlap without comparing every pair.

    Two boxes with IoU >= t share at least a fraction t of each one's width, so the left edge
    of the other lies within [-(1 - t) / t, 1 - t] widths of one's own.
    """

    columns: NDArray[np.int64]
    """(4, n) boxes x0, y0, x1, y1."""
    frame: NDArray[np.int64]
    """(n,) frame of each box."""
    key: NDArray[np.int64]
    """(n,) `frame * span + left edge - low`, ascending."""
    low: int
    span: int

    def near(
        self, columns: NDArray[np.int64], frame: NDArray[np.int64], min_iou: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs (query, box) that hold every box of frame `frame[query]` with that IoU or more."""
        left, width = columns[0] - self.low, columns[2] - columns[0]
        slack = max(1 - min_iou, 0.0)
        # One pixel more than the bound, so that rounding never loses a box.
        behind = width * (slack / min_iou) + 1 if min_iou > 0 else self.span
        ahead = width * slack + 1 if min_iou > 0 else self.span
        begin = frame * self.span
        first = begin + np.clip(left - behind, 0, self.span - 1).astype(np.int64)
        final = begin + np.clip(left + ahead, 0, self.span - 1).astype(np.int64)
        start = np.searchsorted(self.key, first, side="left")
        counts = np.searchsorted(self.key, final, side="right") - start
        query = np.repeat(np.arange(len(frame)), counts)
        shift = np.repeat(start - (np.cumsum(counts) - counts), counts)
        return query, shift + np.arange(len(shift))


def _sorted_by_left_edge(
    xyxy: NDArray[Any], frame: NDArray[np.int64]
) -> tuple[_LeftEdges, NDArray[np.int64]]:
    """The boxes in sorted order, and the row that each one came from."""
    left = xyxy[:, 0]
    low = int(left.min(initial=0))
    span = int(left.max(initial=0)) - low + 1
    key = frame * span + (left - low)
    order = np.argsort(key, kind="stable")
    columns = xyxy.T[:, order].astype(np.int64, copy=False)
    return _LeftEdges(columns, frame[order], key[order], low, span), order


def _iou(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) IoU of boxes in columns, (4, n) each; 0 where both are empty."""
    width = np.minimum(a[2], b[2]) - np.maximum(a[0], b[0])
    height = np.minimum(a[3], b[3]) - np.maximum(a[1], b[1])
    intersection = np.maximum(width, 0) * np.maximum(height, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - intersection
    # Where the union is empty the intersection is, too, and 0 / 1 is as good as 0 / 0.
    iou: NDArray[np.float64] = intersection / np.maximum(union, 1)
    return iou


def tutorial(scene: Scene) -> Violations:
    """The rule as an assertion over a scene: one violation for each imputed box.

    The rule knows neither class nor plausibility. An imputed box takes the class of the more
    confident of its two neighbours; its plausibility is their IoU: evidence, not a calibrated
    probability. Identical boxes in one frame are asked for once.
    """
    detections = scene.detections
    result = flickering_columns(truncated_xyxy(detections.xyxy), detections.offsets)
    later = detections.score[result.after] > detections.score[result.before]
    classes = detections.class_id[np.where(later, result.after, result.before)]
    _, first = np.unique(
        np.column_stack([result.frame, result.xyxy, classes]), axis=0, return_index=True
    )
    first = np.sort(first)
    count = len(first)
    missing = MissingBoxes(
        np.arange(count),
        result.frame[first],
        result.xyxy[first].astype(np.float64),
        classes[first],
        result.iou[first].astype(np.float32),
        np.zeros(count, np.bool_),
        np.full(count, -1),
    )
    return violations(
        result.frame[first],
        plausibility=missing.plausibility,
        track=scene.tracks.of[result.before[first]],
        class_id=missing.class_id,
        missing=missing,
    )


def scores_of(detections: Detections, empty_window: EmptyWindow = "calm") -> NDArray[np.float32]:
    """(frames,) the tutorial's score of each frame; see `core.scoring.tutorial_scores`."""
    result = flickering_columns(truncated_xyxy(detections.xyxy), detections.offsets)
    return tutorial_scores(result.flickering, detections.counts, empty_window)
