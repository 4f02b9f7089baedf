"""What all jobs have in common that a dialog asks for: exporting, and those with the cloud."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.jobs import Job, Work
from gui.messages import Banner

T = TypeVar("T")
Mend = tuple[str, Callable[[], None]]


class AskedJob(QObject):
    """Asks, runs one job at a time, and says in words how far it is.

    Its work reports tuples: how far in words, how much is done, and of how much; 0 while that is
    not known.
    """

    began = Signal(str)
    """What it is called."""
    progressed = Signal(str, int, int)
    """What its work reports."""
    ended = Signal(str)
    """How, in words."""

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._job: Job[Any] | None = None
        self._outcome = ""
        self._held = Event()

    @property
    def busy(self) -> bool:
        """Whether it is under way."""
        return self._job is not None

    @property
    def paused(self) -> bool | None:
        """Whether it waits for a person to let it go on; None for one that cannot pause."""
        return None

    def pause(self) -> None:
        """Pause, or go on."""
        if self._held.is_set():
            self._held.clear()
        else:
            self._held.set()

    def cancel(self) -> None:
        """Stop."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stop, and wait until it has."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()

    def _start(self, title: str, work: Work[T], succeed: Callable[[T], str], stopped: str) -> None:
        """Begin.

        Args:
            title: What it is called.
            work: Runs in a thread.
            succeed: Takes the result; gives how it ended, in words.
            stopped: How it ended if it is stopped.
        """

        def note(result: T) -> None:
            self._outcome = succeed(result)

        self._banner.hide()
        self._held.clear()
        self._job = Job(work, self)
        self._job.progressed.connect(self._report)
        self._job.succeeded.connect(note)
        self._job.failed.connect(self._fail)
        self._job.finished.connect(self._finish)
        self._outcome = stopped
        self._job.start()
        self.began.emit(title)

    def _report(self, report: Any) -> None:
        """Tell how far the work is, from what it reports."""
        self.progressed.emit(*report)

    def _mend(self, error: BaseException) -> Mend | None:
        """What the banner offers beside an error."""
        del error
        return None

    def _fail(self, error: BaseException) -> None:
        self._outcome = str(error)
        self._banner.show_error(error, self._mend(error))

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.ended.emit(self._outcome)
