"""Finished labels in the window: from the action to recalibrated plausibilities, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.assertions.imputed import ImputedBox
from core.lightly.names import frame_name
from core.prelabels import Verdict
from core.roundtrip.comparing import RoundTrip
from core.roundtrip.recalibration import Recalibration
from core.roundtrip.report import Bin, Report, Tally
from gui.dialogs.finished_labels import FinishedLabelsDialog
from gui.dialogs.labels_files import LabelsChoice, LabelsFilesDialog
from gui.dialogs.precision import PrecisionBar, ReliabilityPlot
from gui.main_window import MainWindow
from gui.session import Session
from tests.gui.making import CAR_BOX, CAR_MISSING, COUNT, LIGHT_MISSING, texts
from tests.gui.modal import answer_next

TALLY = Tally(80, 50, 11, 4, 15, 0.8, 80)
NONE = Tally(0, 0, 0, 0, 0, None)
LEARNT = Recalibration({"flickering": (1.0, -1.0)}, 92, "2026-03-04T12:00:00+00:00")
BINS = (Bin(0.6, 0.8, 92, 0.7, 0.5),)


def report(**more: object) -> Report:
    made = {
        "labels": "/labels/instances.json", "format": "COCO", "frames": 40, "not_labeled": 3,
        "overall": TALLY, "by_kind": {"flickering": TALLY}, "model": NONE, "added": 1,
        "bins": BINS, "brier": 0.25, "brier_recalibrated": 0.2,
    }  # fmt: skip
    return Report(**{**made, **more})  # type: ignore[arg-type]


def press(dialog: QDialog, text: str) -> None:
    button(dialog, text).click()


def button(dialog: QDialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if text in b.text())


@pytest.fixture
def labels(session_of_window: Session, tmp_path: Path) -> Path:
    """The car was deleted wherever it was handed over; its picture of frame 15 was not labeled."""
    session = session_of_window
    for box in boxes(session):
        session.focus(box)
        session.decide(Verdict.ACCEPTED)
    video = session.info.path
    images = [
        {"id": frame, "file_name": frame_name(video, frame, COUNT)}
        for frame in sorted({*CAR_MISSING, *LIGHT_MISSING} - {15})
    ]
    found = {"images": images, "annotations": [], "categories": []}
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(found))
    return path


@pytest.fixture
def session_of_window(window: MainWindow) -> Session:
    """What the window has open."""
    assert window.session is not None
    return window.session


def boxes(session: Session) -> list[ImputedBox]:
    return [box for box in session.boxes if box.xyxy == CAR_BOX]


def compare(window: MainWindow, path: Path, act: Callable[[FinishedLabelsDialog], object]) -> None:
    """Ask for labels, and act on what is shown once they are compared."""

    def choose(dialog: LabelsFilesDialog) -> None:
        field = next(e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == "Labels")
        field.setText(str(path))
        press(dialog, "Compare")
        answer_next(FinishedLabelsDialog, act)

    answer_next(LabelsFilesDialog, choose)
    window.actions_by_name["labels"].trigger()


def test_plausibilities_follow_finished_labels_until_that_is_taken_back(
    qtbot: QtBot, window: MainWindow, session_of_window: Session, labels: Path
) -> None:
    session = session_of_window
    before = session.queue.plausibility.copy()
    shown: list[list[str]] = []
    seen: list[object] = []
    session.run_changed.connect(lambda: seen.append(session.queue.plausibility.copy()))

    def look(dialog: FinishedLabelsDialog) -> None:
        shown.append(texts(dialog))
        assert not button(dialog, "Forget").isEnabled()
        press(dialog, "Recalibrate")
        assert not button(dialog, "Recalibrate").isEnabled()
        assert button(dialog, "Forget").isEnabled()
        assert any(text.startswith("Recalibrated by 2 boxes on ") for text in texts(dialog))
        press(dialog, "Close")

    compare(window, labels, look)
    qtbot.waitUntil(lambda: bool(shown) and QApplication.activeModalWidget() is None)
    assert "Annotators kept or moved 0 of 2 imputed boxes" in shown[0]
    assert "0 % (0 to 66)" in [text.replace("\u202f", " ") for text in shown[0]]
    after = session.queue.plausibility
    assert seen
    assert (after < before).all()
    assert all(session.verdict(box) is Verdict.ACCEPTED for box in boxes(session))
    assert session.recalibration is not None

    def forget(dialog: LabelsFilesDialog) -> None:
        press(dialog, "Forget")
        assert "As the assertions give it" in texts(dialog)
        assert not button(dialog, "Forget").isEnabled()

    answer_next(LabelsFilesDialog, forget)
    window.actions_by_name["labels"].trigger()
    assert session.recalibration is None
    assert (session.queue.plausibility == before).all()


def test_a_recalibration_is_there_when_the_project_is_opened_again(
    open_session: Callable[[Path], Session], reviewed: Path
) -> None:
    session = open_session(reviewed)
    before = session.queue.plausibility.copy()
    limit = session.thresholds.plausibility
    session.set_recalibration(LEARNT)
    now = session.queue.plausibility.copy()
    assert len(now) <= len(before)
    assert (now >= limit).all()
    session.close()
    again = open_session(reviewed)
    assert (again.queue.plausibility == now).all()
    again.set_recalibration(None)
    assert (again.queue.plausibility == before).all()


def test_labels_that_cannot_be_read_are_a_sentence(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "labels.json"
    path.write_text("{}")

    def choose(dialog: LabelsFilesDialog) -> None:
        dialog.findChildren(QLineEdit)[0].setText(str(path))
        press(dialog, "Compare")

    answer_next(LabelsFilesDialog, choose)
    window.actions_by_name["labels"].trigger()
    qtbot.waitUntil(lambda: window.banner.sentence != "")
    assert "holds no COCO data set" in window.banner.sentence
    assert window.actions_by_name["labels"].isEnabled()


def test_the_files_are_looked_for_before_anything_is_compared(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = LabelsFilesDialog(None, None)
    qtbot.addWidget(dialog)
    field, export = dialog.findChildren(QLineEdit)
    go = button(dialog, "Compare")
    assert not go.isEnabled()
    field.setText(str(tmp_path / "gone.json"))
    assert go.toolTip().endswith("gone.json is not there.")
    field.setText(str(tmp_path))
    assert go.isEnabled()
    assert dialog.choice() == LabelsChoice(tmp_path, None)
    export.setText(str(tmp_path / "gone"))
    assert not go.isEnabled()


def test_the_figures_are_shown(qtbot: QtBot) -> None:
    dialog = FinishedLabelsDialog(RoundTrip(report(), LEARNT), None)
    qtbot.addWidget(dialog)
    dialog.show()
    said = [text.replace("\u202f", " ") for text in texts(dialog)]
    for text in (
        "Annotators kept or moved 61 of 80 imputed boxes",
        "instances.json · COCO · 40 labeled frames · 3 have not come back · 1 box added",
        "76 % (66 to 84)",
        "Brier score 0.250, 0.200 recalibrated; 0 is perfect",
        "0.50 → 0.27",
    ):
        assert text in said
    assert "All imputed boxes" not in said
    plot = dialog.findChild(ReliabilityPlot)
    assert isinstance(plot, ReliabilityPlot)
    assert plot.accessibleDescription().replace("\u202f", " ") == (
        "Of 92 boxes at 0.70, 50 % were right."
    )


def test_of_nothing_learnt_nothing_is_offered(qtbot: QtBot) -> None:
    nothing = report(
        overall=NONE, by_kind={}, model=TALLY, bins=(), brier=None, brier_recalibrated=None
    )
    dialog = FinishedLabelsDialog(RoundTrip(nothing, None), None)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not button(dialog, "Recalibrate").isEnabled()
    assert button(dialog, "Recalibrate").toolTip() == "These labels say nothing about imputed boxes"
    assert dialog.findChild(ReliabilityPlot) is None
    assert "–" in texts(dialog)


def test_a_precision_is_drawn_where_it_lies(qtbot: QtBot) -> None:
    bar = PrecisionBar(Tally(100, 75, 0, 0, 25, None, 100))
    qtbot.addWidget(bar)
    bar.resize(208, 16)
    image = bar.grab().toImage()
    # The line lies 8 px down; the point is at three quarters of 4 to 204 px.
    point, low, free = (image.pixelColor(x, 7) for x in (154, 140, 60))
    assert point == low != free
    assert bar.accessibleDescription().replace("\u202f", " ") == "75 % (66 to 82)"
