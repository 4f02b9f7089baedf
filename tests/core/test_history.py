"""Undo and redo on disk, the lock of a project, and the copy of an old database."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.assertions.imputed import DRAWN, ImputedBox
from core.errors import ProjectError, ProjectInUseError
from core.frames import FrameRange
from core.prelabels import Correction, Decision, Verdict
from core.project import Project, SetDecisions, SetRange
from core.project.schema import _STEPS, DATABASE, VERSION
from core.video.reader import VideoReader
from tests.core.conftest import MakeVideo
from tests.core.making import box


@pytest.fixture
def folder(make_video: MakeVideo, tmp_path: Path) -> Path:
    with VideoReader(make_video()) as reader:
        Project.create(tmp_path / "p.flickerscope", reader.info).close()
    return tmp_path / "p.flickerscope"


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with closing(Project.open(folder)) as made:
        yield made


def reopened(project: Project) -> Project:
    project.close()
    return Project.open(project.folder)


def accept(frame: int) -> SetDecisions:
    return SetDecisions.of(Verdict.ACCEPTED, [box(frame)], f"Accept {frame}")


def test_undo_and_redo_go_on_where_another_session_ended(project: Project) -> None:
    for frame in range(3):
        project.apply(accept(frame))
    assert project.undo() is not None
    again = reopened(project)
    assert (again.can_undo, again.can_redo) == ("Accept 1", "Accept 2")
    assert [d.box.frame for d in again.decisions.values()] == [0, 1]
    undone = again.undo()
    assert undone is not None
    assert undone.boxes == (box(1),)
    last = reopened(again)
    assert [d.box.frame for d in last.decisions.values()] == [0]
    for expected in ([0, 1], [0, 1, 2]):
        last.redo()
        assert [d.box.frame for d in last.decisions.values()] == expected
    assert last.redo() is None
    assert last.can_redo is None
    last.close()


def test_a_new_decision_ends_what_could_be_redone(project: Project) -> None:
    project.apply(accept(0))
    project.undo()
    project.apply(accept(1))
    assert (project.can_undo, project.can_redo) == ("Accept 1", None)


def test_nothing_can_be_undone_in_a_new_project(project: Project) -> None:
    assert project.undo() is None
    assert (project.can_undo, project.can_redo) == (None, None)


def test_a_correction_and_a_drawn_box_survive_undo_and_restart(project: Project) -> None:
    moved = Decision(box(1), Verdict.EDITED, Correction((1.5, 2.0, 30.0, 40.2), "bus"))
    drawn = Decision(ImputedBox(2, (0, 0, 9, 9), "car", 1.0, DRAWN), Verdict.ACCEPTED)
    doubt = Decision(
        ImputedBox(3, (0, 0, 9, 9), "car", 0.5, "appear", doubted=True), Verdict.ACCEPTED
    )
    project.apply(SetDecisions((moved, drawn, doubt)))
    project.undo()
    project.redo()
    again = reopened(project)
    assert list(again.decisions.values()) == [moved, drawn, doubt]
    assert [d.gives_box for d in again.decisions.values()] == [True, True, False]
    again.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=st.lists(st.sampled_from([0, 1, 2, 3, "undo", "redo"]), max_size=30))
def test_any_walk_of_undo_and_redo_is_that_of_a_list(project: Project, moves: list[object]) -> None:
    while project.undo():
        pass
    project._connection.execute("DELETE FROM history")
    done: list[dict[str, Decision]] = [{}]
    at = 0
    for move in moves:
        if move == "undo":
            at = max(at - 1, 0)
            project.undo()
        elif move == "redo":
            at = min(at + 1, len(done) - 1)
            project.redo()
        else:
            state, key = dict(done[at]), box(int(str(move))).key
            if key in state:
                change = SetDecisions(unmade=(box(int(str(move))),))
                del state[key]
            else:
                change = accept(int(str(move)))
                state[key] = change.made[0]
            project.apply(change)
            done, at = [*done[: at + 1], state], at + 1
        assert project.decisions == done[at]
    with closing(Project.open(project.folder)) as again:
        assert again.decisions == done[at]


def test_a_damaged_history_is_a_sentence_and_decisions_are_still_there(project: Project) -> None:
    project.apply(accept(0))
    project._connection.execute("UPDATE history SET inverse = '{'")
    with pytest.raises(ProjectError, match="history of decisions is damaged"):
        project.undo()
    assert list(project.decisions) == [box(0).key]


def test_the_range_is_kept(project: Project) -> None:
    before = project.apply(SetRange(FrameRange(2, 5)))
    again = reopened(project)
    assert again.range == FrameRange(2, 5)
    again.apply(before)
    last = reopened(again)
    assert last.range is None
    last.close()


def test_a_project_is_worked_on_in_one_place_only(make_video: MakeVideo, tmp_path: Path) -> None:
    with VideoReader(make_video()) as reader:
        folder = tmp_path / "p.flickerscope"
        with closing(Project.open_or_create(folder, reader.info)) as first:
            first.apply(accept(0))
            with pytest.raises(ProjectInUseError, match=r"p\.flickerscope is open in another"):
                Project.open_or_create(folder, reader.info)
            with closing(Project.open(folder)) as looking:
                assert list(looking.decisions) == [box(0).key]
        with closing(Project.open_or_create(folder, reader.info)) as second:
            assert list(second.decisions) == [box(0).key]


HOLDER = """
import sys
from pathlib import Path
from core.project import Project
from core.video.reader import VideoReader
with VideoReader(Path(sys.argv[1])) as reader:
    project = Project.open_or_create(Path(sys.argv[2]), reader.info)
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_process_that_was_killed_holds_no_project(make_video: MakeVideo, tmp_path: Path) -> None:
    video, folder = make_video(), tmp_path / "p.flickerscope"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, video, folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with VideoReader(video) as reader:
        with pytest.raises(ProjectInUseError):
            Project.open_or_create(folder, reader.info)
        holder.kill()
        holder.communicate()
        Project.open_or_create(folder, reader.info).close()


def test_a_project_of_the_version_before_is_copied_and_then_brought_forward(folder: Path) -> None:
    _as_version_2(folder)
    with closing(Project.open(folder)) as project:
        assert [(d.box, d.verdict) for d in project.decisions.values()] == [
            (box(1), Verdict.ACCEPTED)
        ]
        project.apply(accept(2))
    with closing(sqlite3.connect(folder / f"{DATABASE}.version-2")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (2,)
        assert copy.execute("SELECT key FROM decision").fetchall() == [(box(1).key,)]
    with closing(Project.open(folder)) as project:
        assert len(project.decisions) == 2
    assert len(list(folder.glob(f"{DATABASE}.version-*"))) == 1


def _as_version_2(folder: Path) -> None:
    """Make the database what the version before has written."""
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as now:
        video = now.execute("SELECT * FROM video").fetchone()
    for left in folder.glob(f"{DATABASE}*"):
        left.unlink()
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as old:
        for step in _STEPS[:2]:
            old.executescript(step)
        old.execute("PRAGMA user_version = 2")
        old.execute("INSERT INTO video VALUES (?, ?, ?, ?, ?, ?, ?)", video)
        made = box(1)
        old.execute(
            "INSERT INTO decision VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (made.key, made.frame, *made.xyxy, "car", made.plausibility, made.assertion,
             "accepted", "2026-01-01"),
        )  # fmt: skip
    assert VERSION > 2
