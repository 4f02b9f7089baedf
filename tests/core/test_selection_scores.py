"""Numbers of each frame, against slow obvious ways to find them."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.detections import Detections, FrameDetections, from_frames
from core.selection import scores
from core.selection.columns import COLUMNS
from tests.core.scenes import findings, missed, moving, video

CLASSES = 4
NOTHING = findings(from_frames([]))

Frames = list[list[tuple[float, int]]]
"""Score and class of each box of each frame."""

some_frames = st.lists(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(0, CLASSES - 1)), max_size=5),
    min_size=1,
    max_size=6,
)


def detections_of(frames: Frames) -> Detections:
    return from_frames(
        [
            FrameDetections(
                np.tile(np.array([0, 0, 9, 9], np.float32), (len(boxes), 1)),
                np.array([score for score, _ in boxes], np.float32),
                np.array([kind for _, kind in boxes], np.int16),
            )
            for boxes in frames
        ]
    )


def entropy(score: float) -> float:
    return -sum(p * math.log2(p) for p in (score, 1 - score) if p > 0)


@settings(max_examples=50, deadline=None)
@given(some_frames)
def test_least_confidence_is_what_is_missing_to_a_mean_score_of_1(frames: Frames) -> None:
    expected = [1 - sum(s for s, _ in boxes) / len(boxes) if boxes else 0 for boxes in frames]
    assert scores.least_confidence(detections_of(frames)) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(some_frames)
def test_classes_are_counted_in_each_frame(frames: Frames) -> None:
    expected = [[sum(kind == c for _, kind in boxes) for c in range(CLASSES)] for boxes in frames]
    assert scores.class_counts(detections_of(frames), CLASSES).tolist() == expected


@settings(max_examples=50, deadline=None)
@given(some_frames)
def test_object_frequency_counts_a_further_box_of_a_class_for_a_quarter(frames: Frames) -> None:
    found = [
        sum(1 + 0.25 * (n - 1) for c in range(CLASSES) if (n := sum(k == c for _, k in boxes)))
        for boxes in frames
    ]
    low, extent = min(found), max(found) - min(found)
    expected = [0.9 + 0.1 * (value - low) / extent if extent else 0.9 for value in found]
    counts = scores.class_counts(detections_of(frames), CLASSES)
    assert scores.object_frequency(counts) == pytest.approx(expected)


@settings(max_examples=50, deadline=None)
@given(some_frames)
def test_the_most_uncertain_box_speaks_for_its_frame(frames: Frames) -> None:
    found = detections_of(frames)
    columns = scores.frame_scores(found, NOTHING.spread(range(0), np.zeros(len(frames))))
    margins = [max((1 - abs(2 * s - 1) for s, _ in boxes), default=0) for boxes in frames]
    entropies = [max((entropy(s) for s, _ in boxes), default=0) for boxes in frames]
    assert columns["uncertainty_margin"] == pytest.approx(margins, abs=1e-6)
    assert columns["uncertainty_entropy"] == pytest.approx(entropies, abs=1e-5)
    assert columns["boxes"].tolist() == [len(boxes) for boxes in frames]


def test_the_detectors_own_uncertainty_goes_before_that_of_the_score() -> None:
    seen = video(moving(3), moving(3, (300, 100)))
    own = np.array([[0.2, 0.3], [0.5, 0.1], [0, 0], [0.1, 0.9], [0, 0], [np.nan] * 2], np.float32)
    columns = scores.frame_scores(replace(seen, uncertainty=own), findings(seen))
    # Of the last box only the score is known: 0.9.
    assert columns["uncertainty_margin"] == pytest.approx([0.5, 0.1, 0.2], abs=1e-6)
    assert columns["uncertainty_entropy"] == pytest.approx([0.3, 0.9, entropy(0.9)], abs=1e-6)


def test_what_the_assertions_found_is_counted_where_it_is() -> None:
    seen = video(missed(moving(20), 10), moving(20, (300, 200)))
    found = findings(seen)
    columns = scores.frame_scores(seen, found)
    assert set(columns) | {"object_frequency"} == {column.name for column in COLUMNS}
    assert columns["flickering"].tolist() == found.scores.tolist()
    assert np.argmax(columns["missed_boxes"]) == 10
    assert columns["missed_boxes"][10] == pytest.approx(found.missing.plausibility.sum())
    assert columns["flickering_tutorial"].tolist() == found.tutorial_scores.tolist()
    severity = scores.severities(found)
    assert set(severity) == set(found.kinds)
    assert np.flatnonzero(severity["flickering"]).tolist() == [10]


def test_violations_without_missing_boxes_count_in_all_their_frames() -> None:
    rows = [(*row[:5], 2 if 10 <= i < 13 else 0) for i, row in enumerate(moving(40))]
    found = findings(video(rows))
    (switch,) = np.flatnonzero(found.kind == found.kinds.index("class switch"))
    severity = scores.severities(found)["class switch"]
    assert np.flatnonzero(severity).tolist() == [10, 11, 12]
    assert severity[11] == pytest.approx(found.violations.plausibility[switch])


def test_100_000_frames_take_a_moment() -> None:
    rng = np.random.default_rng(0)
    n = 1_000_000
    offsets = np.arange(0, n + 1, 10)
    seen = Detections(
        np.zeros((n, 4), np.float32), rng.random(n, np.float32),
        rng.integers(0, 80, n).astype(np.int16), offsets,
    )  # fmt: skip
    nothing = NOTHING.spread(range(0), np.zeros(len(offsets) - 1))
    began = time.process_time()
    scores.frame_scores(seen, nothing)
    scores.object_frequency(scores.class_counts(seen, 80))
    assert time.process_time() - began < 2
