"""A detector kept going: memory that runs out, a graphics device that fails."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from core.detections import Detections, FrameDetections, from_frames
from core.detectors.base import Notice, Preparing
from core.detectors.stages import Stages
from core.detectors.stream import detect_frames
from core.errors import DetectorError, DeviceFailedError, OutOfMemoryError
from core.frames import FrameRange
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo
from tests.core.making import detector_info, frame_of

COUNT = 22


class Reading:
    """Gives each picture a box at its own index; takes `memory` pictures at most at a time.

    As the backend of a real detector does, it says no more than that memory ran out.
    """

    def __init__(
        self, index_in: Callable[[Picture], int], batch: int, memory: int = 99, device: str = "cpu"
    ) -> None:
        self.info = replace(detector_info(), device=device)
        self.batch_size = batch
        self.workers = 1
        self.batches: list[int] = []
        self.fails_from = COUNT
        self.prepares_on_device = False
        self._index_in = index_in
        self._memory = memory

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        return self.finish(self.infer(self.prepare(pictures)), None, pictures)

    def prepare(self, pictures: Sequence[Picture]) -> list[int]:
        if self.prepares_on_device and len(pictures) > self._memory:
            raise OutOfMemoryError("there is no room for the pictures", mend="take fewer")
        return [self._index_in(picture) for picture in pictures]

    def infer(self, prepared: list[int]) -> list[int]:
        if len(prepared) > self._memory:
            raise OutOfMemoryError("it needs more memory than there is", mend="take fewer")
        if prepared[-1] >= self.fails_from:
            raise DeviceFailedError("it fell off the bus", mend="choose the device cpu")
        self.batches.append(len(prepared))
        return prepared

    def finish(
        self, raw: list[int], prepared: object, pictures: Sequence[Picture]
    ) -> list[FrameDetections]:
        return [frame_of([(i, 0, 999, 9, 1.0, 0)]) for i in raw]


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


def seen(video: Path, stages: Stages, count: int = COUNT) -> Detections:
    with VideoReader(video) as reader:
        chunks = list(detect_frames(reader, stages, FrameRange(0, count)))
    return from_frames([frame for chunk in chunks for frame in chunk.frames])


@pytest.mark.parametrize("first_stage", [False, True])
@pytest.mark.parametrize(("batch", "memory"), [(8, 3), (16, 1), (5, 4), (4, 4)])
def test_batches_shrink_when_memory_runs_out_and_nothing_is_lost(
    video: Path, index_in: Callable[[Picture], int], batch: int, memory: int, first_stage: bool
) -> None:
    detector = Reading(index_in, batch, memory)
    detector.prepares_on_device = first_stage
    stages = Stages(detector)
    found = seen(video, stages)
    assert found.xyxy[:, 0].tolist() == list(range(COUNT))
    assert max(detector.batches) <= memory
    # It does not run into the same wall again and again.
    assert stages.batch_size <= memory


def test_one_picture_that_is_too_much_is_a_sentence(
    video: Path, index_in: Callable[[Picture], int]
) -> None:
    with pytest.raises(OutOfMemoryError, match=r"^it needs more memory .*: take fewer\.$"):
        seen(video, Stages(Reading(index_in, 4, memory=0)))


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("fails_from", [0, 7, 21])
def test_a_graphics_device_that_fails_is_replaced_by_the_processor(
    video: Path, index_in: Callable[[Picture], int], batch: int, fails_from: int
) -> None:
    told: list[Preparing | Notice] = []
    gpu = Reading(index_in, batch, device="cuda:0")
    gpu.fails_from = fails_from
    cpu = Reading(index_in, 1)
    found = seen(video, Stages(gpu, lambda: cpu, told.append))
    assert found.xyxy[:, 0].tolist() == list(range(COUNT))
    assert [type(message) for message in told] == [Notice]
    assert told[0].text.startswith("it fell off the bus: going on with the processor")
    assert sum(gpu.batches) + sum(cpu.batches) == COUNT
    assert sum(gpu.batches) <= fails_from


def test_a_device_too_small_for_one_picture_is_replaced_by_the_processor(
    video: Path, index_in: Callable[[Picture], int]
) -> None:
    told: list[Preparing | Notice] = []
    found = seen(
        video,
        Stages(
            Reading(index_in, 8, memory=0, device="cuda:0"),
            lambda: Reading(index_in, 2),
            told.append,
        ),
    )
    assert len(found) == COUNT
    assert len(told) == 1


def test_a_processor_that_fails_has_nothing_to_fall_back_to(
    video: Path, index_in: Callable[[Picture], int]
) -> None:
    broken = Reading(index_in, 1)
    broken.fails_from = 5
    with pytest.raises(DetectorError, match="fell off the bus"):
        seen(video, Stages(broken, lambda: broken))


def test_what_was_seen_before_a_failure_is_told(
    video: Path, index_in: Callable[[Picture], int]
) -> None:
    broken = Reading(index_in, 1)
    broken.fails_from = 9
    with VideoReader(video) as reader:
        chunks = detect_frames(reader, Stages(broken), FrameRange(0, COUNT))
        got = [frame for chunk in islice(chunks, 9) for frame in chunk.frames]
        assert [int(frame.xyxy[0, 0]) for frame in got] == list(range(9))
        with pytest.raises(DeviceFailedError):
            next(chunks)


def test_a_detector_without_stages_does_all_in_the_second(
    video: Path, index_in: Callable[[Picture], int]
) -> None:
    class Plain:
        info = detector_info()
        batch_size = 3

        def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
            return [frame_of([(index_in(p), 0, 999, 9, 1.0, 0)]) for p in pictures]

    stages = Stages(Plain())
    assert stages.workers == 1
    assert np.array_equal(seen(video, stages).xyxy[:, 0], np.arange(COUNT))
