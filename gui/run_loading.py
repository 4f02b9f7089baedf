"""Runs that are not shown yet, read beside the window: other ones of the project, imported ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.detections import Detections
from core.errors import Cancelled
from core.frames import FrameIndex
from core.imported_runs import read_run
from core.importing.base import ForVideo, ImportOptions
from core.pipeline import Seen, assessed
from core.project import Run
from core.project.runs import load_detections
from gui.jobs import IsCancelled, Job, Report, Work

Read = Callable[[], tuple[Run, Detections]]


class RunReader(QObject):
    """Reads one run at a time and finds what flickers in it.

    Args:
        index: Of the video.
        size: Width and height of its upright picture, px.
    """

    read = Signal(object)
    """A `core.pipeline.Seen`."""
    failed = Signal(object)
    """An exception."""
    changed = Signal()
    """See `busy`."""

    def __init__(self, index: FrameIndex, size: tuple[int, int], parent: QObject) -> None:
        super().__init__(parent)
        self._index = index
        self._size = size
        self._job: Job[Seen] | None = None

    @property
    def busy(self) -> bool:
        """Whether a run is being read."""
        return self._job is not None

    def read_run(self, run: Run, file: Path) -> None:
        """Read a run of the project."""
        self._begin(self._work(lambda: (run, load_detections(file))))

    def import_run(self, path: Path, video: ForVideo, options: ImportOptions) -> None:
        """Read another program's detections as a run that the project does not have yet."""
        self._begin(self._work(partial(read_run, path, video, options)))

    def cancel(self) -> None:
        """Show nothing of what is being read."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Read nothing any more; returns when that is so."""
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.wait()

    def _work(self, read: Read) -> Work[Seen]:
        return partial(_read, read, self._size, self._index)

    def _begin(self, work: Work[Seen]) -> None:
        if self._job is not None:
            return
        self._job = Job(work, self)
        self._job.succeeded.connect(self.read)
        self._job.failed.connect(self.failed)
        self._job.finished.connect(self._ended)
        self._job.start()
        self.changed.emit()

    def _ended(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.changed.emit()


def _read(
    read: Read, size: tuple[int, int], index: FrameIndex, report: Report, stop: IsCancelled
) -> Seen:
    del report
    run, detections = read()
    seen = None if stop() else Seen(run, detections, assessed(run, detections, size, index))
    if seen is None or stop():
        raise Cancelled
    return seen
