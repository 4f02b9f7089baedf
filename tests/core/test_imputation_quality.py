"""The engine against today's tools, on true tracks: a guard against getting worse."""

from pathlib import Path

import pytest

from benchmarks.fitting import f1, impute
from benchmarks.ground_truth import Imputed, Sequence, judge, load
from benchmarks.rival_trackers import iou_tracker, true_identity, tutorial
from core.calibration import shipped


@pytest.fixture(scope="module", params=["MOT17-10-FRCNN/det", "PETS09-S2L1/det_yolov8n"])
def sequence(request: pytest.FixtureRequest, shared_data: Path) -> Sequence:
    name, detector = request.param.split("/")
    home = shared_data / "tracks" / name
    return load(home, home / detector / "det.txt")


def quality(sequence: Sequence, boxes: Imputed) -> float:
    return f1([(sequence, judge(sequence, boxes))])


def test_the_engine_beats_todays_tools(sequence: Sequence) -> None:
    every = impute(sequence)
    ours = quality(sequence, every.at(every.plausibility >= shipped().cut))
    assert ours > 1.1 * quality(sequence, iou_tracker(sequence))
    assert ours > 5 * quality(sequence, tutorial(sequence))


def test_likelier_boxes_are_righter(sequence: Sequence) -> None:
    every = impute(sequence)
    judged = judge(sequence, every)
    shares = [
        judged.right[judged.counted & some].mean()
        for some in (every.plausibility < 0.3, every.plausibility >= 0.6)
    ]
    assert shares[0] + 0.2 < shares[1]


def test_the_ceiling_is_what_it_is_said_to_be(sequence: Sequence) -> None:
    assert quality(sequence, true_identity(sequence)) > 0.8
