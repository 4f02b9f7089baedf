"""Multibox: three or more boxes overlap one another, so that at least one shows nothing new.

Source: Kang et al., MLSys 2020, section 2.2.
"""

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import Scene, Violations, violations
from core.boxes import paired_iou
from core.calibration import probability, shipped
from core.tracks.linking import usual
from core.tracks.pairs import Rows, pairs_in_time, spans

LEAST_OVERLAP = 0.2
"""IoU below which boxes of different objects are expected."""


def multibox(scene: Scene) -> Violations:
    """One violation for each box with two others on it; of each frame's cluster the strongest."""
    row, overlap, features = triples(scene)
    plausibility = probability(features, (scene.calibration or shipped()).multibox)
    frame, track = scene.detections.frame[row], scene.tracks.of[row]
    return violations(
        frame,
        plausibility=plausibility,
        track=track,
        class_id=scene.detections.class_id[row],
        overlap=overlap,
        where=scene.detections.xyxy[row],
    )


def triples(scene: Scene) -> tuple[Rows, NDArray[np.float64], NDArray[np.float64]]:
    """The weakest box of each three that overlap one another (each box in one three at most).

    Returns:
        Row of the box, (v,) the least IoU within the three, and (v, 3) features of the chance
        that one of them shows nothing.
    """
    rows = np.flatnonzero(scene.seen)
    frame, xyxy = scene.detections.frame[rows], scene.detections.xyxy[rows]
    left, right, iou = _overlapping(frame, xyxy)
    # Every two edges of one box (left, right), (left, third) whose far ends overlap, too.
    start = np.searchsorted(left, left, side="left")
    stop = np.searchsorted(left, left, side="right")
    edge, other = spans(np.maximum(start, np.arange(len(left)) + 1), stop)
    a, b, c = left[edge], right[edge], right[other]
    least = np.minimum(np.minimum(iou[edge], iou[other]), paired_iou(xyxy[b], xyxy[c]))
    some = least >= LEAST_OVERLAP
    three, least = np.column_stack([a, b, c])[some], least[some]
    score = usual(scene.detections.score)[rows]
    weakest = three[np.arange(len(three)), score[three].argmin(axis=1)]
    order = np.lexsort((-least, weakest))
    first = np.ones(len(order), np.bool_)
    first[1:] = weakest[order][1:] != weakest[order][:-1]
    chosen = order[first]
    row, least = weakest[chosen], least[chosen]
    return rows[row], least, np.column_stack([np.ones(len(row)), least, score[row]])


def _overlapping(frame: Rows, xyxy: NDArray[np.float32]) -> tuple[Rows, Rows, NDArray[np.float64]]:
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    for i, j in pairs_in_time(frame, frame, 0, 0):
        i, j = i[i < j], j[i < j]
        iou = paired_iou(xyxy[i], xyxy[j])
        some = iou >= LEAST_OVERLAP
        found.append((i[some], j[some], iou[some]))
    left, right, iou = map(np.concatenate, zip(*found, strict=True))
    return left, right, iou
