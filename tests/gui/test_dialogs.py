"""Dialogs: they give back what was chosen, and refuse what cannot work."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig, Sampling
from gui.dialogs.detect import DetectDialog
from gui.theme import apply_theme


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    apply_theme(qapp, "light")


@pytest.mark.parametrize(
    "config",
    [
        DetectorConfig(),
        DetectorConfig("/models/my own.pt", 0.25, ("car", "traffic light"), "cpu"),
        DetectorConfig("yolov8x.pt", 0.01, ("person",), "cuda"),
        DetectorConfig("yolov8n_openvino_model", 1.0, None, "mps"),
        # What the fields cannot show exactly stays as it is while nobody touches it.
        DetectorConfig("x.pt", 0.123, ("screw, large",), image_size=100, iou=0.456),
        DetectorConfig("x.pt", backend="tensorrt", device="cuda", detector="somebody's"),
        DetectorConfig("x.pt", sampling=Sampling(5, 17, 3)),
    ],
)
def test_the_detect_dialog_gives_back_what_it_was_given(
    qtbot: QtBot, config: DetectorConfig
) -> None:
    dialog = DetectDialog(config)
    qtbot.addWidget(dialog)
    assert dialog.config() == config


def test_the_detect_dialog_gives_back_what_was_typed(qtbot: QtBot) -> None:
    dialog = DetectDialog(DetectorConfig())
    qtbot.addWidget(dialog)
    model, _, device = dialog.findChildren(QComboBox)
    model.setCurrentText("  /models/mine.onnx ")
    device.setCurrentText("CPU")
    classes = next(e for e in dialog.findChildren(QLineEdit) if e.placeholderText())
    classes.setText(" car , , traffic light,")
    spin = dialog.findChild(QDoubleSpinBox)
    assert isinstance(spin, QDoubleSpinBox)
    spin.setValue(0.3)
    assert dialog.config() == DetectorConfig(
        "/models/mine.onnx", 0.3, ("car", "traffic light"), "cpu"
    )


def test_a_model_of_ones_own_stays_in_the_list_and_known_names_are_listed_once(
    qtbot: QtBot,
) -> None:
    for own, count in (("/models/mine.pt", 11), ("yolov8s.pt", 10)):
        dialog = DetectDialog(DetectorConfig(own))
        qtbot.addWidget(dialog)
        model = dialog.findChildren(QComboBox)[0]
        listed = [model.itemText(i) for i in range(model.count())]
        assert listed[0] == own
        assert len(listed) == len(set(listed)) == count


def test_the_detect_dialog_is_answered_by_its_buttons(qtbot: QtBot) -> None:
    for text, result in (("Cancel", 0), ("Detect", 1)):
        dialog = DetectDialog(DetectorConfig())
        qtbot.addWidget(dialog)
        dialog.show()
        next(b for b in dialog.findChildren(QPushButton) if text in b.text()).click()
        assert dialog.result() == result
        assert not dialog.isVisible()


def test_return_in_a_field_goes_ahead_and_does_not_browse(qtbot: QtBot) -> None:
    dialog = DetectDialog(DetectorConfig())
    qtbot.addWidget(dialog)
    dialog.show()
    assert [b.text() for b in dialog.findChildren(QPushButton) if b.isDefault()] == ["Detect"]
