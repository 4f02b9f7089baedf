"""A choice over several projects is remembered by all of them, or by none."""

from contextlib import closing
from pathlib import Path

import pytest

from core.errors import Cancelled, ProjectError, SelectionError
from core.headless import reserved
from core.project import Project, Selection, SetSelection
from core.selection.engine import select
from core.selection.gather import joined
from core.selection.keeping import Choice, keep_across, other_rounds
from core.selection.reading import ReadPart, read_parts
from core.selection.request import Bal, FrameId, SelectRequest, Similarity, Weighting
from core.selection.wishes import renumbered
from tests.conftest import MakeVideo
from tests.core.refusing import refusing_writes
from tests.core.street import FRAMES, add_run, project_with

BEFORE = Selection("before", "lightly", (1,))


@pytest.fixture
def folders(make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr("core.selection.reading.FEW", 9)
    found = []
    for number, missing in enumerate(((4, 8), (2,), (5,)), 1):
        folder = project_with(make_video(f"cam{number}.mp4", FRAMES, folder=tmp_path), missing)
        with closing(Project.open(folder)) as project:
            project.apply(SetSelection(BEFORE))
        found.append(folder)
    return found


def choice(folders: list[Path], request: SelectRequest | None = None) -> Choice:
    parts = [read.part for read in read_parts(folders) if isinstance(read, ReadPart)]
    request = request or SelectRequest(
        n=4, proportion=None, strategies=(Weighting("missed_boxes"),), include=(FrameId(1, 7),)
    )
    pool = joined(parts)
    return Choice(pool, select(pool, request), request, "4 frames")


def selections(folders: list[Path]) -> list[Selection | None]:
    found = []
    for folder in folders:
        with closing(Project.open(folder)) as project:
            found.append(project.selection)
    return found


def test_each_project_remembers_its_own_frames_and_request(folders: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    made = choice(folders)
    keep_across(made, range(3), lambda done, total: told.append((done, total)))
    assert told == [(at, 6) for at in range(1, 7)]
    found = [one.frames for one in selections(folders) if one is not None]
    assert sum(map(len, found)) == 4
    assert found == [made.picks.frames(made.pool, video) for video in range(3)]
    assert 7 in found[1]
    with closing(Project.open(folders[1])) as project:
        assert project.selecting.request.include == (FrameId(0, 7),)
        assert project.selecting.request.n == 4
    with closing(Project.open(folders[0])) as project:
        assert project.selecting.request.include == ()


def test_one_in_use_leaves_all_as_they_were(folders: list[Path]) -> None:
    made = choice(folders)
    with (
        reserved([folders[2]]),
        pytest.raises(SelectionError, match=r"cam3\.mp4 is open in another window or command"),
    ):
        keep_across(made, range(3))
    assert selections(folders) == [BEFORE] * 3


def test_one_with_another_run_leaves_all_as_they_were(folders: list[Path]) -> None:
    made = choice(folders)
    with closing(Project.open(folders[2])) as project:
        project.choose(add_run(project, (9,)))
    with pytest.raises(SelectionError, match=r"cam3\.mp4 has another run"):
        keep_across(made, range(3))
    assert selections(folders) == [BEFORE] * 3


def test_one_that_cannot_be_written_takes_back_those_before(folders: list[Path]) -> None:
    made = choice(folders)
    with refusing_writes(folders[2], "setting"), pytest.raises(ProjectError):
        keep_across(made, range(3))
    assert selections(folders) == [BEFORE] * 3


@pytest.mark.parametrize("at", [0, 2, 4])
def test_stopped_at_any_time_nothing_is_kept(folders: list[Path], at: int) -> None:
    made, asked = choice(folders), iter(range(99))
    with pytest.raises(Cancelled):
        keep_across(made, range(3), cancelled=lambda: next(asked) == at)
    assert selections(folders) == [BEFORE] * 3


def test_a_round_of_the_same_run_takes_the_place_of_the_last(folders: list[Path]) -> None:
    request = SelectRequest(n=2, proportion=None, strategies=(Bal(),))
    for _ in range(2):
        made = choice(folders[:2], request)
        keep_across(made, range(2))
    with closing(Project.open(folders[0])) as project:
        [only] = project.selecting.rounds
        assert only.run == made.pool.videos[0].run
        assert only.frames == made.picks.frames(made.pool, 0)
    assert other_rounds((only,), "another") == (only,)


def test_frames_go_by_the_new_numbers_of_their_videos() -> None:
    request = SelectRequest(
        strategies=(Similarity((FrameId(0, 3), FrameId(2, 5))), Weighting("boxes")),
        include=(FrameId(0, 1), FrameId(1, 2)),
        exclude=(FrameId(2, 4),),
    )
    found = renumbered(request, {0: 1, 2: 0})
    assert found.strategies == (
        Similarity((FrameId(1, 3), FrameId(0, 5))), Weighting("boxes"),
    )  # fmt: skip
    assert (found.include, found.exclude) == ((FrameId(1, 1),), (FrameId(0, 4),))
    assert renumbered(found, {1: 0, 0: 2}).strategies == request.strategies
