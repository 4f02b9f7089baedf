"""The one way for data: video -> detections -> assertion -> scores, with progress and cancel."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from core.assertions.assess import assess
from core.assertions.findings import Findings
from core.detections import Detections, DetectionsBuilder, empty_detections
from core.detectors.base import DetectorConfig, DetectorInfo
from core.detectors.stream import DetectRequest, Message, Ready, stream_detections
from core.errors import Cancelled, ChangedDetectorError, ProjectError
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.project.project import Project, Run, new_run_id
from core.project.runs import load_detections, save_detections

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 5.0


@dataclass(frozen=True)
class Progress:
    """How far a detection is."""

    done: int
    """Frames seen, those of an earlier part of the run included."""
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
    total: int,
    *,
    on_ready: Callable[[DetectorInfo], None] = lambda info: None,
    on_progress: Callable[[Progress, Detections], None] = lambda progress, detections: None,
    checkpoint: Callable[[Detections], None] = lambda detections: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Collect a stream of detections.

    Args:
        messages: The stream; it must start where `builder` ends.
        builder: Receives the detections; whatever ends this function, it holds all that was
            seen until then.
        total: Frames of the whole run.
        on_ready: Told once, when the detector is loaded.
        on_progress: Told after each chunk.
        checkpoint: Told every few seconds and at the end, however the end comes: save now.
        cancelled: Asked after each chunk.

    Raises:
        Cancelled: `cancelled` said so.
        UserError: As the stream met it.
    """
    first, began, saved = builder.frame_count, time.monotonic(), time.monotonic()
    try:
        for message in messages:
            if isinstance(message, Ready):
                on_ready(message.info)
                began = time.monotonic()
                continue
            builder.extend(message.frames)
            now = time.monotonic()
            seen = builder.snapshot()
            fps = (seen.frame_count - first) / max(now - began, 1e-6)
            on_progress(Progress(seen.frame_count, total, fps, len(seen)), seen)
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
    fps: float
    """Frames per second of detection, loading excluded."""


def process(
    project: Project,
    index: FrameIndex,
    config: DetectorConfig,
    *,
    stream: Callable[[DetectRequest], Iterable[Message]] = stream_detections,
    restart: bool = False,
    proxy: ProxyPlace | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Processed:
    """Detect a project's whole video and find its flickering, without a window.

    An unfinished run with the same configuration is resumed, unless `restart` says otherwise; else
    a new one begins.

    Raises:
        UserError: The detector or the project failed; the frames seen until then are saved.
    """
    run, start = (None, empty_detections()) if restart else resumable(project, config)
    run_id = run.id if run else new_run_id()
    builder = DetectionsBuilder(start)
    fps = 0.0

    def register(info: DetectorInfo) -> None:
        nonlocal run
        if run is None:
            run = Run.begin(run_id, config, info)
            project.add_run(run)
        else:
            check_same_detector(run, info)

    def report(progress: Progress, detections: Detections) -> None:
        nonlocal fps
        fps = progress.fps
        on_progress(progress)

    record(
        stream(
            DetectRequest(
                project.video.path,
                index,
                config,
                FrameRange(start.frame_count, len(index)),
                proxy,
            )
        ),
        builder,
        len(index),
        on_ready=register,
        on_progress=report,
        checkpoint=partial(save_detections, project.run_file(run_id)),
    )
    if run is None:
        raise RuntimeError("the stream of detections never said that it was ready")
    detections = builder.snapshot()
    found = findings_of(project, run, detections, index).within(project.thresholds)
    return Processed(project, run, detections, found, fps)


def resumable(project: Project, config: DetectorConfig) -> tuple[Run | None, Detections]:
    """The newest run, if it has this configuration and is unfinished, and what it saw so far."""
    if project.runs and project.runs[-1].config == config:
        run = project.runs[-1]
        try:
            seen = load_detections(project.run_file(run.id))
        except ProjectError as error:
            log.warning("%s A new run begins.", error)
            return None, empty_detections()
        if seen.frame_count < project.video.frame_count:
            return run, seen
    return None, empty_detections()


def check_same_detector(run: Run, info: DetectorInfo) -> None:
    """Refuse to go on with a run by other means than it was begun.

    Raises:
        ChangedDetectorError: The weights or the library have changed since.
    """
    if (run.info.sha256, run.info.version) != (info.sha256, info.version):
        raise ChangedDetectorError(
            f"The run of {run.created} was begun with another {run.info.model} "
            f"({run.info.version}, weights {run.info.sha256[:8]})",
            mend="detect from the start (--restart) instead of resuming",
        )


@dataclass(frozen=True)
class Seen:
    """A run, what it saw, and all that was found in it."""

    run: Run
    detections: Detections
    findings: Findings


def newest_seen(project: Project, index: FrameIndex) -> Seen | None:
    """The project's newest run with its findings, or None if there is no run yet.

    Raises:
        ProjectError: The run's file is damaged.
        AssertionPluginError: See `findings_of`.
    """
    if not project.runs:
        return None
    run, detections = newest_run(project)
    return Seen(run, detections, findings_of(project, run, detections, index))


def newest_run(project: Project) -> tuple[Run, Detections]:
    """The project's newest run and what it saw.

    Raises:
        ProjectError: Nothing was detected yet, or the run's file is damaged.
    """
    if not project.runs:
        raise ProjectError(
            f"The project {project.folder} has no run yet",
            mend=f"run `flickerscope process {project.video.path}` first",
        )
    run = project.runs[-1]
    return run, load_detections(project.run_file(run.id))


def findings_of(project: Project, run: Run, detections: Detections, index: FrameIndex) -> Findings:
    """All that the assertions find in a run.

    Raises:
        AssertionPluginError: One that somebody has installed does not work.
    """
    size = project.video.width, project.video.height
    return assess(detections, run.info.class_names, size, index.timestamps())
