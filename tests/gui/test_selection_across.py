"""Choosing frames over all videos of a collection, on the page of one of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

import core.export.reading
import core.selection.reading
import core.selection.report_process
import gui.selection.pictures
import gui.workspace
from core.detections import empty_detections, empty_frame
from core.embeddings.store import EmbeddingWriter
from core.headless import reserved
from core.opening import keep_index
from core.project import Project, Selection
from core.selection.report_process import ReportRequest, Written
from core.selection.request import FrameId
from core.video import VideoReader
from gui.dialogs.export import ExportDialog
from gui.main_window import MainWindow
from gui.selection.page import SelectionPage
from gui.selection.pictures import Film, Pictures
from gui.selection.sheet_model import VIDEO_ROLE, WHERE_ROLE
from gui.selection.whole import Whole
from gui.session import Session
from tests.conftest import MakeVideo
from tests.gui.making import COUNT, add_run, seen, texts
from tests.gui.modal import answer_next
from tests.gui.selection_making import fake

OTHER = "north/cam10"
NAMES = ("cam1", "cam2", OTHER)
MISSED = {"cam1": (4, 9), "cam2": (15,), OTHER: (4, 9, 20)}
"""Frames in which a car is missed."""


@pytest.fixture(scope="module")
def made(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three videos with projects that flicker and have embeddings, and one without a run."""
    root = tmp_path_factory.mktemp("street")
    (root / "north").mkdir()
    for number, name in enumerate((*NAMES, "late")):
        video = make_video(f"{Path(name).name}.mp4", COUNT, folder=(root / name).parent, gop=6)
        with VideoReader(video) as reader:
            folder = video.with_suffix(".flickerscope")
            with closing(Project.create(folder, reader.info)) as project:
                keep_index(folder, reader.info.identity, reader.index)
                if name in MISSED:
                    fill(project, MISSED[name], number)
    return root


