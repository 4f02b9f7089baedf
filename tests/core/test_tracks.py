"""Linking: which boxes show one object, and the path that it takes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.detections import Detections, empty_detections
from core.tracks.linking import Tracks, link
from core.tracks.motion import PLACE
from core.tracks.pairs import mutual_best, spans
from core.tracks.smooth import smooth
from tests.core.scenes import cut_at, missed, moving, video


def tracks_of(detections: Detections) -> list[set[int]]:
    """The detections of each track."""
    found = link(detections)
    return [set(np.flatnonzero(found.of == track).tolist()) for track in range(len(found))]


def test_an_object_that_moves_is_one_track() -> None:
    assert tracks_of(video(moving(20, speed=(9, 4)))) == [set(range(20))]


@pytest.mark.parametrize("gap", [1, 2, 20])
def test_a_track_goes_on_after_a_gap(gap: int) -> None:
    detections = video(missed(moving(60), range(20, 20 + gap)))
    assert len(link(detections)) == 1


def test_two_objects_that_cross_keep_their_tracks() -> None:
    right = moving(41, (40, 100), (6, 0), size=(50, 50))
    left = moving(41, (280, 112), (-6, 0), size=(50, 50))
    found = link(video(right, left))
    assert len(found) == 2
    # Each keeps its direction: the path of the first box's track ends on the right.
    paths = found.paths
    ends = paths.states[paths.end, 0] - paths.states[paths.offset, 0]
    assert sorted(np.sign(ends)) == [-1, 1]


def test_one_that_enters_where_another_left_long_ago_is_another() -> None:
    first = [*moving(30, (50, 100)), *[None] * 70]
    second = [*[None] * 99, *moving(1, (50, 100))]
    assert len(link(video(first, second))) == 2


def test_a_cut_ends_every_track() -> None:
    still = moving(20, speed=(0, 0))
    assert len(link(video(still))) == 1
    assert tracks_of(cut_at(video(still), 8)) == [set(range(8)), set(range(8, 20))]
    assert len(link(cut_at(video(missed(still, range(6, 10))), 8))) == 2


def test_classes_are_kept_apart_unless_the_boxes_agree_closely() -> None:
    car, person = moving(20, (50, 100), (2, 0)), moving(20, (400, 100), (2, 0), class_id=1)
    found = link(video([*car[:10], *[None] * 10], [*[None] * 10, *person[10:]]))
    assert len(found) == 2
    switched = [*car[:10], *((*row[:5], 2) for row in car[10:])]
    assert len(link(video(switched))) == 1


def test_a_box_takes_one_place_in_one_track() -> None:
    twice = video(moving(10), moving(10))
    found = link(twice)
    for track in range(len(found)):
        frames = twice.frame[found.of == track]
        assert len(np.unique(frames)) == len(frames)


def test_a_jerk_of_the_camera_breaks_no_track() -> None:
    rng = np.random.default_rng(3)
    jerks = np.cumsum(rng.normal(0, 4, (40, 2)), axis=0)
    objects = [
        [(x + dx, y + dy, x + 30 + dx, y + 30 + dy, 0.9, 0) for dx, dy in jerks.tolist()]
        for x in (50, 150, 250, 350, 450)
        for y in (50, 200)
    ]
    assert len(link(video(*objects))) == len(objects)


def test_a_camera_that_is_known_to_pan_makes_far_boxes_neighbours() -> None:
    pan = np.tile(np.array([45, 0], np.float32), (30, 1))
    standing = moving(30, (0, 100), (45, 0), size=(30, 30))
    assert len(link(video(standing))) > 1
    assert len(link(replace(video(standing), moved=pan))) == 1


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_video_without_boxes_has_no_tracks(count: int) -> None:
    found = link(empty_detections(count))
    assert len(found) == len(found.paths.states) == 0


def test_one_frame_is_enough() -> None:
    assert tracks_of(video(moving(1), moving(1, (300, 100)))) == [{0}, {1}]


def test_a_box_off_the_path_is_set_aside() -> None:
    rows = moving(21)
    x0, y0, x1, y1, score, class_id = rows[10]
    rows[10] = (x0 + 30, y0, x1 + 30, y1, score, class_id)
    found = link(video(rows))
    assert np.flatnonzero(~found.agrees).tolist() == [10]


boxes = st.tuples(
    st.floats(0, 500, width=32), st.floats(0, 300, width=32),
    st.floats(1, 100, width=32), st.floats(1, 60, width=32),
    st.floats(0.125, 1, width=32), st.integers(0, 2),
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3], b[4], b[5]))  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(boxes, max_size=4), max_size=12))
def test_a_track_has_one_box_a_frame_whatever_the_boxes(frames: list) -> None:
    from core.detections import from_frames
    from tests.core.making import frame_of

    detections = from_frames([frame_of(rows) for rows in frames])
    found: Tracks = link(detections)
    place = set(zip(found.of.tolist(), detections.frame.tolist(), strict=True))
    assert len(place) == len(detections)
    assert np.isfinite(found.paths.states).all()
    assert found.paths.length.sum() == len(found.paths.states)


def test_a_straight_way_is_its_own_smooth_path() -> None:
    frame = np.arange(30)
    states = np.column_stack([5.0 * frame, 3.0 * frame, np.full(30, 3.0), np.full(30, 4.0)])
    track = np.zeros(30, np.int64)
    path = smooth(track, frame, states).states
    # Velocity is believed to be moderate, so the ends lag a little.
    assert np.abs(path[8:-8] - states[8:-8]).max() < 0.5


def test_predictions_grow_doubtful_with_time_and_surer_with_boxes() -> None:
    frames = np.arange(1, 20, dtype=np.float64)
    spread = PLACE.spread(np.full(19, 5), frames)
    assert (np.diff(spread) > 0).all()
    assert PLACE.spread(np.array([1]), frames[:1]) > PLACE.spread(np.array([9]), frames[:1])


def test_spans_are_all_pairs_between_two_limits() -> None:
    first, then = spans(np.array([2, 5, 4]), np.array([4, 5, 7]))
    assert list(zip(first.tolist(), then.tolist(), strict=True)) == [
        (0, 2), (0, 3), (2, 4), (2, 5), (2, 6),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9)), max_size=20))
def test_mutual_best_is_one_to_one_and_leaves_no_pair_behind(
    pairs: list[tuple[int, int, int]],
) -> None:
    left, right, value = (np.array([p[i] for p in pairs], np.int64) for i in range(3))
    taken = mutual_best(left, right, value.astype(np.float64), 5)
    assert len(set(left[taken].tolist())) == len(set(right[taken].tolist())) == len(taken)
    free = ~np.isin(left, left[taken]) & ~np.isin(right, right[taken])
    assert not free.any()
