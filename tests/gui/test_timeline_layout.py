"""Frames to pixels and back, zoom, ticks and the score pyramid; no Qt."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.timeline import cividis
from gui.timeline.clock import Clock
from gui.timeline.layout import MARGIN, MIN_VISIBLE, TimelineLayout
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.rows import MIN_HEIGHT, Rows
from gui.timeline.ticks import ticks
from gui.timeline.types import MarkState

WIDTH = 1024.0
INNER = WIDTH - 2 * MARGIN


@st.composite
def layouts(draw: st.DrawFn) -> TimelineLayout:
    """Any view of a video of up to a million frames."""
    frames = draw(st.integers(1, 1_000_000))
    layout = TimelineLayout.whole(frames, draw(st.integers(100, 4000)))
    layout = layout.zoomed_about(draw(st.floats(0, 4000)), draw(st.floats(1, 1e6)))
    return layout.starting_at(draw(st.floats(0, 1_000_000)))


@given(layouts(), st.floats(0, 1))
def test_frame_at_undoes_x_of(layout: TimelineLayout, share: float) -> None:
    frame = min(int(layout.first + share * layout.span), math.ceil(layout.last) - 1)
    assert layout.frame_at(layout.x_of(frame)) == frame


@given(layouts(), st.floats(-1e5, 1e5))
def test_frame_at_is_always_a_frame_in_view(layout: TimelineLayout, x: float) -> None:
    frame = layout.frame_at(x)
    assert 0 <= frame < layout.frames
    assert layout.first - 1 < frame < layout.last


@given(layouts(), st.floats(-1e4, 1e4), st.floats(0.001, 1000), st.floats(-1e5, 1e5))
def test_views_stay_inside_the_video(
    layout: TimelineLayout, x: float, factor: float, dx: float
) -> None:
    for view in (layout.zoomed_about(x, factor), layout.panned(dx)):
        assert view.first >= 0
        assert view.last <= view.frames + 1e-6
        assert view.span >= min(MIN_VISIBLE, view.frames) - 1e-6


@given(layouts(), st.floats(0, 1), st.floats(0.2, 5))
def test_zoom_holds_what_is_under_the_cursor(
    layout: TimelineLayout, share: float, factor: float
) -> None:
    x = MARGIN + share * (layout.width - 2 * MARGIN)
    zoomed = layout.zoomed_about(x, factor)
    held = abs(zoomed.edge_of(layout.position_at(x)) - x) < 0.01
    at_an_end = zoomed.first == 0 or zoomed.last >= zoomed.frames - 1e-6
    assert held or at_an_end


def test_zoom_in_the_middle_of_a_million_frames_is_held_exactly() -> None:
    layout = TimelineLayout.whole(1_000_000, WIDTH)
    x = layout.x_of(654_321)
    zoomed = layout.zoomed_about(x, 20_000)
    assert zoomed.span == 50
    assert zoomed.frame_at(x) == 654_321
    assert zoomed.x_of(654_321) == pytest.approx(x, abs=1e-3)


@given(layouts(), st.floats(0, 1))
def test_showing_brings_a_frame_into_view(layout: TimelineLayout, share: float) -> None:
    frame = min(int(share * layout.frames), layout.frames - 1)
    shown = layout.showing(frame)
    assert shown.first <= frame + 1e-6
    assert frame + 1 <= shown.last + 1e-6
    assert shown.span == pytest.approx(layout.span)


def test_showing_leaves_the_view_alone_where_it_can() -> None:
    layout = TimelineLayout(1000, 100.0, 200.0, WIDTH)
    assert layout.showing(100) is layout
    assert layout.showing(199) is layout


def test_showing_turns_the_page() -> None:
    layout = TimelineLayout(1000, 100.0, 200.0, WIDTH)
    assert layout.showing(200).first == 190
    assert layout.showing(99).last == 110
    assert layout.showing(700).first == 650.5


@given(layouts())
def test_parts_do_not_overlap(layout: TimelineLayout) -> None:
    parts = [layout.ruler, layout.strip, layout.marks, layout.minimap]
    assert all(above.bottom <= below.y for above, below in itertools.pairwise(parts))


@given(layouts(), st.floats(0, 1))
def test_minimap_position_undoes_minimap_x(layout: TimelineLayout, share: float) -> None:
    frame = int(share * (layout.frames - 1))
    assert layout.minimap_position(layout.minimap_x(frame)) == pytest.approx(frame + 0.5)


def test_minimap_window_is_the_share_in_view() -> None:
    left, right = TimelineLayout(1000, 250.0, 500.0, WIDTH).minimap_window()
    assert left == pytest.approx(MARGIN + INNER / 4)
    assert right == pytest.approx(MARGIN + INNER / 2)


def marks(n: int, state: MarkState) -> np.ndarray:
    return np.full(n, state, dtype=np.uint8)


def test_marks_out_of_view_are_left_out() -> None:
    layout = TimelineLayout(1000, 100.0, 200.0, WIDTH)
    frames = np.array([5, 99, 100, 150, 199, 200, 900])
    x, _ = layout.visible_marks(frames, marks(7, MarkState.TO_DO))
    assert x == pytest.approx([layout.x_of(frame) for frame in (100, 150, 199)])


def test_what_is_left_to_do_is_drawn_last() -> None:
    layout = TimelineLayout.whole(1000, WIDTH)
    frames = np.array([500, 500, 500])
    states = np.array([MarkState.TO_DO, MarkState.REJECTED, MarkState.ACCEPTED], dtype=np.uint8)
    _, shown = layout.visible_marks(frames, states)
    assert shown.tolist() == [MarkState.REJECTED, MarkState.ACCEPTED, MarkState.TO_DO]


def test_crowded_marks_are_thinned_but_no_state_vanishes() -> None:
    layout = TimelineLayout.whole(1_000_000, WIDTH)
    frames = np.arange(0, 1_000_000, 10)
    states = marks(len(frames), MarkState.ACCEPTED)
    states[77_777] = MarkState.TO_DO
    x, shown = layout.visible_marks(frames, states)
    assert 100 < len(x) < 200
    assert x[shown == MarkState.TO_DO] == pytest.approx([layout.x_of(777_770)])


def test_thinned_marks_do_not_jump_when_panned() -> None:
    layout = TimelineLayout.whole(100_000, WIDTH).zoomed_about(WIDTH / 2, 10)
    frames = np.arange(0, 100_000, 7)
    states = marks(len(frames), MarkState.TO_DO)
    moved = layout.panned(3.0)
    x, _ = layout.visible_marks(frames, states)
    x_moved, _ = moved.visible_marks(frames, states)
    inside = x[(x > 50) & (x < WIDTH - 50)]
    assert all(np.abs(x_moved - (place - 3.0)).min() < 1e-6 for place in inside)


# Ticks

LABEL = 110.0


@given(layouts(), st.sampled_from([1.0, 12.5, 23.976, 25.0, 29.97, 59.94, 240.0]))
def test_labels_keep_clear_of_each_other_and_minor_ticks_can_be_told_apart(
    layout: TimelineLayout, fps: float
) -> None:
    found = ticks(layout, Clock(fps), LABEL)
    labelled = [tick.x for tick in found if tick.time]
    assert all(b - a >= LABEL for a, b in itertools.pairwise(labelled))
    every = [tick.x for tick in found]
    assert all(b - a > 4 for a, b in itertools.pairwise(every))
    assert len(found) <= layout.width / 4


def test_zoomed_in_ticks_lie_on_frames() -> None:
    layout = TimelineLayout(1000, 100.0, 120.0, WIDTH)
    labelled = [tick for tick in ticks(layout, Clock(25.0), LABEL) if tick.time]
    assert [tick.frame for tick in labelled] == ["100", "105", "110", "115"]
    assert labelled[1].time == "0:04.200"
    assert labelled[1].x == pytest.approx(layout.x_of(105))
    assert sum(not tick.time for tick in ticks(layout, Clock(25.0), LABEL)) == 16


def test_zoomed_out_ticks_are_round_times_even_at_an_odd_rate() -> None:
    layout = TimelineLayout.whole(54_000, WIDTH)
    labelled = [tick for tick in ticks(layout, Clock(30000 / 1001), LABEL) if tick.time]
    assert [tick.time for tick in labelled[:3]] == ["0:00.000", "5:00.000", "10:00.000"]
    assert labelled[1].frame == "8\u202f991"


def test_ticks_of_days_still_have_a_step() -> None:
    layout = TimelineLayout.whole(1_000_000, WIDTH)
    labelled = [tick for tick in ticks(layout, Clock(1.0), LABEL) if tick.time]
    assert [tick.time for tick in labelled[:2]] == ["0:00.000", "40:00:00.000"]


def test_ticks_follow_varying_timestamps() -> None:
    timestamps = np.concatenate([np.arange(500) / 50, 10 + np.arange(500) / 10])
    layout = TimelineLayout.whole(1000, WIDTH)
    clock = Clock(1000 / 60, timestamps)
    found = {tick.time: tick for tick in ticks(layout, clock, LABEL) if tick.time}
    assert found["0:10.000"].frame == "500"
    assert found["0:40.000"].frame == "800"
    assert found["0:40.000"].x == pytest.approx(layout.x_of(800))


@given(st.integers(2, 500), st.randoms(use_true_random=False))
def test_clock_position_undoes_seconds(n: int, random: object) -> None:
    steps = np.array([random.uniform(0.001, 0.2) for _ in range(n)])  # type: ignore[attr-defined]
    clock = Clock(25.0, np.cumsum(steps) - 0.04)
    for frame in (0, n // 2, n - 1):
        assert clock.position(clock.seconds(frame)) == pytest.approx(frame, abs=1e-6)


# Pyramid


@st.composite
def scored(draw: st.DrawFn) -> np.ndarray:
    """Up to 3,000 scores, some of them not known."""
    n = draw(st.integers(1, 3000))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    scores = generator.random(n).astype(np.float32)
    scores[generator.random(n) < draw(st.sampled_from([0.0, 0.3, 0.97, 1.0]))] = np.nan
    return scores


@given(scored(), st.floats(0, 1), st.floats(0, 1), st.integers(1, 700))
def test_a_column_holds_the_maximum_under_it_and_none_from_afar(
    scores: np.ndarray, begin: float, share: float, width: int
) -> None:
    n = len(scores)
    first = begin * (n - 1)
    last = min(first + max(share * n, 1), n)
    columns = ScorePyramid.of(scores).columns(first, last, width)
    edges = np.linspace(first, last, width + 1)
    reach = (last - first) / width / 4 + 1e-6
    for i in range(width):
        under = scores[int(np.floor(edges[i])) : max(int(np.ceil(edges[i + 1])), int(edges[i]) + 1)]
        low, high = edges[i] - reach, edges[i + 1] + reach
        near = scores[max(int(np.floor(low)), 0) : int(np.ceil(high)) + 1]
        if np.isnan(near).all():
            assert np.isnan(columns[i])
        if not np.isnan(under).all():
            assert np.nanmax(under) <= columns[i] <= np.nanmax(near)


@pytest.mark.parametrize("spike", [0, 1, 499_999, 777_777, 999_999])
@pytest.mark.parametrize("width", [1, 300, 1600, 3840])
def test_one_frame_in_a_million_is_seen(spike: int, width: int) -> None:
    scores = np.full(1_000_000, 0.5, dtype=np.float32)
    scores[spike] = 1.0
    columns = ScorePyramid.of(scores).columns(0, 1_000_000, width)
    assert abs(int(columns.argmax()) - spike * width // 1_000_000) <= 1
    assert columns.max() == 1.0
    assert np.count_nonzero(columns == 1.0) <= 2


def test_zoomed_in_each_frame_is_several_columns_wide() -> None:
    scores = np.array([0.1, 0.9, np.nan, 0.5], dtype=np.float32)
    columns = ScorePyramid.of(scores).columns(0, 4, 12)
    assert columns.tolist()[:6] == pytest.approx([0.1] * 3 + [0.9] * 3)
    assert np.isnan(columns[6:9]).all()
    assert columns.tolist()[9:] == pytest.approx([0.5] * 3)


def test_no_scores_make_no_columns_but_unknown_ones() -> None:
    assert np.isnan(ScorePyramid.of(np.empty(0, dtype=np.float32)).columns(0, 1, 5)).all()


# Colours


def test_cividis_runs_from_navy_to_yellow_and_never_darkens() -> None:
    table = cividis.table()
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert table[0].tolist() == [0, 34, 78]
    assert table[255].tolist() == [254, 232, 56]
    luminance = table @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > -0.6).all()
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1


def test_argb_packs_opaque_colours() -> None:
    packed = cividis.argb(np.array([0.0, 1.0, np.nan, 7.0], dtype=np.float32))
    assert [hex(value) for value in packed.tolist()] == [
        "0xff00224e",
        "0xfffee838",
        "0xff00224e",
        "0xfffee838",
    ]


@pytest.mark.parametrize("frame", [0, 123_456, 999_999])
def test_one_selected_frame_in_a_million_is_seen(frame: int) -> None:
    layout = TimelineLayout.whole(1_000_000, WIDTH)
    assert layout.visible_selected(np.array([frame])).tolist() == [layout.x_of(frame)]


def test_selected_frames_that_are_crowded_are_thinned_and_none_jumps() -> None:
    layout = TimelineLayout.whole(10_000, WIDTH)
    x = layout.visible_selected(np.arange(2000, 4000))
    assert np.diff(x) == pytest.approx(8, abs=0.2)
    assert layout.visible_selected(np.arange(0)).tolist() == []
    zoomed = layout.zoomed_about(500, 4)
    moved = zoomed.panned(3)
    frames = np.arange(4000, 6000, 7)
    here, there = zoomed.visible_selected(frames), moved.visible_selected(frames)
    shared = set(np.round(there + 3, 3)) & set(np.round(here, 3))
    assert len(shared) >= len(here) - 2


def test_selected_frames_get_a_row_above_the_scores() -> None:
    without, rows = Rows(260, 12, True, True), Rows(260, 12, True, True, selected=True)
    assert without.selected_row[1] == 0
    top, height = rows.selected_row
    assert (top, height) == (without.strip[0], 14)
    assert rows.strip[0] == top + height
    assert rows.marks[0] == sum(rows.strip)
    assert Rows(MIN_HEIGHT, kinds=True, selected=True).strip[1] >= 20
