"""Detecting in all videos of a collection: what is done, gone on with, put off and passed over."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.collection.collection import Member, collection_in
from core.collection.detecting import Far, IsCancelled, Settled, Stream, detect_in_all
from core.collection.looking import look_into
from core.collection.overview import load_overview
from core.detectors.base import DetectorConfig
from core.detectors.stream import DetectRequest, Message
from core.errors import Cancelled, DetectorError, ProjectError, ProjectInUseError, VideoError
from core.paths import default_project_dir
from core.pipeline import current_run
from core.project import Project
from core.project.schema import DATABASE
from tests.conftest import MakeVideo
from tests.core.making import detector_info, flickering_frames, stream_of

COUNT = 12
CONFIG = DetectorConfig("paper.pt", 0.25)
FRAMES = flickering_frames(COUNT, (4, 9))


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture
def members(clip: Path, tmp_path: Path) -> Sequence[Member]:
    """Three videos without a project."""
    for name in ("cam1", "cam2", "north/cam3"):
        path = tmp_path / "videos" / f"{name}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, path)
    return members_in(tmp_path / "videos")


def members_in(folder: Path) -> Sequence[Member]:
    found = collection_in(folder)
    assert found is not None
    return found.members


@dataclass
class Seeing:
    """A detector on paper in this process, which notes what it was asked for."""

    stream: Callable[[DetectRequest], Iterator[Message]] = field(
        default_factory=partial(stream_of, FRAMES)
    )
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Video and first frame."""

    def __call__(self, request: DetectRequest, cancelled: IsCancelled) -> Iterator[Message]:
        self.asked.append((request.video.stem, request.frames.start))
        for message in self.stream(request):
            if cancelled():
                raise Cancelled
            yield message


def runs_of(folder: Path) -> list[int]:
    """How many frames each run of a project has seen."""
    with closing(Project.open(folder)) as project:
        assert project.run is None or current_run(project)[0] == project.runs[-1]
        return [int(np.load(project.run_file(run.id))["offsets"].size) - 1 for run in project.runs]


def test_every_video_is_detected_in_its_own_project_and_leaves_its_overview(
    members: Sequence[Member],
) -> None:
    seeing, told = Seeing(), list[Far | Settled]()
    settled = detect_in_all(members, CONFIG, stream=seeing, tell=told.append)
    assert seeing.asked == [("cam1", 0), ("cam2", 0), ("cam3", 0)]
    assert [(one.member, one.folder, one.error) for one in settled] == [
        (member, member.folder, None) for member in members
    ]
    for member in members:
        assert member.folder == default_project_dir(member.video)
        assert runs_of(member.folder) == [COUNT]
        left = load_overview(member.folder)
        assert left is not None
        assert (left.complete, left.seen, left.flagged) == (True, COUNT, 2)
        assert look_into(member.folder, left.stamp).fits, "nothing is computed again"
    assert told[-1] == settled[-1]


def test_an_overview_is_the_one_that_a_look_into_the_project_makes(
    members: Sequence[Member],
) -> None:
    detect_in_all(members[:1], CONFIG, stream=Seeing())
    folder = members[0].folder
    left = load_overview(folder)
    (folder / "overview.npz").unlink()
    made = look_into(folder, "").overview
    assert left is not None
    assert made is not None
    for name, value in vars(made).items():
        np.testing.assert_array_equal(getattr(left, name), value, err_msg=name)


def test_it_says_whose_turn_it_is_and_how_far_that_one_is(members: Sequence[Member]) -> None:
    told = list[Far | Settled]()
    detect_in_all(members, CONFIG, stream=Seeing(), tell=told.append)
    far = [one for one in told if isinstance(one, Far)]
    assert [one.member.name for one in far if one.progress is None] == [m.name for m in members]
    assert {one.total for one in far} == {3}
    second = [one for one in far if one.member == members[1] and one.progress]
    assert {one.settled for one in second} == {1}
    assert [one.progress.done for one in second if one.progress] == [3, 6, 9, 12]


