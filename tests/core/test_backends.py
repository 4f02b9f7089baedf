"""One model on several backends: what is exported, what is kept, and that they see the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import core.detectors.exporting
import core.detectors.openvino
import core.detectors.taps
from core.boxes import iou_matrix
from core.detections import FrameDetections
from core.detectors.base import Backend, DetectorConfig, Notice, Preparing
from core.detectors.ultralytics import UltralyticsDetector
from core.errors import DetectorError
from core.video import Picture, VideoReader

SIZE = (960, 540)


@pytest.fixture(scope="module")
def pictures(media: Callable[[str], Path]) -> list[Picture]:
    with VideoReader(media("dashcam_highway.mp4")) as reader:
        return [reader.frame_at(i) for i in range(10, 200, 30)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for exported models that outlives a test."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(autouse=True)
def _one_place_for_models(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.detectors.exporting, "models_dir", lambda: kept)


def made(
    weights: Path, backend: Backend, **more: object
) -> tuple[UltralyticsDetector, list[Preparing | Notice]]:
    told: list[Preparing | Notice] = []
    config = DetectorConfig(str(weights), device="cpu", backend=backend, **more)  # type: ignore[arg-type]
    return UltralyticsDetector(config, SIZE, told.append), told


@pytest.fixture(scope="module")
def torch_sees(weights: Path, pictures: list[Picture]) -> list[FrameDetections]:
    detector = UltralyticsDetector(
        DetectorConfig(str(weights), device="cpu", backend="torch"), SIZE
    )
    return [detector.detect([picture])[0] for picture in pictures]


def agreement(left: list[FrameDetections], right: list[FrameDetections]) -> float:
    """Share of boxes with score >= 0.25 that have a partner of IoU >= 0.9 and the same class."""
    met = total = 0
    for one, other in zip(left, right, strict=True):
        sure = one.score >= 0.25
        overlap = iou_matrix(one.xyxy[sure], other.xyxy)
        overlap[one.class_id[sure][:, None] != other.class_id[None]] = 0
        met += int((overlap.max(axis=1, initial=0) >= 0.9).sum())
        total += int(sure.sum())
    assert total > 20
    return met / total


def cosine(left: np.ndarray | None, right: np.ndarray | None) -> float:
    assert left is not None
    assert right is not None
    one, other = left.astype(np.float64), right.astype(np.float64)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize(("asked", "given"), [("auto", "openvino"), ("onnx", "onnx")])
def test_an_exported_model_sees_what_torch_sees(
    weights: Path,
    pictures: list[Picture],
    torch_sees: list[FrameDetections],
    asked: Backend,
    given: str,
) -> None:
    detector, told = made(weights, asked)
    assert (detector.info.backend, detector.info.precision) == (given, "float32")
    assert detector.info.model == "yolov8n"
    assert [message.text.split(",")[0] for message in told if isinstance(message, Preparing)] == [
        f"Preparing yolov8n for {'OpenVINO' if given == 'openvino' else 'ONNX'}"
    ]
    found = [detector.detect([picture])[0] for picture in pictures]
    assert agreement(torch_sees, found) >= 0.99
    assert agreement(found, torch_sees) >= 0.99
    for one, other in zip(found, torch_sees, strict=True):
        assert cosine(one.embedding, other.embedding) > 0.999


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_looking_into_a_network_changes_no_bit_of_its_boxes(
    weights: Path, pictures: list[Picture], backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector, _ = made(weights, backend)
    monkeypatch.setattr(core.detectors.openvino, "tap_openvino", lambda model: False)
    monkeypatch.setattr(core.detectors.taps, "_tapped_onnx", lambda path: None)
    plain, _ = made(weights, backend)
    for picture in pictures[:3]:
        (one,), (other,) = detector.detect([picture]), plain.detect([picture])
        assert one.objects is not None
        assert one.objects.shape == (len(one), 128)
        assert (other.embedding, other.objects) == (None, None)
        assert np.array_equal(one.xyxy, other.xyxy)
        assert np.array_equal(one.score, other.score)
        assert np.array_equal(one.class_id, other.class_id)


def test_a_model_is_exported_once_and_nothing_is_left_beside_it(
    weights: Path, kept: Path, tmp_path: Path
) -> None:
    own = tmp_path / "mine.pt"
    own.write_bytes(weights.read_bytes())
    _, first = made(own, "openvino")
    before = sorted(kept.rglob("*"))
    _, second = made(own, "openvino")
    assert len(first) == 1
    assert second == []
    assert sorted(kept.rglob("*")) == before
    assert list(tmp_path.iterdir()) == [own]
    # Another input shape is another model.
    _, third = made(own, "openvino", image_size=320)
    assert len(third) == 1


def test_several_threads_see_what_one_sees(
    weights: Path, pictures: list[Picture], torch_sees: list[FrameDetections]
) -> None:
    from core.detectors.overlap import stage

    for backend in ("torch", "openvino"):
        detector, _ = made(weights, backend)
        alone = [detector.detect([picture])[0] for picture in pictures]
        prepared = [detector.prepare([picture]) for picture in pictures]
        with stage(detector.infer, prepared * 3, detector.workers) as results:
            raw = list(results)
        for number, one in enumerate(raw):
            at = number % len(pictures)
            (found,) = detector.finish(one, prepared[at], [pictures[at]])
            assert np.array_equal(found.xyxy, alone[at].xyxy)
            assert np.array_equal(found.score, alone[at].score)


def test_without_openvino_torch_is_the_fastest_there_is(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.detectors.loading.missing_package", lambda backend: "openvino")
    detector, told = made(weights, "auto")
    assert detector.info.backend == "torch"
    assert told == []


def test_an_export_that_fails_is_told_and_torch_runs_instead(
    weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*arguments: object) -> None:
        raise RuntimeError("no space left on device")

    monkeypatch.setattr(core.detectors.exporting, "models_dir", lambda: tmp_path)
    monkeypatch.setattr(core.detectors.exporting, "_export", fails)
    detector, told = made(weights, "auto")
    assert detector.info.backend == "torch"
    assert isinstance(told[-1], Notice)
    assert told[-1].text == (
        "yolov8n.pt cannot be exported to OpenVINO (no space left on device): "
        "torch runs it instead, which is slower."
    )
    with pytest.raises(DetectorError, match="choose the backend torch"):
        made(weights, "openvino")


@pytest.mark.parametrize(
    ("backend", "package", "mend"),
    [
        ("onnx", "onnxruntime", 'pip install "flickerscope[onnx]"'),
        ("openvino", "openvino", 'pip install "flickerscope[openvino]"'),
        ("tensorrt", "tensorrt", "pip install tensorrt"),
    ],
)
def test_a_backend_that_is_not_installed_says_what_to_install(
    weights: Path, monkeypatch: pytest.MonkeyPatch, backend: Backend, package: str, mend: str
) -> None:
    there = core.detectors.exporting._is_installed
    monkeypatch.setattr(
        core.detectors.exporting, "_is_installed", lambda name: name != package and there(name)
    )
    with pytest.raises(DetectorError) as caught:
        made(weights, backend)
    assert f"needs the package {package}, which is not installed" in str(caught.value)
    assert mend in str(caught.value)


def test_an_exported_file_runs_on_its_own_backend_alone(shared_data: Path) -> None:
    folder = shared_data / "weights" / "yolov8n_int8_openvino_model"
    with pytest.raises(
        DetectorError, match="yolov8n_int8_openvino_model is a model for openvino, not for torch"
    ):
        made(folder, "torch")


@pytest.mark.parametrize(
    ("kind", "says"),
    [("seg", None), ("pose", None), ("cls", "to classify"), ("obb", "to obb")],
)
def test_models_for_other_tasks_work_by_their_boxes_or_say_why_not(
    tmp_path: Path, kind: str, says: str | None
) -> None:
    from ultralytics import YOLO

    path = tmp_path / f"small-{kind}.pt"
    YOLO(f"yolov8n-{kind}.yaml", verbose=False).save(path)
    if says is None:
        detector, _ = made(path, "torch", image_size=64)
        (found,) = detector.detect([np.zeros((48, 64, 3), np.uint8)])
        assert found.xyxy.shape == (len(found), 4)
    else:
        with pytest.raises(DetectorError, match=says):
            made(path, "torch", image_size=64)
