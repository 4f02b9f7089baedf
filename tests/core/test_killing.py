"""A run that is killed at random moments and gone on with equals one that nobody disturbed."""

import multiprocessing
import random
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from core.detections import Detections
from core.pipeline import current_run
from core.project import Project, is_project
from tests.conftest import MakeVideo
from tests.core import killing

KILLS = 20
FRAMES = 600


def run(folder: Path) -> tuple[int, Detections]:
    """How many runs a project has, and what the last one saw."""
    with closing(Project.open(folder)) as project:
        return len(project.runs), current_run(project)[1]


def reached_by(folder: Path) -> int:
    """Frames that the one run of a project has saved so far."""
    if not is_project(folder):
        return 0
    with closing(Project.open(folder)) as project:
        assert len(project.runs) <= 1
        return current_run(project)[1].frame_count if project.runs else 0


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="there is no forkserver"
)
def test_a_run_that_was_killed_again_and_again_is_that_of_one_go(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.core.killing"])
    video = make_video(frames=FRAMES, b_frames=2)
    whole, pieced = tmp_path / "whole.flickerscope", tmp_path / "pieced.flickerscope"

    def begin(folder: Path) -> multiprocessing.process.BaseProcess:
        process = context.Process(target=killing.detect, args=(video, folder))
        process.start()
        return process

    undisturbed = begin(whole)
    undisturbed.join()
    assert undisturbed.exitcode == 0

    random.seed(5)
    reached = []
    for _ in range(KILLS):
        process = begin(pieced)
        # So many frames later, however fast this computer is, and somewhere between two saves.
        wanted = reached_by(pieced) + random.randint(0, FRAMES // KILLS)
        while process.is_alive() and reached_by(pieced) < wanted:
            process.join(0.001)
        process.join(random.uniform(0, 0.004))
        process.kill()
        process.join()
        reached.append(reached_by(pieced))
    assert reached == sorted(reached)
    assert len(set(reached)) > KILLS // 2, "it was hardly ever killed at work"
    assert reached[-1] < FRAMES, "it was killed too late"

    last = begin(pieced)
    last.join()
    assert last.exitcode == 0
    (runs, expected), (runs_pieced, found) = run(whole), run(pieced)
    assert (runs, runs_pieced) == (1, 1)
    assert len(expected) > FRAMES
    for column in fields(Detections):
        left, right = getattr(expected, column.name), getattr(found, column.name)
        assert np.array_equal(left, right), column.name
