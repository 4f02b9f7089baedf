"""What is remembered of models, and which of them nobody has agreed to run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.demo import demo_config
from core.detectors import known_models
from core.detectors.base import DetectorConfig, DetectorInfo
from core.detectors.known_models import (
    class_names_of,
    expected_fps,
    must_be_trusted,
    remember,
    trust,
)
from core.detectors.weights import digest
from core.paths import models_dir
from tests.conftest import REPOSITORY
from tests.core.making import NAMES, detector_info


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Somebody's weights."""
    path = tmp_path / "best.pt"
    path.write_bytes(b"weights of somebody")
    return path


def info_of(path: Path) -> DetectorInfo:
    return detector_info(digest(path))


def test_names_are_known_once_a_model_has_run_and_wherever_it_is_moved(own: Path) -> None:
    assert class_names_of(str(own)) is None
    remember(DetectorConfig(str(own)), info_of(own), 0)
    assert class_names_of(str(own)) == NAMES
    assert class_names_of(str(own.rename(own.with_name("moved.pt")))) == NAMES


def test_weights_that_were_trained_anew_are_another_model(own: Path) -> None:
    remember(DetectorConfig(str(own)), info_of(own), 9)
    own.write_bytes(b"weights after one more night")
    assert class_names_of(str(own)) is None
    assert expected_fps(DetectorConfig(str(own))) is None


@pytest.mark.parametrize("name", ["yolov8s.pt", "yolo11n.pt", "yolov8x"])
def test_published_names_have_the_classes_of_coco_and_nothing_is_imported_for_it(name: str) -> None:
    names = class_names_of(name)
    assert names is not None
    assert (len(names), names[0], names[9], names[79]) == (
        80, "person", "traffic light", "toothbrush",
    )  # fmt: skip
    code = (
        "import sys; from core.detectors.known_models import class_names_of\n"
        f"assert class_names_of({name!r})\n"
        "print({'torch', 'ultralytics', 'cv2'} & set(sys.modules))"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert child.stdout.strip() == "set()", child.stderr


@pytest.mark.parametrize(
    "model",
    ["", "yolov8n-cls.pt", "yolov8n-oiv7.pt", "mine.pt", "/", "~nobody-here/x.pt", "x" * 999],
)
def test_of_other_names_nothing_is_known(model: str) -> None:
    assert class_names_of(model) is None
    assert expected_fps(DetectorConfig(model)) is None
    assert not must_be_trusted(model)


def test_an_exported_folder_lists_its_own_names(tmp_path: Path) -> None:
    (tmp_path / "model.xml").write_text("<net/>")
    assert class_names_of(str(tmp_path)) is None
    (tmp_path / "metadata.yaml").write_text("names:\n  0: cat\n  1: dog\n")
    assert class_names_of(str(tmp_path)) == ("cat", "dog")


@pytest.mark.parametrize("text", ["", "names: 5", "names: {1: cat}", "names: [", "- 1"])
def test_a_folder_with_damaged_names_has_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.xml").write_text("<net/>")
    (tmp_path / "metadata.yaml").write_text(text)
    assert class_names_of(str(tmp_path)) is None


def test_the_speed_is_that_of_the_last_run_under_the_same_circumstances(own: Path) -> None:
    asked = DetectorConfig(str(own))
    for fps in (30.0, 9.25, 0.0):
        remember(asked, info_of(own), fps)
    assert expected_fps(asked) == 9.25
    assert expected_fps(replace(asked, confidence=0.5, classes=("car",))) == 9.25
    assert expected_fps(replace(asked, backend="torch", device="cpu")) == 9.25  # What auto was.
    for other in (
        replace(asked, image_size=1280),
        replace(asked, backend="onnx"),
        replace(asked, device="cuda"),
        replace(asked, detector="another"),
    ):
        assert expected_fps(other) is None, other


def test_a_name_has_the_speed_of_what_was_downloaded_for_it() -> None:
    cached = models_dir() / "yolov8n.pt"
    cached.write_bytes(b"published")
    remember(DetectorConfig("yolov8n.pt"), info_of(cached), 12)
    assert expected_fps(DetectorConfig("yolov8n.pt")) == 12
    assert expected_fps(DetectorConfig("yolov8s.pt")) is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"{}", b"\xff", b'{"classes": 5, "speeds": {}, "trusted": []}',
        b'{"classes": {"a": "text"}, "speeds": {}, "trusted": []}',
        b'{"classes": {}, "speeds": {"a": {"b": -1}}, "trusted": []}',
        b'{"classes": {}, "speeds": {"a": {"b": NaN}}, "trusted": []}',
        b'{"classes": {}, "speeds": {"a": 5}, "trusted": []}',
        b'{"classes": {}, "speeds": {}, "trusted": null}',
    ],
)  # fmt: skip
def test_a_damaged_memory_is_logged_and_empty(
    own: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (models_dir() / "known.json").write_bytes(content)
    assert class_names_of(str(own)) is None
    assert must_be_trusted(str(own))
    assert "cannot be read" in caplog.text
    remember(DetectorConfig(str(own)), info_of(own), 5)
    assert expected_fps(DetectorConfig(str(own))) == 5


def test_a_memory_that_cannot_be_written_costs_only_the_memory(
    own: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(known_models, "write_text_atomically", full)
    remember(DetectorConfig(str(own)), info_of(own), 5)
    trust(str(own))
    assert caplog.text.count("could not be saved") == 2
    assert class_names_of(str(own)) is None


def test_only_so_many_models_are_remembered(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_models, "_MOST_MODELS", 2)
    config = DetectorConfig(str(own))
    for sha256 in (digest(own), "b" * 64, digest(own), "c" * 64):
        remember(config, detector_info(sha256), 5)
    assert class_names_of(str(own)) == NAMES
    remember(config, detector_info("d" * 64), 5)
    assert class_names_of(str(own)) is None
    assert expected_fps(config) is None


def test_a_file_from_outside_must_be_trusted_once(own: Path) -> None:
    assert must_be_trusted(str(own))
    trust(str(own))
    assert not must_be_trusted(str(own))
    moved = own.rename(own.with_name("moved.pt"))
    assert not must_be_trusted(str(moved))
    moved.write_bytes(b"something else now")
    assert must_be_trusted(str(moved))


def test_names_files_of_the_program_and_safe_forms_need_no_trust(own: Path, tmp_path: Path) -> None:
    onnx = Path(shutil.copy(own, tmp_path / "best.onnx"))
    cached = Path(shutil.copy(own, models_dir() / "yolov8n.pt"))
    for model in ("yolov8n.pt", str(cached), str(onnx), demo_config().model, "/missing.pt"):
        assert not must_be_trusted(model), model


def test_a_link_among_the_programs_models_does_not_make_a_file_trusted(own: Path) -> None:
    link = models_dir() / "link.pt"
    link.symlink_to(own)
    assert must_be_trusted(str(link))


def test_a_file_is_hashed_once_while_it_does_not_change(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return digest(path)

    monkeypatch.setattr(known_models, "digest", counted)
    for _ in range(3):
        class_names_of(str(own))
        must_be_trusted(str(own))
    assert hashed == [own.resolve()]
    own.write_bytes(b"changed")
    must_be_trusted(str(own))
    assert len(hashed) == 2


def test_a_folder_full_of_other_files_is_not_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_models, "digest", lambda path: pytest.fail("hashed"))
    for number in range(100):
        (tmp_path / f"{number}.xml").touch()
    assert class_names_of(str(tmp_path)) is None
