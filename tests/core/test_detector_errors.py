"""Weights that cannot be used, each with its sentence."""

import os
import re
import sys
from pathlib import Path

import pytest

from core.detectors.base import DetectorConfig, model_reference
from core.detectors.ultralytics import UltralyticsDetector
from core.detectors.weights import digest, locate
from core.errors import DetectorError


def sentence(config: DetectorConfig) -> str:
    """What a person reads when this detector is loaded."""
    with pytest.raises(DetectorError) as caught:
        UltralyticsDetector(config)
    text = str(caught.value)
    assert re.fullmatch(r"[^\n]+: [^\n]+\.", text), "one sentence with its mend"
    assert not re.search("[❌⚠️]|Traceback", text)
    return text


def test_an_unknown_class_is_named_with_near_ones(weights: Path) -> None:
    text = sentence(DetectorConfig(str(weights), classes=("person", "carr")))
    assert text.endswith('model has no class "carr": choose for example car, carrot, chair.')


def test_an_unknown_class_like_no_other_gets_some_examples(weights: Path) -> None:
    text = sentence(DetectorConfig(str(weights), classes=("zzzz",)))
    assert '"zzzz"' in text
    assert "person, bicycle" in text


def test_missing_weights_are_named(tmp_path: Path) -> None:
    path = tmp_path / "gone.pt"
    assert f"no weights at {path}" in sentence(DetectorConfig(str(path)))


@pytest.mark.parametrize(
    "name", ["yolov8n.onnx", "yolov8n_openvino_model", "nonsense", "resnet.pt"]
)
def test_what_is_neither_a_file_nor_a_known_name_is_named_as_it_was_given(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert re.search(rf"\b{re.escape(name)}(?!\.)\b", sentence(DetectorConfig(name)))


def test_a_model_that_was_never_published_is_named() -> None:
    assert "no published model named yolov8q.pt" in sentence(DetectorConfig("yolov8q.pt"))


def test_cut_off_weights_are_named(weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.pt"
    path.write_bytes(weights.read_bytes()[:100_000])
    assert "cut.pt cannot be loaded as a detector" in sentence(DetectorConfig(str(path)))


@pytest.mark.parametrize("content", ["hello, I am text", ""])
def test_a_text_file_renamed_to_weights_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "text.pt"
    path.write_text(content)
    assert "text.pt cannot be loaded as a detector" in sentence(DetectorConfig(str(path)))


def test_a_torch_file_without_a_model_is_named(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "tensor.pt"
    torch.save(torch.zeros(3), path)
    assert "tensor.pt cannot be loaded as a detector" in sentence(DetectorConfig(str(path)))


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.txt"
    path.write_text("x")
    assert "weights.txt is not a detector" in sentence(DetectorConfig(str(path)))


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path} holds no OpenVINO model" in sentence(DetectorConfig(str(tmp_path)))


def test_an_openvino_model_without_openvino_says_what_to_install(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    folder = shared_data / "weights" / "yolov8n_int8_openvino_model"
    text = sentence(DetectorConfig(str(folder)))
    assert "needs the package openvino" in text
    assert 'pip install "flickerscope[openvino]"' in text


def test_an_onnx_model_without_onnxruntime_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x08\x07")
    text = sentence(DetectorConfig(str(path)))
    assert "needs the package onnxruntime" in text
    assert 'pip install "flickerscope[onnx]"' in text


def test_a_text_file_renamed_to_onnx_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("hello")
    assert "text.onnx cannot be loaded as a detector" in sentence(DetectorConfig(str(path)))


def test_a_device_that_is_not_there_is_named(weights: Path) -> None:
    assert "no mps device" in sentence(DetectorConfig(str(weights), device="mps"))


def test_without_a_network_the_download_says_where_to_put_the_file(
    home: Path, no_network: None
) -> None:
    text = sentence(DetectorConfig("yolov8n.pt"))
    assert "yolov8n.pt is not on this computer and cannot be downloaded" in text
    assert str(home / "models") in text
    assert list((home / "models").glob("*.pt*")) == []
    assert os.environ["YOLO_OFFLINE"] == "true"


def test_a_known_name_is_taken_from_the_models_folder(home: Path) -> None:
    path = home / "models" / "yolov8n.pt"
    path.write_text("x")
    assert locate(DetectorConfig("yolov8n.pt")) == (path, "torch")
    assert locate(DetectorConfig("yolov8n")) == (path, "torch")


def test_the_digest_of_a_folder_changes_with_any_file_in_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    before = digest(tmp_path)
    assert before == digest(tmp_path)
    (tmp_path / "b").write_text("3")
    assert digest(tmp_path) != before


def test_a_model_given_by_path_is_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.pt").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)
    assert model_reference("mine.pt") == str(tmp_path / "mine.pt")
    assert model_reference("yolov8n.pt") == "yolov8n.pt"
