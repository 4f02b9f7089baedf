"""What speaks for and against plausibilities: boxes that annotators or the reviewer judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from core.assertions.imputed import DRAWN, MODEL, ImputedBox
from core.boxes import paired_iou
from core.prelabels import Decision, Prelabel, Verdict
from core.roundtrip.handed import Known, gaps
from core.roundtrip.matching import MOVED_IOU, Boxes, Outcome, match
from core.roundtrip.recalibration import ENOUGH, Recalibration, corrected, fit
from core.tracks.pairs import Rows

_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Evidence:
    """Judged boxes in columns."""

    frame: Rows
    kind: NDArray[np.str_]
    plausibility: NDArray[np.float64]
    """(n,) before any recalibration."""
    right: NDArray[np.bool_]
    """(n,) whether the box showed an object."""
    weight: NDArray[np.float64]
    """(n,) what it counts."""
    gap: NDArray[np.int64]
    """(n,) number of its gap."""

    @property
    def boxes(self) -> int:
        """What all of it counts, in boxes."""
        return round(float(self.weight.sum()))


def evidence_of(
    known: Known,
    handed: Sequence[Prelabel],
    outcome: NDArray[np.int8],
    added: Boxes,
    asked: Mapping[str, ImputedBox],
) -> Evidence:
    """What labels and review say about imputed boxes.

    A box that was handed over is right if annotators left an object there, under whatever class:
    plausibility speaks of the place. What a reviewer moved elsewhere first was not right. A box
    that was rejected is wrong unless annotators drew it nonetheless. Only a part of the accepted
    boxes may have come back; the rejected ones count by the same share, so that there are as many
    of them for each accepted one as in the review.

    Args:
        known: The project.
        handed: Imputed boxes that were handed over in labeled frames.
        outcome: (n,) `Outcome` of each.
        added: Finished boxes that were not handed over.
        asked: The boxes as the run shown has them, by key; see `core.roundtrip.handed.asked_for`.
    """
    decided = {d.box.key: d for d in known.decisions if d.box.assertion not in (MODEL, DRAWN)}
    accepted = sum(decision.gives_box for decision in decided.values())
    rejected = rejected_in(known)
    in_place = [_in_place(decided.get(box.key)) for box in handed]
    there = match(_columns(rejected), added).outcome != Outcome.DELETED
    # Key, frame, kind, and the plausibility that was noted, which may have been a corrected one.
    rows = [(box.key, box.frame, box.kind, box.score) for box in handed]
    rows += [(box.key, box.frame, box.assertion, box.plausibility) for box in rejected]
    stated = [asked[key].plausibility if key in asked else noted for key, _, _, noted in rows]
    share = min(1.0, len(handed) / accepted) if accepted else 0.0
    return Evidence(
        np.array([frame for _, frame, _, _ in rows], np.int64),
        np.array([kind for _, _, kind, _ in rows], np.str_),
        np.array(stated, np.float64),
        np.concatenate([(outcome != Outcome.DELETED) & np.array(in_place, np.bool_), there]),
        np.concatenate([np.ones(len(handed)), np.full(len(rejected), share)]),
        gaps([key for key, _, _, _ in rows], asked),
    )


def rejected_in(known: Known) -> list[ImputedBox]:
    """The imputed boxes that somebody rejected."""
    boxes = (d.box for d in known.decisions if d.verdict is Verdict.REJECTED)
    return [box for box in boxes if box.assertion not in (MODEL, DRAWN) and not box.doubted]


def learnt(evidence: Evidence) -> Recalibration | None:
    """The recalibration that evidence speaks for; None without any."""
    if not evidence.boxes:
        return None
    made = datetime.now(UTC).isoformat(timespec="seconds")
    every = np.ones(len(evidence.frame), np.bool_)
    return Recalibration(_by_kind(evidence, every), evidence.boxes, made)


def brier(evidence: Evidence, plausibility: NDArray[np.float64]) -> float | None:
    """Mean squared distance of plausibilities from what was right, 0 for perfect; None of none."""
    if not evidence.weight.sum():
        return None
    off = (plausibility - evidence.right) ** 2
    return float(np.average(off, weights=evidence.weight))


def cross_validated(evidence: Evidence) -> NDArray[np.float64] | None:
    """(n,) corrected plausibilities, each by what was learnt from boxes of other frames.

    Frames are held out in stretches, because neighbours show the same objects. None for boxes of
    fewer than two frames.
    """
    frames = np.unique(evidence.frame)
    folds = min(_FOLDS, len(frames))
    if folds < 2:
        return None
    fold = np.searchsorted(frames, evidence.frame) * folds // len(frames)
    result = evidence.plausibility.copy()
    for held in range(folds):
        by_kind = _by_kind(evidence, fold != held)
        for kind, values in by_kind.items():
            rows = (fold == held) & (evidence.kind == kind)
            result[rows] = corrected(evidence.plausibility[rows], *values)
    return result


def _by_kind(evidence: Evidence, rows: NDArray[np.bool_]) -> dict[str, tuple[float, float]]:
    """Slope and offset of each kind that there is evidence of, learnt from some of it."""
    pooled = _fit(evidence, rows)
    found = {}
    for kind in np.unique(evidence.kind).tolist():
        own = rows & (evidence.kind == kind)
        enough = len(np.unique(evidence.gap[own])) >= ENOUGH
        found[kind] = _fit(evidence, own) if enough else pooled
    return found


def _fit(evidence: Evidence, rows: NDArray[np.bool_]) -> tuple[float, float]:
    # The boxes of a gap stand or fall together: all boxes count as much as there are gaps.
    each = len(np.unique(evidence.gap[rows])) / max(int(rows.sum()), 1)
    return fit(evidence.plausibility[rows], evidence.right[rows], each * evidence.weight[rows])


def _in_place(decision: Decision | None) -> bool:
    """Whether a box was handed over where the assertion asked for it."""
    if decision is None or decision.correction is None:
        return True
    asked, handed = np.array([decision.box.xyxy]), np.array([decision.xyxy])
    return bool(paired_iou(asked, handed)[0] >= MOVED_IOU)


def _columns(boxes: Sequence[ImputedBox]) -> Boxes:
    return Boxes(
        np.array([box.frame for box in boxes], np.int64),
        np.array([box.xyxy for box in boxes], np.float64).reshape(-1, 4),
        np.array([box.class_name for box in boxes], np.str_),
    )
