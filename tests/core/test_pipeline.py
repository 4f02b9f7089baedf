"""Collecting a stream of detections into a project: progress, cancel, resume, failure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core.pipeline
from core.detections import Detections, DetectionsBuilder, FrameDetections, from_frames
from core.detectors.base import DetectorConfig, DetectorInfo
from core.detectors.stream import DetectRequest, Message
from core.errors import Cancelled, DetectorError, ProjectError, VideoError
from core.frames import FrameIndex, FrameRange
from core.pipeline import Progress, current_run, findings_of, process, record
from core.prelabels import Verdict
from core.project import Project, SetDecisions
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import CAR_BOX, detector_info, flickering_frames, frame_of, stream_of

COUNT = 20
MISSING = (4, 9, 15)
CONFIG = DetectorConfig("paper.pt", 0.25)


@pytest.fixture
def frames() -> list[FrameDetections]:
    return flickering_frames(COUNT, MISSING)


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture(scope="module")
def index(video: Path) -> FrameIndex:
    with VideoReader(video) as reader:
        return reader.index


@pytest.fixture
def project(video: Path, tmp_path: Path) -> Iterator[Project]:
    with VideoReader(video) as reader:
        made = Project.create(tmp_path / "p.flickerscope", reader.info)
    yield made
    made.close()


@pytest.fixture
def messages(video: Path, index: FrameIndex, frames: list[FrameDetections]) -> list[Message]:
    """The whole stream: one Ready, then chunks of 3 frames."""
    return list(stream_of(frames)(DetectRequest(video, index, CONFIG, FrameRange(0, COUNT))))


def equal(left: Detections, right: Detections) -> bool:
    columns = ("xyxy", "score", "class_id", "offsets")
    return all(np.array_equal(getattr(left, c), getattr(right, c)) for c in columns)


def test_a_whole_stream_is_recorded_with_progress(messages: list[Message]) -> None:
    builder = DetectionsBuilder()
    infos: list[DetectorInfo] = []
    steps: list[Progress] = []
    saved: list[Detections] = []
    record(
        messages,
        builder,
        range(COUNT),
        on_ready=infos.append,
        on_progress=lambda progress, seen: steps.append(progress),
        checkpoint=saved.append,
    )
    whole = from_frames(flickering_frames(COUNT, MISSING))
    assert equal(builder.snapshot(), whole)
    assert infos == [detector_info()]
    assert [step.done for step in steps] == [3, 6, 9, 12, 15, 18, 20]
    assert {step.total for step in steps} == {COUNT}
    assert steps[-1].detections == len(whole)
    assert all(step.fps > 0 for step in steps)
    assert steps[-1].seconds_left == 0
    assert len(saved) == 1
    assert equal(saved[0], whole)


def test_the_time_left_is_unknown_before_the_first_frame() -> None:
    assert Progress(0, 10, 0.0, 0).seconds_left is None
    assert Progress(4, 10, 2.0, 0).seconds_left == 3.0


def test_cancel_keeps_what_was_seen_and_saves_it(messages: list[Message]) -> None:
    builder = DetectionsBuilder()
    saved: list[Detections] = []
    with pytest.raises(Cancelled):
        record(
            messages, builder, range(COUNT), checkpoint=saved.append,
            cancelled=lambda: builder.frame_count >= 8,
        )  # fmt: skip
    assert builder.frame_count == 9
    assert [seen.frame_count for seen in saved] == [9]
    assert equal(saved[0], from_frames(flickering_frames(COUNT, MISSING)[:9]))


def test_an_error_in_the_stream_keeps_what_was_seen_and_saves_it(messages: list[Message]) -> None:
    def breaking() -> Iterator[Message]:
        yield from messages[:3]
        raise VideoError("the disk went away", mend="plug it in")

    builder = DetectionsBuilder()
    saved: list[Detections] = []
    with pytest.raises(VideoError, match="the disk went away"):
        record(breaking(), builder, range(COUNT), checkpoint=saved.append)
    assert [seen.frame_count for seen in saved] == [6]


def test_nothing_is_saved_where_nothing_was_seen(messages: list[Message]) -> None:
    saved: list[Detections] = []
    record(messages[:1], DetectionsBuilder(from_frames([frame_of([])])), range(COUNT),
           checkpoint=saved.append)  # fmt: skip
    assert saved == []


def test_results_are_saved_on_the_way(
    messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.pipeline, "CHECKPOINT_SECONDS", 0.0)
    saved: list[Detections] = []
    record(messages, DetectionsBuilder(), range(COUNT), checkpoint=saved.append)
    assert [seen.frame_count for seen in saved] == [3, 6, 9, 12, 15, 18, 20, 20]


def test_a_processed_video_has_its_run_and_its_flickering(
    project: Project, index: FrameIndex, frames: list[FrameDetections]
) -> None:
    done: list[int] = []
    result = process(
        project, index, CONFIG, stream=stream_of(frames), on_progress=lambda p: done.append(p.done)
    )
    assert done[-1] == COUNT
    assert result.findings.flagged.tolist() == list(MISSING)
    assert [box.xyxy for box in result.findings.imputed] == [CAR_BOX] * 3
    assert [run.config for run in project.runs] == [CONFIG]
    project.close()
    again = Project.open(project.folder)
    run, detections = current_run(again)
    assert run == result.run
    assert equal(detections, from_frames(frames))
    found = findings_of(again, run, detections, index).within(again.thresholds)
    assert list(found.imputed) == list(result.findings.imputed)
    again.close()


def test_processing_twice_adds_a_run_and_keeps_the_first_and_the_decisions(
    project: Project, index: FrameIndex, frames: list[FrameDetections]
) -> None:
    first = process(project, index, CONFIG, stream=stream_of(frames))
    first_file = project.run_file(first.run.id).read_bytes()
    project.apply(SetDecisions.of(Verdict.ACCEPTED, first.findings.imputed))
    second = process(project, index, CONFIG, stream=stream_of(frames))
    assert [run.id for run in project.runs] == [first.run.id, second.run.id]
    assert first.run.id != second.run.id
    assert project.run_file(first.run.id).read_bytes() == first_file
    assert current_run(project)[0] == second.run
    assert [b.key for b in second.findings.imputed] == list(project.decisions)


def interrupted(
    project: Project, index: FrameIndex, frames: Sequence[FrameDetections], at: int
) -> None:
    """Process until an error at frame `at`."""
    stream = stream_of(frames, error_at=at, error=DetectorError("out of memory", mend="buy some"))
    with pytest.raises(DetectorError, match="out of memory"):
        process(project, index, CONFIG, stream=stream)


Requests = list[DetectRequest]


@pytest.fixture
def asked(frames: list[FrameDetections]) -> tuple[Requests, Callable[..., Iterator[Message]]]:
    """A stream that notes what it was asked for."""
    requests: Requests = []

    def stream(request: DetectRequest) -> Iterator[Message]:
        requests.append(request)
        return stream_of(frames)(request)

    return requests, stream


def test_an_unfinished_run_is_resumed_where_it_stopped(
    project: Project,
    index: FrameIndex,
    frames: list[FrameDetections],
    asked: tuple[Requests, Callable[..., Iterator[Message]]],
) -> None:
    requests, stream = asked
    interrupted(project, index, frames, at=12)
    assert current_run(project)[1].frame_count == 12
    steps: list[int] = []
    result = process(
        project, index, CONFIG, stream=stream, on_progress=lambda p: steps.append(p.done)
    )
    assert [request.frames for request in requests] == [FrameRange(12, COUNT)]
    assert steps == [15, 18, 20]
    assert len(project.runs) == 1
    assert equal(result.detections, from_frames(frames))
    assert result.findings.flagged.tolist() == list(MISSING)


def test_another_configuration_begins_a_new_run(
    project: Project,
    index: FrameIndex,
    frames: list[FrameDetections],
    asked: tuple[Requests, Callable[..., Iterator[Message]]],
) -> None:
    requests, stream = asked
    interrupted(project, index, frames, at=12)
    process(project, index, DetectorConfig("paper.pt", 0.5), stream=stream)
    assert requests[0].frames == FrameRange(0, COUNT)
    assert len(project.runs) == 2


@pytest.mark.parametrize(
    "changed",
    [
        detector_info(sha256="b" * 64),
        detector_info(version="hand-made 2"),
        replace(detector_info(), backend="openvino"),
        replace(detector_info(), precision="float16"),
    ],
)
def test_a_run_is_not_resumed_with_other_weights_or_another_library(
    project: Project, index: FrameIndex, frames: list[FrameDetections], changed: DetectorInfo
) -> None:
    interrupted(project, index, frames, at=12)
    with pytest.raises(
        DetectorError, match=r"another paper \(hand-made 1, torch, weights aaaaaaaa\)"
    ):
        process(project, index, CONFIG, stream=stream_of(frames, info=changed))
    assert len(project.runs) == 1
    assert current_run(project)[1].frame_count == 12


def test_a_failure_before_the_first_frame_leaves_a_run_that_can_be_resumed(
    project: Project, index: FrameIndex, frames: list[FrameDetections]
) -> None:
    interrupted(project, index, frames, at=0)
    result = process(project, index, CONFIG, stream=stream_of(frames))
    assert result.detections.frame_count == COUNT
    assert len(project.runs) == 1


def test_a_project_without_a_run_says_how_to_make_one(project: Project, video: Path) -> None:
    with pytest.raises(ProjectError, match=f"has no run yet: run `flickerscope process {video}`"):
        current_run(project)
