"""Detecting in the videos of a collection, one after the other, in their own projects."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from core.collection.collection import Member
from core.collection.overview import Overview, overview_of, save_overview
from core.detectors.base import DetectorConfig, Notice, Preparing
from core.detectors.process import stream_in_process
from core.detectors.stream import DetectRequest, Message
from core.errors import Cancelled, ProjectError, ProjectInUseError, VideoError
from core.opening import Target, find, keep_index, open_reader
from core.pipeline import Progress, process
from core.project import Project, is_project
from core.project.runs import load_detections
from core.video import VideoReader

log = logging.getLogger(__name__)

_WAIT_SECONDS = 0.1

IsCancelled = Callable[[], bool]
Stream = Callable[[DetectRequest, IsCancelled], Iterable[Message]]
"""Detects, and raises `Cancelled` soon after it is so."""


@dataclass(frozen=True)
class Far:
    """How far detection in many videos is."""

    member: Member
    """Whose turn it is."""
    folder: Path
    """Its project, which is not the member's if the video was moved."""
    settled: int
    """How many videos are done with, detected or not."""
    total: int
    text: str = ""
    """What is being prepared."""
    progress: Progress | None = None
    """Of detection in this video, once it has begun."""


@dataclass(frozen=True)
class Settled:
    """A video that is done with."""

    member: Member
    folder: Path
    """Its project; see `Far`."""
    overview: Overview | None = None
    """What lies in the project now; None if it was detected before, or was not."""
    error: Exception | None = None
    """Why it has no complete run; None if it has one now."""

    @property
    def in_use(self) -> bool:
        """Whether that is because somebody else works on the project."""
        return isinstance(self.error, ProjectInUseError)


def detect_in_all(
    members: Sequence[Member],
    config: DetectorConfig,
    *,
    stream: Stream = stream_in_process,
    tell: Callable[[Far | Settled], None] = lambda told: None,
    may_begin: Callable[[], bool] = lambda: True,
    cancelled: IsCancelled = lambda: False,
) -> tuple[Settled, ...]:
    """Detect in every video whose project has no complete run, and leave its overview there.

    An unfinished run with this configuration is gone on with. Projects that somebody else works on
    are put off until all others are done. A video that cannot be read, and a project that cannot
    be used, cost only themselves.

    Args:
        members: The videos, in the order in which to detect.
        config: What to detect with.
        stream: Where the boxes come from; by default a child process for each video.
        tell: Told how far it is, and how each video ended.
        may_begin: Asked before each video until it is so: two detections at a time would be in
            each other's way.
        cancelled: Asked all the time.

    Returns:
        How each ended.

    Raises:
        Cancelled: `cancelled` said so; what was seen is kept, and gone on with another time.
        Exception: Detection has failed twice for the very same reason, which is therefore not in
            the videos, such as a model that is missing.
    """
    work = _Work(config, stream, tell, may_begin, cancelled, len(members))
    for member in members:
        work.settle(member)
    for member in work.begin_again():
        work.settle(member)
    return tuple(work.settled)


class _Work:
    """What is done for all of them."""

    def __init__(
        self,
        config: DetectorConfig,
        stream: Stream,
        tell: Callable[[Far | Settled], None],
        may_begin: Callable[[], bool],
        cancelled: IsCancelled,
        total: int,
    ) -> None:
        self.settled: list[Settled] = []
        self._config, self._stream, self._tell = config, stream, tell
        self._may_begin, self._cancelled, self._total = may_begin, cancelled, total
        self._put_off: list[Member] | None = []
        self._last_reason = ""

    def begin_again(self) -> list[Member]:
        """Those that were put off; none is any more."""
        put_off, self._put_off = self._put_off, None
        return put_off or []

    def settle(self, member: Member) -> None:
        """Detect in a video, unless that is done."""
        far = Far(member, member.folder, len(self.settled), self._total)
        self._tell(far)
        self._wait()
        try:
            target = find(member.folder if is_project(member.folder) else member.video)
            far = replace(far, folder=target.folder)
            made = None if _is_done(target.folder) else self._detect(target, far)
        except Cancelled:
            raise
        except ProjectInUseError as error:
            if self._put_off is not None:
                self._put_off.append(member)
                return
            self._end(Settled(member, far.folder, error=error))
        except Exception as error:
            log.warning("nothing was detected in %s", member.video, exc_info=error)
            if not isinstance(error, (VideoError, ProjectError)):
                if str(error) == self._last_reason:
                    raise
                self._last_reason = str(error)
            self._end(Settled(member, far.folder, error=error))
        else:
            self._last_reason = ""
            self._end(Settled(member, far.folder, made))

    def _end(self, settled: Settled) -> None:
        self.settled.append(settled)
        self._tell(settled)

    def _wait(self) -> None:
        while not self._may_begin():
            self._check()
            time.sleep(_WAIT_SECONDS)
        self._check()

    def _check(self) -> None:
        if self._cancelled():
            raise Cancelled

    def _detect(self, target: Target, far: Far) -> Overview:
        with (
            open_reader(target, cancelled=self._cancelled) as reader,
            closing(Project.open_or_create(target.folder, reader.info)) as project,
        ):
            keep_index(project.folder, reader.info.identity, reader.index)
            return self._detect_in(project, reader, far)

    def _detect_in(self, project: Project, reader: VideoReader, far: Far) -> Overview:
        def on_told(message: Preparing | Notice) -> None:
            if isinstance(message, Preparing):
                self._tell(replace(far, text=message.text))

        made = process(
            project,
            reader.index,
            self._config,
            stream=lambda request: self._stream(request, self._cancelled),
            on_progress=lambda progress: self._tell(replace(far, progress=progress)),
            on_told=on_told,
        )
        # What is within the thresholds stays so, and nothing else is asked for.
        overview = overview_of(project, made.run, made.findings, reader.index)
        save_overview(project.folder, overview)
        return overview


def _is_done(folder: Path) -> bool:
    """Whether the chosen run of a project has seen all that it was to look at."""
    if not is_project(folder):
        return False
    with closing(Project.open(folder)) as project:
        run = project.run
        if run is None:
            return False
        try:
            seen = load_detections(project.run_file(run.id)).frame_count
        except ProjectError as error:
            log.info("%s; another run begins", error)
            return False
        return seen >= run.config.sampling.end(project.video.frame_count)
