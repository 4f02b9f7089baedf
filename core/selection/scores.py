"""What is known of each frame from the boxes in it, in numbers.

The scores of object detection are those of Lightly's worker; sources:
https://docs.lightly.ai/docs/customize-a-selection and `lightly.active_learning.utils`.
"""

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.detections import Detections
from core.scoring import SCORE_CALM
from core.tracks.pairs import spans

Column = NDArray[np.float64]

_LEAST_FREQUENCY, _FURTHER_BOX = 0.9, 0.25


def frame_scores(detections: Detections, findings: Findings) -> dict[str, Column]:
    """The columns of `core.selection.columns` but `object_frequency`, which needs all candidates.

    Args:
        detections: What a run saw.
        findings: What was found in it.

    Returns:
        (frames,) each.
    """
    boxes, frames = detections.frame, detections.frame_count
    both, told = two_outcomes(detections.score), detections.uncertainty
    if told is not None:
        both = np.where(np.isnan(told), both, told)
    missing = findings.missing
    return {
        "flickering": findings.scores.astype(np.float64),
        # Frames that the run has not looked at have 0.
        "flickering_tutorial": np.maximum(findings.tutorial_scores, SCORE_CALM, dtype=np.float64),
        "missed_boxes": np.bincount(missing.frame, missing.plausibility, frames),
        "objectness_least_confidence": least_confidence(detections),
        "uncertainty_margin": _most(both[:, 0], boxes, frames),
        "uncertainty_entropy": _most(both[:, 1], boxes, frames),
        "boxes": detections.counts.astype(np.float64),
    }


def least_confidence(detections: Detections) -> Column:
    """(frames,) 1 less the mean score of the boxes; 0 without any."""
    counts = detections.counts
    total = np.bincount(detections.frame, detections.score, detections.frame_count)
    return np.where(counts > 0, 1 - total / np.maximum(counts, 1), 0.0)


def two_outcomes(score: NDArray[np.floating]) -> Column:
    """(n, 2) margin and entropy of boxes of which only the score is known, 0..1.

    A box of score s is taken for one of two outcomes, with probabilities s and 1 - s: the margin is
    1 - |2s - 1|, the entropy -Σ p log2 p. Both are 1 at s = 0.5, and 0 at 0 and 1.
    """
    sure = np.clip(score.astype(np.float64), 0, 1)
    both = np.stack([sure, 1 - sure])
    entropy = -(both * np.log2(np.where(both > 0, both, 1))).sum(axis=0)
    return np.stack([1 - np.abs(2 * sure - 1), entropy], axis=1)


def class_counts(detections: Detections, classes: int) -> NDArray[np.int32]:
    """(frames, classes) boxes of each class in each frame."""
    frames = detections.frame_count
    place = detections.frame * classes + detections.class_id
    found = np.bincount(place, minlength=frames * classes)
    return found.reshape(frames, classes).astype(np.int32)


def object_frequency(counts: NDArray[np.int32]) -> Column:
    """(n,) Σ over the classes present of 1 + 0.25 (n - 1), scaled to 0.9..1 over all candidates.

    Args:
        counts: (n, classes) boxes of each class in each candidate.
    """
    further = np.maximum(counts - 1, 0).sum(axis=1)
    found = (counts > 0).sum(axis=1) + _FURTHER_BOX * further
    least, most = found.min(initial=np.inf), found.max(initial=-np.inf)
    if least >= most:
        return np.full(len(found), _LEAST_FREQUENCY)
    scaled: Column = _LEAST_FREQUENCY + (1 - _LEAST_FREQUENCY) * (found - least) / (most - least)
    return scaled


def severities(findings: Findings) -> dict[str, Column]:
    """(frames,) of each kind of assertion: the sum of the plausibilities of what it found."""
    found, missing = findings.violations, findings.missing
    bare = np.flatnonzero(np.bincount(missing.violation, minlength=len(found)) == 0)
    row, frame = spans(found.start[bare], found.stop[bare])
    row, frame = row[findings.looked_at[frame]], frame[findings.looked_at[frame]]
    frame = np.concatenate([missing.frame, frame])
    kind = np.concatenate([findings.kind[missing.violation], findings.kind[bare][row]])
    weight = np.concatenate([missing.plausibility, found.plausibility[bare][row]])

    def of_kind(number: int) -> Column:
        own = kind == number
        return np.bincount(frame[own], weight[own], findings.frame_count).astype(np.float64)

    return {name: of_kind(number) for number, name in enumerate(findings.kinds)}


def _most(values: NDArray[np.floating], boxes: NDArray[np.int64], frames: int) -> Column:
    """(frames,) the highest of the boxes' values; 0 without any."""
    most = np.zeros(frames)
    np.maximum.at(most, boxes, values)
    return most
