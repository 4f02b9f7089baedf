"""Detectors with real weights: what they see, alone, in a stream and in a child process."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from core.boxes import iou_matrix
from core.detections import Detections, FrameDetections, from_frames
from core.detectors.base import DetectorConfig
from core.detectors.process import stream_in_process
from core.detectors.stages import Stages
from core.detectors.stream import (
    Chunk,
    DetectRequest,
    Message,
    Ready,
    detect_frames,
    stream_detections,
)
from core.detectors.ultralytics import UltralyticsDetector
from core.detectors.weights import digest
from core.errors import Cancelled, DetectorError
from core.frames import FrameRange
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo
from tests.core.making import detector_info, frame_of

SAMPLED = range(0, 216, 18)
STREAMED = FrameRange(100, 106)


@pytest.fixture(scope="module")
def highway(media: Callable[[str], Path]) -> Path:
    return media("dashcam_highway.mp4")


@pytest.fixture(scope="module")
def pictures(highway: Path) -> list[Picture]:
    with VideoReader(highway) as reader:
        return [reader.frame_at(i) for i in SAMPLED]


@pytest.fixture(scope="module")
def detector(weights: Path) -> UltralyticsDetector:
    return UltralyticsDetector(DetectorConfig(str(weights), device="cpu", backend="torch"))


@pytest.fixture(scope="module")
def seen(detector: UltralyticsDetector, pictures: list[Picture]) -> list[FrameDetections]:
    return [frame for picture in pictures for frame in detector.detect([picture])]


@pytest.fixture(scope="module")
def request_of(weights: Path, highway: Path) -> Callable[[FrameRange], DetectRequest]:
    with VideoReader(highway) as reader:
        index = reader.index
    config = DetectorConfig(str(weights), device="cpu", backend="torch")
    return lambda frames: DetectRequest(highway, index, config, frames)


@pytest.fixture(scope="module")
def streamed(request_of: Callable[[FrameRange], DetectRequest]) -> Detections:
    return joined(stream_detections(request_of(STREAMED)))


def joined(messages: Sequence[Message]) -> Detections:
    """The detections of a stream, whose first message alone is Ready."""
    first, *rest = messages
    assert isinstance(first, Ready)
    assert all(isinstance(message, Chunk) for message in rest)
    return from_frames([frame for message in rest for frame in message.frames])


def test_a_detector_says_what_it_is(detector: UltralyticsDetector, weights: Path) -> None:
    info = detector.info
    assert (info.model, info.backend, info.device) == ("yolov8n", "torch", "cpu")
    assert (len(info.class_names), info.class_names[0], info.class_names[2]) == (
        80,
        "person",
        "car",
    )
    assert info.sha256 == digest(weights)
    assert info.version.startswith("ultralytics 8.")


def test_the_detector_sees_what_ultralytics_predicts(
    seen: list[FrameDetections], pictures: list[Picture], weights: Path
) -> None:
    import ultralytics

    model = ultralytics.YOLO(str(weights))
    boxes = 0
    for picture, frame in zip(pictures, seen, strict=True):
        (result,) = model.predict(picture, conf=0.1, device="cpu", verbose=False)
        assert len(frame) == len(result.boxes)
        overlap = iou_matrix(frame.xyxy, result.boxes.xyxy.numpy())
        partner = overlap.argmax(axis=1)
        assert sorted(partner) == list(range(len(frame)))
        assert (overlap.max(axis=1, initial=1.0) >= 0.99).all()
        assert np.array_equal(frame.class_id, result.boxes.cls.numpy()[partner])
        assert frame.score == pytest.approx(result.boxes.conf.numpy()[partner], abs=1e-4)
        boxes += len(frame)
    assert boxes > 3 * len(pictures)


def test_scores_reach_down_to_the_confidence_asked_for(seen: list[FrameDetections]) -> None:
    scores = np.concatenate([frame.score for frame in seen])
    assert scores.min() >= 0.1
    assert (scores < 0.25).any()


def test_classes_are_chosen_by_name(
    weights: Path, pictures: list[Picture], seen: list[FrameDetections]
) -> None:
    chosen = UltralyticsDetector(
        DetectorConfig(str(weights), classes=("truck", "car"), device="cpu", backend="torch")
    )
    kept = {chosen.info.class_names.index(name) for name in ("car", "truck")}
    found = [chosen.detect([picture])[0] for picture in pictures[:4]]
    assert {int(i) for frame in found for i in frame.class_id} <= kept
    for frame, whole in zip(found, seen, strict=False):
        expected = whole.xyxy[np.isin(whole.class_id, list(kept))]
        assert len(frame) == len(expected) > 0
        overlap = iou_matrix(frame.xyxy, expected)
        assert sorted(overlap.argmax(axis=1)) == list(range(len(expected)))
        assert overlap.max(axis=1).min() > 0.99


def test_a_higher_confidence_keeps_the_surer_boxes(
    weights: Path, pictures: list[Picture], seen: list[FrameDetections]
) -> None:
    strict = UltralyticsDetector(
        DetectorConfig(str(weights), confidence=0.5, device="cpu", backend="torch")
    )
    (found,) = strict.detect(pictures[:1])
    assert 0 < len(found) < len(seen[0])
    assert found.score.min() >= 0.5


def test_an_openvino_model_sees_nearly_the_same(
    shared_data: Path, pictures: list[Picture], seen: list[FrameDetections]
) -> None:
    folder = shared_data / "weights" / "yolov8n_int8_openvino_model"
    small = UltralyticsDetector(DetectorConfig(str(folder), device="cpu"))
    assert (small.info.backend, len(small.info.class_names)) == ("openvino", 80)
    for picture, whole in zip(pictures[:2], seen, strict=False):
        (found,) = small.detect([picture])
        sure = whole.xyxy[whole.score > 0.5]
        assert len(sure) > 0
        assert iou_matrix(sure, found.xyxy).max(axis=1).min() > 0.7


def test_detecting_leaves_no_folder_behind(
    detector: UltralyticsDetector,
    pictures: list[Picture],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    detector.detect(pictures[:1])
    assert list(tmp_path.iterdir()) == []


def test_the_stream_sees_what_the_detector_sees_frame_by_frame(
    streamed: Detections, detector: UltralyticsDetector, highway: Path
) -> None:
    with VideoReader(highway) as reader:
        expected = [
            detector.detect([reader.frame_at(i)])[0]
            for i in range(STREAMED.start, STREAMED.stop)
        ]  # fmt: skip
    assert streamed.frame_count == len(STREAMED)
    for number, frame in enumerate(expected):
        assert np.array_equal(streamed.xyxy[streamed.rows(number)], frame.xyxy)


def test_a_child_process_sees_the_same(
    streamed: Detections, request_of: Callable[[FrameRange], DetectRequest]
) -> None:
    found = joined(list(stream_in_process(request_of(STREAMED), lambda: False)))
    assert np.array_equal(found.offsets, streamed.offsets)
    assert np.array_equal(found.class_id, streamed.class_id)
    # The child may use another number of threads, which rounds differently.
    assert found.xyxy == pytest.approx(streamed.xyxy, abs=1e-2)
    assert found.score == pytest.approx(streamed.score, abs=1e-4)
    assert multiprocessing.active_children() == []


def test_cancelling_at_work_ends_the_child(
    request_of: Callable[[FrameRange], DetectRequest],
) -> None:
    seen: list[Message] = []
    stream = stream_in_process(request_of(FrameRange(0, 221)), lambda: len(seen) >= 2)
    seen += [next(stream), next(stream)]
    with pytest.raises(Cancelled):
        next(stream)
    assert [type(message) for message in seen] == [Ready, Chunk]
    assert multiprocessing.active_children() == []


def test_cancelling_while_the_child_loads_ends_it_at_once(
    request_of: Callable[[FrameRange], DetectRequest],
) -> None:
    with pytest.raises(Cancelled):
        list(stream_in_process(request_of(STREAMED), lambda: True))
    assert multiprocessing.active_children() == []


def test_a_child_that_is_killed_is_a_sentence(
    request_of: Callable[[FrameRange], DetectRequest],
) -> None:
    def kill_the_child() -> bool:
        for child in multiprocessing.active_children():
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
        return False

    with pytest.raises(DetectorError, match="process ended unexpectedly"):
        list(stream_in_process(request_of(STREAMED), kill_the_child))
    assert multiprocessing.active_children() == []


def test_an_error_in_the_child_arrives_as_its_sentence(
    request_of: Callable[[FrameRange], DetectRequest], tmp_path: Path
) -> None:
    whole = request_of(STREAMED)
    config = DetectorConfig(str(tmp_path / "gone.pt"))
    broken = DetectRequest(whole.video, whole.index, config, whole.frames)
    with pytest.raises(DetectorError, match=r"(?i)no weights at .*gone\.pt"):
        list(stream_in_process(broken, lambda: False))
    assert multiprocessing.active_children() == []


class WhiteSquares:
    """A detector of its own kind: one box whose left edge is the picture's index."""

    info = detector_info()

    def __init__(self, index_in: Callable[[Picture], int], batch_size: int) -> None:
        self._index_in = index_in
        self.batch_size = batch_size
        self.batches: list[int] = []

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        self.batches.append(len(pictures))
        return [frame_of([(self._index_in(p), 0, 999, 9, 1.0, 0)]) for p in pictures]


