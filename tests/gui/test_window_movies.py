"""Movies from the window: the video with its boxes, and a clip of one violation."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QToolButton
from pytestqt.qtbot import QtBot

from core.video import VideoReader
from gui.main_window import MainWindow
from gui.toolbar import MainBar
from tests.gui.making import COUNT


def choosing(monkeypatch: pytest.MonkeyPatch, path: Path | str, kind: str = "") -> list[str]:
    """Let a person choose a file; gives the names that were suggested."""
    suggested: list[str] = []

    def choose(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        suggested.append(Path(name).name)
        return str(path), kind or kinds.split(";;")[0]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    return suggested


def test_the_whole_video_is_written_with_its_boxes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "boxes.mp4"
    suggested = choosing(monkeypatch, tmp_path / "boxes")
    window.actions_by_name["render"].trigger()
    assert not window.actions_by_name["clip"].isEnabled()
    assert window.actions_by_name["render"].toolTip() == "A video is being written"
    qtbot.waitUntil(lambda: window.banner.sentence == f"Saved {out}")
    assert suggested == ["clip-boxes.mp4"]
    with VideoReader(out) as reader:
        assert len(reader) == COUNT
    assert window.actions_by_name["render"].isEnabled()


@pytest.mark.parametrize(("name", "kind"), [("seen", "Video (*.mp4)"), ("seen.gif", "")])
def test_a_clip_of_the_violation_in_focus_is_saved(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    kind: str,
) -> None:
    assert window.session is not None
    window.session.go_to(9)
    suggested = choosing(monkeypatch, tmp_path / name, kind)
    window.actions_by_name["clip"].trigger()
    qtbot.waitUntil(lambda: window.banner.sentence.startswith("Saved "))
    assert suggested == ["clip-9.gif"]
    (out,) = tmp_path.glob("seen.*")
    if out.suffix == ".gif":
        with Image.open(out) as clip:
            assert getattr(clip, "n_frames", 1) > 5
    else:
        with VideoReader(out) as reader:
            assert len(reader) > 5


def test_nothing_is_written_where_no_file_is_chosen(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    choosing(monkeypatch, "")
    window.actions_by_name["render"].trigger()
    assert not window.jobs.movies.busy


def test_a_clip_needs_a_violation(window: MainWindow) -> None:
    assert window.session is not None
    clip = window.actions_by_name["clip"]
    assert (clip.isEnabled(), clip.toolTip()) == (False, "No violation is in focus")
    window.session.go_to(9)
    assert clip.isEnabled()


def test_a_file_that_cannot_be_written_is_a_sentence(
    qtbot: QtBot, window: MainWindow, regular_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choosing(monkeypatch, regular_file / "boxes.mp4")
    window.actions_by_name["render"].trigger()
    qtbot.waitUntil(lambda: window.banner.property("level") == "error")
    assert str(regular_file / "boxes.mp4") in window.banner.sentence


def test_the_export_button_offers_movies(window: MainWindow) -> None:
    bar = window.toolbar
    assert isinstance(bar, MainBar)
    button = bar.button(window.actions_by_name["export"])
    assert isinstance(button, QToolButton)
    offered = [action for action in button.menu().actions() if not action.isSeparator()]
    assert [action.objectName() for action in offered] == ["render", "clip"]
