"""A clip in which all that parts must agree on matters, a detector for it, and runs of both kinds.

Its camera pans, two cuts begin new scenes, and red squares are hidden now and then; the detector
gives boxes, scores, uncertainties and vectors that depend on every pixel of them.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

import core.detectors.stream
import core.pipeline
from core.assertions.findings import Findings
from core.batch.segments import detect_part, join_parts
from core.detections import FrameDetections
from core.detectors.base import Detector, DetectorConfig, DetectorInfo
from core.frames import FrameIndex, FrameRange
from core.pipeline import current_run, findings_of, process
from core.project import Project
from core.video import Picture, VideoReader
from tests.core.making import detector_info

FRAMES = 72
SIZE = 192, 108
CUTS = 24, 58
HIDDEN = {0: (*range(9, 12), 20, *range(33, 47)), 1: (*range(22, 26), 64)}
"""Frames in which each square is not to be seen; a gap reaches over a cut."""
RUN = "0123456789ab"
CONFIG = DetectorConfig("lights.pt", detector="lights")


@dataclass(frozen=True)
class Seen:
    """What a run has left on disk, and what is found in it."""

    files: Mapping[str, bytes]
    findings: Findings


class Lights:
    """Red areas."""

    def __init__(self, info: DetectorInfo, batch_size: int = 3, seconds: float = 0.0) -> None:
        self.info = info
        self.batch_size = batch_size
        self._seconds = seconds
        self.looked = 0
        """Pictures so far."""

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        time.sleep(self._seconds * len(pictures))
        self.looked += len(pictures)
        return [_seen(picture) for picture in pictures]


def use(monkeypatch: Any, *, info: DetectorInfo | None = None, batch_size: int = 3) -> list[Lights]:
    """Let every detection from now on be made by `Lights`; gives those that were loaded."""
    made: list[Lights] = []

    def make(config: DetectorConfig, size: tuple[int, int], say: object) -> Detector:
        made.append(Lights(info or detector_info(), batch_size))
        return made[-1]

    monkeypatch.setattr(core.detectors.stream, "make_detector", make)
    return made


def make_lights(
    path: Path,
    *,
    codec: str = "libx264",
    options: Mapping[str, str] | None = None,
    pts: Sequence[int] | None = None,
) -> Path:
    """Write the clip."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25, options=dict(options or {}))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(picture_of(index), format="bgr24")
            frame.pts = index if pts is None else pts[index]
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def picture_of(index: int) -> Picture:
    """A frame of the clip."""
    scene = sum(index >= cut for cut in CUTS)
    width, height = SIZE
    shift = 2 * index if scene else index
    picture = np.roll(_scenery(scene), (index // 3, -shift), axis=(0, 1)).copy()
    for square, hidden in HIDDEN.items():
        if index not in hidden:
            x, y = 12 + index * (1 + square), 15 + 50 * square
            picture[y : y + 24, x % (width - 30) : x % (width - 30) + 28] = (20, 20, 235 - index)
    assert picture.shape == (height, width, 3)
    return picture


@cache
def _scenery(scene: int) -> Picture:
    noise = np.random.default_rng(scene).normal(size=(SIZE[1], SIZE[0]))
    for axis in (0, 1):
        noise = sum(np.roll(noise, shift, axis) for shift in range(-3, 4)) / 7
    tint = [(40, 90, 60), (190, 200, 150), (60, 30, 40)][scene]
    return np.clip(noise[..., None] * 250 + tint, 0, 255).astype(np.uint8)


def _seen(picture: Picture) -> FrameDetections:
    blue, green, red = (picture[..., channel].astype(np.float32) for channel in range(3))
    redder = red - np.maximum(blue, green)
    count, labels, stats, middles = cv2.connectedComponentsWithStats((redder > 70).astype(np.uint8))
    found = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > 150]
    boxes, vectors = np.empty((len(found), 4), np.float32), np.empty((len(found), 2), np.float16)
    for row, i in enumerate(found):
        half = stats[i, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / 2
        boxes[row] = [*(middles[i] - half), *(middles[i] + half)]
        vectors[row] = redder[labels == i].mean(), green[labels == i].std()
    score = (vectors[:, 0] / 256).astype(np.float32)
    uncertainty = np.stack([1 - score, score / 2], axis=1)
    whole = cv2.resize(picture, (2, 2), interpolation=cv2.INTER_AREA)
    return FrameDetections(
        boxes,
        score,
        np.ones(len(found), np.int16),
        embedding=whole.ravel().astype(np.float16) + np.float16(picture.mean() / 100),
        objects=vectors,
        uncertainty=uncertainty,
    )


def index_of(video: Path) -> FrameIndex:
    """The frames of a video."""
    with VideoReader(video) as reader:
        return reader.index


def in_one(video: Path, folder: Path, config: DetectorConfig = CONFIG) -> Seen:
    """Detect in one pass."""
    with (
        VideoReader(video) as reader,
        closing(Project.create(folder / "one.flickerscope", reader.info)) as project,
    ):
        process(project, reader.index, config, run_id=RUN)
        return _kept(project, reader.index)


def in_parts(
    video: Path, folder: Path, ranges: Sequence[FrameRange], config: DetectorConfig = CONFIG
) -> Seen:
    """Detect in parts, and join them."""
    files = [folder / f"{part.start}.npz" for part in ranges]
    index = index_of(video)
    for part, file in zip(ranges, files, strict=True):
        detect_part(video, index, config, part, file)
    with project_of(video, folder) as project:
        join_parts(project, config, RUN, files)
        return _kept(project, index)


def project_of(video: Path, folder: Path) -> "closing[Project]":
    """A new project of a video."""
    with VideoReader(video) as reader:
        return closing(Project.create(folder / "joined.flickerscope", reader.info))


def partition(seams: Sequence[int], stop: int = FRAMES) -> list[FrameRange]:
    """The ranges between seams."""
    ends = [0, *sorted(set(seams)), stop]
    return [FrameRange(*pair) for pair in pairwise(ends)]


def _kept(project: Project, index: FrameIndex) -> Seen:
    run, detections = current_run(project)
    assert run.id == RUN
    files = sorted(project.run_file(RUN).parent.iterdir())
    found = findings_of(project, run, detections, index)
    return Seen({file.name: file.read_bytes() for file in files}, found)


def expect_same(found: Seen, expected: Seen) -> None:
    """Equal bytes on disk, equal gaps, violations, boxes and scores."""
    assert {name: len(content) for name, content in found.files.items()} == {
        name: len(content) for name, content in expected.files.items()
    }
    for name, content in expected.files.items():
        assert found.files[name] == content, name
    assert differences(found.findings, expected.findings) == []
    assert np.array_equal(found.findings.scores, expected.findings.scores)
    assert list(found.findings.imputed) == list(expected.findings.imputed)


def differences(left: object, right: object, name: str = "findings") -> list[str]:
    """The columns in which two dataclasses differ, those within them included."""
    if is_dataclass(left) and type(left) is type(right):
        columns = [(f"{name}.{f.name}", f.name) for f in fields(left)]
        return [
            found
            for path, column in columns
            for found in differences(getattr(left, column), getattr(right, column), path)
        ]
    if isinstance(left, np.ndarray):
        return [] if _equal(left, right) else [name]
    return [] if left == right else [name]


def _equal(left: NDArray[Any], right: object) -> bool:
    if not isinstance(right, np.ndarray) or left.dtype != right.dtype:
        return False
    return np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


def slow_part(video: Path, frames: FrameRange, file: Path) -> None:
    """Detect in a range, saving at every chance; there to be killed."""
    core.detectors.stream.make_detector = _make_slow
    core.pipeline.CHECKPOINT_SECONDS = 0.0
    detect_part(video, index_of(video), CONFIG, frames, file)


def _make_slow(config: DetectorConfig, size: tuple[int, int], say: object) -> Detector:
    return Lights(detector_info(), 3, 0.01)
