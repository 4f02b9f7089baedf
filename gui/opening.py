"""Opening a video or project, as a job: everything that may take long happens in its thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.paths import VIDEO_SUFFIXES
from gui.i18n import tr
from gui.jobs import IsCancelled, Job, Report

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from core.frames import FrameIndex
    from core.opening import Target
    from core.pipeline import Seen
    from core.project import Project
    from core.video.reader import VideoInfo


def ask_for_video(parent: QWidget, was: Path | None = None) -> Path | None:
    """Let the person choose a video.

    Args:
        parent: The window.
        was: Where a video was that is looked for; a place without a suffix was an image folder.
    """
    near = str(next((p for p in was.parents if p.exists()), "")) if was else ""
    title = tr("Where is {name} now?", name=was.name) if was else tr("Open a video")
    if was is not None and not was.suffix:
        chosen = QFileDialog.getExistingDirectory(parent, title, near)
    else:
        chosen, _ = QFileDialog.getOpenFileName(parent, title, near, _filter())
    return Path(chosen) if chosen else None


def _filter() -> str:
    suffixes = " ".join(f"*{suffix}" for suffix in VIDEO_SUFFIXES)
    return tr("Videos ({suffixes});;All files (*)", suffixes=suffixes)


def locate(parent: QWidget, path: Path) -> Path | None:
    """Let the person show where the video of a project is now, and note it in the project.

    Args:
        parent: The window.
        path: The project, or where its video was.

    Returns:
        What to open now, a project or a video like `path`; None if they changed their mind.

    Raises:
        UserError: The project cannot be opened, or that is another video.
    """
    from core.opening import project_of
    from core.project import Project

    project = Project.open(project_of(path))
    try:
        chosen = ask_for_video(parent, project.video.path)
        if chosen is None:
            return None
        project.relocate(chosen)
        return path if path == project.folder else chosen
    finally:
        project.close()


@dataclass(frozen=True)
class Opened:
    """A video that can be read, and where its project lies or will lie."""

    asked_for: Path
    """What the person opened: the video, or a project folder."""
    target: Target
    info: VideoInfo
    index: FrameIndex
    seen: Seen | None = None
    """The newest run of its project with what was found in it, if that could be read."""


class Opener(QObject):
    """Opens one thing at a time; of what is asked for meanwhile, the newest comes next."""

    began = Signal(str)
    """Name of the file or folder."""
    progressed = Signal(str, float)
    """Name, and the share of the file that has been looked through."""
    opened = Signal(object)
    """An `Opened`."""
    failed = Signal(object, object)
    """What was to be opened, and the exception."""
    ended = Signal()
    """After `opened` or `failed`, or when stopped: nothing more is to be opened."""

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
        self._job.progressed.connect(lambda share: self.progressed.emit(path.name, share))
        self._job.succeeded.connect(self.opened)
        self._job.failed.connect(lambda error: self.failed.emit(path, error))
        self._job.finished.connect(self._finish)
        self._job.start()

    @property
    def busy(self) -> bool:
        """Whether something is being opened."""
        return self._job is not None

    def cancel(self) -> None:
        """Stop opening."""
        self._next = None
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Wait until nothing is being opened; what comes of it is not told any more."""
        self._next = None
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.cancel()
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
    # Here and not above: numpy, scipy and the decoder load while the window is there already.
    from core.opening import find, open_reader
    from core.pipeline import current_seen

    target = find(path)
    with open_reader(target, on_progress=report, cancelled=cancelled) as reader:
        seen = _seen(target.folder, lambda project: current_seen(project, reader.index))
        return Opened(path, target, reader.info, reader.index, seen)


def _seen(folder: Path, look: Callable[[Project], Seen | None]) -> Seen | None:
    from core.errors import UserError
    from core.project import Project, is_project

    if not is_project(folder):
        return None
    try:
        project = Project.open(folder)
        try:
            return look(project)
        finally:
            project.close()
    except UserError as error:
        log.info("%s; the session will say so", error)
        return None
