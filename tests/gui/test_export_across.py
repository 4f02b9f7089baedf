"""Exporting all videos of a collection together, from the dialog to the files."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

import core.export.reading
from core.export import Scope
from core.export.png import encode_rgb
from core.export.request import ExportRequest
from core.headless import reserved
from core.opening import keep_index
from core.project import Project, Selection, SetSelection
from core.video import VideoReader
from core.video.picture import Picture
from gui.dialogs import export_work
from gui.dialogs.export import ExportDialog
from gui.main_window import MainWindow
from tests.cli.conftest import call
from tests.conftest import MakeVideo
from tests.gui.making import COUNT, add_run, seen, texts
from tests.gui.modal import answer_next

Answer = Callable[[ExportDialog], None]

SELECTED = {"cam1": (4, 9), "cam2": (), "north/cam10": (9, 20)}
"""Frames that are selected in each video with detections; a car is missed in them."""


@pytest.fixture
def root(make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three videos with detections, one without, and one whose run is damaged."""
    monkeypatch.setenv("HOME", str(tmp_path))
    # To start a process takes longer than to read these.
    monkeypatch.setattr(core.export.reading, "FEW", 10)
    root = tmp_path / "street"
    (root / "north").mkdir(parents=True)
    for name in (*SELECTED, "broken", "late"):
        video = make_video(f"{Path(name).name}.mp4", COUNT, folder=(root / name).parent, gop=6)
        with VideoReader(video) as reader:
            folder = video.with_suffix(".flickerscope")
            with closing(Project.create(folder, reader.info)) as project:
                keep_index(folder, reader.info.identity, reader.index)
                if name != "late":
                    frames = SELECTED.get(name, (4,))
                    run = add_run(project, seen(car_missing=frames or (7,), light_missing=()))
                    project.apply(SetSelection(Selection("chosen", "flickerscope", frames)))
                if name == "broken":
                    project.run_file(run.id).write_bytes(b"no columns")
    return root


@pytest.fixture
def window(root: Path, qtbot: QtBot, open_window: Callable[[Path], MainWindow]) -> MainWindow:
    """The window with the collection, and its first whole video."""
    window = open_window(root)
    window.open_path(project_of(root, "cam1"))
    qtbot.waitUntil(
        lambda: (
            window.session is not None
            and window.session.project.folder == project_of(root, "cam1")
            and window.session.run is not None
        )
    )
    return window


def project_of(root: Path, name: str) -> Path:
    return (root / name).with_suffix(".flickerscope")


def remembered(root: Path, name: str) -> tuple[int, ...]:
    """Frames that were exported, as another reader of the project finds them."""
    with closing(Project.open(project_of(root, name))) as project:
        return project.selecting.exported


def button(dialog: ExportDialog, name: str) -> QToolButton:
    (found,) = [b for b in dialog.findChildren(QToolButton) if b.accessibleName() == name]
    return found


def deed(dialog: ExportDialog) -> QPushButton:
    (found,) = [one for one in dialog.findChildren(QPushButton) if one.isDefault()]
    return found


def choice(dialog: ExportDialog, name: str) -> QComboBox:
    (found,) = [c for c in dialog.findChildren(QComboBox) if c.accessibleName() == name]
    return found


def place(dialog: ExportDialog) -> QLineEdit:
    (found,) = [e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == "Write to"]
    return found


def shows(dialog: ExportDialog, text: str) -> bool:
    return any(text in said for said in texts(dialog))


def ask(window: MainWindow, answer: Answer, scope: Scope | None = None) -> None:
    """Ask for an export, and answer the dialog."""
    asked: list[bool] = []

    def reply(dialog: ExportDialog) -> None:
        asked.append(True)
        answer(dialog)

    answer_next(ExportDialog, reply)
    assert window.session is not None
    window.jobs.exporter.ask(window.session, scope)
    assert asked


def into(qtbot: QtBot, folder: Path, text: str) -> Answer:
    """Export there as soon as the button says so."""

    def answer(dialog: ExportDialog) -> None:
        place(dialog).setText(str(folder))
        qtbot.waitUntil(lambda: deed(dialog).text() == text and deed(dialog).isEnabled())
        deed(dialog).click()

    return answer


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def exported_by_command(root: Path, out: Path, scope: Scope) -> dict[str, bytes]:
    folders = [project_of(root, name) for name in SELECTED]
    answer = call("export", *folders, "--scope", scope, "--format", "coco", "--out", out)
    assert answer.code == 0, answer
    return files_in(out)


def test_the_export_is_that_of_the_command(
    qtbot: QtBot, window: MainWindow, root: Path, tmp_path: Path
) -> None:
    def answer(dialog: ExportDialog) -> None:
        qtbot.waitUntil(lambda: shows(dialog, "2 videos · 4 frames"))
        assert shows(dialog, "1 of 4 · cam1 · frame 4 · ")
        assert shows(dialog, "1 video without detections is left out. broken is left out: ")
        into(qtbot, tmp_path / "out", "Export 4 frames")(dialog)

    ask(window, answer, "selected")
    qtbot.waitUntil(lambda: window.banner.sentence != "")
    assert window.banner.sentence.startswith("Exported 4 frames with ")
    assert "remember" not in window.banner.sentence
    assert {name: remembered(root, name) for name in SELECTED} == SELECTED
    assert window.session.selecting.exported == SELECTED["cam1"]
    expected = exported_by_command(root, tmp_path / "expected", "selected")
    assert "flickerscope.json" in expected
    assert files_in(tmp_path / "out") == expected


