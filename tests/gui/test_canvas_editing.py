"""The arithmetic of editing; no Qt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.canvas.editing import (
    GRIPS,
    ROOM_FOR_HANDLES,
    Handle,
    grip_frame,
    grip_point,
    handle_at,
    is_drawn,
    kept,
    middle_of,
    moved,
    readout,
    resized,
    spanned,
)
from gui.canvas.types import Box, Point, Size

SIZE: Size = (640.0, 360.0)
BOX: Box = (100.0, 100.0, 200.0, 150.0)

lengths = st.floats(-2000, 2000, allow_nan=False)
anywhere = st.tuples(lengths, lengths)
sizes = st.tuples(st.integers(1, 4000), st.integers(1, 4000)).map(
    lambda size: (float(size[0]), float(size[1]))
)
handles = st.sampled_from(list(Handle))


def assert_sound(box: Box, size: Size) -> None:
    x1, y1, x2, y2 = box
    assert 0 <= x1 < x2 <= size[0]
    assert 0 <= y1 < y2 <= size[1]
    assert min(x2 - x1, y2 - y1) >= 1 - 1e-6
    assert box == tuple(round(value, 1) for value in box)


@given(anywhere, anywhere, sizes)
def test_a_box_between_two_points_is_sound(a: Point, b: Point, size: Size) -> None:
    box = spanned(a, b, size)
    assert_sound(box, size)
    assert box == spanned(b, a, size) == spanned((a[0], b[1]), (b[0], a[1]), size)


@given(anywhere, anywhere, sizes, handles, lengths, lengths)
def test_a_resized_box_is_sound_and_its_other_sides_stay(
    a: Point, b: Point, size: Size, handle: Handle, dx: float, dy: float
) -> None:
    before = spanned(a, b, size)
    after = resized(before, handle, dx, dy, size)
    assert_sound(after, size)
    if handle is Handle.BODY:
        return
    across, down = handle.value
    for side, low, high in ((across, 0, 2), (down, 1, 3)):
        if side >= 0:
            assert after[low] == before[low]
        if side <= 0:
            assert after[high] == before[high]


@given(anywhere, anywhere, sizes, lengths, lengths)
def test_a_moved_box_keeps_its_size(a: Point, b: Point, size: Size, dx: float, dy: float) -> None:
    before = spanned(a, b, size)
    after = moved(before, dx, dy, size)
    assert_sound(after, size)
    for low, high in ((0, 2), (1, 3)):
        assert after[high] - after[low] == pytest.approx(before[high] - before[low], abs=1e-6)


@given(st.tuples(lengths, lengths, lengths, lengths), sizes)
def test_any_box_is_brought_into_the_picture_once(box: Box, size: Size) -> None:
    once = kept(box, size)
    assert_sound(once, size)
    assert kept(once, size) == once


def test_a_box_moves_as_far_as_the_edge() -> None:
    assert moved(BOX, -300, 5, SIZE) == (0, 105, 100, 155)
    assert moved(BOX, 10.04, 1000, SIZE) == (110, 310, 210, 360)


def test_a_side_stops_before_the_opposite_one() -> None:
    assert resized(BOX, Handle.LEFT, 500, 0, SIZE) == (199, 100, 200, 150)
    assert resized(BOX, Handle.BOTTOM_RIGHT, -500, -500, SIZE) == (100, 100, 101, 101)


@given(anywhere, st.floats(1, 500), st.floats(1, 500), handles)
def test_every_handle_is_taken_where_it_is_shown(
    at: Point, width: float, height: float, handle: Handle
) -> None:
    rect = (at[0], at[1], at[0] + width, at[1] + height)
    assert handle_at(rect, grip_point(grip_frame(rect), handle), 6.0) is handle


def test_an_edge_is_taken_along_its_length_and_nothing_beside_it() -> None:
    assert handle_at(BOX, (130, 152), 6) is Handle.BOTTOM
    assert handle_at(BOX, (95, 120), 6) is Handle.LEFT
    assert handle_at(BOX, (130, 120), 6) is Handle.BODY
    assert handle_at(BOX, (130, 157), 6) is None
    assert handle_at(BOX, (90, 120), 6) is None


def test_the_handles_of_a_small_box_stand_clear_of_it() -> None:
    small = (50.0, 50.0, 54.0, 53.0)
    frame = grip_frame(small)
    assert (frame[2] - frame[0], frame[3] - frame[1]) == (ROOM_FOR_HANDLES, ROOM_FOR_HANDLES)
    points = [grip_point(frame, handle) for handle in GRIPS]
    assert len(set(points)) == 8
    assert handle_at(small, (52, 51.5), 6) is Handle.BODY
    assert grip_frame(BOX) == BOX


def test_the_middle_of_what_is_seen() -> None:
    assert middle_of((0, 0, 640, 360), SIZE) == (240, 135, 400, 225)
    assert middle_of((100, 100, 101, 101), SIZE) == (100.4, 100.4, 101.4, 101.4)


def test_what_is_too_small_was_not_meant() -> None:
    assert is_drawn((10, 10, 12, 12))
    assert not is_drawn((10, 10, 11.9, 50))
    assert not is_drawn((10, 10, 50, 11.9))


def test_the_readout_shows_tenths_only_where_there_are_some() -> None:
    assert readout((12, 40, 132, 104)) == "x 12 y 40 · 120 × 64 px"
    assert readout((12.5, 40, 132.5, 104)) == "x 12.5 y 40.0 · 120.0 × 64.0 px"
