"""Tracks in lanes, the height's shares and marks by kind; arithmetic without Qt."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.timeline.lanes import Code, Spans, lane_codes
from gui.timeline.layout import MARGIN, TimelineLayout
from gui.timeline.marks import KIND_PITCH, Marks, nearest
from gui.timeline.rows import LANE, MIN_HEIGHT, Rows
from gui.timeline.types import MarkState

WIDTH = 1024.0
MILLION = 1_000_000

Runs = list[tuple[int, int, int]]


def spans(runs: Runs, state: MarkState = MarkState.TO_DO) -> Spans:
    """Runs as (lane, start, stop), all of one state."""
    lane, start, stop = np.array(runs, np.int64).reshape(-1, 3).T
    states = np.full(len(runs), state, np.uint8)
    return Spans.of(lane.astype(np.int32), start, stop, states)


NONE = spans([])


def layout_of(frames: int, lanes: int = 1, height: float = 400.0) -> TimelineLayout:
    return TimelineLayout.whole(frames, WIDTH, Rows(height, lanes))


def codes(seen: Spans, gaps: Spans, layout: TimelineLayout, ratio: float = 1) -> np.ndarray:
    return lane_codes(seen, gaps, layout, ratio)[0]


# Lanes


@pytest.mark.parametrize("at", [0, 123_456, 999_999])
@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_one_frame_of_a_track_in_a_million_is_seen(at: int, ratio: float) -> None:
    row = codes(spans([(0, at, at + 1)]), NONE, layout_of(MILLION), ratio)[0]
    shown = np.flatnonzero(row == Code.SEEN)
    assert len(shown) == 1
    assert abs(int(shown[0]) / len(row) - at / MILLION) < 0.002


@pytest.mark.parametrize("state", list(MarkState))
@pytest.mark.parametrize("at", [1, 123_456, 999_998])
def test_a_violated_gap_of_one_frame_in_a_million_is_seen(at: int, state: MarkState) -> None:
    seen = spans([(0, 0, at), (0, at + 1, MILLION)])
    row = codes(seen, spans([(0, at, at + 1)], state), layout_of(MILLION))[0]
    shown = np.flatnonzero(row == Code.GAP + state)
    assert len(shown) == 2
    assert abs(int(shown[0]) / len(row) - at / MILLION) < 0.003
    assert (np.delete(row, shown) == Code.SEEN).all()


def test_where_gaps_coincide_what_is_to_do_is_shown() -> None:
    lane = np.zeros(4, np.int32)
    start = np.array([500_000, 500_001, 500_002, 500_003])
    gaps = Spans.of(lane, start, start + 1, np.array([3, 1, 0, 2], np.uint8))
    row = codes(spans([(0, 0, MILLION)]), gaps, layout_of(MILLION))[0]
    assert set(row.tolist()) == {Code.SEEN, Code.GAP + MarkState.TO_DO}


@given(
    st.integers(20, 1000),
    st.lists(st.sets(st.integers(0, 1000), max_size=20), min_size=1, max_size=4),
)
def test_every_frame_at_least_a_pixel_wide_shows_what_it_is(
    frames: int, edges: list[set[int]]
) -> None:
    runs: Runs = []
    for lane, numbers in enumerate(edges):
        inside = sorted(number for number in numbers if number <= frames)
        runs += [(lane, a, b) for a, b in zip(inside[::2], inside[1::2], strict=False)]
    layout = layout_of(frames, len(edges))
    found = codes(spans(runs), NONE, layout)
    for lane, row in enumerate(found):
        of = [(a, b) for number, a, b in runs if number == lane]
        for frame in range(frames):
            pixel = row[int(layout.x_of(frame) - MARGIN)]
            if any(a <= frame < b for a, b in of):
                assert pixel == Code.SEEN
            elif of and of[0][0] <= frame < of[-1][1]:
                assert pixel == Code.LINK
            else:
                assert pixel == Code.NOTHING


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(1, 30)), max_size=40),
    st.integers(0, 5),
    st.integers(0, 6),
    st.floats(0, 100),
    st.floats(0.5, 60),
)
def test_rows_in_view_are_found_even_where_runs_overlap(
    runs: Runs, low: int, count: int, first: float, span: float
) -> None:
    table = spans([(lane, start, start + length) for lane, start, length in runs])
    last = first + span
    rows = table.rows_in(range(low, low + count), first, last)
    found = set(rows.tolist())
    assert len(found) == len(rows)
    for row, (lane, start, stop) in enumerate(
        zip(table.lane.tolist(), table.start.tolist(), table.stop.tolist(), strict=True)
    ):
        if low <= lane < low + count and start < last and stop > first:
            assert row in found


def test_dashes_count_from_where_a_gap_begins_even_out_of_view() -> None:
    seen, gaps = spans([(0, 0, 1000)]), spans([(0, 100, 500)])
    layout = layout_of(1000).zoomed_about(MARGIN, 5).starting_at(200)
    _, phase = lane_codes(seen, gaps, layout, 1)
    _, moved = lane_codes(seen, gaps, layout.panned(10), 1)
    assert phase[0, 10] == round(100 * layout.pixels_per_frame) + 10
    assert (moved[0, :500] == phase[0, 10:510]).all()


def test_only_lanes_in_view_are_looked_at() -> None:
    layout = layout_of(100, 50, 200.0)
    layout = layout.arranged(layout.rows.scrolled_to(LANE * 10))
    lanes = layout.rows.visible_lanes()
    found = codes(spans([(lane, lane, lane + 1) for lane in range(50)]), NONE, layout)
    assert lanes.start == 10
    assert len(found) == len(lanes) < 6
    assert int(np.flatnonzero(found[0] == Code.SEEN)[0]) == round(10 * layout.pixels_per_frame)


# The height's shares

rows = st.builds(
    Rows,
    st.floats(MIN_HEIGHT, 1200),
    st.integers(0, 300),
    st.booleans(),
    st.booleans(),
    st.floats(0, 5000),
    st.booleans(),
)


@given(rows)
def test_parts_fill_the_well_and_do_not_overlap(rows: Rows) -> None:
    parts = [rows.selected_row, rows.strip, rows.marks, rows.count_row, rows.lane_area]
    top, height = rows.well
    assert parts[0][0] == top
    for (y, tall), (below, _) in itertools.pairwise(parts):
        assert y + tall <= below + 1e-9
    assert sum(parts[-1]) == pytest.approx(top + height)
    assert top + height < rows.minimap[0]
    assert rows.minimap[0] + rows.minimap[1] < rows.height
    assert rows.strip[1] >= (20 if rows.selected else 34)


@given(rows, st.integers(0, 299))
def test_a_lane_is_scrolled_into_view(rows: Rows, lane: int) -> None:
    rows = rows.scrolled_to(rows.scroll)
    if lane >= rows.lanes or not rows.lane_area[1]:
        return
    shown = rows.showing(lane)
    top, room = shown.lane_area
    assert top - 1e-6 <= shown.lane_top(lane)
    assert shown.lane_top(lane) + LANE <= top + max(room, LANE) + 1e-6
    assert lane in shown.visible_lanes()
    assert shown.lane_at(shown.lane_top(lane) + LANE / 2) == lane


def test_at_the_least_height_there_are_no_lanes_and_at_more_there_are() -> None:
    assert Rows(MIN_HEIGHT, 12, True, True).lane_area[1] == 0
    assert not Rows(MIN_HEIGHT, 12).visible_lanes()
    assert Rows(220, 12, True, True).lane_area[1] >= 4 * LANE
    assert Rows(600, 12, True, True).thumb is None


@given(rows, st.floats(-500, 500))
def test_the_scroll_bar_stays_in_its_track(rows: Rows, dy: float) -> None:
    rows = rows.scrolled_to(rows.scroll).dragged(dy)
    assert 0 <= rows.scroll <= rows.most_scroll
    if rows.thumb is not None:
        (top, height), (track, room) = rows.thumb, rows.lane_area
        assert track - 1e-6 <= top
        assert top + height <= track + room + 1e-6


# Marks


def marks(frames: list[int], kinds: list[int]) -> Marks:
    states = np.zeros(len(frames), np.uint8)
    return Marks.of(np.array(frames), states, np.array(kinds, np.int8), ("a", "b", "c"))


@given(
    st.integers(10, 100_000),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 2)), min_size=1, max_size=300),
    st.floats(1, 1000),
)
def test_no_kind_is_left_out_and_glyphs_keep_apart(
    frames: int, places: list[tuple[float, int]], zoom: float
) -> None:
    found = marks([int(share * frames) for share, _ in places], [kind for _, kind in places])
    layout = TimelineLayout.whole(frames, WIDTH).zoomed_about(WIDTH / 2, zoom)
    shown = found.visible_kinds(layout)
    pitch = max(KIND_PITCH, layout.pixels_per_frame)
    for frame, kind in zip(found.frames.tolist(), found.kinds.tolist(), strict=True):
        if layout.first <= frame < layout.last:
            x = layout.x_of(frame)
            assert any(kind in kinds and abs(place - x) <= pitch for place, kinds in shown)
    xs = [x for x, _ in shown]
    assert all(b - a >= KIND_PITCH / 2 - 1e-6 for a, b in itertools.pairwise(xs))


def test_a_lone_mark_s_kind_is_right_above_it() -> None:
    layout = TimelineLayout.whole(10_000, WIDTH)
    for frame in (0, 17, 5005, 9999):
        assert marks([frame], [1]).visible_kinds(layout) == [
            (pytest.approx(layout.x_of(frame)), [1])
        ]


def test_the_nearest_violation_is_found() -> None:
    layout = TimelineLayout.whole(10_000, WIDTH)
    found = marks([100, 500, 520], [0, 0, 0])
    x = layout.x_of(500)
    assert nearest(found.frames, layout, x - 5, 6) == 500
    assert nearest(found.frames, layout, x - 7, 6) is None
    assert nearest(found.frames, layout, layout.x_of(515), 6) == 520
    assert nearest(marks([], []).frames, layout, 100, 6) is None
    assert nearest(found.frames, layout.zoomed_about(900, 10), 14, 6) is None


def test_states_are_changed_in_the_order_they_came_in() -> None:
    found = marks([700, 100, 400], [0, 0, 0]).with_states(np.array([1, 2, 3], np.uint8))
    assert found.frames.tolist() == [100, 400, 700]
    assert found.states.tolist() == [2, 3, 1]
    gaps = spans([(1, 5, 6), (0, 8, 9), (0, 2, 3)]).with_states(np.array([1, 2, 3], np.uint8))
    assert gaps.states.tolist() == [3, 2, 1]
