"""The detect panel: what is known of a model shows, and what cannot work cannot be entered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QListView,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig, Sampling
from core.detectors.known_models import remember
from core.detectors.weights import digest
from gui.dialogs.detect import DetectDialog
from gui.text import THIN_SPACE
from gui.theme import apply_theme
from tests.core.making import detector_info
from tests.gui.making import texts

FRAMES = 1204

Kind = TypeVar("Kind", bound=QWidget)


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    apply_theme(qapp, "light")


@pytest.fixture
def own(tmp_path: Path) -> str:
    """Weights that have run here: person, car, traffic light, at 9.2 frames a second."""
    path = tmp_path / "best.pt"
    path.write_bytes(b"weights of somebody")
    remember(DetectorConfig(str(path)), detector_info(digest(path)), 9.2)
    return str(path)


def shown(
    qtbot: QtBot,
    config: DetectorConfig | None = None,
    *,
    recent: Sequence[str] = (),
    frames: int | None = FRAMES,
    current: int | None = 120,
) -> DetectDialog:
    dialog = DetectDialog(config or DetectorConfig(), recent=recent, frames=frames, current=current)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def named(dialog: QWidget, kind: type[Kind], name: str) -> Kind:
    (found,) = [w for w in dialog.findChildren(kind) if w.accessibleName() == name]
    return found


def button(dialog: QWidget, text: str) -> QPushButton:
    (found,) = [b for b in dialog.findChildren(QPushButton) if b.text().replace("&", "") == text]
    return found


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_into(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)


def is_open(dialog: DetectDialog) -> bool:
    return named(dialog, QComboBox, "Device").isVisible()


def is_said(dialog: DetectDialog, words: str) -> bool:
    return any(words in text for text in texts(dialog))


def test_one_key_starts_with_what_was_given(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == 1
    assert dialog.config() == DetectorConfig()


@pytest.mark.parametrize("field", ["Model", "Classes", "Confidence", "IoU", "First frame"])
def test_return_in_a_field_starts(qtbot: QtBot, field: str) -> None:
    dialog = shown(qtbot, DetectorConfig(iou=0.5))
    (widget,) = [
        w
        for kind in (QLineEdit, QComboBox, QSpinBox, QWidget)
        for w in dialog.findChildren(kind)
        if type(w) is not QListView and w.accessibleName() == field and w.isVisible()
    ][:1]
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Return)
    assert dialog.result() == 1


def test_without_a_model_nothing_can_start(qtbot: QtBot) -> None:
    dialog = shown(qtbot)
    model = named(dialog, QComboBox, "Model")
    model.setEditText("  ")
    assert not button(dialog, "Detect").isEnabled()
    assert button(dialog, "Detect").toolTip() == "Choose a model"
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    model.setEditText("yolo11n.pt")
    assert button(dialog, "Detect").isEnabled()


def test_recent_models_come_before_the_named_ones(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig("/a.pt"), recent=("/b.pt", "/a.pt", "yolov8s.pt"))
    model = named(dialog, QComboBox, "Model")
    listed = [model.itemText(row) for row in range(model.count())]
    assert listed[:4] == ["/a.pt", "/b.pt", "yolov8s.pt", "yolov8n.pt"]
    assert len(listed) == 12
    assert "yolo11x.pt" in listed


def test_a_file_or_a_folder_can_be_browsed_for(
    qtbot: QtBot, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def folder(parent: QWidget, title: str, where: str) -> str:
        asked.append(where)
        return "/models/x_openvino_model"

    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (own, ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    dialog = shown(qtbot)
    for_file, for_folder = button(dialog, "Browse…").menu().actions()
    for_file.trigger()
    assert dialog.config().model == own
    for_folder.trigger()
    assert dialog.config().model == "/models/x_openvino_model"
    assert asked == [str(Path(own).parent)]


def test_the_estimate_follows_model_range_and_step(qtbot: QtBot, own: str) -> None:
    dialog = shown(qtbot)
    assert is_said(dialog, f"1{THIN_SPACE}204 frames · time known once this model has run here")
    named(dialog, QComboBox, "Model").setEditText(own)
    assert is_said(dialog, f"1{THIN_SPACE}204 frames · about 2:11 (9.2 fps last time)")
    click(named(dialog, QToolButton, "More settings"))
    type_into(named(dialog, QSpinBox, "Last frame"), "91")
    assert is_said(dialog, "92 frames · about 0:10 (9.2 fps last time)")
    type_into(named(dialog, QSpinBox, "Every n-th frame"), "92")
    assert is_said(dialog, "1 frame · about 0:00")


def test_without_a_length_only_the_rate_is_told(qtbot: QtBot, own: str) -> None:
    assert is_said(shown(qtbot, DetectorConfig(own), frames=None), "9.2 fps last time")
    assert is_said(shown(qtbot, frames=None), "Time known once this model has run here")


@pytest.mark.parametrize(
    ("config", "unfolded"),
    [
        (DetectorConfig(), False),
        (DetectorConfig("x.pt", 0.5, ("car",)), False),
        (DetectorConfig(iou=0.5), True),
        (DetectorConfig(image_size=640), True),
        (DetectorConfig(backend="torch"), True),
        (DetectorConfig(device="cpu"), True),
        (DetectorConfig(sampling=Sampling(every=2)), True),
        (DetectorConfig(sampling=Sampling(10)), True),
    ],
)
def test_the_section_is_open_only_if_it_holds_something_unusual(
    qtbot: QtBot, config: DetectorConfig, unfolded: bool
) -> None:
    dialog = shown(qtbot, config)
    assert is_open(dialog) is unfolded
    click(named(dialog, QToolButton, "More settings"))
    assert is_open(dialog) is not unfolded


def test_folded_away_the_section_says_in_one_line_what_it_holds(qtbot: QtBot) -> None:
    sampling = Sampling(10, 20, 5)
    dialog = shown(qtbot, DetectorConfig(iou=0.5, image_size=1280, device="cpu", sampling=sampling))
    click(named(dialog, QToolButton, "More settings"))
    assert "IoU 0.50 · 1280 px · CPU · 1 frame in 5 · frames 10 to 19" in texts(dialog)


def test_defaults_take_back_the_section_and_nothing_else(qtbot: QtBot) -> None:
    given = DetectorConfig(
        "x.pt", 0.5, ("car",), "cpu", 640, 0.5, "onnx", Sampling(10, 20, 5), "another"
    )
    dialog = shown(qtbot, given)
    click(button(dialog, "Defaults"))
    assert dialog.config() == DetectorConfig("x.pt", 0.5, ("car",), detector="another")
    assert not button(dialog, "Defaults").isEnabled()


def test_the_range_ends_where_the_video_is(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig(iou=0.5))
    click(button(dialog, "From here"))
    assert dialog.config().sampling == Sampling(120)
    click(button(dialog, "To here"))
    assert dialog.config().sampling == Sampling(120, 121)
    type_into(named(dialog, QSpinBox, "First frame"), "7")
    assert dialog.config().sampling == Sampling(7, 121)
    type_into(named(dialog, QSpinBox, "Last frame"), "end")
    assert dialog.config().sampling == Sampling(7)


def test_a_range_before_or_after_here_gives_way(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig(sampling=Sampling(10, 20)))
    click(button(dialog, "From here"))
    assert dialog.config().sampling == Sampling(120)
    dialog = shown(qtbot, DetectorConfig(sampling=Sampling(500, 700)))
    click(button(dialog, "To here"))
    assert dialog.config().sampling == Sampling(0, 121)


def test_a_range_without_frames_cannot_be_entered(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig(sampling=Sampling(10, 20)))
    first, last = (named(dialog, QSpinBox, f"{which} frame") for which in ("First", "Last"))
    type_into(first, "500")
    last.setFocus()
    assert dialog.config().sampling.start <= 19
    type_into(last, "3")
    first.setFocus()
    sampling = dialog.config().sampling
    assert len(sampling.frames(FRAMES)) > 0


def test_without_a_current_frame_here_is_nowhere(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig(iou=0.5), current=None)
    assert not button(dialog, "From here").isEnabled()
    assert button(dialog, "To here").toolTip() == "There is no current frame"


def test_the_range_of_a_longer_video_becomes_the_whole_of_a_shorter_one(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig(sampling=Sampling(FRAMES, 2 * FRAMES, 3)))
    assert dialog.config().sampling == Sampling(every=3)


def test_image_sizes_are_multiples_of_32_or_the_models_own(qtbot: QtBot) -> None:
    dialog = shown(qtbot, DetectorConfig(iou=0.5))
    size = named(dialog, QSpinBox, "Image size")
    assert size.text() == "the model's own"
    QTest.keyClick(size, Qt.Key.Key_Up)
    assert dialog.config().image_size == 640
    type_into(size, "1000")
    QTest.keyClick(size, Qt.Key.Key_Tab)
    assert (size.text(), dialog.config().image_size) == ("992 px", 992)
    type_into(size, "0")
    QTest.keyClick(size, Qt.Key.Key_Tab)
    assert dialog.config().image_size is None


def test_only_what_can_run_together_can_be_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, DetectorConfig(device="cuda"))
    model, backend, device = (
        named(dialog, QComboBox, name) for name in ("Model", "Runs with", "Device")
    )
    backend.setCurrentText("OpenVINO")
    assert (dialog.config().backend, dialog.config().device) == ("openvino", "auto")
    assert not enabled(device, "NVIDIA GPU (CUDA)")
    assert enabled(device, "CPU")
    model.setEditText("/models/x.onnx")
    assert dialog.config().backend == "auto"
    assert [enabled(backend, b) for b in ("PyTorch", "ONNX Runtime", "OpenVINO")] == [
        False, True, False,
    ]  # fmt: skip
    model.setEditText(str(tmp_path))
    assert enabled(backend, "OpenVINO")
    assert not enabled(backend, "ONNX Runtime")
    model.setEditText("yolov8n.pt")
    assert enabled(backend, "TensorRT")


def enabled(combo: QComboBox, text: str) -> bool:
    return combo.model().flags(combo.model().index(combo.findText(text), 0)).value & 32 != 0
