"""Exporting from the window, from the key to the files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.export import Scope
from core.export.manifest import MANIFEST
from core.export.png import encode_rgb
from core.export.request import ExportRequest
from core.prelabels import Verdict
from core.project import Selection
from core.video.picture import Picture
from gui.dialogs.export import ExportDialog
from gui.main_window import MainWindow
from tests.gui.conftest import running_threads
from tests.gui.making import CAR_BOX, COUNT, FLAGGED, job_text
from tests.gui.modal import answer_next

Answer = Callable[[ExportDialog], None]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def slow_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take so long that an export is not over before a test has done something to it."""

    def encode(picture: Picture) -> bytes:
        time.sleep(0.2)
        return encode_rgb(picture)

    monkeypatch.setattr("core.export.pictures.encode_rgb", encode)


def export_with(window: MainWindow, answer: Answer) -> None:
    """Ask for an export, and answer the dialog as soon as it is there."""
    asked: list[bool] = []

    def reply(dialog: ExportDialog) -> None:
        asked.append(True)
        answer(dialog)

    answer_next(ExportDialog, reply)
    window.actions_by_name["export"].trigger()
    assert asked


def press(dialog: QDialog, text: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if text in b.text()).click()


def into(folder: Path, *, scope: Scope = "flagged", format_name: str = "coco") -> Answer:
    def answer(dialog: ExportDialog) -> None:
        fields = {e.accessibleName(): e for e in dialog.findChildren(QLineEdit)}
        choices = {c.accessibleName(): c for c in dialog.findChildren(QComboBox)}
        fields["Write to"].setText(str(folder))
        choices["Format"].setCurrentIndex(choices["Format"].findData(format_name))
        choices["Frames"].setCurrentIndex(choices["Frames"].findData(scope))
        press(dialog, "Export")

    return answer


def test_flagged_frames_are_exported_with_the_accepted_boxes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    assert window.session is not None
    window.session.go_to(9)
    window.session.decide(Verdict.ACCEPTED)
    out = tmp_path / "out"
    export_with(window, into(out))
    assert not window.actions_by_name["export"].isEnabled()
    assert window.actions_by_name["export"].toolTip() == "An export is under way (Ctrl+E)"
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=20_000)
    # 2 boxes in each of 4 frames, less the 5 that were missed, and one that was accepted.
    assert window.banner.sentence == f"Exported 4 frames with 4 prelabels to {out}"
    assert window.banner.property("level") == "info"
    document = json.loads((out / "annotations.json").read_text())
    assert [image["frame_index"] for image in document["images"]] == FLAGGED
    imputed = [a for a in document["annotations"] if a["source"] == "imputed"]
    x0, y0, x1, y1 = CAR_BOX
    assert [a["bbox"] for a in imputed] == [[x0, y0, x1 - x0, y1 - y0]]
    assert len(list((out / "images").glob("*.png"))) == 4
    assert window.actions_by_name["export"].isEnabled()


def test_all_frames_are_exported_as_yolo(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_with(window, into(out, scope="all", format_name="yolo"))
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=20_000)
    assert window.banner.sentence.startswith("Exported 24 frames with ")
    assert len(list((out / "labels").glob("*.txt"))) == COUNT


def test_accepted_and_selected_frames_are_exported(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    assert window.session is not None
    window.session.go_to(9)
    window.session.decide(Verdict.ACCEPTED)
    window.session.set_selection(Selection("initial-tag", "lightly", (2, 20)))
    for scope, frames in (("accepted", [9]), ("selected", [2, 20])):
        window.banner.hide()
        export_with(window, into(tmp_path / scope, scope=scope))
        qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=20_000)
        document = json.loads((tmp_path / scope / "annotations.json").read_text())
        assert [image["frame_index"] for image in document["images"]] == frames


def test_a_cancelled_dialog_exports_nothing(window: MainWindow, tmp_path: Path) -> None:
    export_with(window, lambda dialog: press(dialog, "Cancel"))
    assert list(tmp_path.iterdir()) == []
    assert window.actions_by_name["export"].isEnabled()


def test_a_folder_that_cannot_be_written_is_a_sentence(
    qtbot: QtBot, window: MainWindow, regular_file: Path
) -> None:
    export_with(window, into(regular_file / "out"))
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=20_000)
    assert window.banner.property("level") == "error"
    assert str(regular_file / "out") in window.banner.sentence
    assert window.actions_by_name["export"].isEnabled()


@pytest.mark.usefixtures("slow_pictures")
def test_a_stopped_export_is_gone_on_with(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_with(window, into(out, scope="all"))
    stop = next(b for b in window.job_status.findChildren(QPushButton) if b.text() == "Stop")
    assert stop.isVisible()
    stop.click()
    qtbot.waitUntil(window.actions_by_name["export"].isEnabled)
    assert not out.exists()
    assert window.banner.sentence == ""
    export_with(window, into(out, scope="all"))
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 24 frames with "))
    assert len(list((out / "images").glob("*.png"))) == COUNT
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_earlier_export_is_replaced_after_asking(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export_with(window, into(out))
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 4 frames"))
    (out / "images" / "note.txt").write_text("of the annotators")

    def replaced(dialog: ExportDialog) -> None:
        answer_next(QMessageBox, lambda box: press(box, "Replace"))
        into(out, scope="all", format_name="yolo")(dialog)

    export_with(window, replaced)
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 24 frames"))
    assert sorted(path.name for path in out.iterdir()) == [
        "data.yaml", MANIFEST, "images", "labels",
    ]  # fmt: skip
    assert not (out / "images" / "note.txt").exists()


@pytest.mark.usefixtures("slow_pictures")
def test_closing_the_window_ends_an_export(window: MainWindow, tmp_path: Path) -> None:
    export_with(window, into(tmp_path / "out", scope="all"))
    threads = running_threads()
    window.close()
    assert not any(thread.isRunning() for thread in threads)
    assert not (tmp_path / "out").exists()


def test_an_export_goes_on_while_another_video_is_opened(
    qtbot: QtBot, window: MainWindow, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export_with(window, into(out, scope="all"))
    window.open_path(clip)
    qtbot.waitUntil(window.actions_by_name["export"].isEnabled, timeout=20_000)
    qtbot.waitUntil((out / "annotations.json").is_file, timeout=20_000)
    assert "Exporting" not in job_text(window.job_status)


def test_the_project_remembers_what_was_asked_for_and_which_frames_were_exported(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    assert window.session is not None
    export_with(window, into(tmp_path / "out", format_name="yolo"))
    assert window.session.exporting == ExportRequest("yolo")
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=20_000)
    assert window.session.project.selecting.exported == tuple(FLAGGED)
