"""A project is worked on in one window only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.frames import FrameIndex
from core.project import Project
from core.video.reader import VideoInfo
from gui.main_window import MainWindow
from tests.gui.conftest import OpenWindow


def test_a_project_that_is_open_elsewhere_is_refused_until_it_is_closed_there(
    qtbot: QtBot,
    open_window: OpenWindow,
    clip: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
    reviewed: Path,
) -> None:
    window = open_window()
    with closing(Project.open_or_create(reviewed, clip_facts[0])):
        window.open_path(clip)
        qtbot.waitUntil(lambda: "is open in another window or command" in window.banner.sentence)
        assert reviewed.name in window.banner.sentence
        assert window.session is None
    window.open_path(clip)
    qtbot.waitUntil(lambda: window.session is not None)
    assert not window.banner.isVisible()


def test_the_same_video_can_be_opened_again_in_its_window(
    qtbot: QtBot, window: MainWindow, clip: Path
) -> None:
    first = window.session
    window.open_path(clip)
    qtbot.waitUntil(lambda: window.session is not None and window.session is not first)
    assert not window.banner.isVisible()
