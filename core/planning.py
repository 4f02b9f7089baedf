"""Which run a detection begins or goes on with."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from core.detections import Detections, empty_detections
from core.detectors.base import BUILT_IN, Backend, DetectorConfig, DetectorInfo
from core.detectors.stream import DetectRequest
from core.errors import ChangedDetectorError, DetectorError, ProjectError
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.project import Project, Run, new_run_id
from core.project.runs import load_detections

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunPlan:
    """What is to be done for a run."""

    run_id: str
    run_file: Path
    config: DetectorConfig
    """What was asked for; the request may say more."""
    resumed: Run | None
    """The run to go on with; None where a new one begins."""
    start: Detections
    """What it saw already."""
    request: DetectRequest

    @property
    def frames(self) -> range:
        """Those that the whole run looks at."""
        return self.config.sampling.frames(len(self.request.index))

    @property
    def embedded_by(self) -> str:
        """What makes the run's embeddings, if they are made."""
        return embedded_by(self.config)

    def begin(self, info: DetectorInfo) -> Run:
        """The run, now that its detector is loaded.

        Raises:
            ChangedDetectorError: It was begun with other weights, libraries or means.
        """
        if self.resumed is None:
            return Run.begin(self.run_id, self.config, info)
        _check_same_detector(self.resumed, info)
        return self.resumed


def plan_run(
    project: Project,
    index: FrameIndex,
    config: DetectorConfig,
    *,
    restart: bool = False,
    run_id: str | None = None,
    proxy: ProxyPlace | None = None,
) -> RunPlan:
    """Go on with the last unfinished run of this configuration, or begin a new one.

    Args:
        project: The project.
        index: The frames of its video.
        config: What to detect with.
        restart: Begin a new run in any case.
        run_id: Of a run that begins; None for one that nobody else has.
        proxy: Where to keep small copies of the frames.

    Raises:
        DetectorError: There is nothing to look at.
    """
    stop = config.sampling.end(len(index))
    if not stop:
        raise DetectorError(
            f"There is nothing to look at from frame {config.sampling.start:,} on: the video has "
            f"{len(index):,} frames",
            mend="choose an earlier frame to begin with",
        )
    run, start = (None, empty_detections()) if restart else _unfinished(project, config, stop)
    run_id = run.id if run else run_id or new_run_id()
    done = start.frame_count
    earlier = config.sampling.frames(done)
    before = start.xyxy[start.rows(earlier[-1])] if earlier else start.xyxy[:0]
    return RunPlan(
        run_id,
        project.run_file(run_id),
        config,
        run,
        start,
        DetectRequest(
            project.video.path,
            index,
            as_before(config, run.info if run else None),
            FrameRange(done, stop),
            proxy,
            before,
        ),
    )


def _check_same_detector(run: Run, info: DetectorInfo) -> None:
    if means(run.info) != means(info):
        raise ChangedDetectorError(
            f"The run of {run.created} was begun with another {run.info.model} "
            f"({run.info.version}, {run.info.backend}, weights {run.info.sha256[:8]})",
            mend="detect from the start (--restart) instead of resuming",
        )


def means(info: DetectorInfo) -> tuple[str, ...]:
    """What must be the same for all frames of a run."""
    return info.sha256, info.version, info.backend, info.precision


def as_before(config: DetectorConfig, info: DetectorInfo | None) -> DetectorConfig:
    """With the backend that was begun with, whatever is the fastest by now."""
    if info is None or config.backend != "auto" or info.backend not in get_args(Backend):
        return config
    return replace(config, backend=info.backend)  # type: ignore[arg-type]


def embedded_by(config: DetectorConfig) -> str:
    """What makes the embeddings of a run, if they are made."""
    if config.detector != BUILT_IN:
        return config.detector
    return f"{Path(config.model).stem} backbone"


def _unfinished(
    project: Project, config: DetectorConfig, stop: int
) -> tuple[Run | None, Detections]:
    """The last run with this configuration, if there is more to see, and what it saw so far."""
    run = next((run for run in reversed(project.runs) if run.config == config), None)
    if run is None:
        return None, empty_detections()
    try:
        seen = load_detections(project.run_file(run.id))
    except ProjectError as error:
        log.warning("%s A new run begins.", error)
        return None, empty_detections()
    return (run, seen) if seen.frame_count < stop else (None, empty_detections())
