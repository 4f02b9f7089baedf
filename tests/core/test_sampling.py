"""Runs that look at a part of the video: every n-th frame, a range."""

from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assertions.findings import Findings
from core.detections import Detections, FrameDetections, from_frames
from core.detectors.base import DetectorConfig, Sampling
from core.detectors.stages import Stages
from core.detectors.stream import DetectRequest, Message, detect_frames
from core.errors import Cancelled, DetectorError
from core.frames import FrameIndex, FrameRange
from core.pipeline import Progress, assessed, process
from core.planning import plan_run
from core.project import Project, Run
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo
from tests.core.making import NAMES, detector_info, flickering_frames, frame_of, stream_of

COUNT = 30


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture
def project(video: Path, tmp_path: Path) -> Iterator[Project]:
    with (
        VideoReader(video) as reader,
        closing(Project.create(tmp_path / "p.flickerscope", reader.info)) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def index(video: Path) -> FrameIndex:
    with VideoReader(video) as reader:
        return reader.index


@given(st.integers(0, 50), st.none() | st.integers(0, 60), st.integers(1, 9), st.integers(0, 60))
def test_the_end_is_after_the_last_frame(
    start: int, length: int | None, every: int, count: int
) -> None:
    stop = None if length is None else start + length + 1
    sampling = Sampling(start, stop, every)
    frames = list(sampling.frames(count))
    wanted = [i for i in range(count) if i >= start and (stop is None or i < stop)]
    assert frames == [i for i in wanted if (i - start) % every == 0]
    assert sampling.end(count) == (frames[-1] + 1 if frames else 0)


@pytest.mark.parametrize("wrong", [(-1, None, 1), (0, 0, 1), (5, 5, 1), (0, None, 0)])
def test_a_sampling_without_frames_cannot_be_made(wrong: tuple[int, int | None, int]) -> None:
    with pytest.raises(ValueError, match="no frames"):
        Sampling(*wrong)


class Reading:
    """Gives each picture a box at its own index."""

    info = detector_info()

    def __init__(self, index_in: Callable[[Picture], int], batch_size: int) -> None:
        self._index_in = index_in
        self.batch_size = batch_size

    def detect(self, pictures: list[Picture]) -> list[FrameDetections]:
        return [frame_of([(self._index_in(p), 0, 999, 9, 1.0, 0)]) for p in pictures]


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("sampling", [Sampling(0, None, 3), Sampling(7, 20), Sampling(4, 27, 5)])
@pytest.mark.parametrize("stopped_after", [None, 1, 3])
def test_only_the_frames_asked_for_are_looked_at(
    video: Path,
    index_in: Callable[[Picture], int],
    sampling: Sampling,
    batch: int,
    stopped_after: int | None,
) -> None:
    frames = sampling.frames(COUNT)
    end = sampling.end(COUNT)
    seen: list[FrameDetections] = []

    def go_on(chunks: int | None) -> None:
        stages = Stages(Reading(index_in, batch))
        with VideoReader(video) as reader:
            rest = FrameRange(len(seen), end)
            for number, chunk in enumerate(
                detect_frames(reader, stages, rest, sampling=sampling), start=1
            ):
                seen.extend(chunk.frames)
                if number == chunks:
                    return

    if stopped_after is not None:
        go_on(stopped_after)
    go_on(None)
    found = from_frames(seen)
    assert found.frame_count == end
    assert found.frame.tolist() == list(frames)
    assert found.xyxy[:, 0].tolist() == list(frames)


def stream_at(
    frames: list[FrameDetections], sampling: Sampling
) -> Callable[..., Iterator[Message]]:
    """A stream that knows of the frames that are looked at, and of no others."""
    kept = set(sampling.frames(len(frames)))
    return stream_of([f if i in kept else frame_of([]) for i, f in enumerate(frames)])


def test_a_frame_that_nobody_looked_at_is_no_miss(project: Project, index: FrameIndex) -> None:
    sampling = Sampling(2, None, 3)
    config = DetectorConfig("paper.pt", sampling=sampling)
    steps: list[Progress] = []
    # The car is missing in one frame that is looked at, 14, and in one that is not.
    stream = stream_at(flickering_frames(COUNT, (14, 15)), sampling)
    done = process(project, index, config, stream=stream, on_progress=steps.append)
    assert done.findings.flagged.tolist() == [14]
    assert {box.frame for box in done.findings.imputed} == {14}
    assert (steps[-1].done, steps[-1].total) == (10, 10)
    assert done.detections.frame_count == 30


def test_a_range_is_done_at_its_end_and_not_gone_on_with(
    project: Project, index: FrameIndex
) -> None:
    config = DetectorConfig("paper.pt", sampling=Sampling(5, 12))
    stream = stream_at(flickering_frames(COUNT, (8,)), config.sampling)
    done = process(project, index, config, stream=stream)
    assert done.detections.frame_count == 12
    assert done.findings.flagged.tolist() == [8]
    again = plan_run(project, index, config)
    assert again.resumed is None


def test_a_range_beyond_the_video_is_a_sentence(project: Project, index: FrameIndex) -> None:
    config = DetectorConfig("paper.pt", sampling=Sampling(300))
    with pytest.raises(
        DetectorError, match="nothing to look at from frame 300 on: the video has 30 frames"
    ):
        plan_run(project, index, config)


@given(st.integers(1, 5), st.integers(0, 6), st.lists(st.integers(0, 9), max_size=12))
def test_a_sampled_run_finds_what_is_found_in_its_frames_alone(
    every: int, start: int, missing: list[int]
) -> None:
    sampling = Sampling(start, None, every)
    short = flickering_frames(10, missing)
    frames = list(Sampling(start, None, every).frames(start + 10 * every))
    whole = [frame_of([])] * (frames[-1] + 1)
    for place, frame in zip(frames, short, strict=True):
        whole[place] = frame
    alone = found_in(from_frames(short), Sampling())
    spread = found_in(from_frames(whole), sampling)
    assert spread.flagged.tolist() == [frames[i] for i in alone.flagged]
    assert np.array_equal(spread.missing.xyxy, alone.missing.xyxy)
    assert spread.frame_count == len(whole)
    assert np.array_equal(spread.scores[frames], alone.scores)


def found_in(detections: Detections, sampling: Sampling) -> Findings:
    index = index_of(detections.frame_count, sampling.every)
    run = Run.begin("x", DetectorConfig(sampling=sampling), detector_info())
    assert run.info.class_names == NAMES
    return assessed(run, detections, (160, 96), index)


def index_of(count: int, every: int) -> FrameIndex:
    """Frames so far apart that those looked at are always a second apart."""
    return FrameIndex(
        np.arange(count, dtype=np.int64), np.ones(count, np.bool_), Fraction(1, every)
    )


def test_a_stopped_sampled_run_goes_on_where_it_stopped(
    project: Project, index: FrameIndex
) -> None:
    sampling = Sampling(1, 25, 4)
    config = DetectorConfig("paper.pt", sampling=sampling)
    frames = flickering_frames(COUNT, (9,))
    asked: list[DetectRequest] = []

    def breaking(request: DetectRequest) -> Iterator[Message]:
        for number, message in enumerate(stream_at(frames, sampling)(request)):
            if number == 4:
                raise Cancelled
            yield message

    def whole(request: DetectRequest) -> Iterator[Message]:
        asked.append(request)
        return stream_at(frames, sampling)(request)

    with pytest.raises(Cancelled):
        process(project, index, config, stream=breaking)
    done = process(project, index, config, stream=whole)
    (request,) = asked
    assert request.frames == FrameRange(9, 22)
    # The last frame looked at before is 5, where both the car and the person were.
    assert request.before is not None
    assert len(request.before) == 2
    assert done.detections.frame_count == 22
    assert len(project.runs) == 1
