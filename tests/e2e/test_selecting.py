"""Choosing what to label in the real window: strategies, plot, and what is kept of it."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from core.detectors.base import DetectorConfig
from core.paths import HOME_VARIABLE, default_project_dir
from core.pipeline import process
from core.project import Project, Selecting
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, stream_of
from tests.e2e.conftest import new_home
from tests.e2e.driving import Program, project_folder, screenshot, wait_for

COUNT, MISSING, CHOSEN = 60, (9, 25, 44), 6
WORKING_SECONDS = 90.0


@pytest.fixture
def home(tmp_path: Path, make_video: MakeVideo) -> Path:
    """A home with the project of a clip that flickers and changes little by little."""
    home = new_home(tmp_path / "home", "yolov8n.pt")
    video = make_video("drive.mp4", COUNT, folder=tmp_path)
    angle = np.linspace(0, np.pi, COUNT)
    looks = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float16)
    frames = [
        replace(frame, embedding=look)
        for frame, look in zip(flickering_frames(COUNT, MISSING), looks, strict=True)
    ]
    with (
        patch.dict(os.environ, {HOME_VARIABLE: str(home)}),
        VideoReader(video) as reader,
        closing(Project.create(default_project_dir(video), reader.info)) as project,
    ):
        process(project, reader.index, DetectorConfig("paper.pt"), stream=stream_of(frames))
    return home


def selected(home: Path) -> tuple[int, ...]:
    with closing(Project.open(project_folder(home))) as project:
        return project.selection.frames if project.selection else ()


def selecting(home: Path) -> Selecting:
    with closing(Project.open(project_folder(home))) as project:
        return project.selecting


def test_frames_are_chosen_left_out_by_a_lasso_and_chosen_again(
    display: str, home: Path, tmp_path: Path
) -> None:
    program = Program(display, home, tmp_path / "drive.mp4", eye=True)
    try:
        program.wait_for_window("^drive.mp4")
        program.press("w")
        program.click(f"Select {CHOSEN} frames", seconds=WORKING_SECONDS)
        wait_for("the selection", lambda: selected(home))
        first = selected(home)
        assert len(first) == CHOSEN
        assert set(MISSING) <= set(first)

        # All that lies in the left half of the plot.
        plot = wait_for("the plot", lambda: program.see("Embedding plot"))
        x, y = int(plot["x"]), int(plot["y"])
        program.click("Exclude")
        corners = (x, y - 190), (x - 300, y - 190), (x - 300, y + 190), (x, y + 190)
        wait_for("the points", lambda: (program.draw(*corners), program.see("Clear"))[1], 60)
        screenshot(display, tmp_path / "excluded.png")
        # Fewer are left, of which a tenth is chosen.
        program.press("ctrl+Return")
        wait_for("another selection", lambda: selected(home) != first, WORKING_SECONDS)
        # What was asked for is written after what was chosen.
        left_out = wait_for("what is left out", lambda: selecting(home).request.exclude)
        excluded = {where.frame for where in left_out}
        assert len(excluded) < COUNT
        assert not excluded & set(selected(home))

        program.press("Escape")
        wait_for("the picture", lambda: program.see("Embedding plot") is None)
        program.press("Home", "shift+n")
        assert program.close() == 0
    finally:
        program.end()
