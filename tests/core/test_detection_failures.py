"""Detections that something stops half-way: what was saved stays, and the run can go on."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import core.pipeline
from core.detections import Detections, FrameDetections
from core.detectors.base import DetectorConfig
from core.detectors.stages import Stages
from core.detectors.stream import DetectRequest, Message, Ready, detect_frames, stream_detections
from core.errors import ProjectError, VideoError
from core.frames import FrameIndex
from core.pipeline import current_run, process
from core.project import Project
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo, indexed_picture
from tests.core.making import detector_info, flickering_frames, frame_of, stream_of

COUNT = 120
CONFIG = DetectorConfig("paper.pt")


def same(left: Detections, right: Detections) -> bool:
    columns = ("xyxy", "score", "class_id", "offsets")
    return all(np.array_equal(getattr(left, c), getattr(right, c)) for c in columns)


@pytest.fixture
def project(make_video: MakeVideo, tmp_path: Path) -> Iterator[tuple[Project, FrameIndex]]:
    with (
        VideoReader(make_video(frames=COUNT)) as reader,
        closing(Project.create(tmp_path / "p.flickerscope", reader.info)) as made,
    ):
        yield made, reader.index


@pytest.fixture
def small_files() -> Iterator[Callable[[int], None]]:
    """Lets no file grow beyond some bytes, which is how a full disk looks to a program."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_costs_nothing_that_was_saved(
    project: tuple[Project, FrameIndex],
    small_files: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened, index = project
    frames = flickering_frames(COUNT, (7, 40))
    monkeypatch.setattr(core.pipeline, "CHECKPOINT_SECONDS", 0.0)

    def filling(request: DetectRequest) -> Iterator[Message]:
        for number, message in enumerate(stream_of(frames)(request)):
            if number == 12:
                size = opened.run_file(opened.runs[0].id).stat().st_size
                small_files(size + 200)
            yield message

    with pytest.raises(ProjectError) as caught:
        process(opened, index, CONFIG, stream=filling)
    sentence = str(caught.value)
    assert "could not be saved" in sentence
    assert f"({os.strerror(errno.EFBIG)})" in sentence
    assert "free some disk space" in sentence
    kept = current_run(opened)[1].frame_count
    assert 30 <= kept < COUNT
    assert [path.suffix for path in (opened.folder / "runs").iterdir()] == [".npz"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    done = process(opened, index, CONFIG, stream=stream_of(frames))
    assert len(opened.runs) == 1
    assert done.detections.frame_count == COUNT


class Reading:
    """Gives each picture a box."""

    info = detector_info()
    batch_size = 1

    def detect(self, pictures: list[Picture]) -> list[FrameDetections]:
        return [frame_of([(0, 0, 9, 9, 1.0, 0)]) for _ in pictures]


def test_images_that_vanish_in_the_middle_count_as_frames_without_boxes(tmp_path: Path) -> None:
    import cv2

    from core.frames import FrameRange

    folder = tmp_path / "street"
    folder.mkdir()
    for i in range(30):
        cv2.imwrite(str(folder / f"{i:03d}.png"), indexed_picture(i))
    counts: list[int] = []
    with VideoReader(folder) as reader:
        for chunk in detect_frames(reader, Stages(Reading()), FrameRange(0, 30)):
            counts += [len(frame) for frame in chunk.frames]
            for i in (20, 21, 29):
                (folder / f"{i:03d}.png").unlink(missing_ok=True)
    assert counts == [int(i not in (20, 21, 29)) for i in range(30)]


def test_a_video_that_is_gone_before_its_run_goes_on_is_a_sentence(
    project: tuple[Project, FrameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, index = project
    frames = flickering_frames(COUNT, ())

    def breaking(request: DetectRequest) -> Iterator[Message]:
        yield from list(stream_of(frames)(request))[:9]
        raise VideoError("the cable was pulled", mend="plug it in")

    with pytest.raises(VideoError, match="cable"):
        process(opened, index, CONFIG, stream=breaking)
    kept = current_run(opened)[1]
    video = opened.video.path
    video.rename(video.with_name("moved.mp4"))
    with pytest.raises(VideoError, match=video.name):
        process(opened, index, CONFIG, stream=stream_detections)
    video.with_name("moved.mp4").rename(video)
    assert same(current_run(opened)[1], kept)
    assert process(opened, index, CONFIG, stream=stream_of(frames)).detections.frame_count == COUNT


def test_a_stream_tells_that_it_is_ready_before_anything_is_seen(
    project: tuple[Project, FrameIndex],
) -> None:
    opened, index = project
    frames = flickering_frames(COUNT, ())
    with pytest.raises(RuntimeError, match="never said that it was ready"):
        process(
            opened, index, CONFIG,
            stream=lambda request: (
                m for m in stream_of(frames)(request) if not isinstance(m, Ready)
            ),
        )  # fmt: skip
