"""The one way for data: video -> detections -> assertion -> scores, with progress and cancel."""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.assertions.assess import assess
from core.assertions.findings import Findings
from core.detections import Detections, DetectionsBuilder, FrameDetections
from core.detectors.base import DetectorConfig, DetectorInfo, Notice, Preparing
from core.detectors.known_models import remember
from core.detectors.stream import Chunk, DetectRequest, Message, Ready, stream_detections
from core.embeddings.store import EmbeddingWriter
from core.errors import Cancelled, ProjectError
from core.frames import FrameIndex
from core.paths import ProxyPlace
from core.planning import plan_run
from core.project import Project, Run
from core.project.runs import load_detections
from core.roundtrip.recalibration import recalibrated

CHECKPOINT_SECONDS = 5.0


@dataclass(frozen=True)
class Progress:
    """How far a detection is."""

    done: int
    """Frames looked at, those of an earlier part of the run included."""
    total: int
    fps: float
    """Frames per second since this part began; 0 before the first frame."""
    detections: int

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to go, or None while it cannot be known."""
        return (self.total - self.done) / self.fps if self.fps else None


def record(
    messages: Iterable[Message],
    builder: DetectionsBuilder,
    frames: range,
    *,
    on_ready: Callable[[DetectorInfo], None] = lambda info: None,
    on_progress: Callable[[Progress, Detections], None] = lambda progress, detections: None,
    on_told: Callable[[Preparing | Notice], None] = lambda message: None,
    on_frames: Callable[[Sequence[FrameDetections]], None] = lambda frames: None,
    checkpoint: Callable[[Detections], None] = lambda detections: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Collect a stream of detections.

    Args:
        messages: The stream; it must start where `builder` ends.
        builder: Receives the detections; whatever ends this function, it holds all that was
            seen until then.
        frames: Those that the whole run looks at.
        on_ready: Told once, when the detector is loaded.
        on_progress: Told after each chunk.
        on_told: Told what the stream has to say.
        on_frames: Told the frames of each chunk, before `builder` receives them.
        checkpoint: Told every few seconds and at the end, however the end comes: save now.
        cancelled: Asked after each chunk.

    Raises:
        Cancelled: `cancelled` said so.
        UserError: As the stream met it.
    """
    first, began, saved = builder.frame_count, time.monotonic(), time.monotonic()
    done = partial(bisect_left, frames)
    try:
        for message in messages:
            if isinstance(message, Ready):
                on_ready(message.info)
                began = time.monotonic()
                continue
            if not isinstance(message, Chunk):
                on_told(message)
                continue
            on_frames(message.frames)
            builder.extend(message.frames)
            now = time.monotonic()
            seen = builder.snapshot()
            looked_at = done(seen.frame_count)
            fps = (looked_at - done(first)) / max(now - began, 1e-6)
            on_progress(Progress(looked_at, len(frames), fps, len(seen)), seen)
            if now - saved >= CHECKPOINT_SECONDS:
                checkpoint(seen)
                saved = now
            if cancelled():
                raise Cancelled
    finally:
        if builder.frame_count > first:
            checkpoint(builder.snapshot())


@dataclass(frozen=True)
class Processed:
    """A project with its newest run, and what the assertions found in it."""

    project: Project
    run: Run
    detections: Detections
    findings: Findings
    """Within the project's thresholds."""
    fps: float | None
    """Frames per second of detection, loading excluded; None for what was not detected here."""
    notices: tuple[str, ...] = ()
    """What a person should know of."""


def process(
    project: Project,
    index: FrameIndex,
    config: DetectorConfig,
    *,
    stream: Callable[[DetectRequest], Iterable[Message]] = stream_detections,
    restart: bool = False,
    run_id: str | None = None,
    proxy: ProxyPlace | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_told: Callable[[Preparing | Notice], None] = lambda message: None,
) -> Processed:
    """Detect a project's whole video and find its flickering, without a window.

    An unfinished run with the same configuration is resumed, unless `restart` says otherwise; else
    a new one begins.

    Raises:
        UserError: The detector or the project failed; the frames seen until then are saved.
    """
    plan = plan_run(project, index, config, restart=restart, run_id=run_id, proxy=proxy)
    builder = DetectionsBuilder(plan.start)
    writer = EmbeddingWriter(plan.run_file, plan.start, plan.embedded_by)
    run: Run | None = None
    fps = 0.0
    notices: list[str] = []

    def register(info: DetectorInfo) -> None:
        nonlocal run
        remember(config, info, fps=0)
        run = plan.begin(info)
        project.choose(run)

    def report(progress: Progress, detections: Detections) -> None:
        nonlocal fps
        fps = progress.fps
        on_progress(progress)

    def tell(message: Preparing | Notice) -> None:
        if isinstance(message, Notice):
            notices.append(message.text)
        on_told(message)

    record(
        stream(plan.request),
        builder,
        plan.frames,
        on_ready=register,
        on_progress=report,
        on_told=tell,
        on_frames=writer.extend,
        checkpoint=writer.save,
    )
    if run is None:
        raise RuntimeError("the stream of detections never said that it was ready")
    detections = builder.snapshot()
    found = findings_of(project, run, detections, index).within(project.thresholds)
    remember(config, run.info, fps)
    return Processed(project, run, detections, found, fps, tuple(notices))


@dataclass(frozen=True)
class Seen:
    """A run, what it saw, and all that was found in it."""

    run: Run
    detections: Detections
    findings: Findings
    """Before any recalibration, so that one can be made and taken back without all this again."""


def current_seen(project: Project, index: FrameIndex) -> Seen | None:
    """The project's chosen run with its findings, or None if there is no run yet.

    Raises:
        ProjectError: The run's file is damaged.
        AssertionPluginError: See `findings_of`.
    """
    if project.run is None:
        return None
    run, detections = current_run(project)
    return Seen(run, detections, assessed(run, detections, _size(project), index))


def current_run(project: Project) -> tuple[Run, Detections]:
    """The project's chosen run and what it saw.

    Raises:
        ProjectError: Nothing was detected yet, or the run's file is damaged.
    """
    run = run_of(project)
    return run, load_detections(project.run_file(run.id))


def run_of(project: Project) -> Run:
    """The project's chosen run.

    Raises:
        ProjectError: Nothing was detected yet.
    """
    if project.run is None:
        raise ProjectError(
            f"The project {project.folder} has no run yet",
            mend=f"run `flickerscope process {project.video.path}` first",
        )
    return project.run


def findings_of(project: Project, run: Run, detections: Detections, index: FrameIndex) -> Findings:
    """All that the assertions find in a run, as plausible as the project's recalibration says.

    Raises:
        AssertionPluginError: One that somebody has installed does not work.
    """
    found = assessed(run, detections, _size(project), index)
    return recalibrated(found, project.recalibration)


def assessed(
    run: Run, detections: Detections, size: tuple[int, int], index: FrameIndex
) -> Findings:
    """The same without a project, so before any recalibration.

    Frames that the run does not look at count for nothing.

    Args:
        run: Says which frames it looks at, and its classes.
        detections: What it saw so far.
        size: Width and height of the upright picture, px.
        index: When each frame shows.
    """
    frames = run.config.sampling.frames(detections.frame_count)
    seconds = index.timestamps()[: detections.frame_count]
    looked_at = detections.only(frames)
    found = assess(looked_at, run.info.class_names, size, seconds[np.asarray(frames, np.int64)])
    return found.spread(frames, seconds)


def _size(project: Project) -> tuple[int, int]:
    return project.video.width, project.video.height
