"""The project on disk: runs, verdicts, and everything that can be wrong with its folder."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.assertions.imputed import ImputedBox
from core.detections import from_frames
from core.detectors.base import DetectorConfig
from core.errors import ChangedVideoError, MissingVideoError, ProjectError
from core.export.request import ExportRequest
from core.frames import FrameRange
from core.prelabels import Decision, Verdict
from core.project import (
    CloudPlace,
    Handover,
    Project,
    Run,
    ScheduledRun,
    Selection,
    SetDecisions,
    SetExporting,
    SetHandover,
    SetSelection,
    is_project,
)
from core.project.runs import load_detections, save_detections
from core.project.schema import VERSION
from core.video import VideoReader
from tests.conftest import REPOSITORY, MakeVideo
from tests.core.making import box, detector_info, flickering_frames

ACCEPTED, REJECTED = Verdict.ACCEPTED, Verdict.REJECTED
NewProject = Callable[[], Project]


@pytest.fixture
def video(make_video: MakeVideo, tmp_path: Path) -> Path:
    return make_video(frames=6, folder=tmp_path)


@pytest.fixture
def project(video: Path, tmp_path: Path) -> Iterator[Project]:
    with VideoReader(video) as reader:
        made = Project.create(tmp_path / "made.flickerscope", reader.info)
    yield made
    made.close()


def reopened(project: Project) -> Project:
    project.close()
    return Project.open(project.folder)


def deciding(*verdicts: tuple[ImputedBox, Verdict | None]) -> SetDecisions:
    made = tuple(Decision(box, verdict) for box, verdict in verdicts if verdict is not None)
    return SetDecisions(made, tuple(box for box, verdict in verdicts if verdict is None))


def verdicts(project: Project) -> dict[ImputedBox, Verdict]:
    return {decision.box: decision.verdict for decision in project.decisions.values()}


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_project_knows_its_video_when_opened_again(project: Project, video: Path) -> None:
    assert is_project(project.folder)
    again = reopened(project)
    assert again.video == project.video
    assert (again.video.path, again.video.frame_count) == (video.resolve(), 6)
    assert (again.video.width, again.video.height) == (160, 96)
    again.check_video()
    again.close()


def test_verdicts_are_kept_when_the_project_is_closed(project: Project) -> None:
    project.apply(deciding((box(1), ACCEPTED), (box(2), REJECTED)))
    again = reopened(project)
    assert again.decisions == project.decisions
    assert verdicts(again) == {box(1): ACCEPTED, box(2): REJECTED}
    again.close()


def test_the_inverse_of_a_change_undoes_it_and_its_inverse_redoes_it(project: Project) -> None:
    project.apply(deciding((box(1), ACCEPTED), (box(2), REJECTED)))
    before = dict(project.decisions)
    undo = project.apply(deciding((box(1), REJECTED), (box(2), None), (box(3), ACCEPTED)))
    after = dict(project.decisions)
    assert verdicts(project) == {box(1): REJECTED, box(3): ACCEPTED}
    redo = project.apply(undo)
    assert project.decisions == before
    project.apply(redo)
    assert project.decisions == after
    again = reopened(project)
    assert again.decisions == after
    again.close()


def test_undo_of_many_random_changes_leads_back_to_nothing(project: Project) -> None:
    pick = random.Random(11)
    undo, states = [], []
    for _ in range(40):
        chosen = [box(frame) for frame in pick.sample(range(6), k=pick.randint(1, 4))]
        states.append(dict(project.decisions))
        change = tuple((b, pick.choice([ACCEPTED, REJECTED, None])) for b in chosen)
        undo.append(project.apply(deciding(*change)))
    for change, state in zip(reversed(undo), reversed(states), strict=True):
        project.apply(change)
        assert project.decisions == state
    again = reopened(project)
    assert again.decisions == {}
    again.close()


def test_a_change_with_the_same_box_twice_is_undone_as_a_whole(project: Project) -> None:
    undo = project.apply(deciding((box(1), ACCEPTED), (box(1), REJECTED)))
    assert verdicts(project) == {box(1): REJECTED}
    project.apply(undo)
    assert project.decisions == {}


def test_a_change_that_cannot_be_written_changes_nothing(project: Project) -> None:
    project.apply(deciding((box(1), ACCEPTED)))
    bad = ImputedBox(2, (1, 2, 3, 4), None, 0.5, "tutorial")  # type: ignore[arg-type]
    with pytest.raises(ProjectError, match=r"made\.flickerscope could not be written"):
        project.apply(deciding((box(1), REJECTED), (bad, ACCEPTED)))
    assert verdicts(project) == {box(1): ACCEPTED}
    again = reopened(project)
    assert verdicts(again) == {box(1): ACCEPTED}
    again.close()


DECIDER = """
import sys
from pathlib import Path
from core.assertions.imputed import ImputedBox
from core.prelabels import Decision, Verdict
from core.project import Project, SetDecisions
project = Project.open(Path(sys.argv[1]))
for frame in range(3):
    box = ImputedBox(frame, (10, 20, 30, 40), "car", 0.875, "tutorial")
    project.apply(SetDecisions.of(Verdict.ACCEPTED, [box]))
