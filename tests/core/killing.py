"""A detection that is there to be killed; its process imports this module beforehand."""

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

import core.detectors.camera
import core.detectors.stream
import core.pipeline
from core.detections import FrameDetections
from core.detectors.base import Detector, DetectorConfig
from core.project import Project
from core.video import Picture, VideoReader
from tests.core.making import detector_info, frame_of

SECONDS_A_FRAME = 0.002


class Columns:
    """As many boxes as a picture has bright columns of blocks, with its numbers as scores."""

    info = detector_info()
    batch_size = 1

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        time.sleep(SECONDS_A_FRAME)
        return [_seen(picture) for picture in pictures]


def _seen(picture: Picture) -> FrameDetections:
    height, width = picture.shape[:2]
    shares = picture[: height // 2].reshape(height // 2, 10, -1).mean(axis=(0, 2)) / 255
    left = np.arange(10) * width / 10
    rows = [
        (x, 0, x + width / 10, height / 2, float(share), 1)
        for x, share in zip(left, shares, strict=True)
        if share > 0.5
    ]
    return frame_of(rows)


def _make(config: DetectorConfig, size: tuple[int, int], say: object) -> Detector:
    return Columns()


def detect(video: Path, folder: Path) -> None:
    """Detect a whole video into a project, as the command line does; saves at every chance."""
    core.detectors.stream.make_detector = _make
    core.pipeline.CHECKPOINT_SECONDS = 0.0
    with (
        VideoReader(video) as reader,
        closing(Project.open_or_create(folder, reader.info)) as project,
    ):
        core.pipeline.process(project, reader.index, DetectorConfig("columns"))
