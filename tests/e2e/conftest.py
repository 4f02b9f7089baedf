"""A display, and a home whose project was detected once by the real program."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from filelock import FileLock

from benchmarks.display import x_server
from core.detectors.known_models import trust
from core.errors import ProjectError
from core.paths import HOME_VARIABLE
from core.pipeline import current_run
from core.project import Project
from tests.conftest import share_exported_models
from tests.e2e.driving import DETECTING_SECONDS, Program, project_folder, wait_for

Start = Callable[[Path, Path], Program]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives the real program."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X server of our own."""
    for tool in ("Xvfb", "xdotool", "pgrep"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    with x_server() as name:
        yield name


@pytest.fixture(scope="session")
def video(media: Callable[[str], Path]) -> Path:
    """A real clip with flicker."""
    return media("dashcam_highway.mp4")


@pytest.fixture(scope="session")
def detected(display: str, video: Path, quick_model: Path, shared_folder: Path) -> Path:
    """A home in which the program detected the whole video; do not change it, copy it."""
    home = shared_folder / "detected"
    with FileLock(f"{home}.lock"):
        if not home.exists():
            shutil.rmtree(begun := shared_folder / "begun", ignore_errors=True)
            new_home(begun, str(quick_model))
            detect(Program(display, begun, video), begun, video.name)
            begun.rename(home)
    return home


def detect(program: Program, home: Path, title: str) -> None:
    """Detect the whole video that the program has open, and close the program."""
    try:
        program.wait_for_window(f"^{title}")
        program.press("d")
        wait_for("a complete run", lambda: is_complete(home), seconds=DETECTING_SECONDS)
        assert program.close() == 0, program.said()
    finally:
        program.end()


@pytest.fixture
def own_home(detected: Path, tmp_path: Path) -> Path:
    """A copy of `detected`."""
    return Path(shutil.copytree(detected, tmp_path / "home"))


@pytest.fixture
def start(display: str) -> Iterator[Start]:
    """Starts the program on a home and a path; ends it after the test."""
    programs: list[Program] = []

    def start_(home: Path, path: Path) -> Program:
        programs.append(Program(display, home, path))
        return programs[-1]

    yield start_
    for program in programs:
        program.end()


def new_home(folder: Path, model: str) -> Path:
    """A home whose settings name a model, which may run its code."""
    (folder / "settings").mkdir(parents=True)
    settings = {"recent": [], "appearance": "light", "model": model}
    (folder / "settings" / "settings.json").write_text(json.dumps(settings))
    share_exported_models(folder)
    with patch.dict(os.environ, {HOME_VARIABLE: str(folder)}):
        trust(model)
    return folder


def is_complete(home: Path) -> bool:
    try:
        with closing(Project.open(project_folder(home))) as project:
            return current_run(project)[1].frame_count == project.video.frame_count
    except ProjectError:
        return False