def test_a_child_process_reads_the_same(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow, root: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(core.export.reading, "FEW", 0)
    ask(window, into(qtbot, tmp_path / "out", "Export 4 frames"), "selected")
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 4 frames"))
    assert files_in(tmp_path / "out") == exported_by_command(
        root, tmp_path / "expected", "selected"
    )


def test_a_project_in_use_is_exported_and_does_not_remember(
    qtbot: QtBot, window: MainWindow, root: Path, tmp_path: Path
) -> None:
    with reserved([project_of(root, "north/cam10")]):
        ask(window, into(qtbot, tmp_path / "out", "Export 4 frames"), "selected")
        qtbot.waitUntil(lambda: window.banner.sentence != "")
    assert "1 project does not remember which frames these were: " in window.banner.sentence
    assert "open in another window or command" in window.banner.sentence
    assert window.banner.property("level") == "info"
    assert remembered(root, "north/cam10") == ()
    assert remembered(root, "cam1") == SELECTED["cam1"]


def test_another_of_the_videos_is_opened_meanwhile(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow, root: Path, tmp_path: Path
) -> None:
    slow_down(monkeypatch)
    ask(window, into(qtbot, tmp_path / "out", "Export 4 frames"), "selected")
    other = project_of(root, "north/cam10")
    window.open_path(other)
    qtbot.waitUntil(lambda: window.session.project.folder == other)
    qtbot.waitUntil(lambda: window.session.selecting.exported == SELECTED["north/cam10"])
    qtbot.waitUntil(lambda: remembered(root, "cam1") == SELECTED["cam1"])
    assert "remember" not in window.banner.sentence


def test_a_stopped_export_is_gone_on_with(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow, root: Path, tmp_path: Path
) -> None:
    slow_down(monkeypatch)
    ask(window, into(qtbot, tmp_path / "out", "Export 72 frames"), "all")
    qtbot.waitUntil(lambda: len([*tmp_path.glob(".out*/images/*.png")]) > 2)
    window.jobs.exporter.cancel()
    qtbot.waitUntil(lambda: not window.jobs.exporter.busy)
    assert not (tmp_path / "out").exists()
    monkeypatch.undo()

    def go_on(dialog: ExportDialog) -> None:
        place(dialog).setText(str(tmp_path / "out"))
        qtbot.waitUntil(lambda: shows(dialog, "Goes on with an export that was stopped: "))
        deed(dialog).click()

    ask(window, go_on, "all")
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 72 frames"))
    assert files_in(tmp_path / "out") == exported_by_command(root, tmp_path / "expected", "all")


def test_each_scope_has_its_own_frames_place_and_split(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    def answer(dialog: ExportDialog) -> None:
        this, every = button(dialog, "Export this video"), button(dialog, "Export all videos")
        assert this.isChecked()
        assert every.text() == "All 5 videos"
        qtbot.waitUntil(lambda: deed(dialog).text() == "Export 2 frames")
        assert place(dialog).text() == str(tmp_path / "cam1-prelabels")
        split = choice(dialog, "What is for validation")
        share = next(
            s for s in dialog.findChildren(QSpinBox) if s.accessibleName() == "Share for validation"
        )
        share.setValue(50)
        split.setCurrentIndex(split.findData("video"))
        assert dialog.request().split_by == "time"
        every.click()
        qtbot.waitUntil(lambda: shows(dialog, "3 videos · 5 frames"))
        assert place(dialog).text() == str(tmp_path / "street-prelabels")
        assert (dialog.request().split_by, dialog.request().range) == ("video", None)
        scopes = choice(dialog, "Frames")
        words = [scopes.itemText(at).replace("\u202f", " ") for at in range(scopes.count())]
        assert words[:3] == [
            "Flagged frames · 5", "Frames with accepted boxes · 0", "Selected frames · 4",
        ]  # fmt: skip
        share.setValue(0)
        place(dialog).setText(str(tmp_path / "mine"))
        this.click()
        qtbot.waitUntil(lambda: deed(dialog).text() == "Export 2 frames")
        assert place(dialog).text() == str(tmp_path / "mine")
        dialog.reject()

    ask(window, answer)


def test_beside_a_video_without_detections_all_others_are_exported(
    qtbot: QtBot, window: MainWindow, root: Path, tmp_path: Path
) -> None:
    window.open_path(project_of(root, "late"))
    qtbot.waitUntil(lambda: window.session.project.folder == project_of(root, "late"))

    def answer(dialog: ExportDialog) -> None:
        assert not button(dialog, "Export this video").isEnabled()
        into(qtbot, tmp_path / "out", "Export 4 frames")(dialog)

    ask(window, answer, "selected")
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 4 frames"))
    assert {name: remembered(root, name) for name in SELECTED} == SELECTED


def test_a_dialog_that_is_closed_reads_no_more(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> None:
    monkeypatch.setattr(core.export.reading, "FEW", 0)

    def answer(dialog: ExportDialog) -> None:
        assert shows(dialog, "Reading the videos…")
        assert not deed(dialog).isEnabled()
        dialog.reject()

    ask(window, answer, "selected")


def test_too_many_frames_are_refused(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> None:
    monkeypatch.setattr(export_work, "MOST_FRAMES", 71)

    def answer(dialog: ExportDialog) -> None:
        qtbot.waitUntil(lambda: shows(dialog, "72 frames are too many to export at once"))
        assert not deed(dialog).isEnabled()
        dialog.reject()

    ask(window, answer, "all")


def test_what_was_asked_for_all_leaves_the_range_of_the_open_one(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.session.set_range(2, 20)
    ask(window, into(qtbot, tmp_path / "out", "Export 4 frames"), "selected")
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Exported 4 frames"))
    assert window.session.exporting == ExportRequest(scope="selected")


def slow_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take so long that an export is not over before a test has done something to it."""

    def encode(picture: Picture) -> bytes:
        time.sleep(0.2)
        return encode_rgb(picture)

    monkeypatch.setattr("core.export.pictures.encode_rgb", encode)
