"""Opening videos and projects, and closing the window whatever is under way."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

import core.opening
from core.detectors.base import DetectorConfig
from core.frames import FrameIndex
from core.paths import settings_file
from core.project import Project
from core.settings import load_settings
from core.video.picture import Picture
from core.video.reader import VideoInfo
from gui.main_window import MainWindow
from tests.conftest import REPOSITORY, MakeVideo
from tests.gui.conftest import OpenWindow, running_threads, shown
from tests.gui.making import COUNT, FLAGGED, job_text, pixels

IndexIn = Callable[[Picture], int]


def index_on_canvas(window: MainWindow) -> int:
    """Which frame of the clip a person sees, read from its top and bottom rows."""
    shown = pixels(window.workspace.canvas.grab().toImage())
    view = window.workspace.canvas.view()
    bits = 0
    for bit in range(10):
        lit = []
        for y in (3, 93):
            x0, y0, _, _ = view.to_widget((16 * bit + 8, y, 0, 0))
            lit.append(int(shown[round(y0), round(x0)].mean()) > 127)
        assert lit[0] != lit[1], "there is no picture of make_video on the canvas"
        bits |= lit[0] << bit
    return bits


def wait_for_error(qtbot: QtBot, window: MainWindow) -> str:
    qtbot.waitUntil(lambda: window.banner.sentence != "")
    assert window.banner.property("level") == "error"
    return window.banner.sentence


def test_the_empty_window_is_the_start_page(open_window: OpenWindow) -> None:
    window = open_window()
    assert window.windowTitle() == "Flickerscope"
    assert window.start_page.isVisible()
    assert window.workspace is None
    assert window.banner.sentence == ""


def test_opening_a_video_shows_its_first_picture_and_its_place(
    qtbot: QtBot, open_window: OpenWindow, clip: Path
) -> None:
    window = open_window(clip)
    qtbot.waitUntil(lambda: shown(window) == 0)
    assert window.windowTitle() == "clip.mp4 – Flickerscope"
    assert window.workspace.canvas.isVisible()
    assert window.workspace.timeline.isVisible()
    assert not window.start_page.isVisible()
    assert window.position.text() == "0:00.000 · 0 / 23"
    assert index_on_canvas(window) == 0


def test_the_canvas_shows_the_frame_that_was_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    assert window.session is not None
    for frame in (17, 3, COUNT - 1):
        window.session.go_to(frame)
        qtbot.waitUntil(lambda frame=frame: shown(window) == frame)
        assert index_on_canvas(window) == frame
        assert window.position.text() == f"0:00.{frame * 40:03d} · {frame} / 23"


def test_opening_a_video_makes_its_project_and_opening_it_again_finds_it(
    open_window: OpenWindow, clip: Path, folder: Path
) -> None:
    assert not folder.exists()
    first = open_window(clip)
    with closing(Project.open(folder)) as project:
        assert project.video.frame_count == COUNT
    first.close()
    second = open_window(clip)
    assert second.session is not None
    assert second.session.project.folder == folder


def test_a_project_folder_opens_with_its_run(
    open_window: OpenWindow, reviewed: Path, clip: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(reviewed, tmp_path / "mine.flickerscope"))
    window = open_window(moved)
    assert window.session is not None
    assert window.session.project.folder == moved
    assert window.session.flagged == FLAGGED
    assert window.windowTitle() == f"{clip.name} – Flickerscope"


def test_a_path_that_is_not_there_is_a_sentence_with_a_way_on(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    window.open_path(tmp_path / "nowhere.mp4")
    sentence = wait_for_error(qtbot, window)
    assert f"here is no file {tmp_path / 'nowhere.mp4'}" in sentence
    assert window.start_page.isVisible()
    assert window.session is None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.mp4", b"no video at all", "notes.mp4 is not a video that can be read"),
        ("empty.mp4", b"", "empty.mp4 is empty (0 bytes)"),
    ],
)
def test_a_file_that_is_no_video_is_a_sentence(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    window = open_window()
    window.open_path(tmp_path / name)
    assert says in wait_for_error(qtbot, window)


def test_a_folder_that_is_no_project_is_a_sentence(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    window.open_path(tmp_path)
    assert str(tmp_path) in wait_for_error(qtbot, window)


def test_a_damaged_project_is_a_sentence_and_its_database_is_not_touched(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, folder: Path
) -> None:
    folder.mkdir()
    (folder / "project.sqlite").write_bytes(b"this is no database" * 100)
    window = open_window()
    window.open_path(clip)
    assert str(folder) in wait_for_error(qtbot, window)
    assert window.session is None
    assert (folder / "project.sqlite").read_bytes() == b"this is no database" * 100


def test_a_project_whose_video_changed_is_a_sentence(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo, tmp_path: Path
) -> None:
    path = make_video("first.mp4", 5, folder=tmp_path)
    open_window(path).close()
    make_video("first.mp4", 9, folder=tmp_path)
    window = open_window()
    window.open_path(path)
    assert "is not the file that this project was made from" in wait_for_error(qtbot, window)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking through a file takes long, as on a slow disk."""
    build = core.opening.build_index

    def dragged(path: Path, *, on_progress: Callable[[float], None], **how: object) -> FrameIndex:
        def pause(share: float) -> None:
            on_progress(share)
            time.sleep(0.4)

        return build(path, on_progress=pause, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(core.opening, "build_index", dragged)


def stop_button(window: MainWindow) -> QPushButton:
    return next(b for b in window.job_status.findChildren(QPushButton) if b.text() == "Stop")


def test_opening_shows_how_far_it_is(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo, slowly: None
) -> None:
    window = open_window()
    window.open_path(make_video("long.mp4", 3000, gop=50))
    assert "Opening long.mp4…" in job_text(window.job_status)
    shown_shares = set()

    def opened() -> bool:
        text = job_text(window.job_status)
        if "Opening long.mp4 · " in text:
            shown_shares.add(text)
        return window.session is not None

    qtbot.waitUntil(opened, timeout=20_000)
    assert len(shown_shares) >= 2
    assert all(text.rstrip(" |").endswith("%") for text in shown_shares)
    qtbot.waitUntil(lambda: "Opening" not in job_text(window.job_status))


def test_stopping_while_a_video_is_opened_leaves_the_start_page(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo, slowly: None, home: Path
) -> None:
    window = open_window()
    window.open_path(make_video("long.mp4", 3000, gop=50))
    qtbot.waitUntil(lambda: "long.mp4 · " in job_text(window.job_status))
    stop_button(window).click()
    qtbot.waitUntil(lambda: not stop_button(window).isVisible())
    assert "Opening" not in job_text(window.job_status)
    assert (window.session, window.banner.sentence) == (None, "")
    assert window.start_page.isVisible()
    assert not list((home / "projects").glob("*"))


def test_stopping_while_another_video_is_opened_leaves_the_first_as_it_was(
    qtbot: QtBot, window: MainWindow, make_video: MakeVideo, slowly: None
) -> None:
    session = window.session
    before = job_text(window.job_status)
    window.open_path(make_video("long.mp4", 3000, gop=50))
    qtbot.waitUntil(lambda: "long.mp4 · " in job_text(window.job_status))
    stop_button(window).click()
    qtbot.waitUntil(lambda: not stop_button(window).isVisible())
    assert window.session is session
    assert job_text(window.job_status) == before


def test_what_cannot_be_opened_leaves_the_open_video_as_it_was(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    session = window.session
    window.open_path(tmp_path / "nowhere.mp4")
    wait_for_error(qtbot, window)
    assert window.session is session
    assert session is not None
    session.go_to(4)
    qtbot.waitUntil(lambda: shown(window) == 4)
    assert index_on_canvas(window) == 4


def test_the_next_video_takes_the_place_of_the_first(
    qtbot: QtBot, window: MainWindow, make_video: MakeVideo
) -> None:
    assert window.session is not None
    window.session.go_to(20)
    other = make_video("other.mp4", 7)
    window.open_path(other)
    qtbot.waitUntil(lambda: window.windowTitle() == "other.mp4 – Flickerscope")
    qtbot.waitUntil(lambda: shown(window) == 0)
    assert len(window.session.index) == 7
    assert window.position.text() == "0:00.000 · 0 / 6"
    assert index_on_canvas(window) == 0


def test_of_two_things_opened_at_once_the_newer_one_stays(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, make_video: MakeVideo
) -> None:
    window = open_window()
    window.open_path(clip)
    window.open_path(make_video("newer.mp4", 7))
    qtbot.waitUntil(lambda: window.windowTitle() == "newer.mp4 – Flickerscope")
    qtbot.waitUntil(lambda: shown(window) == 0)


def test_opened_videos_are_remembered_newest_first(
    open_window: OpenWindow, clip: Path, make_video: MakeVideo
) -> None:
    other = make_video("other.mp4", 3)
    open_window(clip).close()
    open_window(other, load_settings()).close()
    saved = json.loads(settings_file().read_text())
    assert saved["recent"] == [str(other), str(clip)]


def test_a_video_dropped_on_the_window_is_opened(
    qtbot: QtBot, open_window: OpenWindow, clip: Path
) -> None:
    window = open_window()
    assert drop(window, [QUrl.fromLocalFile(str(clip))])
    qtbot.waitUntil(lambda: window.session is not None)
    assert window.windowTitle() == "clip.mp4 – Flickerscope"


@pytest.mark.parametrize("urls", [[], [QUrl("https://example.org/clip.mp4")]], ids=["text", "web"])
def test_what_is_no_local_file_cannot_be_dropped(open_window: OpenWindow, urls: list[QUrl]) -> None:
    assert not drop(open_window(), urls)


def drop(window: MainWindow, urls: list[QUrl]) -> bool:
    """Drag onto the window and let go there; whether the window takes it."""
    data = QMimeData()
    if urls:
        data.setUrls(urls)
    else:
        data.setText("clip.mp4")
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(300, 300), copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), copy, data, left, none))
    return enter.isAccepted()


