"""Lightly's layout from projects, as the command line writes and checks it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.detectors.base import Sampling
from core.headless import Summary
from core.lightly.commands import opened_videos, validate_command, write_command
from core.lightly.names import PRELABEL_TASK, TASK
from core.pipeline import process
from core.prelabels import Verdict
from core.project import Project, SetDecisions, SetHandover
from core.project.handover import CloudPlace, Handover
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.layouts import COUNT
from tests.core.making import flickering_frames, stream_of
from tests.core.test_pipeline import CONFIG

TASKS = ".lightly/predictions/tasks.json"


@pytest.fixture
def projects(make_video: MakeVideo, tmp_path: Path) -> list[Path]:
    """Two projects with a run; in the first one a box is accepted."""
    folders = []
    for name in ("a.mp4", "b.mov"):
        with VideoReader(make_video(name, frames=COUNT)) as reader:
            project = Project.create(tmp_path / f"{name}.flickerscope", reader.info)
            frames = flickering_frames(COUNT, (4, 8))
            found = process(project, reader.index, CONFIG, stream=stream_of(frames)).findings
        if name == "a.mp4":
            project.apply(SetDecisions.of(Verdict.ACCEPTED, found.imputed, "Accept"))
        project.close()
        folders.append(project.folder)
    return folders


def quiet(stage: str, done: int, total: int, fps: float | None = None) -> None:
    """A report that nobody hears."""


def test_projects_are_written_and_valid(projects: Sequence[Path], tmp_path: Path) -> None:
    stages: list[str] = []
    out = tmp_path / "out"
    summary: Summary = write_command(
        projects, out, "flagged", True, lambda stage, done, total, fps=None: stages.append(stage)
    )
    files = [file for file in out.rglob("*") if file.is_file()]
    assert summary["folder"] == str(out)
    assert summary["files"] == len(files) == 3 * 2 * COUNT + 4 + 2
    assert summary["bytes"] == sum(file.stat().st_size for file in files)
    assert summary["frames"] == 2 * COUNT
    assert "notices" not in summary
    assert set(stages) >= {"Indexing", "Writing"}
    assert json.loads((out / TASKS).read_text()) == [TASK, PRELABEL_TASK]
    assert validate_command(out, projects, quiet) == []
    assert validate_command(out, [], quiet) == []


def test_each_project_may_say_what_flickering_means(projects: Sequence[Path]) -> None:
    project = Project.open(projects[0])
    project.apply(SetHandover(Handover(CloudPlace(flickering="graded"))))
    project.close()
    graded, flagged = opened_videos(projects, None, quiet)
    again, same = opened_videos(projects, "flagged", quiet)
    assert graded.flickering.tolist() != again.flickering.tolist()
    assert flagged.flickering.tolist() == same.flickering.tolist()


def test_frames_that_nobody_looked_at_are_told(projects: Sequence[Path], tmp_path: Path) -> None:
    project = Project.open(projects[1])
    with VideoReader(project.video.path) as reader:
        config = replace(CONFIG, sampling=Sampling(stop=9))
        process(project, reader.index, config, stream=stream_of(flickering_frames(COUNT, ())))
    project.close()
    summary = write_command(projects, tmp_path / "out", "graded", False, quiet)
    assert summary["notices"] == [
        "The run has not looked at 3 of the 12 frames of b.mov: they are handed over without "
        "boxes, as if nothing flickered there."
    ]
