"""Dialogs: they give back what was chosen, and refuse what cannot work."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig, Sampling
from core.export import SCOPES, Scope
from gui.dialogs.detect import DetectDialog
from gui.dialogs.export import ExportChoice, ExportCounts, ExportDialog
from gui.text import THIN_SPACE
from gui.theme import apply_theme
from tests.gui.making import texts

COUNTS = ExportCounts(
    {"flagged": 1234, "accepted": 6, "selected": 20, "all": 5000}, accepted=7, to_do=3
)


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    apply_theme(qapp, "light")


def button(dialog: QDialog, text: str) -> QPushButton:
    (found,) = [b for b in dialog.findChildren(QPushButton) if b.text() == text]
    return found


def field(dialog: QDialog, name: str) -> QLineEdit:
    (found,) = [e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == name]
    return found


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


def test_the_export_dialog_says_how_much_there_is(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, COUNTS, tmp_path / "new")
    words = {b.text() for b in dialog.findChildren(QAbstractButton)} | set(texts(dialog))
    assert f"Flagged frames (1{THIN_SPACE}234)" in words
    assert f"All frames (5{THIN_SPACE}000)" in words
    assert (
        "7 accepted boxes join the model's own as prelabels. "
        "3 imputed boxes are still to do and stay out." in words
    )


def test_the_export_dialog_starts_with_the_flagged_frames_in_a_new_folder(
    qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = shown(qtbot, COUNTS, tmp_path / "new")
    assert dialog.choice() == ExportChoice("coco", "flagged", tmp_path / "new")
    assert button(dialog, "Export").isEnabled()


def test_the_export_dialog_gives_back_format_frames_and_folder(
    qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = shown(qtbot, COUNTS, tmp_path / "new")
    formats = dialog.findChild(QComboBox)
    assert isinstance(formats, QComboBox)
    formats.setCurrentText("YOLO")
    dialog.findChildren(QRadioButton)[-1].setChecked(True)
    field(dialog, "New folder").setText("~/prelabels")
    assert dialog.choice() == ExportChoice("yolo", "all", Path.home() / "prelabels")


def test_without_a_flagged_frame_only_all_frames_can_be_chosen(
    qtbot: QtBot, tmp_path: Path
) -> None:
    counts = ExportCounts({"flagged": 0, "accepted": 0, "selected": 0, "all": 24}, 0, 0)
    dialog = shown(qtbot, counts, tmp_path / "new")
    *others, every = dialog.findChildren(QRadioButton)
    assert [(other.isEnabled(), other.toolTip()) for other in others] == [
        (False, "No frame flickers"),
        (False, "No box is accepted yet"),
        (False, "No frame is selected yet"),
    ]
    assert every.isChecked()
    assert dialog.choice().scope == "all"


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_can_be_chosen(qtbot: QtBot, tmp_path: Path, scope: Scope) -> None:
    dialog = shown(qtbot, COUNTS, tmp_path / "new")
    dialog.findChildren(QRadioButton)[SCOPES.index(scope)].setChecked(True)
    assert dialog.choice().scope == scope


def test_a_folder_that_holds_something_is_refused_until_another_is_named(
    qtbot: QtBot, tmp_path: Path
) -> None:
    full, empty = tmp_path / "full", tmp_path / "empty"
    full.mkdir()
    (full / "precious.txt").write_text("precious")
    empty.mkdir()
    dialog = shown(qtbot, COUNTS, full)
    export, folder = button(dialog, "Export"), field(dialog, "New folder")
    assert not export.isEnabled()
    assert export.toolTip() == "This folder is not empty."
    assert "This folder is not empty." in texts(dialog)
    for text, allowed in (
        (str(empty), True),
        ("", False),
        ("   ", False),
        (str(full / "precious.txt"), False),
        (str(tmp_path / "new"), True),
    ):
        folder.setText(text)
        assert export.isEnabled() is allowed, text
        assert bool(export.toolTip()) is not allowed, text
        assert folder.property("invalid") is not allowed, text


@pytest.mark.parametrize("which", ["detect", "export"])
def test_dialogs_are_answered_by_their_buttons(qtbot: QtBot, tmp_path: Path, which: str) -> None:
    for text, result in (("Cancel", 0), (which.capitalize(), 1)):
        dialog: QDialog = (
            DetectDialog(DetectorConfig())
            if which == "detect"
            else ExportDialog(COUNTS, tmp_path / "new")
        )
        qtbot.addWidget(dialog)
        buttons = dialog.findChild(QDialogButtonBox)
        assert isinstance(buttons, QWidget)
        dialog.show()
        next(b for b in dialog.findChildren(QPushButton) if text in b.text()).click()
        assert dialog.result() == result
        assert not dialog.isVisible()


@pytest.mark.parametrize("which", ["Detect", "Export"])
def test_return_in_a_field_goes_ahead_and_does_not_browse(
    qtbot: QtBot, tmp_path: Path, which: str
) -> None:
    dialog: QDialog = (
        DetectDialog(DetectorConfig())
        if which == "Detect"
        else ExportDialog(COUNTS, tmp_path / "new")
    )
    qtbot.addWidget(dialog)
    dialog.show()
    assert [b.text() for b in dialog.findChildren(QPushButton) if b.isDefault()] == [which]


def shown(qtbot: QtBot, counts: ExportCounts, folder: Path) -> ExportDialog:
    dialog = ExportDialog(counts, folder)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog
