"""The review queue: violations in columns, what was decided, and which comes next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assertions.base import MissingBoxes, violations
from core.assertions.imputed import DRAWN, MODEL, ImputedBoxes
from core.prelabels import Decision, Verdict
from core.review import SORTED_BY, STATES, Item, Queue, ReviewState, View
from tests.core.making import box
from tests.core.queues import (
    CASES,
    DOUBT,
    GAP,
    KINDS,
    LONE,
    NAMES,
    NO_CLASS,
    Case,
    decided,
    findings_of,
    queue_of,
    some_cases,
)


def test_each_violation_is_an_item_whether_it_has_boxes_or_not() -> None:
    queue, _, _ = queue_of(CASES)
    to_do = ReviewState.TO_DO
    assert [queue[number] for number in range(len(queue))] == [
        Item(0, "flickering", "car", 0, 4, 7, 0.75, 1.5, to_do, 3),
        Item(1, "flickering", "bus", 1, 20, 21, 0.5, 0.5, to_do, 1),
        Item(2, "appear", "person", 2, 9, 15, 0.5, 3.0, to_do, 1),
        Item(3, "multibox", "", -1, 30, 31, 0.25, 0.25, to_do, 1),
    ]
    assert [box.frame for box in queue.boxes_of(0)] == [4, 5, 6]
    (doubt,) = queue.boxes_of(2)
    assert (doubt.frame, doubt.doubted, doubt.assertion) == (9, True, "appear")


@given(cases=some_cases())
def test_the_gain_is_what_is_likely_set_right(cases: list[Case]) -> None:
    queue, boxes, _ = queue_of(cases)
    assert queue.gain.tolist() == pytest.approx([case.gain for case in cases])
    assert [queue[n].boxes for n in range(len(queue))] == [len(c.missing) or 1 for c in cases]
    assert sorted(box.key for n in range(len(queue)) for box in queue.boxes_of(n)) == sorted(
        box.key for box in boxes
    )


def test_a_queue_of_nothing_is_empty() -> None:
    for queue in (Queue(ImputedBoxes()), queue_of(())[0]):
        assert (len(queue), queue.done) == (0, 0)
        assert queue.shown(View()).tolist() == []
        assert queue.next_to_do(queue.shown(View()), None) is None
        assert queue.number_of(box()) is None
        assert queue.number_of(None) is None
        assert queue.to_do_on(0) == ()
        assert [column.tolist() for column in queue.marks()] == [[], [], []]


def test_a_box_decided_in_an_earlier_run_is_a_violation_by_itself() -> None:
    old = [decided(box(2), Verdict.ACCEPTED), decided(box(7), Verdict.EDITED)]
    queue, _, _ = queue_of(CASES, old)
    assert len(queue) == len(CASES) + 2
    first = len(CASES)
    assert queue[first] == Item(
        first, "tutorial", "car", -1, 2, 3, 0.875, 0.875, ReviewState.ACCEPTED, 1
    )
    assert queue[first + 1].state is ReviewState.EDITED
    assert queue.number_of(old[0].box) == first
    assert queue.done == 2


def test_without_a_run_only_what_was_decided_is_there() -> None:
    old = decided(box(2), Verdict.REJECTED)
    queue = Queue(ImputedBoxes(None, [old.box]), None, {old.box.key: old})
    assert [(queue[n].kind, queue[n].state) for n in range(len(queue))] == [
        ("tutorial", ReviewState.REJECTED)
    ]


def test_boxes_of_the_model_and_drawn_ones_are_in_no_queue() -> None:
    own = [decided(replace(box(2), assertion=kind), Verdict.ACCEPTED) for kind in (MODEL, DRAWN)]
    queue, _, _ = queue_of(CASES, own)
    assert len(queue) == len(CASES)
    assert [queue.number_of(decision.box) for decision in own] == [None, None]


def test_a_hundred_thousand_violations_have_the_right_columns() -> None:
    count = 100_000
    start = np.arange(count) // 4
    missing = MissingBoxes(
        np.arange(count), start, np.tile([0.0, 0.0, 9.0, 9.0], (count, 1)),
        np.ones(count, np.int16), np.linspace(0.1, 0.9, count, dtype=np.float32),
        np.zeros(count, np.bool_), np.full(count, -1),
    )  # fmt: skip
    found = replace(
        findings_of(()),
        kind=np.zeros(count, np.int8),
        violations=violations(
            start, plausibility=missing.plausibility, track=np.arange(count), class_id=1,
            missing=missing,
        ),
    )  # fmt: skip
    queue = Queue(ImputedBoxes(found.columns), found)
    shown = queue.shown(View())
    assert shown.tolist() == list(reversed(range(count)))
    assert queue.gain.tolist() == pytest.approx(missing.plausibility.tolist())
    assert queue.next_to_do(shown, int(shown[-1])) == count - 1


# Decisions


def test_a_violation_is_to_do_while_any_of_its_boxes_is() -> None:
    queue, boxes, _ = queue_of(CASES)
    decisions: dict[str, Decision] = {}
    verdicts = (Verdict.REJECTED, Verdict.EDITED, Verdict.ACCEPTED)
    states = []
    for one, verdict in zip(queue.boxes_of(0), verdicts, strict=True):
        decisions[one.key] = decided(one, verdict)
        queue.update([one], decisions)
        states.append((queue[0].state, len(queue.to_do_in(0)), queue.done))
    assert states == [
        (ReviewState.TO_DO, 2, 0),
        (ReviewState.TO_DO, 1, 0),
        (ReviewState.EDITED, 0, 1),
    ]
    del decisions[boxes[1].key]
    queue.update([boxes[1]], decisions)
    assert (queue[0].state, queue.to_do_in(0)) == (ReviewState.TO_DO, (boxes[1],))


@given(data=st.data(), cases=some_cases())
def test_updates_lead_to_what_a_new_queue_has(data: st.DataObject, cases: list[Case]) -> None:
    queue, boxes, decisions = queue_of(cases)
    for _ in range(data.draw(st.integers(0, 8))):
        chosen = (
            data.draw(st.lists(st.sampled_from(boxes), unique_by=lambda b: b.key))
            if len(boxes)
            else []
        )
        verdict = data.draw(st.sampled_from([*Verdict, None]))
        for one in chosen:
            decisions.pop(one.key, None)
            if verdict is not None:
                decisions[one.key] = decided(one, verdict)
        queue.update(chosen, decisions)
    anew = Queue(boxes, findings_of(cases), decisions)
    assert queue.box_state.tolist() == anew.box_state.tolist()
    assert queue.state.tolist() == anew.state.tolist()
    for number in range(len(queue)):
        states = [
            STATES[decisions[one.key].verdict] if one.key in decisions else ReviewState.TO_DO
            for one in queue.boxes_of(number)
        ]
        assert queue[number].state is min(states)
        assert queue.to_do_in(number) == tuple(
            one for one in queue.boxes_of(number) if one.key not in decisions
        )
    assert queue.done == sum(queue[n].state is not ReviewState.TO_DO for n in range(len(queue)))


def test_one_decision_is_about_every_violation_that_asks_for_the_same_box() -> None:
    queue, boxes, _ = queue_of([replace(NO_CLASS, plausibility=p) for p in (0.25, 0.5)])
    assert boxes[0].key == boxes[1].key
    queue.update([boxes[0]], {boxes[0].key: decided(boxes[0], Verdict.ACCEPTED)})
    assert queue.done == 2
    assert queue.next_to_do(queue.shown(View()), 0) is None


def test_a_box_that_is_not_in_the_queue_changes_nothing() -> None:
    queue, _, _ = queue_of(CASES)
    other = box(4)
    queue.update([other], {other.key: decided(other, Verdict.ACCEPTED)})
    assert queue.done == 0


def test_a_track_gives_its_missing_boxes_that_are_to_do() -> None:
    later = replace(GAP, start=15, missing=(0.5, 0.5))
    doubt = replace(DOUBT, track=GAP.track, kind="multibox")
    queue, _, decisions = queue_of((GAP, later, LONE, doubt))
    second = queue.boxes_of(0)[1]
    decisions[second.key] = decided(second, Verdict.REJECTED)
    queue.update([second], decisions)
    assert [one.frame for one in queue.to_do_on(GAP.track)] == [4, 6, 15, 16]
    assert [one.frame for one in queue.to_do_on(LONE.track)] == [20]
    assert queue.to_do_on(7) == ()


# What is shown, and in which order


def test_a_view_leaves_out_what_is_otherwise() -> None:
    queue, _, decisions = queue_of(CASES)
    (lone,) = queue.boxes_of(1)
    decisions[lone.key] = decided(lone, Verdict.ACCEPTED)
    queue.update([lone], decisions)

    def shown(**wanted: object) -> list[int]:
        return sorted(queue.shown(View(**wanted)).tolist())  # type: ignore[arg-type]

    assert shown() == [0, 1, 2, 3]
    assert shown(kind="flickering") == [0, 1]
    assert shown(kind="tutorial") == []
    assert shown(class_name="person") == [2]
    assert shown(class_name="whale") == []
    assert shown(track=2) == [2]
    assert shown(state=ReviewState.ACCEPTED) == [1]
    assert shown(state=ReviewState.TO_DO) == [0, 2, 3]
    assert shown(kind="flickering", state=ReviewState.TO_DO) == [0]


def test_the_most_to_gain_comes_first_by_default() -> None:
    queue, _, _ = queue_of(CASES)
    assert queue.shown(View()).tolist() == [2, 0, 1, 3]


def _key(item: Item, name: str) -> float:
    if name == "kind":
        return KINDS.index(item.kind)
    if name == "class_id":
        return NAMES.index(item.class_name) if item.class_name else -1
    return float(getattr(item, name))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", SORTED_BY)
@given(cases=some_cases())
def test_every_order_is_that_of_its_column_and_then_of_time(
    cases: list[Case], name: str, descending: bool
) -> None:
    queue, boxes, decisions = queue_of(cases)
    for at, one in enumerate(boxes):
        if at % 3:
            decisions[one.key] = decided(one, list(Verdict)[at % 2])
    queue.update(boxes, decisions)
    shown = queue.shown(View(sorted_by=name, descending=descending)).tolist()
    assert sorted(shown) == list(range(len(queue)))
    sign = -1 if descending else 1
    keys = [(sign * _key(queue[n], name), queue[n].start, n) for n in shown]
    assert keys == sorted(keys)


# Which comes next


def test_the_next_to_do_goes_round_until_all_is_done() -> None:
    queue, _, decisions = queue_of(CASES)
    shown = queue.shown(View())
    assert queue.next_to_do(shown, None) == 2
    assert [queue.next_to_do(shown, after) for after in (2, 0, 1, 3)] == [0, 1, 3, 2]
    visited, at = [], 1
    while (following := queue.next_to_do(shown, at)) is not None:
        made = {one.key: decided(one, Verdict.ACCEPTED) for one in queue.boxes_of(following)}
        decisions |= made
        queue.update(queue.boxes_of(following), decisions)
        visited.append(following)
        at = following
    assert visited == [3, 2, 0, 1]
    assert queue.next_to_do(shown, None) is None


def test_the_next_to_do_is_never_the_one_to_go_on_from() -> None:
    queue, _, _ = queue_of((GAP,))
    assert queue.next_to_do(queue.shown(View()), 0) is None


def test_from_a_violation_that_is_not_shown_it_begins_anew() -> None:
    queue, _, _ = queue_of(CASES)
    shown = queue.shown(View(kind="flickering"))
    assert queue.next_to_do(shown, 3) == 0
    assert queue.next_to_do(shown[:0], 3) is None


@given(data=st.data(), cases=some_cases().filter(bool))
def test_the_next_to_do_is_that_of_a_loop(data: st.DataObject, cases: list[Case]) -> None:
    queue, boxes, decisions = queue_of(cases)
    for one in data.draw(st.lists(st.sampled_from(boxes))):
        decisions[one.key] = decided(one, Verdict.ACCEPTED)
    queue.update(boxes, decisions)
    shown = queue.shown(View(kind=data.draw(st.sampled_from([None, *KINDS]))))
    after = data.draw(st.sampled_from([None, *range(len(queue))]))
    order = shown.tolist()
    if after in order:
        at = order.index(after)
        order = order[at + 1 :] + order[:at]
    expected = next((n for n in order if queue[n].state is ReviewState.TO_DO), None)
    assert queue.next_to_do(shown, after) == expected


# Marks of the timeline


def test_a_frame_is_marked_once_with_its_lowest_state_and_first_kind() -> None:
    beside = replace(DOUBT, start=5, kind="appear")
    queue, _, decisions = queue_of((GAP, LONE, beside))
    for one in (*queue.boxes_of(0), *queue.boxes_of(1)):
        decisions[one.key] = decided(one, Verdict.REJECTED)
    queue.update(queue.boxes_of(0) + queue.boxes_of(1), decisions)
    frames, states, kinds = queue.marks()
    assert (frames.dtype, states.dtype, kinds.dtype) == (np.int64, np.uint8, np.int8)
    assert frames.tolist() == [4, 5, 6, 20]
    rejected, to_do = ReviewState.REJECTED, ReviewState.TO_DO
    assert states.tolist() == [rejected, to_do, rejected, rejected]
    assert [queue.kinds[kind] for kind in kinds] == ["flickering"] * 4