def test_what_is_detected_is_not_detected_again(members: Sequence[Member]) -> None:
    detect_in_all(members[1:2], CONFIG, stream=Seeing())
    seeing = Seeing()
    another = DetectorConfig("another.pt", 0.5)
    settled = detect_in_all(members, another, stream=seeing)
    assert [name for name, _ in seeing.asked] == ["cam1", "cam3"]
    assert [one.error for one in settled] == [None] * 3
    assert runs_of(members[1].folder) == [COUNT]


def test_what_was_stopped_is_kept_and_gone_on_with(members: Sequence[Member]) -> None:
    told = list[Far | Settled]()

    def in_the_middle() -> bool:
        last = told[-1] if told else None
        return (
            isinstance(last, Far)
            and last.member == members[1]
            and last.progress is not None
            and last.progress.done >= 6
        )

    with pytest.raises(Cancelled):
        detect_in_all(members, CONFIG, stream=Seeing(), tell=told.append, cancelled=in_the_middle)
    assert runs_of(members[0].folder) == [COUNT]
    assert runs_of(members[1].folder) == [6]
    assert not (members[2].folder / DATABASE).exists()
    seeing = Seeing()
    assert all(one.error is None for one in detect_in_all(members, CONFIG, stream=seeing))
    assert seeing.asked == [("cam2", 6), ("cam3", 0)]
    assert runs_of(members[1].folder) == [COUNT], "the same run"


def test_a_video_that_cannot_be_read_costs_only_itself(members: Sequence[Member]) -> None:
    members[1].video.write_bytes(b"no video at all " * 100)
    settled = detect_in_all(members, CONFIG, stream=Seeing())
    assert [type(one.error) for one in settled] == [type(None), VideoError, type(None)]
    assert "cam2.mp4 is not a video that can be read" in str(settled[1].error)
    assert not members[1].folder.exists()


def test_videos_of_one_name_that_cannot_be_read_cost_only_themselves(
    members: Sequence[Member],
) -> None:
    spoiled = members[2].video.rename(members[2].video.with_name("cam2.mp4"))
    for path in (members[1].video, spoiled):
        path.write_bytes(b"no video at all " * 100)
    last = members[0]
    found = members_in(members[0].video.parent)
    settled = detect_in_all([*found[1:], found[0]], CONFIG, stream=Seeing())
    assert [type(one.error) for one in settled] == [VideoError, VideoError, type(None)]
    assert settled[-1].member == last


def test_a_damaged_project_and_one_whose_video_is_gone_cost_only_themselves(
    members: Sequence[Member], tmp_path: Path
) -> None:
    detect_in_all(members[:2], CONFIG, stream=Seeing())
    (members[0].folder / DATABASE).write_bytes(b"no database at all " * 100)
    members[1].video.unlink()
    damaged = Member("damaged", members[0].folder, members[0].folder)
    settled = detect_in_all([damaged, *members[1:]], CONFIG, stream=Seeing())
    assert isinstance(settled[0].error, ProjectError)
    assert "is not there any more" in str(settled[1].error)
    assert settled[2].error is None


def test_a_run_that_cannot_be_read_is_made_anew(members: Sequence[Member]) -> None:
    detect_in_all(members[:1], CONFIG, stream=Seeing())
    with closing(Project.open(members[0].folder)) as project:
        assert project.run is not None
        project.run_file(project.run.id).write_bytes(b"no run")
        before = project.run
    (settled,) = detect_in_all(members[:1], CONFIG, stream=Seeing())
    assert settled.error is None
    with closing(Project.open(members[0].folder)) as project:
        assert project.run not in (None, before)


def test_what_somebody_works_on_is_put_off_until_they_are_done(members: Sequence[Member]) -> None:
    detect_in_all(members[:1], CONFIG, stream=_breaking_at(6), tell=lambda told: None)
    reserved = Project.open(members[0].folder)
    reserved.reserve()
    seeing = Seeing()

    def leave_at_the_last(told: Far | Settled) -> None:
        if isinstance(told, Settled) and told.member == members[2]:
            reserved.close()

    settled = detect_in_all(members, CONFIG, stream=seeing, tell=leave_at_the_last)
    assert seeing.asked == [("cam2", 0), ("cam3", 0), ("cam1", 6)]
    assert [one.member.name for one in settled] == ["cam2", "north/cam3", "cam1"]
    assert all(one.error is None for one in settled)


