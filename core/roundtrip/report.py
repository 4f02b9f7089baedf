"""What annotators made of the imputed boxes, in figures."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.prelabels import Prelabel, Source
from core.roundtrip.evidence import Evidence
from core.roundtrip.matching import Matching, Outcome

_NORMAL_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution."""
BINS = 5
"""Parts of 0..1 in which plausibilities are compared with what was right."""


@dataclass(frozen=True)
class Tally:
    """What became of some boxes."""

    handed: int
    """In frames that were labeled."""
    kept: int
    moved: int
    relabeled: int
    deleted: int
    moved_iou: float | None
    """Mean IoU of the moved ones with where they were."""
    gaps: int = 0
    """How many gaps they lie in; 0 for boxes that no assertion asked for."""

    @property
    def precision(self) -> float | None:
        """Share of kept and moved ones; None of none."""
        return (self.kept + self.moved) / self.handed if self.handed else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval of the precision, 95 %, as if each gap were one box, because the boxes
        of a gap stand or fall together; None without gaps."""
        return (
            wilson(self.precision, self.gaps) if self.precision is not None and self.gaps else None
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"precision": self.precision, "interval": self.interval}


@dataclass(frozen=True)
class Bin:
    """Judged boxes of like plausibility."""

    start: float
    stop: float
    boxes: int
    plausibility: float
    """Mean of them."""
    right: float
    """Share of them that was right."""


@dataclass(frozen=True)
class Report:
    """All figures."""

    labels: str
    """What was read."""
    format: str
    frames: int
    """Frames of the video that were labeled."""
    not_labeled: int
    """Frames that were handed over and have not come back; 0 where nobody knows."""
    overall: Tally
    """Imputed boxes of all kinds."""
    by_kind: dict[str, Tally]
    model: Tally
    """The model's own boxes."""
    added: int
    """Finished boxes that were not handed over."""
    bins: tuple[Bin, ...]
    """Reliability: those that hold boxes, ascending."""
    brier: float | None
    """Of plausibilities as the assertions give them."""
    brier_recalibrated: float | None
    """Of plausibilities recalibrated by other frames; see `cross_validated`."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {
            "overall": self.overall.to_json(),
            "by_kind": {kind: tally.to_json() for kind, tally in self.by_kind.items()},
            "model": self.model.to_json(),
        }


def wilson(share: float, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, after Wilson 1927: within 0..1 also for few and extreme ones.

    Args:
        share: 0..1.
        of: Of how many, from 1.
    """
    z2 = _NORMAL_95**2
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _NORMAL_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of**2)) / (1 + z2 / of)
    return max(0.0, centre - half), min(1.0, centre + half)


def tallies(
    handed: Sequence[Prelabel], matching: Matching, gap: NDArray[np.int64]
) -> tuple[Tally, dict[str, Tally], Tally]:
    """What became of the imputed boxes, of those of each kind, and of the model's own.

    Args:
        handed: All boxes that were handed over.
        matching: What became of them.
        gap: (n,) number of the gap of each; -1 for none.
    """
    kind = np.array([box.kind for box in handed], np.str_)
    own = np.array([box.source is Source.MODEL for box in handed], np.bool_)
    kinds = [each for each in np.unique(kind).tolist() if each]
    return (
        _tally(matching, gap, kind != ""),
        {each: _tally(matching, gap, kind == each) for each in kinds},
        _tally(matching, gap, own),
    )


def reliability(evidence: Evidence) -> tuple[Bin, ...]:
    """Plausibilities beside what was right, in bins of one width."""
    at = np.minimum((evidence.plausibility * BINS).astype(np.int64), BINS - 1)
    found = []
    for number in range(BINS):
        rows = np.flatnonzero((at == number) & (evidence.weight > 0))
        if len(rows):
            weight = evidence.weight[rows]
            stated = float(np.average(evidence.plausibility[rows], weights=weight))
            right = float(np.average(evidence.right[rows], weights=weight))
            found.append(Bin(number / BINS, (number + 1) / BINS, len(rows), stated, right))
    return tuple(found)


def _tally(matching: Matching, gap: NDArray[np.int64], rows: NDArray[np.bool_]) -> Tally:
    outcome, iou = matching.outcome[rows], matching.iou[rows]
    counts = np.bincount(outcome, minlength=len(Outcome))
    moved = iou[outcome == Outcome.MOVED]
    return Tally(
        len(outcome),
        int(counts[Outcome.KEPT]),
        int(counts[Outcome.MOVED]),
        int(counts[Outcome.RELABELED]),
        int(counts[Outcome.DELETED]),
        float(moved.mean()) if len(moved) else None,
        len(np.unique(gap[rows & (gap >= 0)])),
    )
