"""Detection as a job: what runs in its thread, and what it tells the window."""

import time
from dataclasses import dataclass
from functools import partial

from core.assertions.findings import Findings
from core.detections import Detections, DetectionsBuilder
from core.detectors.base import DetectorInfo
from core.detectors.known_models import remember
from core.detectors.process import stream_in_process
from core.embeddings.store import EmbeddingWriter
from core.pipeline import Progress, assessed, record
from core.planning import RunPlan
from core.project import Run
from gui.jobs import IsCancelled, Report, Work

# The share of the thread's time that may go into scoring what has been seen so far.
_SCORING_SHARE = 0.05
_MIN_SECONDS_BETWEEN_UPDATES = 0.25


@dataclass(frozen=True)
class Started:
    """The detector is loaded."""

    run: Run
    seen: Detections | None = None
    """What the run saw before, if it is gone on with."""


@dataclass(frozen=True, eq=False)
class Update:
    """What was seen so far, scored."""

    progress: Progress
    detections: Detections
    findings: Findings


@dataclass(frozen=True)
class DetectionPlan:
    """What to detect and where to go on from; plain data for the job's thread."""

    run: RunPlan
    size: tuple[int, int]
    """Width and height of the upright picture, px."""


def detection_work(plan: DetectionPlan) -> Work[Update | None]:
    """The work of a detection job.

    It reports `Started`, `Progress` and `Update`s, and passes on `Preparing` and `Notice`.
    """
    return partial(_detect, plan)


def _detect(plan: DetectionPlan, report: Report, cancelled: IsCancelled) -> Update | None:
    builder = DetectionsBuilder(plan.run.start)
    writer = EmbeddingWriter(plan.run.run_file, plan.run.start, plan.run.embedded_by)
    live = _Live(plan, report)
    try:
        record(
            stream_in_process(plan.run.request, cancelled),
            builder,
            plan.run.frames,
            on_ready=live.ready,
            on_progress=live.progress,
            on_told=report,
            on_frames=writer.extend,
            checkpoint=writer.save,
        )
    finally:
        live.flush()
        if live.last is not None and live.run is not None:
            remember(plan.run.config, live.run.info, live.last.progress.fps)
    return live.last


class _Live:
    """Scores what was seen so far, as often as that stays cheap."""

    def __init__(self, plan: DetectionPlan, report: Report) -> None:
        self.last: Update | None = None
        self._plan = plan
        self._report = report
        self.run: Run | None = None
        self._pending: tuple[Progress, Detections] | None = None
        self._not_before = self._told = 0.0

    def ready(self, info: DetectorInfo) -> None:
        plan = self._plan.run
        self.run = plan.begin(info)
        remember(plan.config, info, fps=0)
        self._report(Started(self.run, plan.start))

    def progress(self, progress: Progress, detections: Detections) -> None:
        self._pending = (progress, detections)
        now = time.monotonic()
        if now >= self._not_before:
            self.flush()
        elif now >= self._told + _MIN_SECONDS_BETWEEN_UPDATES:
            # Scoring a long video takes so long that nobody waits for it to see the bar move.
            self._told = now
            self._report(progress)

    def flush(self) -> None:
        if self._pending is None or self.run is None:
            return
        (progress, detections), self._pending = self._pending, None
        began = time.monotonic()
        plan = self._plan
        found = assessed(self.run, detections, plan.size, plan.run.request.index)
        self.last = Update(progress, detections, found)
        self._report(self.last)
        took = time.monotonic() - began
        self._not_before = began + max(_MIN_SECONDS_BETWEEN_UPDATES, took / _SCORING_SHARE)
