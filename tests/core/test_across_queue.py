"""The queue of many videos: the order of one, for all of them, and what comes next in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.collection.overview import Overview
from core.collection.queue import SORTED_BY, AcrossItem, AcrossQueue
from core.prelabels import Verdict
from core.review import SORTED_BY as WITHIN
from core.review import Queue, ReviewState, View
from tests.core.queues import CASES, DOUBT, GAP, KINDS, LONE, NO_CLASS, Case, decided, queue_of
from tests.core.queues import some_cases as cases_of_one

LATE = replace(LONE, start=33, missing=(0.125,))


def overview(queue: Queue) -> Overview:
    """What would be kept of a queue's project."""
    names = ("kinds", "class_names", "start", "stop", "kind", "class_id", "track", "plausibility")
    columns = {name: getattr(queue, name) for name in (*names, "gain")}
    return Overview(
        stamp="", frames=40, seconds=1.6, width=64, height=48, model="paper", seen=40,
        complete=True, flagged=0, flickering=0.0, strip=np.empty(0, np.float16), **columns,
        state=queue.state.copy(),
    )  # fmt: skip


def queues_of(members: Sequence[Sequence[Case]]) -> list[Queue]:
    return [queue_of(cases)[0] for cases in members]


def decide(queue: Queue, number: int, verdict: Verdict = Verdict.ACCEPTED) -> None:
    """Decide about all boxes of a violation."""
    boxes = queue.boxes_of(number)
    queue.update(boxes, {box.key: decided(box, verdict) for box in boxes})


@st.composite
def some_queues(draw: st.DrawFn) -> list[Queue]:
    queues = queues_of([draw(cases_of_one()) for _ in range(draw(st.integers(0, 4)))])
    for queue in queues:
        for number in range(len(queue)):
            verdict = draw(st.sampled_from([None, *Verdict]))
            if verdict is not None:
                decide(queue, number, verdict)
    return queues


def some_views() -> st.SearchStrategy[View]:
    return st.builds(
        View,
        kind=st.sampled_from([None, *KINDS, "tutorial"]),
        class_name=st.sampled_from([None, "person", "car", "bus", "whale"]),
        state=st.sampled_from([None, *ReviewState]),
        sorted_by=st.sampled_from(WITHIN),
        descending=st.booleans(),
    )


def test_each_violation_of_each_video_is_an_item() -> None:
    across = AcrossQueue([overview(queue) for queue in queues_of([[LONE, NO_CLASS], [], [DOUBT]])])
    to_do = ReviewState.TO_DO
    assert [across[row] for row in range(len(across))] == [
        AcrossItem(0, 0, "flickering", "bus", 1, 20, 21, 0.5, 0.5, to_do),
        AcrossItem(0, 1, "multibox", "", -1, 30, 31, 0.25, 0.25, to_do),
        AcrossItem(2, 0, "appear", "person", 2, 9, 15, 0.5, 3.0, to_do),
    ]
    assert (across.videos, across.done) == (2, 0)
    assert [across.row_of(2, 0), across.row_of(1, 0), across.row_of(0, None)] == [2, None, None]


@given(cases=cases_of_one(), view=some_views())
def test_of_one_video_it_is_its_own_queue(cases: list[Case], view: View) -> None:
    queue, boxes, decisions = queue_of(cases)
    for at, box in enumerate(boxes):
        if at % 3:
            decisions[box.key] = decided(box, list(Verdict)[at % 2])
    queue.update(boxes, decisions)
    across = AcrossQueue([queue])
    shown = queue.shown(view)
    assert across.shown(view).tolist() == shown.tolist()
    assert across.done == queue.done
    for after in [None, *shown.tolist()]:
        assert across.next_to_do(shown, after) == queue.next_to_do(shown, after)


@given(queues=some_queues(), name=st.sampled_from(SORTED_BY), descending=st.booleans())
def test_every_order_is_that_of_its_column_then_of_the_videos_then_of_time(
    queues: list[Queue], name: str, descending: bool
) -> None:
    across = AcrossQueue(queues)
    sign = -1 if descending else 1
    shown = across.shown(View(sorted_by=name, descending=descending)).tolist()
    assert sorted(shown) == list(range(len(across)))
    keys = [
        (sign * float(getattr(across, name)[row]), across.member[row], across.start[row], row)
        for row in shown
    ]
    assert keys == sorted(keys)


@given(queues=some_queues(), view=some_views())
def test_a_view_leaves_out_in_all_videos_what_it_leaves_out_in_each(
    queues: list[Queue], view: View
) -> None:
    across = AcrossQueue([overview(queue) for queue in queues])
    shown = [(across[row].member, across[row].number) for row in across.shown(view).tolist()]
    assert sorted(shown) == [
        (member, number)
        for member, queue in enumerate(queues)
        for number in sorted(queue.shown(view).tolist())
    ]


