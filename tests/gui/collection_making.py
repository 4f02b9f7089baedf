"""A folder of reviewed projects, shown in a window as its collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.project import Project
from core.video import VideoReader
from gui.main_window import MainWindow
from tests.conftest import MakeVideo
from tests.gui.collecting import found_in
from tests.gui.making import COUNT, add_run, seen


@dataclass(frozen=True)
class Missing:
    """Where a clip's car and its traffic light are missed."""

    car: Sequence[int] = ()
    light: Sequence[int] = ()


CLIPS = {
    # The first gap asks for three boxes, so most is to gain there; all else is a box by itself.
    "cam1": Missing(car=(9, 10, 11)),
    "cam2": Missing(car=(4, 15), light=(20,)),
    "cam10": Missing(car=(6, 7)),
}
VIOLATIONS = 5


@dataclass(frozen=True)
class Folder:
    """A folder of projects."""

    root: Path
    projects: Mapping[str, Path] = field(default_factory=dict)
    """By the name of the video."""


def make_folder(make_video: MakeVideo, root: Path, clips: Mapping[str, Missing] = CLIPS) -> Folder:
    """A video and a project with a complete run for each of the clips."""
    root.mkdir(parents=True, exist_ok=True)
    projects = {}
    for name, missing in clips.items():
        video = make_video(f"{name}.mp4", COUNT, folder=root, gop=6)
        projects[name] = root / f"{name}.flickerscope"
        with VideoReader(video) as reader:
            info = reader.info
        with closing(Project.create(projects[name], info)) as project:
            add_run(project, seen(car_missing=missing.car, light_missing=missing.light))
    return Folder(root, projects)


def show(qtbot: QtBot, window: MainWindow, folder: Folder, first: str) -> None:
    """Show a folder's collection in a window, with one of its projects open."""
    # Overviews are there already: no process is to look into the projects.
    window.browsing.library.show(replace(found_in(folder.root), projects=()))
    go_to(qtbot, window, folder, first)


def go_to(qtbot: QtBot, window: MainWindow, folder: Folder, name: str) -> None:
    """Open a project, and wait until it is seen."""
    window.open_path(folder.projects[name])
    wait_for_video(qtbot, window, folder, name)


def wait_for_video(qtbot: QtBot, window: MainWindow, folder: Folder, name: str) -> None:
    """Wait until a project is open and the frame of its session is seen."""

    def there() -> bool:
        session, workspace = window.session, window.workspace
        if session is None or workspace is None:
            return False
        return (
            session.project.folder == folder.projects[name]
            and workspace.shown_frame == session.frame
        )

    qtbot.waitUntil(there)
