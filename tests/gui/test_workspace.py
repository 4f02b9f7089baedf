"""What the window shows of one session's pictures: small, full, damaged, and other settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import pytest
from pytestqt.qtbot import QtBot

from core.project import Selection
from core.settings import Settings
from core.video import VideoReader
from core.video.proxy_making import ProxyRequest, make_proxy
from gui.frame_loader import ShownFrame
from gui.main_window import MainWindow
from gui.workspace import Workspace
from tests.conftest import MakeVideo, index_at_any_size
from tests.gui.conftest import OpenWindow, running_threads
from tests.gui.loading import damage
from tests.gui.making import pixels


def workspace_of(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def go_to(qtbot: QtBot, window: MainWindow, frame: int) -> Workspace:
    workspace = workspace_of(window)
    workspace.session.go_to(frame)
    qtbot.waitUntil(lambda: workspace.shown_frame == frame and workspace.shown_in_full)
    return workspace


def note_of(workspace: Workspace) -> str:
    return workspace.canvas._note


def empty_words(workspace: Workspace) -> tuple[str, str]:
    return workspace.canvas._title, workspace.canvas._hint


def make_small_copy(path: Path, settings: Settings) -> None:
    place = settings.proxies
    assert place is not None
    with VideoReader(path) as reader:
        list(make_proxy(ProxyRequest(path, reader.index, place)))


@pytest.fixture
def long(make_video: MakeVideo) -> Path:
    return make_video("long.mp4", 300, gop=1000, size=(960, 576))


def test_frames_that_build_upon_an_error_carry_a_note(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo
) -> None:
    path = make_video("errors.mp4", 36, gop=12)
    damage(path, 15)
    window = open_window(path)
    for frame, note in ((13, ""), (20, "Damaged: the file has errors here"), (24, "")):
        assert note_of(go_to(qtbot, window, frame)) == note


def test_a_frame_without_a_picture_says_so_and_the_next_one_is_shown(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo
) -> None:
    path = make_video("damaged.mp4", 20, gop=1)
    damage(path, 10)
    window = open_window(path)
    go_to(qtbot, window, 9)
    workspace = workspace_of(window)
    workspace.session.go_to(10)
    qtbot.waitUntil(lambda: workspace.shown_frame is None)
    title, sentence = empty_words(workspace)
    assert title == "Frame 10 cannot be shown"
    assert sentence.startswith("Frame 10 of damaged.mp4 cannot be decoded")
    assert note_of(workspace) == ""
    go_to(qtbot, window, 11)


def test_boxes_lie_on_the_small_picture_as_on_the_full_one(
    qtbot: QtBot, open_window: OpenWindow, long: Path
) -> None:
    make_small_copy(long, Settings())
    window = open_window(long)
    go_to(qtbot, window, 0)
    workspace = workspace_of(window)
    views: list[tuple[ShownFrame, object]] = []
    workspace.pane._loader.loaded.connect(lambda s: views.append((s, workspace.canvas.view())))
    go_to(qtbot, window, 200)
    (small, at_small), (full, at_full) = views
    assert (small.full, full.full) == (False, True)
    assert small.image.width() < full.image.width() == 960
    assert at_small == at_full
    assert index_at_any_size(pixels(small.image)) == 200


def test_other_settings_take_effect_at_once(
    qtbot: QtBot, open_window: OpenWindow, long: Path, tmp_path: Path
) -> None:
    elsewhere = replace(Settings(), proxy_folder=str(tmp_path / "small"), hardware_decoding=True)
    make_small_copy(long, elsewhere)
    window = open_window(long)
    workspace = go_to(qtbot, window, 150)
    # One that decodes, one for small pictures, and one for those that the mouse points at.
    assert len(running_threads()) == 3
    workspace.use(elsewhere)
    assert len(running_threads()) == 3
    answers: list[ShownFrame] = []
    workspace.pane._loader.loaded.connect(answers.append)
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].full)
    assert [(s.frame, s.full) for s in answers] == [(150, False), (150, True)]
    workspace.use(replace(elsewhere, proxy_gib=0))
    assert len(running_threads()) == 1
    answers.clear()
    workspace.pane._loader.loaded.connect(answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert [(s.frame, s.full) for s in answers] == [(150, True)]
    go_to(qtbot, window, 250)


def test_a_folder_of_images_is_shown_like_a_video(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            write_png(folder / f"picture {number}.png", frame)
    window = open_window(folder)
    assert window.windowTitle() == "images – Flickerscope"
    for frame in (0, 13, 9):
        go_to(qtbot, window, frame)
    assert window.position.text() == "0:00.360 · 9 / 23"
    assert len(list(folder.iterdir())) == 24


def write_png(path: Path, frame: av.VideoFrame) -> None:
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "rgb24"
        picture = frame.reformat(format="rgb24")
        picture.pts = 0
        container.mux(stream.encode(picture))
        container.mux(stream.encode())


def test_a_selected_frame_is_marked_on_the_picture_and_in_the_timeline(
    qtbot: QtBot, window: MainWindow
) -> None:
    session, workspace = window.session, window.workspace
    assert session is not None
    assert workspace is not None
    actions = window.actions_by_name
    assert actions["next_selected"].toolTip() == "No frame is selected yet (Shift+N)"
    session.set_selection(Selection("initial-tag", "lightly", (3, 9)))
    assert "Selected" not in workspace.canvas.accessibleDescription()
    before = workspace.timeline.grab().toImage()
    actions["next_selected"].trigger()
    qtbot.waitUntil(lambda: workspace.shown_frame == 3)
    assert "Selected" in workspace.canvas.accessibleDescription()
    session.set_selection(None)
    assert "Selected" not in workspace.canvas.accessibleDescription()
    assert workspace.timeline.grab().toImage() != before
    assert not actions["previous_selected"].isEnabled()
