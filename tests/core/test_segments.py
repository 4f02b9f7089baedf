"""Stretches of frames in which tracks are seen."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.tracks.segments import Segments, segments

Seen = list[tuple[int, int]]
"""Frame and track of each detection, by frame."""

NOTHING = np.empty(0, np.int64)

detections = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=40).map(sorted)


def made_of(seen: Seen) -> Segments:
    frame = np.array([f for f, _ in seen], np.int64)
    of = np.array([t for _, t in seen], np.int64)
    return segments(frame, of, np.zeros(4, np.int16))


def rows(found: Segments) -> list[tuple[int, int, int]]:
    return list(zip(found.track.tolist(), found.start.tolist(), found.stop.tolist(), strict=True))


def by_hand(seen: Seen) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for track in sorted({t for _, t in seen}):
        for frame in sorted({f for f, t in seen if t == track}):
            if found and found[-1][0] == track and found[-1][2] == frame:
                found[-1] = (track, found[-1][1], frame + 1)
            else:
                found.append((track, frame, frame + 1))
    return found


def test_a_gap_parts_two_stretches_of_a_track() -> None:
    found = made_of([(0, 1), (1, 0), (1, 1), (2, 0), (5, 1), (6, 1)])
    assert rows(found) == [(0, 1, 3), (1, 0, 2), (1, 5, 7)]


def test_two_boxes_in_a_frame_are_no_gap() -> None:
    assert rows(made_of([(3, 0), (3, 0), (4, 0)])) == [(0, 3, 5)]


def test_nothing_is_seen_in_nothing() -> None:
    assert rows(segments(NOTHING, NOTHING, NOTHING.astype(np.int16))) == []
    assert rows(made_of([]).spread(np.arange(3))) == []


@given(detections)
def test_stretches_are_those_of_a_loop(seen: Seen) -> None:
    assert rows(made_of(seen)) == by_hand(seen)


@given(detections, st.integers(1, 5), st.integers(0, 9))
def test_of_a_sampled_run_they_reach_from_the_first_to_the_last_frame_looked_at(
    seen: Seen, every: int, first: int
) -> None:
    place = first + every * np.arange(13)
    spread = made_of(seen).spread(place)
    assert rows(spread) == [
        (track, place[start], place[stop - 1] + 1) for track, start, stop in by_hand(seen)
    ]
    if every == 1 and first == 0:
        assert rows(spread) == rows(made_of(seen))