def fill(project: Project, missed: Sequence[int], seed: int) -> None:
    detections = seen(car_missing=missed, light_missing=())
    run = add_run(project, detections)
    vectors = np.random.default_rng(seed).normal(size=(COUNT, 8)).astype(np.float16)
    writer = EmbeddingWriter(project.run_file(run.id), empty_detections())
    writer.extend([replace(empty_frame(), embedding=vector) for vector in vectors])
    writer.save(detections)


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of it, which a test may change."""
    copied = tmp_path / "street"
    shutil.copytree(made, copied)
    for folder in copied.rglob("*.flickerscope"):
        with closing(Project.open(folder)) as project:
            project.relocate(folder.with_suffix(".mp4"))
    return copied


@pytest.fixture
def shown(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, root: Path,
    open_window: Callable[[Path], MainWindow],
) -> MainWindow:  # fmt: skip
    """The window with the first video, the collection, and the page, which asks a fake."""
    chooser = fake()
    # To start a process takes longer than to read these; tests/core/test_selection_reading.py does.
    monkeypatch.setattr(core.selection.reading, "FEW", 10)

    def page(session: Session, pictures: Pictures, whole: Whole) -> SelectionPage:
        return SelectionPage(session, pictures, whole, make_choosing=chooser)

    monkeypatch.setattr(gui.workspace, "SelectionPage", page)
    window = open_window(root)
    assert window.session is not None
    assert window.session.project.folder == project_of(root, "cam1")
    window.actions_by_name["select"].trigger()
    qtbot.waitUntil(lambda: not page_of(window).preview.busy)
    return window


def project_of(root: Path, name: str) -> Path:
    return (root / name).with_suffix(".flickerscope")


def page_of(window: MainWindow) -> SelectionPage:
    assert window.workspace is not None
    assert window.workspace.page is not None
    return window.workspace.page


def choose_everywhere(qtbot: QtBot, window: MainWindow) -> SelectionPage:
    page = page_of(window)
    page.panel.scope.all.click()
    qtbot.waitUntil(lambda: chosen(page) > 0 and not page.preview.busy)
    return page


def chosen(page: SelectionPage) -> int:
    """How many frames the sheet shows."""
    return page.results.sheet.model().rowCount()


def cells(page: SelectionPage, role: int) -> list[object]:
    model = page.results.sheet.model()
    return [model.index(row, 0).data(role) for row in range(chosen(page))]


def ask_for(qtbot: QtBot, page: SelectionPage, frames: int) -> None:
    page.panel.controls.amount.count.setValue(frames)
    qtbot.waitUntil(lambda: chosen(page) == frames and not page.preview.busy)


def kept(root: Path, name: str) -> Selection | None:
    """What another reader of a project finds."""
    with closing(Project.open(project_of(root, name))) as project:
        return project.selection


def test_all_videos_are_chosen_among_together(qtbot: QtBot, shown: MainWindow) -> None:
    page = page_of(shown)
    assert page.panel.scope.isVisible()
    assert page.panel.scope.all.text() == "All 4 videos"
    choose_everywhere(qtbot, shown)
    assert [video.name for video in page._pool.videos] == list(NAMES)
    assert len(page._pool) == 3 * COUNT
    assert "1 video without detections is left out." in texts(page)
    assert chosen(page) == 40
    ask_for(qtbot, page, 6)
    places = [*zip(cells(page, VIDEO_ROLE), cells(page, WHERE_ROLE), strict=True)]
    assert sorted((name, where.frame) for name, where in places) == sorted(
        (name, frame) for name, frames in MISSED.items() for frame in frames
    )
    # The timeline below is the open video's.
    assert shown.workspace.timeline._content.selected.tolist() == [4, 9]
    assert page.view.colour.findText("Video") > 0


def test_each_scope_has_its_own_request(qtbot: QtBot, shown: MainWindow) -> None:
    page = page_of(shown)
    here = chosen(page)
    choose_everywhere(qtbot, shown)
    ask_for(qtbot, page, 5)
    page.panel.scope.this.click()
    qtbot.waitUntil(lambda: chosen(page) == here and not page.preview.busy)
    assert len(page._pool.videos) == 1
    assert not any(cells(page, VIDEO_ROLE))
    page.panel.scope.all.click()
    qtbot.waitUntil(lambda: chosen(page) == 5 and not page.preview.busy)


def test_selecting_is_kept_by_every_project(qtbot: QtBot, shown: MainWindow, root: Path) -> None:
    page = choose_everywhere(qtbot, shown)
    ask_for(qtbot, page, 6)
    page.panel.select.click()
    qtbot.waitUntil(lambda: "selected" in shown.banner.sentence)
    assert shown.banner.sentence == "6 frames of 3 videos are selected"
    assert {name: kept(root, name).frames for name in NAMES} == MISSED
    assert shown.session.selected == MISSED["cam1"]
    assert kept(root, "cam2").source == "flickerscope"
    with closing(Project.open(project_of(root, "cam2"))) as project:
        assert project.selecting.request.n == 6


def test_what_was_selected_can_be_exported_at_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, shown: MainWindow
) -> None:
    monkeypatch.setattr(core.export.reading, "FEW", 10)
    page = choose_everywhere(qtbot, shown)
    ask_for(qtbot, page, 6)
    page.panel.select.click()
    qtbot.waitUntil(lambda: "selected" in shown.banner.sentence)
    asked: list[str] = []

    def look(dialog: ExportDialog) -> None:
        qtbot.waitUntil(lambda: any("3 videos · 6 frames" in said for said in texts(dialog)))
        asked.append(dialog.request().scope)

    answer_next(ExportDialog, look)
    (export,) = [b for b in shown.banner.findChildren(QPushButton) if b.text() == "Export…"]
    export.click()
    assert asked == ["selected"]


def test_a_project_in_use_leaves_all_as_they_were(
    qtbot: QtBot, shown: MainWindow, root: Path
) -> None:
    page = choose_everywhere(qtbot, shown)
    before = shown.session.selecting
    with reserved([project_of(root, OTHER)]):
        page.panel.select.click()
        qtbot.waitUntil(lambda: "nothing is selected" in shown.banner.sentence)
    assert shown.banner.sentence.startswith(f"{OTHER} is open in another window or command")
    qtbot.waitUntil(lambda: shown.session.selection is None)
    assert shown.session.selecting == before
    assert [kept(root, name) for name in NAMES] == [None, None, None]


def test_a_frame_of_another_video_opens_it_there(
    qtbot: QtBot, shown: MainWindow, root: Path
) -> None:
    page = choose_everywhere(qtbot, shown)
    ask_for(qtbot, page, 6)
    where = next(w for w in cells(page, WHERE_ROLE) if w.video == 2 and w.frame == 20)
    page.view.frame_clicked.emit(where)
    assert page.view.open.isVisible()
    assert page.view.open.text() == f"Open {OTHER} at frame 20"
    assert shown.session.frame == 0
    page.view.open.click()
    qtbot.waitUntil(lambda: shown.session.project.folder == project_of(root, OTHER))
    assert shown.session.frame == 20
    assert shown.workspace.canvas.isVisible()
    # What was set, and read, is still there, and the open one counts as it is now.
    shown.actions_by_name["select"].trigger()
    page = page_of(shown)
    qtbot.waitUntil(lambda: chosen(page) == 6 and not page.preview.busy)
    assert page._here == FrameId(2, 20)
    assert page._pool.videos[2].name == OTHER


def test_what_is_pointed_at_goes_by_the_video(qtbot: QtBot, shown: MainWindow, root: Path) -> None:
    page = choose_everywhere(qtbot, shown)
    page.view.plot.lassoed.emit(np.array([page._pool.row(FrameId(1, 3))]), True)
    qtbot.waitUntil(lambda: not page.preview.busy)
    assert cells(page, WHERE_ROLE)[0] == FrameId(1, 3)
    page.results.sheet.frames_excluded.emit([FrameId(0, 4)])
    qtbot.waitUntil(lambda: not page.preview.busy)
    assert FrameId(0, 4) not in cells(page, WHERE_ROLE)
    page.panel.select.click()
    qtbot.waitUntil(lambda: "selected" in shown.banner.sentence)
    with closing(Project.open(project_of(root, "cam2"))) as project:
        assert project.selecting.request.include == (FrameId(0, 3),)
        assert project.selecting.request.exclude == ()


def test_the_sheet_shows_pictures_of_all_videos(qtbot: QtBot, shown: MainWindow) -> None:
    page = choose_everywhere(qtbot, shown)
    ask_for(qtbot, page, 6)
    qtbot.waitUntil(
        lambda: all(isinstance(one, QImage) for one in cells(page, Qt.ItemDataRole.DecorationRole))
    )
    tips = " ".join(map(str, cells(page, Qt.ItemDataRole.ToolTipRole)))
    assert all(name in tips for name in NAMES)


def test_few_videos_are_open_at_a_time(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setattr(gui.selection.pictures, "_OPEN", 1)
    pictures = Pictures(None)
    came: list[tuple[str, int]] = []
    pictures.ready.connect(lambda project, frame, image: came.append((project.stem, frame)))
    films = [Film(root / f"{name}.mp4", project_of(root, name)) for name in ("cam1", "cam2")]
    for frame in (3, 9):
        for film in films:
            pictures.want(film, frame)
    qtbot.waitUntil(lambda: len(came) == 4)
    assert sorted(came) == [("cam1", 3), ("cam1", 9), ("cam2", 3), ("cam2", 9)]
    assert len(pictures._open) == 1
    pictures.stop()


def test_stopping_goes_back_to_this_video(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, shown: MainWindow
) -> None:
    monkeypatch.setattr(core.selection.reading, "FEW", 0)
    page = page_of(shown)
    page.panel.scope.all.click()
    assert "Reading what was detected in the videos…" in texts(page)
    shown.jobs.parts.cancel()
    qtbot.waitUntil(lambda: page.panel.scope.this.isChecked())
    qtbot.waitUntil(lambda: chosen(page) > 0 and not page.preview.busy)
    assert len(page._pool.videos) == 1


def test_a_video_that_has_changed_is_read_again(
    qtbot: QtBot, shown: MainWindow, root: Path
) -> None:
    page = choose_everywhere(qtbot, shown)
    page.back_requested.emit()
    with closing(Project.open(project_of(root, "late"))) as project:
        fill(project, (7,), 9)
    shown.browsing.library.overview_changed.emit(project_of(root, "late"))
    shown.actions_by_name["select"].trigger()
    qtbot.waitUntil(lambda: page._pool is not None and len(page._pool.videos) == 4)


def test_a_report_of_all_videos_is_named_by_the_collection(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, shown: MainWindow, tmp_path: Path
) -> None:
    asked: list[ReportRequest] = []

    def write(request: ReportRequest, *how: object) -> Written:
        asked.append(request)
        return Written(request.folder / "report.pdf", request.folder / "report.html")

    monkeypatch.setattr(core.selection.report_process, "write_in_child", write)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *asked: str(tmp_path))
    page = choose_everywhere(qtbot, shown)
    page.panel.report.click()
    qtbot.waitUntil(lambda: "report.pdf" in shown.banner.sentence)
    assert asked[0].folder == tmp_path / "street-selection"
    assert len(asked[0].pool.videos) == 3


def test_without_a_collection_nothing_is_offered(qtbot: QtBot, shown: MainWindow) -> None:
    page = choose_everywhere(qtbot, shown)
    shown.browsing.library.show(None)
    qtbot.waitUntil(lambda: page._pool is not None and len(page._pool.videos) == 1)
    assert not page.panel.scope.isVisible()