print("applied", flush=True)
sys.stdin.read()
"""


def test_a_decision_survives_a_kill_right_after_apply_returned(project: Project) -> None:
    project.close()
    with subprocess.Popen(
        [sys.executable, "-c", DECIDER, str(project.folder)],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "applied\n"
        child.kill()
    assert child.returncode == -signal.SIGKILL
    again = Project.open(project.folder)
    assert verdicts(again) == {box(frame): ACCEPTED for frame in range(3)}
    again.close()


def test_runs_are_stored_with_their_configuration(project: Project) -> None:
    config = DetectorConfig("a/b.pt", 0.25, ("car", "traffic light"), "cpu", 320)
    runs = (
        Run.begin("one", DetectorConfig(), detector_info()),
        Run.begin("two", config, detector_info(sha256="b" * 64)),
    )
    for run in runs:
        project.add_run(run)
    assert project.runs == runs
    again = reopened(project)
    assert again.runs == runs
    assert again.runs[1].config == config
    again.close()


def test_detections_of_a_run_come_back_as_they_were(project: Project) -> None:
    detections = from_frames(flickering_frames(6, [2]))
    save_detections(project.run_file("one"), detections)
    loaded = load_detections(project.run_file("one"))
    for column in ("xyxy", "score", "class_id", "offsets"):
        assert np.array_equal(getattr(loaded, column), getattr(detections, column))
        assert getattr(loaded, column).dtype == getattr(detections, column).dtype
    assert len(load_detections(project.run_file("never saved"))) == 0
    assert [p.name for p in (project.folder / "runs").iterdir()] == ["one.npz"]


def test_a_run_file_that_cannot_be_written_is_a_sentence(regular_file: Path) -> None:
    with pytest.raises(ProjectError, match=r"could not be saved to .*file/x\.npz"):
        save_detections(regular_file / "x.npz", from_frames([]))


def test_damaged_detections_are_a_sentence_whatever_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    save_detections(path, from_frames(flickering_frames(20, [3])))
    good, pick, refused = path.read_bytes(), random.Random(2), 0
    for turn in range(600):
        data = bytearray(good)
        if turn % 2:
            data = data[: pick.randrange(len(data))]
        else:
            data[pick.randrange(len(data))] = pick.randrange(256)
            data[pick.randrange(len(data) - 400, len(data))] = pick.randrange(256)
        path.write_bytes(data)
        try:
            load_detections(path)
        except ProjectError:
            refused += 1
    assert refused > 400


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"\x93NUMPY\x01\x00v\x00{'descr'"])
def test_a_run_file_that_is_no_npz_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match=r"run\.npz are damaged"):
        load_detections(path)


def test_a_run_file_with_a_bare_array_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ProjectError, match=r"run\.npz are damaged"):
        load_detections(path)


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_project_of_a_newer_program_is_refused_and_not_touched(
    project: Project, journal: str
) -> None:
    project.apply(deciding((box(1), ACCEPTED)))
    project.close()
    connection = sqlite3.connect(project.folder / "project.sqlite")
    connection.execute(f"PRAGMA user_version = {VERSION + 41}")
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.close()
    before = files_in(project.folder)
    with pytest.raises(ProjectError, match=rf"schema {VERSION + 41}, this program .* {VERSION}"):
        Project.open(project.folder)
    assert files_in(project.folder) == before


def test_a_folder_without_a_database_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=f"{tmp_path} is not a Flickerscope project"):
        Project.open(tmp_path)


def test_a_damaged_database_is_a_sentence_wherever_the_damage(project: Project) -> None:
    boxes = tuple((box(frame), ACCEPTED) for frame in range(300))
    project.apply(deciding(*boxes))
    project.add_run(Run.begin("one", DetectorConfig(), detector_info()))
    project.close()
    path = project.folder / "project.sqlite"
    good, pick, refused = path.read_bytes(), random.Random(8), 0
    for turn in range(120):
        data = bytearray(good)
        if turn % 3 == 0:
            data = data[: pick.randrange(1, len(data))]
        elif turn % 3 == 1:
            page = pick.randrange(len(data) // 4096) * 4096
            data[page : page + 4096] = pick.randbytes(4096)
        else:
            data[pick.randrange(100)] = pick.randrange(256)
        for left in project.folder.glob("project.sqlite*"):
            left.unlink()
        path.write_bytes(data)
        try:
            Project.open(project.folder).close()
        except ProjectError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize("content", [b"this is not a database, it only has its name", b"\0" * 5000])
def test_a_text_file_named_as_the_database_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "project.sqlite").write_bytes(content)
    with pytest.raises(ProjectError, match=r"project\.sqlite cannot be used"):
        Project.open(tmp_path)


def test_an_empty_database_names_no_video(tmp_path: Path) -> None:
    (tmp_path / "project.sqlite").touch()
    with pytest.raises(ProjectError, match="names no video"):
        Project.open(tmp_path)


def test_a_project_below_a_regular_file_is_a_sentence(video: Path, regular_file: Path) -> None:
    with (
        VideoReader(video) as reader,
        pytest.raises(ProjectError, match=r"file/p\.flickerscope cannot be written"),
    ):
        Project.create(regular_file / "p.flickerscope", reader.info)


def test_a_video_that_moved_away_is_named(project: Project, video: Path) -> None:
    video.rename(video.with_name("elsewhere.mp4"))
    with pytest.raises(ProjectError, match=r"clip\.mp4, is not there any more"):
        project.check_video()


def test_a_video_that_changed_is_refused(project: Project, video: Path) -> None:
    data = bytearray(video.read_bytes())
    data[-1] ^= 1
    video.write_bytes(data)
    with pytest.raises(ProjectError, match=r"clip\.mp4 is not the file that"):
        project.check_video()


def test_a_video_that_is_gone_or_another_one_is_told_apart(project: Project, video: Path) -> None:
    data = video.read_bytes()
    video.unlink()
    with pytest.raises(MissingVideoError, match="flickerscope relocate"):
        project.check_video()
    video.write_bytes(data + b"more")
    with pytest.raises(ChangedVideoError):
        project.check_video()
    video.write_bytes(data)
    project.check_video()


def test_a_project_is_told_where_its_video_is_now(
    project: Project, video: Path, tmp_path: Path
) -> None:
    project.apply(deciding((box(1), ACCEPTED)))
    there = video.rename(tmp_path / "elsewhere.mp4")
    project.relocate(there)
    assert project.video.path == there
    project.check_video()
    again = reopened(project)
    assert again.video == project.video
    assert verdicts(again) == {box(1): ACCEPTED}
    again.close()


@pytest.mark.parametrize("kind", ["missing", "other", "longer", "folder"])
def test_only_the_projects_own_video_is_taken(
    project: Project, video: Path, make_video: MakeVideo, tmp_path: Path, kind: str
) -> None:
    before = project.video
    other = tmp_path / "other.mp4"
    if kind == "other":
        make_video("other.mp4", 6, folder=tmp_path, gop=1)
    elif kind == "longer":
        other.write_bytes(video.read_bytes() + b"more")
    elif kind == "folder":
        other.mkdir()
    with pytest.raises(ProjectError, match=r"other\.mp4"):
        project.relocate(other)
    assert project.video == before
    again = reopened(project)
    assert again.video == before
    again.close()


def test_a_project_of_a_moved_video_goes_on_with_an_exact_copy(
    project: Project, video: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    project.close()
    there = video.rename(tmp_path / "elsewhere.mp4")
    with VideoReader(there) as reader:
        again = Project.open_or_create(project.folder, reader.info)
        assert again.video.path == there
        again.close()
    with (
        VideoReader(make_video("third.mp4", 6)) as reader,
        pytest.raises(ProjectError, match="a project of another video"),
    ):
        Project.open_or_create(project.folder, reader.info)
    there.unlink()
    with (
        VideoReader(make_video("third.mp4", 7)) as reader,
        pytest.raises(ProjectError, match="is not the video of this project"),
    ):
        Project.open_or_create(project.folder, reader.info)


def test_decisions_are_equal_by_box_and_verdict(project: Project) -> None:
    project.apply(deciding((box(1), ACCEPTED)))
    assert list(project.decisions.values()) == [Decision(box(1), ACCEPTED)]
    assert list(project.decisions) == [box(1).key]


def test_handover_and_selection_are_kept_and_can_be_taken_back(project: Project) -> None:
    run = ScheduledRun("a" * 24, "drive", "b" * 24, "2026-11-23T00:00:00+00:00")
    place = CloudPlace("s3://videos", "s3://lightly/drive", role_arn="arn", flickering="graded")
    handover = Handover(place, "2026-11-22T00:00:00+00:00", run)
    selection = Selection("initial-tag", "lightly", (1, 5))

    first = project.apply(SetHandover(handover))
    none = project.apply(SetSelection(selection))
    again = reopened(project)
    assert (again.handover, again.selection) == (handover, selection)
    assert again.can_undo is None

    assert again.apply(first) == SetHandover(handover)
    assert again.apply(none) == SetSelection(selection)
    again = reopened(again)
    assert (again.handover, again.selection) == (Handover(), None)
    again.close()


def test_what_was_asked_to_be_handed_over_is_kept_and_can_be_taken_back(project: Project) -> None:
    request = ExportRequest(
        "yolo", "all", FrameRange(1, 5), every=2, classes=(("car", "auto"), ("bus", "")),
        val=0.2, media="none", picture="jpeg", extras=("crops",), zip=True,
    )  # fmt: skip
    assert project.exporting == ExportRequest()
    before = project.apply(SetExporting(request))
    again = reopened(project)
    assert again.exporting == request
    assert again.apply(before) == SetExporting(request)
    again = reopened(again)
    assert again.exporting == ExportRequest()
    again.close()
