"""Frames chosen by strategies: what is chosen, why, and what is said where it cannot be."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.embeddings.embeddings import unit_vectors
from core.errors import SelectionError
from core.selection.engine import seconds_of, select
from core.selection.explain import trace
from core.selection.likeness import similarity, typicality
from core.selection.mundig import lightly_mundig
from core.selection.pool import Picks, Pool
from core.selection.request import (
    Bal,
    Balance,
    Diversity,
    FrameId,
    SelectRequest,
    Similarity,
    Strategy,
    Threshold,
    Typicality,
    Weighting,
)
from core.selection.terms import terms_of
from tests.core.pools import pool_of_noise

POOL = pool_of_noise(objects=True)
EVERY: tuple[Strategy, ...] = (
    Diversity(),
    Diversity(2.0, of="objects"),
    Weighting("flickering"),
    Weighting("brightness", 0.5),
    Balance((("car", 0.5), ("person", 0.3))),
    Typicality(neighbours=5),
    Typicality(of="objects"),
    Similarity((FrameId(0, 3), FrameId(0, 4))),
    Similarity((FrameId(0, 3),), of="objects"),
)


def ask(n: int = 10, *strategies: Strategy, **wishes: object) -> SelectRequest:
    request = SelectRequest(n=n, proportion=None, strategies=strategies or (Diversity(),))
    return replace(request, **wishes)


def frames(picks: Picks, pool: Pool = POOL) -> list[int]:
    return pool.frame[picks.rows].tolist()


@settings(max_examples=15, deadline=None)
@given(
    strategies=st.lists(st.sampled_from(EVERY), min_size=1, max_size=4),
    known=st.lists(st.integers(0, 59), max_size=4),
    seed=st.integers(0, 3),
)
def test_each_frame_is_the_best_by_the_strategies_as_they_are_explained(
    strategies: Sequence[Strategy], known: Sequence[int], seed: int
) -> None:
    labeled = tuple(FrameId(0, frame) for frame in known)
    request = ask(12, *strategies, labeled=labeled, seed=seed)
    found = select(POOL, request)
    everything = np.arange(60)
    terms, _ = terms_of(POOL, strategies, everything, 12)
    before = np.unique(np.array(known, np.int64))
    for place in (0, 1, 2, 5, 11):
        order = np.concatenate([before, found.rows[: place + 1]])
        free = np.setdiff1d(everything, order[:-1])
        total = np.array(
            [
                sum(
                    term.strength
                    * trace(term, np.append(order[:-1], row), len(order) - 1, everything)[1][0]
                    for term in terms
                )
                for row in free
            ]
        )
        # The engine computes in single precision.
        assert total[free == order[-1]][0] >= total.max() - 1e-3


@pytest.mark.parametrize("strategy", EVERY, ids=lambda s: f"{type(s).__name__}-{s.strength}")
def test_every_strategy_alone_chooses_and_says_why(strategy: Strategy) -> None:
    found = select(POOL, ask(10, strategy))
    assert len(set(found.rows.tolist())) == 10
    (reason,) = found.reasons
    assert reason.share.tolist() == [1] * 10
    assert len(reason.value) == 10
    assert found.candidates == 60
    assert not found.stopped


def test_shares_are_one_together_and_values_are_those_of_the_moment() -> None:
    found = select(POOL, ask(20, Diversity(), Weighting("flickering"), Weighting("brightness")))
    shares = np.array([reason.share for reason in found.reasons])
    assert shares.sum(axis=0) == pytest.approx(1)
    assert ((shares >= 0) & (shares <= 1)).all()
    distance, flickering, _ = found.reasons
    assert [r.title for r in found.reasons] == ["diversity of frames", "flickering", "brightness"]
    assert flickering.value.tolist() == POOL.columns["flickering"][found.rows].tolist()
    assert POOL.embeddings is not None
    vectors = POOL.embeddings[found.rows]
    assert np.isnan(distance.value[0])
    for place in range(1, 20):
        apart = np.linalg.norm(vectors[:place] - vectors[place], axis=1)
        assert distance.value[place] == pytest.approx(apart.min(), abs=1e-3)


def test_a_strong_strategy_has_the_greater_share() -> None:
    def part(strength: float) -> float:
        found = select(POOL, ask(10, Diversity(), Weighting("flickering", strength)))
        return float(found.reasons[1].share[1:].mean())

    assert part(0.2) < part(1) < part(10)


def test_the_same_request_chooses_the_same_and_another_seed_others() -> None:
    assert frames(select(POOL, ask())) == frames(select(POOL, ask()))
    assert frames(select(POOL, ask(seed=1))) != frames(select(POOL, ask()))
    # What is clear does not depend on the seed.
    by_value = ask(10, Weighting("brightness"), seed=5)
    highest = np.argsort(-POOL.columns["brightness"])[:10]
    assert frames(select(POOL, by_value)) == highest.tolist()


def test_a_proportion_is_of_the_frames_that_pass() -> None:
    passing = (Threshold("brightness", ">", 0),)
    count = int((POOL.columns["brightness"] > 0).sum())
    found = select(POOL, SelectRequest(proportion=0.25, thresholds=passing))
    assert len(found.rows) == round(count / 4)
    assert found.candidates == count
    assert (POOL.columns["brightness"][found.rows] > 0).all()
    assert len(select(POOL, SelectRequest(proportion=0.001)).rows) == 1


def test_included_frames_come_first_and_count_and_excluded_ones_never_come() -> None:
    without = select(POOL, ask(5))
    bad = FrameId(0, frames(without)[1])
    found = select(POOL, ask(5, include=(FrameId(0, 41), FrameId(0, 7)), exclude=(bad,)))
    assert frames(found)[:2] == [41, 7]
    assert found.included == 2
    assert len(found.rows) == 5
    assert bad.frame not in frames(found)
    assert np.isnan(found.reasons[0].share[:2]).all()
    assert not np.isnan(found.reasons[0].share[2:]).any()


def test_more_included_frames_than_wanted_are_all_chosen_and_it_is_said() -> None:
    found = select(POOL, ask(1, include=(FrameId(0, 1), FrameId(0, 2))))
    assert frames(found) == [1, 2]
    assert "2 included" in found.notes[0]


def test_labeled_frames_are_not_chosen_and_others_differ_from_them() -> None:
    assert POOL.embeddings is not None
    twin = replace(POOL, embeddings=POOL.embeddings.copy())
    assert twin.embeddings is not None
    twin.embeddings[20] = twin.embeddings[9]
    found = select(twin, ask(40, labeled=(FrameId(0, 9),)))
    assert 9 not in frames(found)
    assert 20 not in frames(found)
    exported = np.flatnonzero(POOL.marks["exported"]).tolist()
    found = select(POOL, ask(60, known=("exported",)))
    assert sorted(frames(found)) == [frame for frame in range(60) if frame not in exported]
    assert f"{60 - len(exported)} of 60" in found.stopped


def test_of_many_labeled_frames_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.selection.engine.MOST_KNOWN", 5)
    labeled = tuple(FrameId(0, frame) for frame in range(40))
    found = select(POOL, ask(20, labeled=labeled))
    assert sorted(frames(found)) == list(range(40, 60))
    assert found.notes == ("Of 40 labeled frames, 5 evenly spread ones are compared with.",)


def test_frames_are_apart_within_each_video() -> None:
    pool = pool_of_noise(100, videos=2)
    request = ask(30, Diversity(), Weighting("flickering"), apart=5, include=(FrameId(1, 50),))
    found = select(pool, request)
    assert len(found.rows) == 30
    for video in range(2):
        assert (np.diff(found.frames(pool, video)) >= 5).all()


def test_where_no_frame_is_far_enough_it_is_said() -> None:
    found = select(POOL, ask(20, Weighting("flickering"), apart=20))
    assert 3 <= len(found.rows) <= 5
    assert "nearer than 20 frames" in found.stopped


def test_a_minimum_distance_stops() -> None:
    found = select(POOL, ask(60, Diversity(min_distance=1.0)))
    assert POOL.embeddings is not None
    vectors = POOL.embeddings[found.rows]
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2) + 9 * np.eye(len(vectors))
    assert 1 < len(vectors) < 60
    assert apart.min() >= 1.0
    assert "nearer than 1" in found.stopped


def test_more_frames_than_there_are_gives_all_and_says_so() -> None:
    found = select(POOL, ask(100))
    assert sorted(frames(found)) == list(range(60))
    assert "60 of 100" in found.stopped


@pytest.mark.parametrize("strategy", EVERY, ids=lambda s: f"{type(s).__name__}-{s.strength}")
def test_one_frame_is_enough(strategy: Strategy) -> None:
    pool = pool_of_noise(1, objects=True, seed=5)
    if isinstance(strategy, Similarity):
        strategy = replace(strategy, to=(FrameId(0, 0),))
    found = select(pool, ask(3, strategy))
    assert frames(found, pool) == [0]
    assert found.stopped


def test_frames_that_are_all_alike_are_chosen_all_the_same() -> None:
    alike = np.zeros((60, 8), np.float32)
    alike[:, 0] = 1
    pool = replace(POOL, embeddings=alike, columns={"flat": np.zeros(60)})
    found = select(pool, ask(7, Diversity(), Weighting("flat"), Typicality()))
    assert len(set(frames(found))) == 7
    for reason in found.reasons:
        assert np.isfinite(reason.share).all()
    stopped = select(pool, ask(7, Diversity(min_distance=0.1)))
    assert len(stopped.rows) == 1
    assert "0.1" in stopped.stopped


def test_frames_without_a_value_count_as_the_lowest() -> None:
    value = POOL.columns["brightness"].copy()
    value[np.argmax(value)] = np.nan
    unknown = int(np.flatnonzero(np.isnan(value))[0])
    pool = replace(POOL, columns={"value": value})
    found = select(pool, ask(30, Weighting("value")))
    assert unknown not in frames(found)
    assert found.notes == ("1 frame has no value in “value” and counts as the lowest.",)
    passing = select(pool, ask(60, thresholds=(Threshold("value", ">", -9),)))
    assert unknown not in frames(passing)


def test_frames_without_an_embedding_are_left_out_where_one_is_needed() -> None:
    assert POOL.embeddings is not None
    vectors = POOL.embeddings.copy()
    vectors[[3, 5]] = 0
    pool = replace(POOL, embeddings=vectors)
    found = select(pool, ask(60))
    assert sorted(frames(found)) == [frame for frame in range(60) if frame not in (3, 5)]
    assert found.notes[0].startswith("2 frames have no embedding")
    # A strategy of no strength needs none.
    assert len(select(pool, ask(60, Weighting("flickering"), Diversity(0))).rows) == 60
    with pytest.raises(SelectionError, match="None of the frames"):
        select(pool, ask(5, exclude=tuple(FrameId(0, i) for i in range(60) if i not in (3, 5))))


def test_similar_frames_and_typical_ones_are_as_the_engine_has_them() -> None:
    assert POOL.embeddings is not None
    vectors, to = POOL.embeddings, POOL.embeddings[[3, 9]]
    engine = lightly_mundig().Similarity(vectors).calculate_similarity(to)
    assert similarity(vectors, to) == pytest.approx(engine, abs=1e-4)
    for count in (1, 5, 100):
        typical = lightly_mundig().Typicality(vectors).calculate_typicality(count)
        assert typicality(vectors, count) == pytest.approx(typical, abs=1e-4)


def test_typical_frames_of_many_are_found_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.selection.likeness.MOST_NEIGHBOURS", 100)
    vectors = pool_of_noise(400).embeddings
    assert vectors is not None
    crowd = unit_vectors(vectors[:100] * 0.1 + vectors[0])
    found = typicality(np.concatenate([vectors[100:], crowd]), 10)
    assert found[300:].min() > found[:300].max()


def test_classes_come_near_to_the_wanted_shares() -> None:
    found = select(POOL, ask(15, Balance((("car", 0.6), ("truck", 0.4)))))
    counts = POOL.class_counts[found.rows].sum(axis=0)
    assert counts / counts.sum() == pytest.approx([0.6, 0.0, 0.4], abs=0.08)
    assert found.reasons[0].value[-1] == pytest.approx(
        np.abs(counts / counts.sum() - [0.6, 0, 0.4]).sum() / 2
    )


def test_too_many_objects_are_compared_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.selection.terms._MOST_WORK", 10_000)
    found = select(POOL, ask(10, Diversity(of="objects")))
    assert len(found.rows) == 10
    assert "only the first 1 of each frame" in found.notes[0]


NO_EMBEDDINGS = replace(POOL, embeddings=None, objects=None, offsets=None)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (SelectRequest(n=3), "not both"),
        (SelectRequest(proportion=None), "Either"),
        (ask(0), "0 frames"),
        (SelectRequest(proportion=1.5), "1.5"),
        (ask(apart=0), "0 frames apart"),
        (replace(ask(), strategies=()), "no strategy"),
        (ask(5, Weighting("flickering", 0)), "strength 0"),
        (ask(5, Weighting("flickering", float("nan"))), "nan"),
        (ask(5, Diversity(float("inf"))), "inf"),
        (ask(5, Diversity(-1)), "-1"),
        (ask(5, Diversity(min_distance=float("nan"))), "nan"),
        (ask(5, Weighting("sharpness")), "brightness, empty, flickering"),
        (ask(5, Weighting("empty")), "“empty”"),
        (ask(5, Balance((("bike", 1.0),))), "car, person, truck"),
        (ask(5, Balance((("car", 0.9), ("person", 0.3)))), "1.2"),
        (ask(5, Balance((("car", 0.0),))), "0 together"),
        (ask(5, Balance((("car", 0.1), ("car", 0.3)))), "two shares"),
        (ask(5, Balance((("car", float("nan")),))), "nan together"),
        (ask(5, Bal(), Diversity()), "BAL chooses alone"),
        (ask(5, Similarity(())), "no frames to resemble"),
        (ask(5, Similarity((FrameId(0, 99),))), "no frames to resemble"),
        (ask(5, Typicality(neighbours=0)), "0 neighbours"),
        (ask(thresholds=(Threshold("brightness", ">", 99),)), "No frame passes"),
        (ask(thresholds=(Threshold("sharpness", ">", 1),)), "“sharpness”"),
        (ask(thresholds=(Threshold("brightness", ">", float("nan")),)), "is no number"),
        (ask(exclude=tuple(FrameId(0, i) for i in range(60))), "excluded or labeled"),
        (ask(include=(FrameId(0, 1),), exclude=(FrameId(0, 1),)), "both"),
        (ask(include=(FrameId(0, 99),)), "Frame 99"),
    ],
)  # fmt: skip
def test_what_is_not_possible_is_said_in_a_sentence(request_: SelectRequest, sentence: str) -> None:
    pool = replace(POOL, columns={**POOL.columns, "empty": np.full(60, np.nan)})
    with pytest.raises(SelectionError, match=sentence):
        select(pool, request_)


@pytest.mark.parametrize(
    "strategy",
    [Diversity(), Diversity(of="objects"), Typicality(), Similarity((FrameId(0, 1),))],
    ids=str,
)
def test_without_embeddings_it_is_said_how_to_get_them(strategy: Strategy) -> None:
    with pytest.raises(SelectionError, match="flickerscope embed PROJECT"):
        select(NO_EMBEDDINGS, ask(5, strategy))
    assert len(select(NO_EMBEDDINGS, ask(5, Weighting("flickering"))).rows) == 5


def test_only_frames_that_are_to_differ_take_long() -> None:
    few, many = SelectRequest(n=10, proportion=None), SelectRequest(n=40, proportion=None)
    assert 0 < seconds_of(POOL, few) == pytest.approx(seconds_of(POOL, many) / 4)
    assert seconds_of(POOL, SelectRequest(strategies=(Weighting("flickering"),))) == 0
    assert seconds_of(replace(POOL, embeddings=None), few) == 0
