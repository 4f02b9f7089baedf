"""The tutorial's flickering rule, against its vectors and against the rule told frame by frame."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.assertions.assess import assess
from core.assertions.findings import Findings
from core.assertions.tutorial import Flickering, flickering, tutorial
from core.detections import FrameDetections, from_frames
from tests.core.making import NAMES, Row, frame_of

Box = tuple[int, int, int, int]
Video = list[list[Box]]
"""For each frame its boxes as x, y, w, h."""
IOU_080: Box = (0, 0, 8, 10)
"""IoU of exactly 0.8 with (0, 0, 10, 10)."""


def boxes_of(frame: list[Box]) -> NDArray[np.int64]:
    return np.array(frame, np.int64).reshape(-1, 4)


def applied(video: Video, tracking: float, assertion: float) -> tuple[list[bool], list[list[Box]]]:
    """The rule's flags, and its boxes by frame."""
    result = flickering([boxes_of(frame) for frame in video], tracking, assertion)
    return result.flickering.tolist(), by_frame(result, len(video))


def by_frame(result: Flickering, count: int) -> list[list[Box]]:
    found: list[list[Box]] = [[] for _ in range(count)]
    for frame, xyxy in zip(result.frame.tolist(), result.xyxy.tolist(), strict=True):
        found[frame].append(tuple(xyxy))
    return found


def iou(a: Box, b: Box) -> float:
    """IoU of two boxes x0, y0, x1, y1."""
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union if union else 0.0


def told_plainly(
    video: Video, tracking: float, assertion: float
) -> tuple[list[bool], list[list[Box]]]:
    """The rule as a person would tell it: one frame, one pair of boxes at a time."""
    corners: Video = [[(x, y, x + w, y + h) for x, y, w, h in frame] for frame in video]
    flags, imputed = [False] * len(video), [[] for _ in video]
    for i in range(1, len(video) - 1):
        for before in corners[i - 1]:
            for after in corners[i + 1]:
                if not iou(before, after) > tracking:
                    continue
                mean = tuple(int((a + b) / 2) for a, b in zip(before, after, strict=True))
                if all(iou(mean, there) < assertion for there in corners[i]):
                    flags[i] = True
                    imputed[i].append(mean)
    return flags, imputed


def vectors(folder: Path) -> list[dict[str, object]]:
    with gzip.open(folder / "vectors" / "tutorial_flicker.json.gz", "rt") as file:
        return list(json.load(file))


def test_all_vectors_give_their_flags_and_boxes_in_order(shared_data: Path) -> None:
    cases = vectors(shared_data)
    assert len(cases) == 378
    assert sum(any(case["flickering"]) for case in cases) > 100
    for number, case in enumerate(cases):
        video = [[tuple(p["bbox"]) for p in f["predictions"]] for f in case["predictions"]]
        flags, imputed = applied(video, case["iou_thresh_tracking"], case["iou_thresh_assertion"])
        assert flags == case["flickering"], number
        assert [list(map(list, frame)) for frame in imputed] == case["imputed_xyxy"], number


near = st.integers(0, 3)
sizes = st.integers(0, 24)
# Boxes around few places, so that neighbours overlap in every degree.
some_box = st.tuples(
    st.builds(lambda place, off: 20 * place + off, near, near),
    st.builds(lambda place, off: 15 * place + off, st.integers(0, 1), near),
    sizes,
    sizes,
)
videos = st.lists(st.lists(some_box, max_size=5), max_size=9)
thresholds = st.sampled_from([0.0, 0.2, 0.5, 0.6, 0.8, 0.9, 1.0])


@settings(max_examples=400, deadline=None)
@given(videos, thresholds, thresholds)
@example([], 0.8, 0.6)
@example([[(0, 0, 9, 9)]], 0.8, 0.6)
@example([[(0, 0, 9, 9)], [(0, 0, 9, 9)]], 0.8, 0.6)
@example([[], [], []], 0.0, 0.0)
@example([[(0, 0, 9, 9)] * 3, [], [(0, 0, 9, 9)] * 2], 0.8, 0.6)
@example([[(0, 0, 9, 9)], [(0, 0, 9, 9)], [(0, 0, 9, 9)]], 0.9, 1.0)
@example([[(0, 0, 9, 9)], [(400, 0, 9, 9)], [(0, 0, 9, 9)]], 0.0, 0.0)
@example([[(0, 0, 10, 10)], [], [IOU_080]], 0.8, 0.6)
@example([[(5, 5, 0, 9)], [], [(5, 5, 0, 9)]], 0.0, 0.5)
def test_the_rule_is_the_rule_told_frame_by_frame(
    video: Video, tracking: float, assertion: float
) -> None:
    assert applied(video, tracking, assertion) == told_plainly(video, tracking, assertion)


