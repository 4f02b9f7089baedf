"""Reviewing all videos of a folder, by keys, in the real program."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from core.project import Project
from tests.conftest import MakeVideo
from tests.e2e.conftest import Start, new_home
from tests.e2e.driving import screenshot, wait_for
from tests.gui.collecting import found_in
from tests.gui.collection_making import make_folder


def decided(folder: Path) -> list[int]:
    """Frames that a second reader of a project finds a decision about."""
    with closing(Project.open(folder)) as project:
        return sorted(decision.box.frame for decision in project.decisions.values())


def test_decisions_in_several_videos_and_one_taken_back(
    start: Start, make_video: MakeVideo, tmp_path: Path, display: str
) -> None:
    made = make_folder(make_video, tmp_path / "videos")
    # As a batch leaves it: what flickers in each is known.
    found_in(made.root)
    program = start(new_home(tmp_path / "home", "paper.pt"), made.root)
    program.wait_for_window("^cam")
    program.press("shift+m", "s")
    program.wait_for_window("^cam1.mp4")
    program.press("shift+a")
    program.wait_for_window("^cam10.mp4")
    program.press("shift+a")
    program.wait_for_window("^cam2.mp4")
    screenshot(display, tmp_path / "all-videos.png")
    program.press("z")
    program.wait_for_window("^cam10.mp4")
    wait_for("what was taken back", lambda: decided(made.projects["cam10"]) == [])
    program.press("shift+x")
    program.wait_for_window("^cam2.mp4")
    assert program.close() == 0, program.said()
    assert program.said() == ""
    assert decided(made.projects["cam1"]) == [9, 10, 11]
    assert decided(made.projects["cam10"]) == [6, 7]
    assert decided(made.projects["cam2"]) == []
