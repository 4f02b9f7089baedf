"""A folder of many videos in the window: opening it, going through it, leaving it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from core.collection.looking import look_into
from core.collection.overview import load_overview
from core.frames import FrameIndex
from core.paths import default_project_dir
from core.prelabels import Verdict
from core.settings import Settings, load_settings
from core.video.reader import VideoInfo
from gui.main_window import MainWindow
from tests.gui.collecting import make_projects
from tests.gui.conftest import OpenWindow


@pytest.fixture
def root(tmp_path: Path, clip_facts: tuple[VideoInfo, FrameIndex]) -> Path:
    """Projects with overviews."""
    folder = make_projects(tmp_path / "many", clip_facts[0])
    for project in folder.iterdir():
        look_into(project, "")
    return folder


def listed(window: MainWindow) -> bool:
    panel = window.browsing.panel
    return panel is not None and panel.isVisible()


def wait_for(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    qtbot.waitUntil(lambda: window.session is not None and window.session.project.folder == project)


def test_a_folder_of_projects_opens_as_a_list_at_what_flickers_most(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window(root)
    wait_for(qtbot, window, root / "b restless.flickerscope")
    assert listed(window)
    assert window.browsing.library.current == root / "b restless.flickerscope"
    assert load_settings().recent == (str(root),), "the folder is remembered, not its members"


def test_a_folder_that_is_dropped_opens_as_a_list(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(root))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, keys))
    wait_for(qtbot, window, root / "b restless.flickerscope")
    assert listed(window)


def test_a_folder_of_videos_opens_the_first_and_makes_its_project_elsewhere(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    first, _ = (Path(shutil.copy(clip, folder / f"cam{n}.mp4")) for n in (2, 10))
    window = open_window(folder)
    wait_for(qtbot, window, default_project_dir(first))
    assert [member.name for member in window.browsing.library.shown] == ["cam2", "cam10"]
    assert sorted(path.name for path in folder.iterdir()) == ["cam10.mp4", "cam2.mp4"]
    assert window.browsing.library.current == default_project_dir(first)


def test_next_and_previous_go_through_the_list_and_stop_at_its_ends(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window(root)
    actions = window.actions_by_name
    wait_for(qtbot, window, root / "b restless.flickerscope")
    assert actions["previous_video"].toolTip().startswith("This is the first video of the list")
    for name in ("c so-so", "a calm", "d new"):
        actions["next_video"].trigger()
        wait_for(qtbot, window, root / f"{name}.flickerscope")
        assert listed(window)
    assert not actions["next_video"].isEnabled()
    actions["previous_video"].trigger()
    wait_for(qtbot, window, root / "a calm.flickerscope")


def test_choosing_a_row_opens_it_and_leaves_an_overview_of_the_one_before(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window(root)
    before = root / "b restless.flickerscope"
    wait_for(qtbot, window, before)
    assert window.session is not None
    window.session.go_to(9)
    window.session.decide(Verdict.ACCEPTED)
    panel = window.browsing.panel
    assert panel is not None
    panel.list.chosen.emit(1)
    wait_for(qtbot, window, root / "c so-so.flickerscope")
    left = load_overview(before)
    assert left is not None
    assert (left.to_do, left.violations) == (2, 3)
    shown = window.browsing.library.overview(before)
    assert shown is not None
    assert shown.to_do == 2


def test_a_member_that_is_opened_from_elsewhere_keeps_the_list(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window(root)
    wait_for(qtbot, window, root / "b restless.flickerscope")
    window.open_path(root / "a calm.flickerscope")
    wait_for(qtbot, window, root / "a calm.flickerscope")
    assert listed(window)


def test_another_video_alone_hides_the_list(
    qtbot: QtBot, open_window: OpenWindow, root: Path, clip: Path
) -> None:
    window = open_window(root)
    wait_for(qtbot, window, root / "b restless.flickerscope")
    window.open_path(clip)
    wait_for(qtbot, window, default_project_dir(clip))
    assert not listed(window)
    assert window.browsing.library.collection is None
    assert load_settings().recent[0] == str(clip.resolve())
    assert not window.actions_by_name["media_list"].isEnabled()


def test_the_list_can_be_put_away_and_comes_back_as_wide_as_it_was(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window(root)
    wait_for(qtbot, window, root / "b restless.flickerscope")
    action = window.actions_by_name["media_list"]
    panel = window.browsing.panel
    assert panel is not None
    panel.parentWidget().setSizes([333, 1000])
    width = panel.width()
    action.trigger()
    assert not listed(window)
    assert window.workspace is not None
    action.trigger()
    assert listed(window)
    assert panel.width() == width
    window.close()
    saved = load_settings()  # on the small screen of the tests
    layout = replace(saved.window, geometry=None)
    again = open_window(root, replace(saved, window=layout))
    wait_for(qtbot, again, root / "b restless.flickerscope")
    assert again.browsing.panel is not None
    assert again.browsing.panel.width() == pytest.approx(width, abs=2)


def test_searching_shows_the_list_and_takes_the_keys(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    window = open_window(root)
    wait_for(qtbot, window, root / "b restless.flickerscope")
    window.actions_by_name["media_list"].setChecked(False)
    window.actions_by_name["find_video"].trigger()
    panel = window.browsing.panel
    assert panel is not None
    assert window.focusWidget() is panel.search
    qtbot.keyClicks(window.focusWidget(), "so calm")
    assert [member.name for member in window.browsing.library.shown] == []
    assert window.session is not None
    assert window.session.queue.done == 0, "no letter decided anything"


def test_a_video_that_was_moved_within_the_folder_keeps_its_project_and_the_list(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    (folder / "north").mkdir(parents=True)
    before = Path(shutil.copy(clip, folder / "cam.mp4"))
    with before.open("ab") as file:
        file.write(b"not the clip of the other tests")
    window = open_window(folder)
    wait_for(qtbot, window, default_project_dir(before))
    window.close()
    moved = before.rename(folder / "north" / "cam.mp4")
    again = open_window(folder)
    wait_for(qtbot, again, default_project_dir(before))
    assert listed(again)
    library = again.browsing.library
    assert [(member.video, member.folder) for member in library.shown] == [
        (moved, default_project_dir(before))
    ]
    assert library.current == default_project_dir(before)


@pytest.mark.parametrize("content", ["", "notes.txt"])
def test_a_folder_without_videos_is_a_sentence(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, content: str
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    if content:
        (folder / content).write_text("nothing to see")
    window = open_window()
    window.open_path(folder)
    qtbot.waitUntil(lambda: bool(window.banner.sentence))
    assert f"There is no video, no project and no image in the folder {folder}" in (
        window.banner.sentence
    )


def test_a_damaged_project_is_listed_and_says_why(
    qtbot: QtBot, open_window: OpenWindow, root: Path
) -> None:
    damaged = root / "c so-so.flickerscope"
    (damaged / "project.sqlite").write_bytes(b"no database at all " * 100)
    window = open_window(root)
    wait_for(qtbot, window, root / "b restless.flickerscope")
    qtbot.waitUntil(lambda: bool(window.browsing.library.problem(damaged)))
    window.open_path(damaged)
    qtbot.waitUntil(lambda: bool(window.banner.sentence))
    assert "c so-so.flickerscope" in window.banner.sentence
    assert listed(window)


def test_the_window_can_be_closed_while_folders_are_looked_through(
    qtbot: QtBot, open_window: OpenWindow, clip_facts: tuple[VideoInfo, FrameIndex], tmp_path: Path
) -> None:
    folder = make_projects(tmp_path / "many", clip_facts[0], {f"cam{n}": (4,) for n in range(40)})
    window = open_window()
    window.open_path(folder)
    qtbot.waitUntil(lambda: bool(window.browsing.library.left))
    window.close()
    assert window.session is None


def test_the_demo_of_settings_knows_no_list(open_window: OpenWindow) -> None:
    window = open_window(None, Settings())
    window.close()
    assert "media" not in load_settings().window.splitters
