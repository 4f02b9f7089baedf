"""Plausibilities that follow what became of the boxes, a little or much."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.roundtrip.evidence import Evidence, brier, cross_validated, learnt
from core.roundtrip.handed import asked_for, gaps
from core.roundtrip.recalibration import ENOUGH, Recalibration, corrected, fit, recalibrated
from core.roundtrip.report import reliability
from tests.core.queues import CASES, findings_of

KINDS = ("flickering", "tutorial")


def evidence(
    plausibility: list[float] | np.ndarray, right: list[bool] | np.ndarray, kind: str = KINDS[0]
) -> Evidence:
    count = len(plausibility)
    return Evidence(
        np.arange(count),
        np.full(count, kind),
        np.array(plausibility, np.float64),
        np.array(right, np.bool_),
        np.ones(count),
        np.arange(count),
    )


def drawn(count: int, slope: float, offset: float) -> tuple[np.ndarray, np.ndarray]:
    """Plausibilities, and boxes that are right as often as their correction says."""
    random = np.random.default_rng(5)
    stated = random.uniform(0.05, 0.95, count)
    return stated, random.random(count) < corrected(stated, slope, offset)


def test_without_boxes_nothing_changes() -> None:
    nothing = np.empty(0)
    assert fit(nothing, nothing.astype(np.bool_), nothing) == pytest.approx((1, 0))
    assert learnt(evidence([], [])) is None
    assert brier(evidence([], []), nothing) is None


@pytest.mark.parametrize("right", [False, True])
def test_five_boxes_hardly_move_a_plausibility(right: bool) -> None:
    found = learnt(evidence([0.7] * 5, [right] * 5))
    assert found is not None
    (after,) = corrected(np.array([0.7]), *found.by_kind["flickering"])
    assert 0.005 < abs(after - 0.7) < 0.055
    assert (after > 0.7) == right


@pytest.mark.parametrize(("slope", "offset"), [(1.0, -1.0), (0.5, 0.5), (1.5, 0.0)])
def test_many_boxes_say_what_is_true(slope: float, offset: float) -> None:
    stated, right = drawn(4000, slope, offset)
    found = fit(stated, right, np.ones(len(stated)))
    assert found == pytest.approx((slope, offset), abs=0.1)


def test_boxes_of_one_gap_teach_as_much_as_one_box() -> None:
    alone = learnt(evidence([0.7] * 4, [False] * 4))
    long = evidence([0.7] * 40, [False] * 40)
    together = learnt(replace(long, gap=np.arange(40) // 10))
    apart = learnt(long)
    assert alone is not None
    assert together is not None
    assert apart is not None
    assert together.by_kind["flickering"] == pytest.approx(alone.by_kind["flickering"], abs=1e-4)
    assert apart.by_kind["flickering"][1] < 2 * together.by_kind["flickering"][1] < 0


def test_boxes_of_one_violation_share_a_gap_and_unknown_ones_have_their_own() -> None:
    found = findings_of(CASES)
    boxes = [(box.frame, box.key) for box in found.imputed]
    asked = asked_for(found, [*boxes, (3, "gone")])
    assert asked.keys() == {key for _, key in boxes}
    keys = [key for _, key in boxes]
    assert gaps([*keys, "gone", "lost"], asked).tolist() == [0, 0, 0, 1, 2, 3]


def test_the_likelier_box_stays_the_likelier_one() -> None:
    stated = np.linspace(0.05, 0.95, 400)
    slope, offset = fit(stated, stated < 0.5, np.ones(400))
    assert (np.diff(corrected(stated, slope, offset)) > 0).all()


def test_a_kind_with_few_boxes_shares_what_all_say() -> None:
    stated, right = drawn(ENOUGH * 4, 1.0, -1.0)
    many = evidence(stated, right)
    few = evidence([0.6] * 3, [True] * 3, "tutorial")
    names = ("frame", "kind", "plausibility", "right", "weight", "gap")
    columns = [np.concatenate([getattr(each, name) for each in (many, few)]) for name in names]
    found = learnt(Evidence(*columns))
    own = learnt(many)
    assert found is not None
    assert own is not None
    assert found.by_kind["flickering"] == own.by_kind["flickering"]
    assert found.by_kind["tutorial"] == pytest.approx(own.by_kind["flickering"], abs=0.1)
    assert found.by_kind["tutorial"] != found.by_kind["flickering"]


def test_the_score_after_is_of_frames_that_it_was_not_learnt_from() -> None:
    stated, right = drawn(400, 1.0, -1.5)
    known = evidence(stated, right)
    held_out = cross_validated(known)
    assert held_out is not None
    before, after = brier(known, known.plausibility), brier(known, held_out)
    assert before is not None
    assert after is not None
    assert after < before - 0.02
    # Noise teaches nothing: what looks better where it was learnt is no better elsewhere.
    noise = replace(known, right=np.random.default_rng(1).random(400) < stated)
    free = cross_validated(noise)
    assert free is not None
    assert abs((brier(noise, free) or 0) - (brier(noise, stated) or 0)) < 0.01
    assert cross_validated(evidence([0.5], [True])) is None


def test_reliability_stands_beside_what_was_stated() -> None:
    stated = [0.1, 0.3, 0.35, 0.9, 0.95, 1.0]
    bins = reliability(evidence(stated, [False, True, False, True, True, True]))
    assert [(each.boxes, each.right) for each in bins] == [(1, 0.0), (2, 0.5), (3, 1.0)]
    assert [each.start for each in bins] == pytest.approx([0.0, 0.2, 0.8])
    assert bins[2].plausibility == pytest.approx(0.95)


@settings(max_examples=40)
@given(st.floats(0.1, 3), st.floats(-3, 3))
def test_findings_follow_by_kind_and_violations_follow_their_boxes(
    slope: float, offset: float
) -> None:
    found = findings_of(CASES)
    changed = recalibrated(found, Recalibration({"flickering": (slope, offset)}, 80, ""))
    wanted = corrected(found.missing.plausibility, slope, offset)
    assert changed.missing.plausibility == pytest.approx(wanted, abs=1e-6)
    for number, kind in enumerate(found.kind.tolist()):
        rows = changed.missing.violation == number
        after = changed.violations.plausibility[number]
        if found.kinds[kind] == "flickering":
            assert after == pytest.approx(changed.missing.plausibility[rows].max())
        else:
            assert after == found.violations.plausibility[number]


def test_scores_thresholds_and_keys(steep: Recalibration) -> None:
    found = findings_of(CASES)
    changed = recalibrated(found, steep)
    assert (changed.scores <= found.scores).all()
    assert changed.scores[5] < found.scores[5]
    assert [box.key for box in changed.imputed] == [box.key for box in found.imputed]
    assert recalibrated(found, None) is found


@pytest.fixture
def steep() -> Recalibration:
    """Nearly nothing is right."""
    return Recalibration({"flickering": (1.0, -3.0)}, 80, "2026-01-01T00:00:00+00:00")


def test_a_recalibration_is_kept_as_json(steep: Recalibration) -> None:
    assert Recalibration.from_json(json.loads(json.dumps(steep.to_json()))) == steep
