"""A video that was moved, changed or lost, and how the person finds it again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.project import Project
from core.settings import load_settings
from gui.main_window import MainWindow
from tests.conftest import MakeVideo
from tests.gui.conftest import OpenWindow, shown
from tests.gui.test_window_opening import wait_for_error

Chooser = Callable[[str], None]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Chooser]:
    """What file dialogs were asked, and how to let the person answer the next ones."""
    asked: list[str] = []
    answer = [""]

    def file(parent: object, title: str, *_: object) -> tuple[str, str]:
        asked.append(title)
        return answer[0], ""

    def folder(parent: object, title: str, *_: object) -> str:
        asked.append(f"{title} (a folder)")
        return answer[0]

    monkeypatch.setattr(QFileDialog, "getOpenFileName", file)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    return asked, lambda path: answer.__setitem__(0, path)


def find_button(window: MainWindow) -> QPushButton:
    (button,) = [
        b for b in window.banner.findChildren(QPushButton) if b.text() == "Find the video…"
    ]
    assert button.isVisible()
    return button


@pytest.fixture
def lost(open_window: OpenWindow, make_video: MakeVideo, tmp_path: Path) -> tuple[Path, Path]:
    """Where a video was, and the project that misses it, outside the program's own folders."""
    path = make_video("first.mp4", 9, folder=tmp_path)
    window = open_window(path)
    assert window.session is not None
    own = window.session.project.folder
    window.close()
    project = Path(shutil.move(own, tmp_path / "mine.flickerscope"))
    path.rename(tmp_path / "renamed.mp4")
    return path, project


def test_a_project_that_misses_its_video_is_shown_where_it_is(
    qtbot: QtBot,
    open_window: OpenWindow,
    lost: tuple[Path, Path],
    choose: tuple[list[str], Chooser],
) -> None:
    path, project = lost
    window = open_window()
    window.open_path(project)
    sentence = wait_for_error(qtbot, window)
    assert sentence == f"The video of this project, {path}, is not there any more."
    asked, answer = choose
    answer(str(path.with_name("renamed.mp4")))
    find_button(window).click()
    assert asked == ["Where is first.mp4 now?"]
    qtbot.waitUntil(lambda: shown(window) == 0)
    assert window.session is not None
    assert window.session.project.folder == project
    assert window.windowTitle() == "renamed.mp4 – Flickerscope"
    assert window.banner.sentence == ""
    with closing(Project.open(project)) as again:
        assert again.video.path == path.with_name("renamed.mp4")


def test_another_video_than_the_projects_own_is_refused_and_can_be_chosen_again(
    qtbot: QtBot,
    open_window: OpenWindow,
    lost: tuple[Path, Path],
    choose: tuple[list[str], Chooser],
    clip: Path,
) -> None:
    path, project = lost
    window = open_window()
    window.open_path(project)
    wait_for_error(qtbot, window)
    asked, answer = choose
    answer(str(clip))
    find_button(window).click()
    assert "clip.mp4 is not the video of this project, first.mp4" in window.banner.sentence
    assert window.session is None
    answer("")
    find_button(window).click()
    assert (window.session, window.banner.sentence) == (None, "")
    assert len(asked) == 2
    with closing(Project.open(project)) as again:
        assert again.video.path == path


def test_a_missing_folder_of_images_is_looked_for_as_a_folder(
    qtbot: QtBot,
    open_window: OpenWindow,
    choose: tuple[list[str], Chooser],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        write_png(folder / f"{number}.png", number)
    open_window(folder).close()
    folder.rename(tmp_path / "elsewhere")
    window = open_window()
    window.open_path(folder)
    wait_for_error(qtbot, window)
    asked, answer = choose
    answer(str(tmp_path / "elsewhere"))
    find_button(window).click()
    assert asked == ["Where is images now? (a folder)"]
    qtbot.waitUntil(lambda: shown(window) == 0)
    assert window.windowTitle() == "elsewhere – Flickerscope"


def write_png(path: Path, index: int) -> None:
    picture = QImage(160, 96, QImage.Format.Format_RGB32)
    picture.fill(QColor(index, 0, 0))
    assert picture.save(str(path))


def test_a_moved_video_goes_on_with_its_project_and_says_so(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo, tmp_path: Path
) -> None:
    path = make_video("first.mp4", 9, folder=tmp_path)
    first = open_window(path)
    assert first.session is not None
    folder = first.session.project.folder
    first.close()
    (tmp_path / "archive").mkdir()
    there = path.rename(tmp_path / "archive" / "first.mp4")
    window = open_window(there, load_settings())
    assert window.session is not None
    assert window.session.project.folder == folder
    assert window.banner.sentence == (
        f"first.mp4 was {path} before; its project goes on with the file at its new place."
    )
    assert window.banner.property("level") == "info"
    assert load_settings().recent == (str(there),)
    window.close()
    assert open_window(there).banner.sentence == ""


def test_a_changed_video_can_be_looked_for(
    qtbot: QtBot,
    open_window: OpenWindow,
    make_video: MakeVideo,
    tmp_path: Path,
    choose: tuple[list[str], Chooser],
) -> None:
    path = make_video("first.mp4", 5, folder=tmp_path)
    open_window(path).close()
    original = path.rename(tmp_path / "original.mp4")
    make_video("first.mp4", 9, folder=tmp_path)
    window = open_window()
    window.open_path(path)
    assert "is not the file that this project was made from" in wait_for_error(qtbot, window)
    choose[1](str(original))
    find_button(window).click()
    qtbot.waitUntil(lambda: window.windowTitle() == "original.mp4 – Flickerscope")
    qtbot.waitUntil(lambda: shown(window) == 0)
