"""Columnar detections and their builder."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.detections import (
    Detections,
    DetectionsBuilder,
    FrameDetections,
    empty_detections,
    from_frames,
)
from tests.core.making import Row, frame_of

numbers = st.floats(-10, 4000, width=32)
rows = st.tuples(numbers, numbers, numbers, numbers, st.floats(0, 1, width=32), st.integers(0, 79))
ragged = st.lists(st.lists(rows, max_size=6).map(frame_of), max_size=12)


def same_frames(detections: Detections, frames: list[FrameDetections]) -> bool:
    """Whether the columns hold exactly these frames."""
    return detections.frame_count == len(frames) and all(
        np.array_equal(detections.xyxy[rows], frame.xyxy)
        and np.array_equal(detections.score[rows], frame.score)
        and np.array_equal(detections.class_id[rows], frame.class_id)
        for rows, frame in ((detections.rows(i), frame) for i, frame in enumerate(frames))
    )


@given(ragged)
def test_joined_frames_come_back_as_they_were(frames: list[FrameDetections]) -> None:
    joined = from_frames(frames)
    assert same_frames(joined, frames)
    assert len(joined) == sum(map(len, frames))
    assert joined.counts.tolist() == [len(frame) for frame in frames]
    assert joined.frame.tolist() == [i for i, frame in enumerate(frames) for _ in range(len(frame))]


@given(ragged, ragged)
def test_a_builder_goes_on_where_saved_detections_end(
    first: list[FrameDetections], later: list[FrameDetections]
) -> None:
    saved = from_frames(first)
    builder = DetectionsBuilder(saved)
    builder.extend(later)
    assert builder.frame_count == len(first) + len(later)
    assert same_frames(builder.snapshot(), first + later)
    assert same_frames(saved, first)


def test_snapshots_stay_as_they_were_while_the_builder_grows() -> None:
    builder = DetectionsBuilder()
    frames: list[FrameDetections] = []
    snapshots: list[Detections] = []
    # More than 256 rows and more than 256 frames: both kinds of column move several times.
    for i in range(600):
        row: Row = (i, i + 1, i + 2, i + 3, i / 600, i % 80)
        frames.append(frame_of([row] * (i % 4)))
        builder.extend(frames[-1:])
        snapshots.append(builder.snapshot())
    for i in (0, 1, 2, 254, 255, 256, 257, 511, 599):
        assert same_frames(snapshots[i], frames[: i + 1])


@pytest.mark.parametrize("frame", [-1, 3, 1000])
def test_a_frame_that_the_run_has_not_reached_has_no_rows(frame: int) -> None:
    detections = from_frames([frame_of([(0, 0, 1, 1, 0.5, 0)])] * 3)
    assert len(detections.xyxy[detections.rows(frame)]) == 0


@pytest.mark.parametrize("count", [0, 1, 300])
def test_empty_detections_cover_their_frames_without_a_box(count: int) -> None:
    empty = empty_detections(count)
    assert empty.frame_count == count
    assert len(empty) == 0


@pytest.mark.parametrize(
    ("xyxy", "scores", "classes", "offsets", "complaint"),
    [
        ((2, 5), 2, 2, [0, 2], r"\(n, 4\), got \(2, 5\)"),
        ((2, 4), 1, 2, [0, 2], "expected 2 rows in every column, got 1 scores"),
        ((2, 4), 2, 3, [0, 2], "3 classes"),
        ((2, 4), 2, 2, [0, 1], "offsets up to 1"),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    xyxy: tuple[int, int], scores: int, classes: int, offsets: list[int], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Detections(
            np.zeros(xyxy, np.float32),
            np.zeros(scores, np.float32),
            np.zeros(classes, np.int16),
            np.array(offsets),
        )