@given(data=st.data(), queues=some_queues())
def test_updates_lead_to_what_a_new_queue_has(data: st.DataObject, queues: list[Queue]) -> None:
    known: list[Queue | None] = list(queues)
    across = AcrossQueue(known)
    for _ in range(data.draw(st.integers(0, 5))):
        if not known:
            break
        member = data.draw(st.integers(0, len(known) - 1))
        queue = known[member]
        if queue is not None and len(queue) and data.draw(st.booleans()):
            decide(queue, data.draw(st.integers(0, len(queue) - 1)), Verdict.REJECTED)
            assert not across.update(member, overview(queue))
        else:
            known[member] = data.draw(st.sampled_from([None, *queues_of([CASES, [LONE], []])]))
            across.update(member, known[member])
    anew = AcrossQueue(known)
    assert [across[row] for row in range(len(across))] == [anew[r] for r in range(len(anew))]
    assert (across.done, across.videos) == (anew.done, anew.videos)
    for name in ("gain", "member", "state", "start"):
        view = View(sorted_by=name)
        assert across.shown(view).tolist() == anew.shown(view).tolist()


def test_kinds_and_classes_are_told_apart_by_their_names() -> None:
    one, other = queues_of([[GAP, DOUBT], [LONE]])
    swapped = overview(other)
    swapped = replace(
        swapped,
        kinds=("multibox", "flickering"),
        kind=np.ones(1, np.int8),
        class_names=("bus",),
        class_id=np.zeros(1, np.int16),
    )
    across = AcrossQueue([one, swapped])
    assert [across[row].kind for row in range(3)] == ["flickering", "appear", "flickering"]
    assert [across[row].class_name for row in range(3)] == ["car", "person", "bus"]
    assert across.shown(View(class_name="bus")).tolist() == [2]
    assert across.shown(View(kind="flickering")).tolist() == [0, 2]


def test_the_next_lies_in_whatever_video_has_most_to_gain() -> None:
    queues = queues_of([CASES, [LATE, DOUBT], [GAP]])
    across = AcrossQueue(queues)
    shown = across.shown(View())
    visited, row = [], across.next_to_do(shown, None)
    while row is not None:
        item = across[row]
        visited.append((item.member, item.gain))
        decide(queues[item.member], item.number)
        across.update(item.member, queues[item.member])
        # The order is the one of the beginning, whatever is decided.
        row = across.next_to_do(shown, row)
    assert visited == [
        (0, 3.0), (1, 3.0), (0, 1.5), (2, 1.5), (0, 0.5), (0, 0.25), (1, 0.125),
    ]  # fmt: skip
    assert across.done == len(across) == 7


def test_the_videos_to_come_are_told_once_each_and_without_the_present_one() -> None:
    queues = queues_of([CASES, [LATE, DOUBT], [], [GAP]])
    across = AcrossQueue(queues)
    shown = across.shown(View())
    first = across.next_to_do(shown, None)
    assert across.next_members(shown, first, 5) == [1, 3]
    assert across.next_members(shown, first, 1) == [1]
    assert across.next_members(shown, None, 5) == [0, 1, 3]
    decide(queues[3], 0)
    across.update(3, queues[3])
    assert across.next_members(shown, first, 5) == [1]


def test_a_violation_is_found_again_after_its_video_was_looked_at_anew() -> None:
    across = AcrossQueue(queues_of([[LONE], [GAP, LONE]]))
    item = across[across.row_of(1, 1) or 0]
    across.update(1, queue_of([LATE, GAP, LONE])[0])
    row = across.row_like(item)
    assert row is not None
    assert replace(across[row], number=1) == item
    across.update(1, queue_of([GAP])[0])
    assert across.row_like(item) is None


def test_a_queue_of_no_videos_is_empty() -> None:
    for across in (AcrossQueue([]), AcrossQueue([None, None])):
        shown = across.shown(View())
        assert (len(across), across.done, across.videos, shown.tolist()) == (0, 0, 0, [])
        assert across.next_to_do(shown, None) is None
        assert across.next_members(shown, None, 3) == []


def test_what_a_queue_was_made_of_can_go_on_changing() -> None:
    (queue,) = queues_of([CASES])
    across = AcrossQueue([queue])
    decide(queue, 0)
    assert across.done == 0
    across.update(0, queue)
    decide(queue, 1)
    assert across.done == 1


@pytest.mark.parametrize("name", ["frame", "video"])
def test_there_is_no_other_order(name: str) -> None:
    with pytest.raises(AttributeError):
        AcrossQueue([]).shown(View(sorted_by=name))
