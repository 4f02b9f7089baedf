"""Detection as a job: what runs in its thread, and what it tells the window."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.assertions.assess import assess
from core.assertions.findings import Findings
from core.detections import Detections, DetectionsBuilder
from core.detectors.base import DetectorConfig, DetectorInfo
from core.detectors.process import stream_in_process
from core.detectors.stream import DetectRequest
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.pipeline import Progress, check_same_detector, record
from core.project import Run
from core.project.runs import save_detections
from gui.jobs import IsCancelled, Report, Work

# The share of the thread's time that may go into scoring what has been seen so far.
_SCORING_SHARE = 0.1
_MIN_SECONDS_BETWEEN_UPDATES = 0.25


@dataclass(frozen=True)
class Started:
    """The detector is loaded."""

    run: Run


@dataclass(frozen=True, eq=False)
class Update:
    """What was seen so far, scored."""

    progress: Progress
    detections: Detections
    findings: Findings


@dataclass(frozen=True)
class DetectionPlan:
    """What to detect and where to go on from; plain data for the job's thread."""

    video: Path
    index: FrameIndex
    config: DetectorConfig
    run_id: str
    run_file: Path
    resumed: Run | None
    start: Detections
    size: tuple[int, int]
    """Width and height of the upright picture, px."""
    proxy: ProxyPlace | None = None


def detection_work(plan: DetectionPlan) -> Work[Update | None]:
    """The work of a detection job: reports `Started`, then `Progress` and `Update`s."""
    return partial(_detect, plan)


def _detect(plan: DetectionPlan, report: Report, cancelled: IsCancelled) -> Update | None:
    builder = DetectionsBuilder(plan.start)
    total = len(plan.index)
    request = DetectRequest(
        plan.video, plan.index, plan.config, FrameRange(plan.start.frame_count, total), plan.proxy
    )
    live = _Live(plan, report)
    try:
        record(
            stream_in_process(request, cancelled),
            builder,
            total,
            on_ready=live.ready,
            on_progress=live.progress,
            checkpoint=partial(save_detections, plan.run_file),
        )
    finally:
        live.flush()
    return live.last


class _Live:
    """Scores what was seen so far, as often as that stays cheap."""

    def __init__(self, plan: DetectionPlan, report: Report) -> None:
        self.last: Update | None = None
        self._plan = plan
        self._report = report
        self._run: Run | None = None
        self._pending: tuple[Progress, Detections] | None = None
        self._not_before = 0.0

    def ready(self, info: DetectorInfo) -> None:
        if self._plan.resumed is None:
            self._run = Run.begin(self._plan.run_id, self._plan.config, info)
        else:
            self._run = self._plan.resumed
            check_same_detector(self._run, info)
        self._report(Started(self._run))

    def progress(self, progress: Progress, detections: Detections) -> None:
        self._pending = (progress, detections)
        if time.monotonic() >= self._not_before:
            self.flush()

    def flush(self) -> None:
        if self._pending is None or self._run is None:
            return
        (progress, detections), self._pending = self._pending, None
        began = time.monotonic()
        plan = self._plan
        found = assess(detections, self._run.info.class_names, plan.size, plan.index.timestamps())
        self.last = Update(progress, detections, found)
        self._report(self.last)
        took = time.monotonic() - began
        self._not_before = began + max(_MIN_SECONDS_BETWEEN_UPDATES, took / _SCORING_SHARE)
