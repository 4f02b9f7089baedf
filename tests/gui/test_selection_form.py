"""What the controls say comes to a request, and comes back from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.selection.request import (
    DEFAULT_REQUEST,
    TUTORIAL,
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
from gui.selection.form import KEYS, Form, Part, key_of, with_strength

_strength = st.floats(0.1, 100)
_distance = st.none() | st.floats(0.01, 2)
_of = st.sampled_from(["frames", "objects"])
_columns = st.sampled_from(["flickering", "missed_boxes", "uncertainty_margin", "boxes", "speed"])
_frames = st.lists(st.builds(FrameId, st.just(0), st.integers(0, 99)), max_size=3).map(tuple)
_strategies: st.SearchStrategy[Strategy] = st.one_of(
    st.builds(Diversity, _strength, _of, _distance),
    st.builds(Weighting, _columns, _strength),
    st.builds(Balance, st.just((("car", 0.5),)), _strength),
    st.builds(Typicality, _strength, _of),
    st.builds(Similarity, _frames, _strength, _of),
)
_requests = st.builds(
    SelectRequest,
    n=st.integers(1, 1000),
    proportion=st.none(),
    strategies=st.lists(_strategies, max_size=8).map(tuple),
    thresholds=st.lists(st.builds(Threshold, _columns, st.just(">="), _strength)).map(tuple),
    apart=st.integers(1, 50),
    include=_frames,
    exclude=_frames,
    known=st.sampled_from([(), ("exported",), ("exported", "reviewed")]),
    seed=st.integers(0, 9),
)


@settings(max_examples=50, deadline=None)
@given(_requests)
def test_a_request_survives_the_form(request: SelectRequest) -> None:
    again = Form.of(request).request()
    assert sorted(map(repr, again.strategies)) == sorted(map(repr, request.strategies))
    assert replace(again, strategies=()) == replace(request, strategies=())
    assert Form.of(again).request() == again


@settings(max_examples=50, deadline=None)
@given(_requests, st.sampled_from(KEYS))
def test_what_is_switched_off_and_on_again_is_as_it_was(request: SelectRequest, key: str) -> None:
    form = Form.of(request)
    part = form.parts[key]  # type: ignore[index]
    off = form.with_part(key, Part(part.strategy))  # type: ignore[arg-type]
    assert part.strategy not in off.request().strategies or part.strategy in off.further
    assert off.with_part(key, part) == form  # type: ignore[arg-type]


def test_it_begins_with_the_tutorials_three() -> None:
    form = Form.of(DEFAULT_REQUEST)
    assert [key for key in KEYS if form.parts[key].on] == ["frames", "uncertainty", "flickering"]
    assert form.request() == DEFAULT_REQUEST
    assert set(form.request().strategies) == set(TUTORIAL)


def test_number_and_share_are_both_remembered() -> None:
    form = Form.of(DEFAULT_REQUEST, n=70)
    assert (form.request().n, form.request().proportion) == (None, 0.1)
    form = replace(form, by_share=False)
    assert (form.request().n, form.request().proportion) == (70, None)


def test_rounds_choose_alone_and_the_strategies_wait() -> None:
    form = Form.of(replace(DEFAULT_REQUEST, strategies=(Bal(explore=0.5),)))
    assert form.in_rounds
    assert form.request().strategies == (Bal(explore=0.5),)
    assert set(replace(form, in_rounds=False).request().strategies) == set(TUTORIAL)


def test_a_least_distance_holds_for_all_diversity() -> None:
    both = (Diversity(), Diversity(of="objects"), Weighting("boxes"))
    form = Form.of(replace(DEFAULT_REQUEST, strategies=both)).stopping_at(0.3)
    assert form.min_distance == 0.3
    assert form.request().strategies == (
        Diversity(min_distance=0.3), Diversity(of="objects", min_distance=0.3), both[2],
    )  # fmt: skip
    assert form.stopping_at(None).request().strategies == both


@pytest.mark.parametrize("strategy", [*TUTORIAL, Balance(()), Typicality(), Similarity(())])
def test_every_usual_strategy_has_its_row(strategy: Strategy) -> None:
    key = key_of(strategy)
    assert key is not None
    changed = with_strength(strategy, 2.5)
    form = Form.of(DEFAULT_REQUEST).with_part(key, Part(changed, on=True))
    assert changed in form.request().strategies
