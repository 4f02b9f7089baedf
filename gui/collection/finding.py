"""Finding the videos and projects below a folder, beside the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.collection.library import Found
from gui.jobs import IsCancelled, Job, Report


class Finder(QObject):
    """Looks through one folder at a time; another one takes the place of the one before."""

    began = Signal(object)
    """The folder."""
    found = Signal(object)
    """A `Found`."""
    nothing_found = Signal(object)
    """The folder, which is one video: images."""
    failed = Signal(object, object)
    """The folder, and the exception."""
    ended = Signal()
    """After each of these, or when stopped."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job[Found | None] | None = None
        self._next: Path | None = None

    @property
    def busy(self) -> bool:
        """Whether a folder is being looked through."""
        return self._job is not None

    def find(self, folder: Path) -> None:
        """Look through a folder that is no project."""
        if self._job is not None:
            self._next = folder
            self._job.cancel()
            return
        self._job = Job(partial(_find, folder), self)
        self._job.succeeded.connect(partial(self._tell, folder))
        self._job.failed.connect(partial(self.failed.emit, folder))
        self._job.finished.connect(self._finish)
        self.began.emit(folder)
        self._job.start()

    def cancel(self) -> None:
        """Stop."""
        self._next = None
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stop, and tell nothing more; returns when that is so."""
        self._next = None
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()

    def _tell(self, folder: Path, found: Found | None) -> None:
        if self._next is not None:
            return  # overtaken
        if found is None:
            self.nothing_found.emit(folder)
        else:
            self.found.emit(found)

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        folder, self._next = self._next, None
        if folder is not None:
            self.find(folder)
        else:
            self.ended.emit()


def _find(folder: Path, report: Report, cancelled: IsCancelled) -> Found | None:
    del report
    # Here and not above: numpy loads while the window is there already.
    from core.collection.collection import collection_in, holds_videos
    from core.collection.looking import stored_overviews
    from core.errors import VideoError
    from core.opening import project_of
    from core.project import is_project
    from core.video.images import is_image_folder

    if is_image_folder(folder) and not holds_videos(folder):
        return None
    collection = collection_in(folder, cancelled=cancelled)
    if collection is None and is_project(project_of(folder)):
        return None  # a folder of images that have gone
    if collection is None:
        raise VideoError(
            f"There is no video, no project and no image in the folder {folder}",
            mend="choose another folder",
        )
    return Found(collection, tuple(collection.projects()), stored_overviews(collection))
