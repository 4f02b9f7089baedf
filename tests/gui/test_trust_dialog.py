"""The question before a file may run its code: asked once, and No unless somebody says Yes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.dialogs.trust import may_load
from tests.conftest import REPOSITORY
from tests.gui.modal import answer_next


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "<b>best.pt"
    path.write_bytes(b"weights of somebody")
    return str(path)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def answered(act: Callable[[QMessageBox], None]) -> list[str]:
    """What the next question says; `act` answers it."""
    said: list[str] = []

    def answer(box: QMessageBox) -> None:
        said.extend([box.text(), box.informativeText()])
        act(box)

    answer_next(QMessageBox, answer)
    return said


def press(text: str) -> Callable[[QMessageBox], None]:
    def act(box: QMessageBox) -> None:
        (found,) = [b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text]
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    return act


def test_a_file_is_loaded_after_its_trust_was_asked_for_once(own: str, parent: QWidget) -> None:
    said = answered(press("Trust and detect"))
    assert may_load(own, parent)
    assert said[0] == "<b>best.pt comes from outside Flickerscope."
    assert "runs code" in said[1]
    assert "ONNX or OpenVINO" in said[1]
    assert may_load(own, parent)  # Would hang if it asked.


@pytest.mark.parametrize(
    "act",
    [
        press("Cancel"),
        lambda box: QTest.keyClick(box, Qt.Key.Key_Escape),
        lambda box: QTest.keyClick(box, Qt.Key.Key_Return),
    ],
    ids=["Cancel", "Escape", "Return"],
)
def test_whoever_does_not_agree_is_asked_again(
    own: str, parent: QWidget, act: Callable[[QMessageBox], None]
) -> None:
    for _ in range(2):
        said = answered(act)
        assert not may_load(own, parent)
        assert said


def test_what_needs_no_trust_is_loaded_without_a_question(own: str, parent: QWidget) -> None:
    for model in (
        "yolov8n.pt",
        "/missing.pt",
        str(Path(own).rename(Path(own).with_suffix(".onnx"))),
    ):
        assert may_load(model, parent)


def test_the_panel_loads_no_model_library() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from gui.dialogs import detect, trust; from core.detectors.base import DetectorConfig\n"
        "detect.DetectDialog(DetectorConfig()); trust.must_be_trusted('x.pt')\n"
        "print({'torch', 'ultralytics', 'cv2'} & set(sys.modules))"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert child.stdout.strip() == "set()", child.stderr
