"""Corrections of some boxes of a gap, and where they leave the others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assertions.imputed import ImputedBox, Xyxy
from core.corrections import spread, spread_edits
from core.prelabels import Correction, Decision, Verdict

START, STOP = 10, 20
"""The gap that boxes are moved in."""

tenths = st.integers(-10_000, 10_000).map(lambda n: n / 10)
spans = st.integers(1, 500).map(lambda n: n / 10)
frames = st.integers(START, STOP - 1)


@st.composite
def some_boxes(draw: st.DrawFn) -> Xyxy:
    x, y, width, height = (draw(one) for one in (tenths, tenths, spans, spans))
    return round(x, 1), round(y, 1), round(x + width, 1), round(y + height, 1)


def shifted(box: Xyxy, by: Xyxy) -> Xyxy:
    x0, y0, x1, y1 = (round(a + b, 1) for a, b in zip(box, by, strict=True))
    return x0, y0, x1, y1


def is_in_tenths(value: float) -> bool:
    return value == round(value, 1)


gaps = st.dictionaries(frames, some_boxes(), min_size=1)


@given(boxes=gaps, before=gaps)
def test_a_correction_of_nothing_moves_nothing(
    boxes: dict[int, Xyxy], before: dict[int, Xyxy]
) -> None:
    assert spread(boxes, before, before, START, STOP) == boxes


@given(box=some_boxes(), frame=frames, by=st.tuples(tenths, tenths))
def test_a_box_in_the_corrected_frame_moves_as_far(
    box: Xyxy, frame: int, by: tuple[float, float]
) -> None:
    before: Xyxy = (0.0, 0.0, 10.0, 10.0)
    moved = spread({frame: box}, {frame: before}, {frame: shifted(before, by * 2)}, START, STOP)
    assert moved[frame] == pytest.approx(shifted(box, by * 2), abs=0.11)


@given(box=some_boxes(), edited=frames, asked=frames, by=st.tuples(tenths, tenths, tenths, tenths))
def test_between_an_edge_of_the_gap_and_an_edit_it_is_linear(
    box: Xyxy, edited: int, asked: int, by: Xyxy
) -> None:
    before: Xyxy = (0.0, 0.0, 0.0, 0.0)
    moved = spread({asked: box}, {edited: before}, {edited: by}, START, STOP)[asked]
    edge = START - 1 if asked <= edited else STOP
    share = (asked - edge) / (edited - edge)
    x0, y0, x1, y1 = (corner + share * way for corner, way in zip(box, by, strict=True))
    expected = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    assert moved == pytest.approx(expected, abs=0.051)


def test_between_two_edits_it_is_linear() -> None:
    box: Xyxy = (100, 100, 140, 130)
    still: Xyxy = (0, 0, 0, 0)
    moved = spread(
        dict.fromkeys(range(START, STOP), box),
        {12: still, 16: still},
        {12: (10, 0, 10, 0), 16: (20, -8, 20, 8)},
        START,
        STOP,
    )
    # Frames 9 and 20, beside the gap, do not move at all.
    across = [3.3, 6.7, 10, 12.5, 15, 17.5, 20, 15, 10, 5]
    assert [moved[f][0] - 100 for f in range(START, STOP)] == pytest.approx(across, abs=0.001)
    up = [0, 0, 0, -2, -4, -6, -8, -6, -4, -2]
    assert [moved[f][1] - 100 for f in range(START, STOP)] == pytest.approx(up)
    assert [moved[f][3] - 130 for f in range(START, STOP)] == pytest.approx([-y for y in up])


@given(boxes=gaps, before=some_boxes(), after=some_boxes(), frame=frames)
def test_corners_are_in_order_and_in_steps_of_a_tenth(
    boxes: dict[int, Xyxy], before: Xyxy, after: Xyxy, frame: int
) -> None:
    moved = spread(boxes, {frame: before}, {frame: after}, START, STOP)
    assert moved.keys() == boxes.keys()
    for x0, y0, x1, y1 in moved.values():
        assert x0 <= x1
        assert y0 <= y1
        assert all(map(is_in_tenths, (x0, y0, x1, y1)))
        assert "-0.0" not in map(str, (x0, y0, x1, y1))


def test_less_than_half_a_tenth_below_zero_is_zero() -> None:
    still: Xyxy = (0, 0, 0, 0)
    (moved,) = spread(
        {START: still}, {STOP - 1: still}, {STOP - 1: (-0.1, -0.1, -0.1, -0.1)}, START, STOP
    ).values()
    assert str(moved) == "(0.0, 0.0, 0.0, 0.0)"


# In terms of decisions


def gap(count: int = 5) -> list[ImputedBox]:
    return [
        ImputedBox(START + i, (10.0 * i, 0, 10.0 * i + 5, 5), "car", 0.5, "flickering")
        for i in range(count)
    ]


def edited(box: ImputedBox, by: float, name: str = "car") -> Decision:
    return Decision(box, Verdict.EDITED, Correction(shifted(box.xyxy, (by, 0, by, 0)), name))


def decide(*decisions: Decision) -> dict[str, Decision]:
    return {decision.box.key: decision for decision in decisions}


def spread_over(boxes: Sequence[ImputedBox], *decisions: Decision) -> tuple[Decision, ...]:
    return spread_edits(boxes, decide(*decisions), START, START + len(boxes))


def test_boxes_without_a_decision_follow_the_edited_one() -> None:
    boxes = gap()
    made = spread_over(boxes, edited(boxes[2], 6))
    assert [decision.box for decision in made] == [boxes[0], boxes[1], boxes[3], boxes[4]]
    assert {decision.verdict for decision in made} == {Verdict.EDITED}
    ways = [decision.xyxy[0] - decision.box.xyxy[0] for decision in made]
    assert ways == pytest.approx([2, 4, 4, 2])


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED])
def test_boxes_with_a_decision_stay(verdict: Verdict) -> None:
    boxes = gap()
    made = spread_over(boxes, edited(boxes[2], 6), Decision(boxes[1], verdict))
    assert [decision.box for decision in made] == [boxes[0], boxes[3], boxes[4]]


@pytest.mark.parametrize(
    ("names", "expected"), [(("bus", "bus"), "bus"), (("bus", "truck"), "car")]
)
def test_the_class_follows_where_the_edited_ones_agree(
    names: tuple[str, str], expected: str
) -> None:
    boxes = gap()
    edits = [edited(boxes[at], 3, name) for at, name in zip((0, 4), names, strict=True)]
    made = spread_over(boxes, *edits)
    assert [decision.class_name for decision in made] == [expected] * 3


def test_without_an_edit_or_without_a_box_that_could_follow_there_is_nothing() -> None:
    boxes = gap(2)
    assert spread_over(boxes, Decision(boxes[0], Verdict.ACCEPTED)) == ()
    assert spread_over(boxes, edited(boxes[0], 3), edited(boxes[1], 3)) == ()
    assert spread_over(()) == ()
