"""How sure a detector is of classes: arithmetic, real boxes, and runs that do not tell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.demo import demo_config, demo_video
from core.detections import DetectionsBuilder, from_frames
from core.detectors.ultralytics import UltralyticsDetector
from core.detectors.uncertainty import class_uncertainty, uncertainties
from core.project.runs import load_detections, save_detections
from core.video import VideoReader
from tests.core.making import flickering_frames, frame_of


@pytest.mark.parametrize(
    ("scores", "margin", "entropy"),
    [
        ([0.2, 0.2, 0.2, 0.2], 1, 1),
        ([0, 0.7, 0, 0], 0, 0),
        ([0.4, 0, 0.4, 0], 1, 0.5),
        ([0.6, 0.2, 0, 0], 0.5, 0.405639),
        ([0, 0, 0, 0], 1, 0),
        ([0.3], 0, 0),
    ],
)
def test_margin_and_entropy(scores: list[float], margin: float, entropy: float) -> None:
    found = class_uncertainty(np.array([scores], np.float32))
    assert (found.dtype, found.shape) == (np.float32, (1, 2))
    assert found[0] == pytest.approx([margin, entropy], abs=1e-6)


def test_a_network_that_names_one_class_a_box_tells_nothing() -> None:
    kept = [torch.arange(3)]
    assert uncertainties(80, torch.zeros(1, 300, 6), kept) == [None]
    (found,) = uncertainties(2, (torch.ones(1, 6, 300), "other"), kept)
    assert found is not None
    assert found.tolist() == [[1, 1]] * 3


def test_a_detector_tells_of_each_of_its_boxes() -> None:
    with VideoReader(demo_video()) as reader:
        pictures = [reader.frame_at(i) for i in (0, 30)]
    height, width = pictures[0].shape[:2]
    detector = UltralyticsDetector(replace(demo_config(), backend="torch"), (width, height))
    blank = np.zeros_like(pictures[0])
    frames = detector.detect([*pictures, blank])
    assert len(frames[0]) > 0
    for frame in frames:
        assert frame.uncertainty is not None
        assert frame.uncertainty.shape == (len(frame), 2)
        assert ((frame.uncertainty >= -1e-6) & (frame.uncertainty <= 1 + 1e-6)).all()
        # One class has all, or none: both agree where both are at an end.
        assert np.array_equal(frame.uncertainty[:, 0] < 1e-6, frame.uncertainty[:, 1] < 1e-5)


def test_it_is_kept_in_the_run(tmp_path: Path) -> None:
    frames = [
        replace(frame, uncertainty=np.full((len(frame), 2), number, np.float32))
        for number, frame in enumerate(flickering_frames(300, ()))
    ]
    save_detections(tmp_path / "run.npz", from_frames(frames))
    found = load_detections(tmp_path / "run.npz")
    assert found.uncertainty is not None
    assert np.array_equal(found.uncertainty[:, 1], found.frame)


def test_a_run_that_began_without_says_so_of_its_boxes(tmp_path: Path) -> None:
    plain = flickering_frames(4, ())
    start = from_frames(plain)
    assert start.uncertainty is None
    save_detections(tmp_path / "run.npz", start)
    builder = DetectionsBuilder(load_detections(tmp_path / "run.npz"))
    builder.extend([frame_of([])])
    assert builder.snapshot().uncertainty is None
    builder.extend([replace(plain[0], uncertainty=np.ones((2, 2), np.float32))])
    found = builder.snapshot().uncertainty
    assert found is not None
    assert np.isnan(found[: len(start)]).all()
    assert (found[len(start) :] == 1).all()
