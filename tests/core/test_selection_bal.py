"""BAL: which assertions choose, round after round."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import SelectionError
from core.project.handover import Round
from core.selection.bal import close_round, joined_rounds
from core.selection.engine import select
from core.selection.pool import Picks, Pool
from core.selection.request import Bal, FrameId, SelectRequest, Threshold
from tests.core.pools import pool_of_noise

POOL = pool_of_noise(400)
FIRING = {kind: int((found > 0).sum()) for kind, found in POOL.violations.items()}


def ask(n: int = 60, *, explore: float = 0.25, **wishes: object) -> SelectRequest:
    request = SelectRequest(n=n, proportion=None, strategies=(Bal(explore=explore),))
    return replace(request, **wishes)


def before(flickering: float, appear: float, run: str = "old") -> Round:
    """A round in which the assertions were violated so many times as often."""
    counts = (
        ("flickering", round(FIRING["flickering"] * flickering)),
        ("appear", round(FIRING["appear"] * appear)),
    )
    return Round(run, counts, ())


def chosen_by(picks: Picks) -> dict[str, int]:
    return {reason.title: int(np.nansum(reason.share)) for reason in picks.reasons}


def test_at_first_all_assertions_are_alike_and_only_violations_are_chosen() -> None:
    found = select(POOL, ask(80))
    by = chosen_by(found)
    assert set(by) == {"assertion flickering", "assertion appear"}
    assert sum(by.values()) == len(set(found.rows.tolist())) == 80
    assert 25 <= by["assertion appear"] <= 55
    for reason in found.reasons:
        assert (reason.value[reason.share == 1] > 0).all()
        assert reason.strength == 0.5


def test_later_the_assertion_that_went_back_most_chooses_most() -> None:
    found = select(POOL, ask(60, explore=0.0), rounds=[before(4.0, 1.0)])
    assert chosen_by(found) == {"assertion flickering": 60, "assertion appear": 0}
    assert [reason.strength for reason in found.reasons] == [1, 0]
    some = chosen_by(select(POOL, ask(60), rounds=[before(4.0, 1.0)]))
    assert 2 <= some["assertion appear"] <= 16


def test_chances_are_the_relative_reductions() -> None:
    found = select(POOL, ask(), rounds=[before(2.0, 4.0)])
    assert [r.strength for r in found.reasons] == pytest.approx([0.5 / 1.25, 0.75 / 1.25], abs=0.01)


@pytest.mark.parametrize("less", [1.0, 0.8, 1.006])
def test_where_nothing_went_back_uncertainty_chooses(less: float) -> None:
    found = select(POOL, ask(10), rounds=[before(less, 1.0)])
    highest = np.argsort(-POOL.columns["objectness_least_confidence"])[:10]
    assert found.rows.tolist() == highest.tolist()
    assert chosen_by(found) == {"objectness_least_confidence": 10}
    assert "objectness_least_confidence" in found.notes[0]


def test_a_round_of_the_same_run_tells_nothing() -> None:
    again = [before(4.0, 1.0), before(1.0, 1.0, run="run0")]
    found = select(POOL, ask(), rounds=again)
    assert found.reasons[0].strength == 1
    alone = select(POOL, ask(), rounds=again[1:])
    assert alone.reasons[0].strength == 0.5
    assert "last round" in alone.notes[0]


def test_severe_violations_are_likelier() -> None:
    found = select(POOL, ask(60, explore=0.0), rounds=[before(4.0, 1.0)])
    severity = POOL.violations["flickering"]
    assert severity[found.rows].mean() > severity[severity > 0].mean() + 0.05


def test_where_violations_are_used_up_uncertainty_goes_on() -> None:
    violated = int(sum((found > 0) for found in POOL.violations.values()).astype(bool).sum())
    found = select(POOL, ask(violated + 5))
    assert chosen_by(found)["objectness_least_confidence"] == 5
    assert "last 5" in found.notes[-1]
    everything = select(POOL, ask(500))
    assert len(everything.rows) == 400
    assert "400 of 500" in everything.stopped


def test_without_violations_uncertainty_chooses() -> None:
    calm = replace(POOL, violations={"flickering": np.zeros(400)})
    found = select(calm, ask(5))
    assert chosen_by(found) == {"objectness_least_confidence": 5}
    assert found.notes == ("No assertion is violated, so “objectness_least_confidence” chooses.",)


def test_all_other_wishes_hold_as_well() -> None:
    request = ask(
        30, apart=4, include=(FrameId(0, 200),), exclude=(FrameId(0, 3),), known=("exported",),
        thresholds=(Threshold("brightness", ">", -2),), seed=3,
    )  # fmt: skip
    found = select(POOL, request)
    assert found.rows[0] == 200
    assert found.included == 1
    assert (np.diff(found.frames(POOL)) >= 4).all()
    chosen = found.rows[1:]
    assert not POOL.marks["exported"][chosen].any()
    assert (POOL.columns["brightness"][chosen] > -2).all()
    assert np.isnan(found.reasons[0].share[0])
    assert select(POOL, request).rows.tolist() == found.rows.tolist()
    assert select(POOL, replace(request, seed=4)).rows.tolist() != found.rows.tolist()


@pytest.mark.parametrize(
    ("bal", "sentence"),
    [
        (Bal(explore=1.5), "1.5"),
        (Bal(explore=float("nan")), "nan"),
        (Bal(least_reduction=-1), "-1"),
        (Bal(otherwise="sharpness"), "“sharpness”"),
    ],
)
def test_what_is_not_possible_is_said(bal: Bal, sentence: str) -> None:
    with pytest.raises(SelectionError, match=sentence):
        select(POOL, SelectRequest(n=5, proportion=None, strategies=(bal,)))


def two_videos() -> tuple[Pool, Picks]:
    pool = pool_of_noise(50, videos=2)
    return pool, select(pool, ask(20))


def test_a_round_is_closed_for_each_video() -> None:
    pool, picks = two_videos()
    rounds = [close_round(pool, picks, video) for video in range(2)]
    assert [each.run for each in rounds] == ["run0", "run1"]
    assert sum(len(each.frames) for each in rounds) == 20
    for video, each in enumerate(rounds):
        here = pool.video == video
        assert dict(each.violations)["appear"] == (pool.violations["appear"][here] > 0).sum()
        assert each.frames == picks.frames(pool, video)


def test_rounds_of_several_projects_are_one_series() -> None:
    pool, picks = two_videos()
    first, second = (close_round(pool, picks, video) for video in range(2))
    older = Round("older", (("appear", 7),), (1,))
    joined = joined_rounds([(older, first), (second,)])
    assert joined[-1].run == "run0 run1"
    both = dict(first.violations)["appear"] + dict(second.violations)["appear"]
    assert dict(joined[-1].violations)["appear"] == both
    assert dict(joined[0].violations) == {"appear": 7}
    # It is the round of the runs that are there now, so the one before tells.
    assert joined_rounds([(first,)]) == (replace(first, violations=first.violations),)
    assert select(pool, ask(5), rounds=joined[1:]).notes