def test_the_window_can_be_closed_while_a_video_is_being_opened(
    open_window: OpenWindow, make_video: MakeVideo
) -> None:
    long = make_video("long.mp4", 3000, gop=1)
    window = open_window()
    window.open_path(long)
    window.close()
    assert not running_threads()
    QApplication.processEvents()
    assert window.session is None


def test_the_window_can_be_closed_while_pictures_are_being_decoded(window: MainWindow) -> None:
    assert window.session is not None
    for frame in range(COUNT):
        window.session.go_to(frame)
    decoding = running_threads()
    assert len(decoding) == 3, "one for full pictures, one for small ones, one for the mouse"
    window.close()
    assert not any(thread.isRunning() for thread in decoding)


def test_the_window_can_be_closed_while_it_plays(window: MainWindow) -> None:
    window.actions_by_name["play"].trigger()
    window.close()
    QApplication.processEvents()


def test_the_window_can_be_closed_while_the_detector_is_being_loaded(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    weights = tmp_path / "slow.pt"
    weights.write_bytes(b"torch has to be imported before anybody notices what this is")
    assert window.session is not None
    window.session.detect(DetectorConfig(str(weights)))
    runs = window.session.project.runs
    assert window.session.detecting
    window.close()
    assert running_threads() == []
    assert len(runs) == 1


def test_another_video_can_be_opened_while_the_detector_is_being_loaded(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, make_video: MakeVideo
) -> None:
    weights = tmp_path / "slow.pt"
    weights.write_bytes(b"torch has to be imported before anybody notices what this is")
    assert window.session is not None
    window.session.detect(DetectorConfig(str(weights)))
    window.open_path(make_video("other.mp4", 7))
    qtbot.waitUntil(lambda: window.windowTitle() == "other.mp4 – Flickerscope")
    qtbot.waitUntil(lambda: shown(window) == 0)
    assert not window.session.detecting
    assert window.banner.sentence == ""
    assert window.actions_by_name["detect"].isEnabled()


DETECTION = {"torch", "torchvision", "ultralytics", "cv2", "boto3", "lightly"}


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        # What is there before the first paint: not even numpy, the decoder or the command line.
        ("gui.__main__, gui.application", DETECTION | {"numpy", "av", "typer"}),
        ("gui.workspace, gui.dialogs.export", DETECTION),
    ],
)
def test_the_window_waits_for_no_heavy_module(modules: str, heavy: set[str]) -> None:
    code = f"import sys, {modules}\nprint(sorted({heavy!r} & set(sys.modules)))"
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert (child.returncode, child.stdout.strip()) == (0, "[]"), child.stderr


def test_a_window_without_a_video_has_its_commands_explain_themselves(
    open_window: OpenWindow, clip_facts: tuple[VideoInfo, FrameIndex]
) -> None:
    window = open_window()
    detect = window.actions_by_name["detect"]
    assert not detect.isEnabled()
    assert detect.toolTip() == "Open a video first (D)"