def test_what_somebody_still_works_on_at_the_end_is_passed_over(members: Sequence[Member]) -> None:
    detect_in_all(members[:1], CONFIG, stream=_breaking_at(6))
    with closing(Project.open(members[0].folder)) as reserved:
        reserved.reserve()
        settled = detect_in_all(members, CONFIG, stream=Seeing())
    assert [one.in_use for one in settled] == [False, False, True]
    assert isinstance(settled[-1].error, ProjectInUseError)
    assert runs_of(members[0].folder) == [6]


def test_a_video_that_is_detected_already_may_be_in_use(members: Sequence[Member]) -> None:
    detect_in_all(members[:1], CONFIG, stream=Seeing())
    with closing(Project.open(members[0].folder)) as reserved:
        reserved.reserve()
        assert all(one.error is None for one in detect_in_all(members, CONFIG, stream=Seeing()))


def test_nobody_else_gets_a_project_meanwhile(members: Sequence[Member]) -> None:
    refused = list[str]()

    def reserve(told: Far | Settled) -> None:
        if isinstance(told, Far) and told.progress is not None:
            with closing(Project.open(told.folder)) as project:
                try:
                    project.reserve()
                except ProjectInUseError as error:
                    refused.append(str(error))

    detect_in_all(members[:1], CONFIG, stream=Seeing(), tell=reserve)
    assert len(refused) == 4
    with closing(Project.open(members[0].folder)) as project:
        project.reserve()


def test_what_is_wrong_with_the_model_ends_it_at_the_second_video(
    members: Sequence[Member],
) -> None:
    seeing = Seeing(stream=_missing)
    with pytest.raises(DetectorError, match=r"There is no file paper\.pt"):
        detect_in_all(members, CONFIG, stream=seeing)
    assert [name for name, _ in seeing.asked] == ["cam1", "cam2"]


def test_it_waits_until_it_may_begin_and_can_be_stopped_meanwhile(
    members: Sequence[Member],
) -> None:
    asked = list[bool]()

    def third_time() -> bool:
        asked.append(True)
        return len(asked) >= 3

    seeing = Seeing()
    detect_in_all(members[:1], CONFIG, stream=seeing, may_begin=third_time)
    assert len(seeing.asked) == 1
    with pytest.raises(Cancelled):
        detect_in_all(
            members, CONFIG, stream=seeing, may_begin=lambda: False, cancelled=lambda: True
        )
    assert len(seeing.asked) == 1


def test_a_moved_video_goes_on_in_its_project(members: Sequence[Member]) -> None:
    before, video = members[0].folder, members[0].video
    with video.open("ab") as file:
        file.write(b"not the clip of the others")
    detect_in_all(members[:1], CONFIG, stream=_breaking_at(6))
    moved = members_in(video.rename(video.with_name("moved.mp4")).parent)
    seeing = Seeing()
    settled = {one.member.name: one.folder for one in detect_in_all(moved, CONFIG, stream=seeing)}
    assert settled["moved"] == before
    assert ("moved", 6) in seeing.asked


def test_real_detection_in_child_processes(members: Sequence[Member], quick_model: Path) -> None:
    settled = detect_in_all(members[:2], DetectorConfig(str(quick_model), 0.25))
    assert [one.error for one in settled] == [None, None]
    assert [runs_of(member.folder) for member in members[:2]] == [[COUNT], [COUNT]]
    assert load_overview(members[1].folder) is not None


def _breaking_at(frame: int) -> Stream:
    error = VideoError("the disk went away", mend="plug it in")
    return Seeing(stream=stream_of(FRAMES, error_at=frame, error=error))


def _missing(request: DetectRequest) -> Iterator[Message]:
    raise DetectorError("There is no file paper.pt", mend="choose another model")
    yield detector_info()
