"""The command in the report asks for exactly what was asked for."""

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core.cli import app
from core.selection import commands
from core.selection.frame_lists import NamedVideo
from core.selection.pool import Pool, PoolVideo
from core.selection.report.command import LABELED_FILE, command_of
from core.selection.request import (
    Bal,
    Balance,
    Diversity,
    FrameId,
    SelectRequest,
    Similarity,
    Threshold,
    Typicality,
    Weighting,
)
from core.selection.wishes import Wishes, request_of

FRAMES = 20
CLASSES = ("car", "traffic light", "a=b", "c d=e", "it's")
ASKED: dict[str, SelectRequest] = {
    "nothing said": SelectRequest(),
    "a number": SelectRequest(n=7, proportion=None),
    "strategies": SelectRequest(
        strategies=(
            Diversity(0.5, "objects", 0.3),
            Weighting("uncertainty_margin", 1 / 3),
            Weighting("boxes"),
            Weighting("speed in km/h", 2.0),
            Typicality(),
        )
    ),
    "classes": SelectRequest(
        strategies=(Diversity(), Balance(tuple((name, 0.1) for name in CLASSES), 0.25))
    ),
    "frames": SelectRequest(
        strategies=(Diversity(), Similarity((FrameId(0, 3), FrameId(1, 19)))),
        include=(FrameId(1, 4), FrameId(0, 2), FrameId(0, 3), FrameId(0, 4)),
        exclude=(FrameId(1, 0),),
    ),
    "the rest": SelectRequest(
        thresholds=(Threshold("flickering", ">=", 0.6), Threshold("boxes", "<", 3.0)),
        apart=5,
        known=("exported", "reviewed"),
        seed=4,
    ),
    "rounds": SelectRequest(strategies=(Bal(),)),
}
UNSAID: dict[str, SelectRequest] = {
    "neighbours": SelectRequest(strategies=(Typicality(neighbours=5),)),
    "two distances": SelectRequest(
        strategies=(Diversity(min_distance=0.1), Diversity(of="objects"))
    ),
    "settings of BAL": SelectRequest(strategies=(Bal(explore=0.5),)),
    "a strength of likeness": SelectRequest(strategies=(Similarity((FrameId(0, 1),), 2.0),)),
    "another detector's class": SelectRequest(strategies=(Balance((("x", 1.0),)),)),
}


@pytest.fixture(scope="module")
def pool() -> Pool:
    """Of two videos of one name, in projects whose names a shell would trip over."""
    projects = "-a $(b) 'c'.flickerscope", "other.flickerscope"
    first = PoolVideo("drive.mp4", Path("a/drive.mp4"), Path(projects[0]), FRAMES, 25.0, "run", "m")
    second = replace(first, path=Path("b/drive.mp4"), project=Path(projects[1]))
    video = np.repeat(np.arange(2, dtype=np.int32), FRAMES)
    counts = np.zeros((2 * FRAMES, len(CLASSES)), np.int32)
    columns = {"flickering": np.zeros(2 * FRAMES), "speed in km/h": np.zeros(2 * FRAMES)}
    return Pool((first, second), video, np.tile(np.arange(FRAMES), 2), columns, CLASSES, counts)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_the_command_asks_for_the_same(
    asked: SelectRequest, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[tuple[list[Path], Wishes]] = []

    def note(folders: list[Path], wishes: Wishes, *_: object, **__: object) -> dict[str, object]:
        typed.append((folders, wishes))
        return {"means": {}}

    monkeypatch.setattr(commands, "select_frames", note)
    command = command_of(asked, pool)
    assert command is not None
    program, *words = shlex.split(command)
    answer = CliRunner().invoke(app, words)

    assert (program, answer.exit_code) == ("flickerscope", 0), answer.output
    ((folders, wishes),) = typed
    assert [folder.name for folder in folders] == [each.project.name for each in pool.videos]
    videos = [NamedVideo(each.path, each.project, FRAMES) for each in pool.videos]
    read = request_of(wishes, videos, CLASSES, ["speed in km/h"])
    assert read == replace(asked, include=tuple(sorted(asked.include)))


@pytest.mark.parametrize("asked", UNSAID.values(), ids=UNSAID.keys())
def test_what_no_option_can_say_has_no_command(asked: SelectRequest, pool: Pool) -> None:
    assert command_of(asked, pool) is None


def test_labeled_frames_come_from_a_file(pool: Pool) -> None:
    command = command_of(SelectRequest(labeled=(FrameId(0, 1),)), pool)

    assert f"--labeled {LABELED_FILE} " in (command or "")


def test_projects_of_one_name_go_by_their_folders(pool: Pool) -> None:
    first, *others = pool.videos
    north, south = Path("/work/north/cam1.flickerscope"), Path("/work/south/cam1.flickerscope")
    alike = (replace(first, project=north), replace(others[0], project=south), *others[1:])
    command = command_of(SelectRequest(include=(FrameId(1, 2),)), replace(pool, videos=alike))
    assert command is not None
    assert shlex.split(command)[2:4] == ["north/cam1.flickerscope", "south/cam1.flickerscope"]