@pytest.mark.parametrize(("size", "batches"), [(1, [1] * 10), (4, [4, 4, 2]), (16, [10])])
def test_any_detector_gets_batches_of_the_size_it_likes(
    make_video: MakeVideo, index_in: Callable[[Picture], int], size: int, batches: list[int]
) -> None:
    own = WhiteSquares(index_in, size)
    with VideoReader(make_video(frames=16, b_frames=2)) as reader:
        known = np.empty((0, 4), np.float32)
        chunks = list(detect_frames(reader, Stages(own), FrameRange(3, 13), before=known))
    assert own.batches == batches
    found = from_frames([frame for chunk in chunks for frame in chunk.frames])
    assert found.xyxy[:, 0].tolist() == list(range(3, 13))
    assert found.counts.tolist() == [1] * 10


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("damaged", [{1}, {5, 6}, {11}])
def test_damaged_frames_count_as_frames_without_boxes(
    make_video: MakeVideo, index_in: Callable[[Picture], int], size: int, damaged: set[int]
) -> None:
    import av

    path = make_video("damaged.mp4", 12, gop=1)
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for frame in damaged:
        at, length = places[frame]
        data[at : at + length] = b"\xff" * length
    path.write_bytes(data)
    with VideoReader(path) as reader:
        stages = Stages(WhiteSquares(index_in, size))
        chunks = list(detect_frames(reader, stages, FrameRange(0, 12)))
    found = from_frames([frame for chunk in chunks for frame in chunk.frames])
    assert found.counts.tolist() == [int(i not in damaged) for i in range(12)]
    assert found.xyxy[:, 0].tolist() == [i for i in range(12) if i not in damaged]
