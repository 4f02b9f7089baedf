"""Which finished box is which handed over one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.roundtrip.matching import KEPT_IOU, MOVED_IOU, Boxes, Outcome, match
from core.roundtrip.report import wilson

Row = tuple[int, float, float, float, float, str]
"""Frame, x0, y0, width, height, class."""
BOX: Row = (0, 10, 10, 20, 20, "car")


def boxes(rows: list[Row]) -> Boxes:
    table = np.array([row[1:5] for row in rows], np.float64).reshape(-1, 4)
    return Boxes(
        np.array([row[0] for row in rows], np.int64),
        np.hstack([table[:, :2], table[:, :2] + table[:, 2:]]),
        np.array([row[5] for row in rows], np.str_),
    )


def outcomes(handed: list[Row], finished: list[Row]) -> list[Outcome]:
    return [Outcome(each) for each in match(boxes(handed), boxes(finished)).outcome.tolist()]


def a_row() -> st.SearchStrategy[Row]:
    at, size = st.integers(0, 60).map(float), st.integers(4, 30).map(float)
    return st.tuples(st.integers(0, 3), at, at, size, size, st.sampled_from(("car", "bus")))


def rows_of_boxes() -> st.SearchStrategy[list[Row]]:
    return st.lists(a_row(), max_size=12, unique=True)


@pytest.mark.parametrize(
    ("finished", "outcome"),
    [
        (BOX, Outcome.KEPT),
        ((0, 10.5, 10.5, 20, 20, "car"), Outcome.KEPT),
        ((0, 12, 10, 20, 20, "car"), Outcome.MOVED),
        ((0, 10, 10, 20, 20, "bus"), Outcome.RELABELED),
        ((0, 12, 10, 20, 20, "bus"), Outcome.RELABELED),
        ((0, 20, 10, 20, 20, "car"), Outcome.DELETED),
        ((1, 10, 10, 20, 20, "car"), Outcome.DELETED),
    ],
)
def test_a_box_becomes_what_lies_in_its_place(finished: Row, outcome: Outcome) -> None:
    assert outcomes([BOX], [finished]) == [outcome]


def test_a_small_box_may_be_rounded_by_a_pixel() -> None:
    small: Row = (0, 10, 10, 6, 6, "car")
    assert outcomes([small], [(0, 10.5, 10.5, 6, 6, "car")]) == [Outcome.KEPT]
    assert outcomes([small], [(0, 11.5, 10, 6, 6, "car")]) == [Outcome.MOVED]


def test_one_finished_box_is_one_handed_over_one() -> None:
    near: Row = (0, 12, 10, 20, 20, "car")
    assert outcomes([BOX, near], [near]) == [Outcome.DELETED, Outcome.KEPT]
    assert outcomes([near, BOX], [near]) == [Outcome.KEPT, Outcome.DELETED]


def test_of_boxes_that_lie_alike_the_same_class_decides() -> None:
    bus: Row = (*BOX[:5], "bus")
    assert outcomes([BOX, bus], [bus, BOX]) == [Outcome.KEPT] * 2
    assert outcomes([BOX], [bus, BOX]) == [Outcome.KEPT]


def test_what_nobody_had_was_added() -> None:
    far: Row = (0, 60, 60, 20, 20, "car")
    found = match(boxes([BOX]), boxes([far, BOX, (7, 0, 0, 5, 5, "bus")]))
    assert found.added.tolist() == [True, False, True]
    assert found.iou.tolist() == [1.0]


@settings(max_examples=40)
@given(rows_of_boxes())
def test_labels_that_nobody_changed_are_all_kept(rows: list[Row]) -> None:
    found = match(boxes(rows), boxes(rows))
    assert (found.outcome == Outcome.KEPT).all()
    assert not found.added.any()


@settings(max_examples=40)
@given(rows_of_boxes())
def test_without_finished_boxes_all_are_deleted(rows: list[Row]) -> None:
    found = match(boxes(rows), boxes([]))
    assert (found.outcome == Outcome.DELETED).all()
    assert not found.iou.any()


@settings(max_examples=40)
@given(rows_of_boxes(), rows_of_boxes(), st.randoms(use_true_random=False))
def test_the_order_of_boxes_changes_nothing(
    handed: list[Row], finished: list[Row], random: object
) -> None:
    shuffled, also = list(handed), list(finished)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(also)  # type: ignore[attr-defined]
    found, again = (
        match(boxes(left), boxes(right)) for left, right in ((handed, finished), (shuffled, also))
    )
    became = dict(zip(handed, zip(found.outcome, found.iou, strict=True), strict=True))
    assert became == dict(zip(shuffled, zip(again.outcome, again.iou, strict=True), strict=True))
    assert dict(zip(finished, found.added, strict=True)) == dict(
        zip(also, again.added, strict=True)
    )


@settings(max_examples=40)
@given(rows_of_boxes(), rows_of_boxes())
def test_each_outcome_is_what_its_overlap_says(handed: list[Row], finished: list[Row]) -> None:
    found = match(boxes(handed), boxes(finished))
    placed = found.outcome != Outcome.DELETED
    assert (found.iou[placed] >= MOVED_IOU).all()
    assert not found.iou[~placed].any()
    assert (found.iou[found.outcome == Outcome.MOVED] < KEPT_IOU).all()
    assert placed.sum() == (~found.added).sum()


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_wilsons(good: int, of: int, low: float, high: float) -> None:
    assert wilson(good / of, of) == pytest.approx((low, high), abs=5e-5)
