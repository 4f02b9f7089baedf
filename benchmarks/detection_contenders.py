"""Ways to run a detector over a video."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from benchmarks.display import run_until
from core.detections import Detections, DetectionsBuilder
from core.detectors.base import DEFAULT_CONFIDENCE, Backend, DetectorConfig
from core.detectors.camera import CameraWatch
from core.detectors.known_models import trust
from core.detectors.stream import Chunk, DetectRequest, Ready, stream_detections
from core.detectors.ultralytics import UltralyticsDetector
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.settings import Settings
from core.video import VideoReader

Item = TypeVar("Item")
Result = TypeVar("Result")

_PER_STAGE = 60
"""Frames from which the time of each stage is taken."""


@dataclass(frozen=True)
class Job:
    """What all of them have to do."""

    video: Path
    index: FrameIndex
    size: tuple[int, int]
    model: str
    image_size: int | None
    class_ids: tuple[int, ...] | None
    class_names: tuple[str, ...] | None

    @classmethod
    def of(
        cls, video: Path, model: str, image_size: int | None, ids: tuple[int, ...] | None
    ) -> "Job":
        """Read the video's index, and the names of the classes."""
        with VideoReader(video) as reader:
            index, size = reader.index, (reader.info.width, reader.info.height)
        names = None
        if ids is not None:
            known = UltralyticsDetector(DetectorConfig(model, backend="torch")).info.class_names
            names = tuple(known[i] for i in ids)
        return cls(video.resolve(), index, size, model, image_size, ids, names)

    def config(self, backend: Backend) -> DetectorConfig:
        """The same for this program."""
        return DetectorConfig(
            self.model, classes=self.class_names, image_size=self.image_size, backend=backend
        )


@dataclass(frozen=True)
class Pass:
    """What came of one."""

    fps: float
    """Frames a second, from the loaded model to the last frame."""
    backend: str
    device: str
    detections: Detections | None = None


def yolo_predict(job: Job) -> Pass:
    """The command line of ultralytics, timed by the lines that it prints for each frame."""
    arguments = [
        "predict", f"model={job.model}", f"source={job.video}", "save=False",
        f"conf={DEFAULT_CONFIDENCE}",
    ]  # fmt: skip
    if job.image_size is not None:
        arguments.append(f"imgsz={job.image_size}")
    if job.class_ids is not None:
        arguments.append(f"classes={list(job.class_ids)}")
    with tempfile.TemporaryDirectory() as folder:
        quiet = {"YOLO_CONFIG_DIR": folder, "YOLO_OFFLINE": "true", "YOLO_VERBOSE": "true"}
        program = subprocess.Popen(
            [Path(sys.executable).with_name("yolo"), *arguments],
            cwd=folder, env={**os.environ, **quiet, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert program.stdout is not None
        times: list[float] = []
        said: list[str] = []
        for line in program.stdout:
            if line.startswith("video "):
                times.append(time.perf_counter())
            else:
                said.append(line)
        if program.wait() or len(times) < 2:
            raise RuntimeError("yolo predict failed:\n" + "".join(said[-20:]))
    device = "cuda" if any("CUDA:" in line for line in said) else "cpu"
    return Pass((len(times) - 1) / (times[-1] - times[0]), "torch", device)


def pipeline(job: Job, backend: Backend, *, copy: bool = False) -> Pass:
    """This program without a window.

    Args:
        job: What to do.
        backend: On what.
        copy: Whether to make the small copy for scrubbing on the way.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = ProxyPlace(Path(folder), Settings().proxy_limit) if copy else None
        request = DetectRequest(
            job.video, job.index, job.config(backend), FrameRange(0, len(job.index)), place
        )
        builder = DetectionsBuilder()
        info, began = None, 0.0
        for message in stream_detections(request):
            if isinstance(message, Ready):
                info, began = message.info, time.perf_counter()
            elif isinstance(message, Chunk):
                builder.extend(message.frames)
        took = time.perf_counter() - began
    assert info is not None
    return Pass(builder.frame_count / took, info.backend, info.device, builder.snapshot())


def window(job: Job) -> Pass:
    """The real window, whose detection somebody has started."""
    from PySide6.QtWidgets import QApplication

    from gui.application import favour_the_window
    from gui.main_window import MainWindow
    from gui.theme import apply_theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    trust(job.model)
    favour_the_window()
    shown = MainWindow(apply_theme(app, "light"), Settings(model=job.model))
    with closing(shown):
        shown.show()
        shown.open_path(job.video)
        run_until(app, shown, lambda: shown.workspace is not None)
        session = shown.session
        assert session is not None
        rates: list[float] = []
        session.detection_progressed.connect(lambda progress: rates.append(progress.fps))
        session.detect(job.config("auto"), restart=True, proxy=Settings().proxies)
        run_until(app, shown, lambda: not session.detecting)
        if not session.complete or session.run is None:
            raise RuntimeError(shown.banner.sentence or "the window did not finish")
        info = session.run.info
        # Small copies of another round would make this one faster.
        for file in Settings().proxy_root.rglob("*"):
            if file.is_file():
                file.unlink()
        return Pass(rates[-1], info.backend, info.device, session.detections)


@dataclass
class _Clock:
    """Milliseconds a frame, by stage."""

    ms: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, work: Callable[[], Result]) -> Result:
        began = time.perf_counter()
        result = work()
        self.ms[stage] = round((time.perf_counter() - began) * 1000 / _PER_STAGE, 2)
        return result


def stage_times(job: Job, backend: Backend) -> dict[str, float]:
    """How long each stage takes when nothing else runs; one thread calls them."""
    clock = _Clock()
    frames = FrameRange(0, min(_PER_STAGE, len(job.index)))
    detector = UltralyticsDetector(job.config(backend), job.size)
    with VideoReader(job.video, job.index) as reader:
        decoded = clock.time("decode", lambda: list(reader.decode(frames)))
        pictures = clock.time("to BGR", lambda: [frame.picture() for frame in decoded])
    prepared = clock.time("letterbox, upload", lambda: _each(detector.prepare, pictures))
    raw = clock.time("inference", lambda: [detector.infer(item) for item in prepared])
    found = clock.time(
        "post-processing",
        lambda: [
            detector.finish(*item)[0]
            for item in zip(raw, prepared, [[picture] for picture in pictures], strict=True)
        ],
    )
    watch = CameraWatch()
    clock.time(
        "camera",
        lambda: [watch.look(p, f.xyxy) for p, f in zip(pictures, found, strict=True)],
    )
    return clock.ms


def _each(work: Callable[[list[Item]], Result], items: Iterable[Item]) -> list[Result]:
    return [work([item]) for item in items]
