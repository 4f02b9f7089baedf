"""Opening a video or project, as a job: everything that may take long happens in its thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.jobs import IsCancelled, Job, Report

if TYPE_CHECKING:
    from core.frames import FrameIndex
    from core.video.reader import VideoInfo


@dataclass(frozen=True)
class Opened:
    """A video that can be read, and where its project lies or will lie."""

    asked_for: Path
    """What the person opened: the video, or a project folder."""
    folder: Path
    info: VideoInfo
    index: FrameIndex


class Opener(QObject):
    """Opens one thing at a time; of what is asked for meanwhile, the newest comes next."""

    began = Signal(str)
    """Name of the file or folder."""
    opened = Signal(object)
    """An `Opened`."""
    failed = Signal(object)
    """The exception."""
    ended = Signal()
    """After `opened` or `failed`, when nothing more is to be opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job[Opened] | None = None
        self._next: Path | None = None

    def open(self, path: Path) -> None:
        """Open a video or a project folder."""
        if self._job is not None:
            self._next = path
            return
        self.began.emit(path.name)
        self._job = Job(partial(_open, path), self)
        self._job.succeeded.connect(self.opened)
        self._job.failed.connect(self.failed)
        self._job.finished.connect(self._finish)
        self._job.start()

    def close(self) -> None:
        """Wait until nothing is being opened; what comes of it is not told any more."""
        self._next = None
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.wait()

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        path, self._next = self._next, None
        if path is None:
            self.ended.emit()
        else:
            self.open(path)


def _open(path: Path, report: Report, cancelled: IsCancelled) -> Opened:
    # Here and not above: numpy and the decoder load while the window is there already.
    from core.paths import default_project_dir
    from core.project import is_project
    from core.video.reader import VideoReader

    del report, cancelled
    folder, video = (path, _video_of(path)) if is_project(path) else (None, path)
    with VideoReader(video) as reader:
        return Opened(path, folder or default_project_dir(video), reader.info, reader.index)


def _video_of(folder: Path) -> Path:
    from core.project import Project

    project = Project.open(folder)
    try:
        project.check_video()
        return project.video.path
    finally:
        project.close()