def test_a_box_missed_in_one_frame_is_imputed_between_its_neighbours() -> None:
    video: Video = [[(10, 10, 40, 20)], [], [(12, 11, 40, 20)]]
    assert applied(video, 0.8, 0.6) == ([False, True, False], [[], [(11, 10, 51, 30)], []])


def test_the_tracking_threshold_is_strict() -> None:
    video: Video = [[(0, 0, 10, 10)], [], [IOU_080]]
    assert applied(video, 0.8, 0.6)[0] == [False, False, False]
    assert applied(video, 0.7999, 0.6)[0] == [False, True, False]


def test_the_assertion_threshold_is_strict() -> None:
    video: Video = [[(0, 0, 10, 10)], [IOU_080], [(0, 0, 10, 10)]]
    assert applied(video, 0.8, 0.8)[0] == [False, False, False]
    assert applied(video, 0.8, 0.8001)[0] == [False, True, False]


def test_a_gap_of_two_frames_is_not_seen() -> None:
    car: Box = (10, 10, 40, 20)
    assert applied([[car], [], [], [car]], 0.8, 0.6)[0] == [False] * 4


def test_a_frame_of_another_shape_is_refused_with_its_shape() -> None:
    with pytest.raises(ValueError, match=r"\(n, 4\), got \(2, 5\)"):
        flickering([np.zeros((2, 5), np.int64)])


def assert_flickering(frames: list[FrameDetections]) -> Findings:
    """What the rule finds, as one of the assertions."""
    return assess(
        from_frames(frames), NAMES, (200, 200), np.arange(len(frames), dtype=np.float64),
        rules={"tutorial": tutorial},
    )  # fmt: skip


def car(score: float, class_id: int = 1, x: float = 10) -> Row:
    return (x, 10, x + 40, 30, score, class_id)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (car(0.9, 0), car(0.3, 1), "person"),
        (car(0.3, 0), car(0.9, 1), "car"),
        (car(0.5, 0), car(0.5, 1), "person"),
    ],
)
def test_an_imputed_box_takes_the_class_of_the_surer_neighbour(
    before: Row, after: Row, expected: str
) -> None:
    frames = [frame_of([before]), frame_of([]), frame_of([after])]
    (imputed,) = assert_flickering(frames).imputed
    assert (imputed.frame, imputed.xyxy, imputed.class_name) == (1, (10, 10, 50, 30), expected)
    assert imputed.plausibility == 1.0


def test_plausibility_is_the_iou_of_the_neighbours() -> None:
    frames = [frame_of([car(0.9)]), frame_of([]), frame_of([car(0.9, x=12)])]
    (imputed,) = assert_flickering(frames).imputed
    assert imputed.plausibility == pytest.approx(38 / 42, abs=1e-4)


def test_equal_boxes_are_asked_for_once_and_classes_apart() -> None:
    twice = frame_of([car(0.9), car(0.9)])
    findings = assert_flickering([twice, frame_of([]), twice])
    assert len(findings.imputed) == 1
    both = frame_of([car(0.9), car(0.8, 0)])
    findings = assert_flickering([both, frame_of([]), both])
    # Four pairs, of which the surer box names the class: car three times, person once.
    assert sorted(box.class_name for box in findings.imputed) == ["car", "person"]


rows = st.tuples(some_box, st.floats(0, 1, width=32), st.integers(0, 2)).map(
    lambda t: (t[0][0], t[0][1], t[0][0] + t[0][2], t[0][1] + t[0][3], t[1], t[2])
)


@settings(deadline=None)
@given(st.lists(st.lists(rows, max_size=5).map(frame_of), max_size=9))
def test_scores_flags_and_boxes_tell_the_same(frames: list) -> None:
    findings = assert_flickering(frames)
    assert findings.flagged.tolist() == np.flatnonzero(findings.tutorial_scores == 1.0).tolist()
    assert sorted({b.frame for b in findings.imputed}) == findings.flagged.tolist()
    assert len({b.key for b in findings.imputed}) == len(findings.imputed)
    assert set(findings.tutorial_scores.tolist()) <= {0.5, 1.0}
    assert len(findings.tutorial_scores) == len(findings.scores) == len(frames)
