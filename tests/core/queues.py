"""Queues made of violations in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from core.assertions.base import MissingBoxes, Violations, violations
from core.assertions.findings import Findings, join
from core.assertions.imputed import ImputedBox, ImputedBoxes
from core.prelabels import Correction, Decision, Verdict
from core.review import Queue
from core.tracks.segments import segments

NAMES = ("person", "car", "bus")
KINDS = ("flickering", "appear", "multibox")
FRAMES = 40


@dataclass(frozen=True)
class Case:
    """One violation, in words."""

    start: int = 4
    missing: tuple[float, ...] = ()
    """Plausibility of the missing box of each frame from `start` on; none for a doubt."""
    lasting: int = 1
    """Frames, for a doubt."""
    plausibility: float = 0.5
    """For a doubt."""
    kind: str = "flickering"
    track: int = 0
    class_id: int = 1

    @property
    def stop(self) -> int:
        return self.start + (len(self.missing) or self.lasting)

    @property
    def gain(self) -> float:
        return sum(self.missing) or self.lasting * self.plausibility


def findings_of(cases: Sequence[Case]) -> Findings:
    """Findings in which the violations have the numbers of their places, sorted by kind."""
    found = {kind: _violations([c for c in cases if c.kind == kind]) for kind in KINDS}
    nothing = np.empty(0, np.int64)
    return join(
        found,
        NAMES,
        np.arange(FRAMES) / 25,
        np.empty(0, np.float32),
        np.zeros(FRAMES, np.float32),
        segments(nothing, nothing, nothing.astype(np.int16)),
    )


def _violations(cases: Sequence[Case]) -> Violations:
    rows = [
        (number, case.start + at, plausibility, case)
        for number, case in enumerate(cases)
        for at, plausibility in enumerate(case.missing)
    ]
    missing = MissingBoxes(
        np.array([number for number, *_ in rows], np.int64),
        np.array([frame for _, frame, *_ in rows], np.int64),
        np.array([_corners(case, frame) for _, frame, _, case in rows]).reshape(-1, 4),
        np.array([case.class_id for *_, case in rows], np.int16),
        np.array([plausibility for *_, plausibility, _ in rows], np.float32),
        np.zeros(len(rows), np.bool_),
        np.full(len(rows), -1),
    )
    return violations(
        [case.start for case in cases],
        [case.stop for case in cases],
        plausibility=[max(case.missing, default=case.plausibility) for case in cases],
        track=[case.track for case in cases],
        class_id=[case.class_id for case in cases],
        where=np.array([_corners(case, case.start) for case in cases]).reshape(-1, 4),
        missing=missing,
    )


def _corners(case: Case, frame: int) -> tuple[float, float, float, float]:
    """Another place for each track, so that boxes differ."""
    return 10.0 * case.track, float(frame), 10.0 * case.track + 8, frame + 8.0


def queue_of(
    cases: Sequence[Case], decisions: Sequence[Decision] = ()
) -> tuple[Queue, ImputedBoxes, dict[str, Decision]]:
    found = findings_of(cases)
    boxes = ImputedBoxes(found.columns, [decision.box for decision in decisions])
    by_key = {decision.box.key: decision for decision in decisions}
    return Queue(boxes, found, by_key), boxes, by_key


def decided(box: ImputedBox, verdict: Verdict) -> Decision:
    correction = Correction(box.xyxy, "bus") if verdict is Verdict.EDITED else None
    return Decision(box, verdict, correction)


GAP = Case(4, (0.5, 0.75, 0.25))
DOUBT = Case(9, lasting=6, plausibility=0.5, kind="appear", track=2, class_id=0)
LONE = Case(20, (0.5,), track=1, class_id=2)
NO_CLASS = Case(30, kind="multibox", plausibility=0.25, track=-1, class_id=-1)
CASES = (GAP, LONE, DOUBT, NO_CLASS)
"""Sorted by kind, so that each is the violation of its place."""


def plausibilities() -> st.SearchStrategy[float]:
    # Exact in 32 bits, and different after rounding to four digits.
    return st.integers(1, 64).map(lambda n: n / 64)


def a_case(number: int) -> st.SearchStrategy[Case]:
    """A case of a track of its own."""
    return st.builds(
        Case,
        start=st.integers(0, FRAMES - 6),
        missing=st.lists(plausibilities(), max_size=5).map(tuple),
        lasting=st.integers(1, 5),
        plausibility=plausibilities(),
        kind=st.sampled_from(KINDS),
        track=st.just(number),
        class_id=st.integers(-1, 2),
    )


@st.composite
def some_cases(draw: st.DrawFn) -> list[Case]:
    made = [draw(a_case(number)) for number in range(draw(st.integers(0, 6)))]
    return sorted(made, key=lambda case: KINDS.index(case.kind))


# Violations
