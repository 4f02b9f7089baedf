"""What is taken from a YOLO model's backbone; `test_backends.py` has the other backends."""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from core.demo import demo_config, demo_video
from core.detections import FrameDetections
from core.detectors.base import DetectorConfig
from core.detectors.overlap import stage
from core.detectors.taps import TorchTap, pooled
from core.detectors.ultralytics import UltralyticsDetector
from core.video import Picture, VideoReader

SHOWN = (0, 1, 2, 60, 100)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    with VideoReader(demo_video()) as reader:
        return [reader.frame_at(i) for i in SHOWN]


@pytest.fixture(scope="module")
def detector(pictures: list[Picture]) -> UltralyticsDetector:
    height, width = pictures[0].shape[:2]
    config = DetectorConfig(demo_config().model, device="cpu", backend="torch")
    return UltralyticsDetector(config, (width, height))


@pytest.fixture(scope="module")
def seen(detector: UltralyticsDetector, pictures: list[Picture]) -> list[FrameDetections]:
    return [detector.detect([picture])[0] for picture in pictures]


def cosine(left: np.ndarray | None, right: np.ndarray | None) -> np.ndarray:
    assert left is not None
    assert right is not None
    one, other = left.astype(np.float64), right.astype(np.float64)
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    return np.asarray((one * other).sum(axis=-1) / lengths)


def test_every_frame_and_every_box_has_its_vector(seen: list[FrameDetections]) -> None:
    assert sum(map(len, seen)) > len(seen)
    for frame in seen:
        assert frame.embedding is not None
        assert frame.objects is not None
        assert (frame.embedding.dtype, frame.embedding.shape) == (np.float16, (64,))
        assert (frame.objects.dtype, frame.objects.shape) == (np.float16, (len(frame), 64))
        assert np.isfinite(frame.embedding).all()
        assert np.any(frame.objects, axis=1).all()


def test_neighbouring_frames_are_nearer_than_others(seen: list[FrameDetections]) -> None:
    first, *others = [frame.embedding for frame in seen]
    near = [float(cosine(first, vector)) for vector in others]
    assert min(near[:2]) > max(near[2:])


def test_the_boxes_are_those_of_a_network_that_nobody_looks_into(
    detector: UltralyticsDetector,
    pictures: list[Picture],
    seen: list[FrameDetections],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = detector._predictor.model
    for layer in network.backend.model.model:
        monkeypatch.setattr(layer, "_forward_hooks", OrderedDict())
    for picture, frame in zip(pictures, seen, strict=True):
        (plain,) = detector.detect([picture])
        assert (plain.embedding, plain.objects) == (None, None)
        assert np.array_equal(plain.xyxy, frame.xyxy)
        assert np.array_equal(plain.score, frame.score)


def test_threads_do_not_mix_up_their_pictures(
    detector: UltralyticsDetector, pictures: list[Picture], seen: list[FrameDetections]
) -> None:
    prepared = [detector.prepare([picture]) for picture in pictures] * 2
    with stage(detector.infer, prepared, 4) as results:
        raw = list(results)
    for number, one in enumerate(raw):
        at = number % len(pictures)
        (found,) = detector.finish(one, prepared[number], [pictures[at]])
        assert cosine(found.embedding, seen[at].embedding) > 0.99999


def test_several_pictures_at_once_are_told_apart(
    detector: UltralyticsDetector, pictures: list[Picture], seen: list[FrameDetections]
) -> None:
    for frame, alone in zip(detector.detect(pictures), seen, strict=True):
        assert cosine(frame.embedding, alone.embedding) > 0.99999
        assert cosine(frame.objects, alone.objects).min(initial=1) > 0.99999


def test_an_eight_bit_model_says_nearly_the_same(
    shared_data: Path, weights: Path, pictures: list[Picture]
) -> None:
    folder = shared_data / "weights" / "yolov8n_int8_openvino_model"
    (small,) = UltralyticsDetector(DetectorConfig(str(folder), device="cpu")).detect(pictures[:1])
    whole = UltralyticsDetector(DetectorConfig(str(weights), device="cpu", backend="torch"))
    (full,) = whole.detect(pictures[:1])
    assert cosine(small.embedding, full.embedding) > 0.98
    assert small.objects is not None
    assert small.objects.shape == (len(small), 128)


def test_given_boxes_are_looked_at_instead_of_ones_own(
    detector: UltralyticsDetector, pictures: list[Picture], seen: list[FrameDetections]
) -> None:
    found = detector.embed(pictures[:2], [frame.xyxy for frame in seen[:2]])
    for (embedding, objects), frame in zip(found, seen, strict=False):
        assert cosine(embedding, frame.embedding) > 0.99999
        assert cosine(objects, frame.objects).min(initial=1) > 0.99999


def cells(height: int, width: int) -> torch.Tensor:
    """Cells that say their own column and row."""
    down, across = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([across, down]).float()


def test_a_frame_is_the_mean_of_the_cells_that_show_it() -> None:
    # 640 × 320 in a square of 640: the picture is in the rows of cells from 10 to 29.
    frame, _ = pooled(cells(40, 40), np.empty((0, 4)), (320, 640), (640, 640))
    assert frame.tolist() == [19.5, 19.5]
    # Not divisible: 350 pixels from 145 on reach the cells 9 to 30.
    frame, _ = pooled(cells(40, 40), np.empty((0, 4)), (350, 640), (640, 640))
    assert frame.tolist() == [19.5, np.mean(range(9, 31))]


@pytest.mark.parametrize(
    ("xyxy", "expected"),
    [
        ((0, 0, 16, 16), (0, 10)),  # one cell, below the padding of 160 pixels
        ((16, 16, 48, 32), (1.5, 11)),
        ((17, 17, 18, 18), (1, 11)),
        ((30, 30, 34, 34), (1.5, 11.5)),  # a bit of four cells
        ((32, 32, 32, 32), (2, 12)),  # nothing at all
        ((639.9, 319.9, 640, 320), (39, 29)),
        ((700, 400, 800, 500), (39, 37)),  # outside
        ((-50, -500, -20, -490), (0, 0)),
        ((0, 0, 640, 320), (19.5, 19.5)),
    ],
)
def test_an_object_is_the_mean_of_the_cells_that_its_box_touches(
    xyxy: tuple[float, ...], expected: tuple[float, float]
) -> None:
    boxes = np.array([xyxy, xyxy], np.float32)
    _, objects = pooled(cells(40, 40), boxes, (320, 640), (640, 640))
    assert objects.tolist() == [list(expected)] * 2


def test_boxes_of_a_larger_picture_are_scaled() -> None:
    boxes = np.array([[64, 64, 128, 96]], np.float32)
    _, objects = pooled(cells(40, 40), boxes, (1280, 1280), (640, 640))
    assert objects.tolist() == [[2.5, 2]]


def test_a_network_of_another_build_is_run_as_it_is() -> None:
    network = torch.nn.Linear(2, 1)
    raw = TorchTap(network).run(network, torch.ones(1, 2))
    assert raw.output.shape == (1, 1)
    assert raw.layer is None
