"""Opening a video or project, as a job: everything that may take long happens in its thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.paths import VIDEO_SUFFIXES
from gui.i18n import tr
from gui.jobs import IsCancelled, Job, Report
from gui.look_ahead import LookAhead

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from core.frames import FrameIndex
    from core.opening import Target
    from core.pipeline import Seen
    from core.project import Project
    from core.video.reader import VideoInfo
    from gui.session import Session

Stamp = tuple[str, int, int] | None
"""A run, and size and time of its file; None for no run."""
T = TypeVar("T")


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
    stamp: Stamp = None
    """Of that run when it was read; see `still_so`."""


def moved_sentence(opened: Opened) -> str:
    """What to say of a video that was found again elsewhere."""
    return tr(
        "{name} was {before} before; its project goes on with the file at its new place.",
        name=opened.info.path.name,
        before=opened.target.moved_from,
    )


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
        self.ahead = LookAhead(lambda path: partial(_open, path), still_so, self)
        """What it opens ahead is opened at once."""

    def open(self, path: Path) -> None:
        """Open a video or a project folder."""
        if self._job is not None:
            self._next = path
            return
        opened = self.ahead.take(path)
        if opened is not None:
            self.opened.emit(opened)
            self.ended.emit()
            return
        self.began.emit(path.name)
        begun = self.ahead.hand_over(path)
        self._job = begun or Job(partial(_open, path), self)
        self._job.progressed.connect(lambda share: self.progressed.emit(path.name, share))
        self._job.succeeded.connect(self.opened)
        self._job.failed.connect(lambda error: self.failed.emit(path, error))
        self._job.finished.connect(self._finish)
        if begun is None:
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
        self.ahead.close()

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
        stamp = _look(target.folder, _stamp)
        seen = _look(target.folder, lambda project: current_seen(project, reader.index))
        return Opened(path, target, reader.info, reader.index, seen, stamp)


def opened_by(session: Session) -> Opened | None:
    """What is open, to be opened again; None where it may have changed since it was read."""
    from core.opening import Target
    from core.pipeline import Seen

    run, found = session.run, session.as_found
    if run is None or found is None or session.detecting or not session.complete:
        return None
    folder = session.project.folder
    target, seen = Target(session.info.path, folder), Seen(run, session.detections, found)
    return Opened(folder, target, session.info, session.index, seen, _stamp(session.project))


def still_so(opened: Opened) -> bool:
    """Whether neither the video nor the run of its project has changed since it was opened."""
    from core.video.identity import identify

    try:
        same = identify(opened.info.path) == opened.info.identity
    except OSError:
        return False
    return same and _look(opened.target.folder, _stamp) == opened.stamp


def _stamp(project: Project) -> Stamp:
    run = project.run
    if run is None:
        return None
    try:
        file = project.run_file(run.id).stat()
    except OSError:
        return run.id, 0, 0
    return run.id, file.st_size, file.st_mtime_ns


def _look(folder: Path, look: Callable[[Project], T | None]) -> T | None:
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
