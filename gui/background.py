"""What is under way beside the window: opening, exporting, detecting, making a small copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.detectors.base import Notice, Preparing
from core.paths import ProxyPlace
from gui.copying import Copier
from gui.exporting import Exporter
from gui.messages import Banner
from gui.opening import Opener
from gui.status import JobStatus

if TYPE_CHECKING:
    from core.pipeline import Progress
    from gui.session import Session


class Background(QObject):
    """The jobs of one window.

    The status bar shows one of them, and its Stop button stops that very one.
    """

    changed = Signal()
    """Something began or ended: other actions may be possible now."""

    def __init__(self, window: QWidget, status: JobStatus, banner: Banner) -> None:
        super().__init__(window)
        self.opener = Opener(self)
        self.exporter = Exporter(window, status, banner)
        self.copier = Copier(self)
        self._status = status
        self._session: Session | None = None
        status.cancel_requested.connect(self.stop_shown)
        self.opener.began.connect(
            lambda name: status.begin_job(f"Opening {name}…", can_cancel=True)
        )
        self.opener.progressed.connect(status.show_opening)
        self.opener.ended.connect(self._rest)
        self.copier.progressed.connect(self._show_copying)
        self.copier.changed.connect(self._show_copied)
        self.copier.failed.connect(banner.show_error)

    def follow(self, session: Session | None, place: ProxyPlace | None) -> None:
        """Show the jobs of this session from now on; the copy of the one before is ended."""
        self._session = session
        self.copier.attach(session, place)
        if session is not None:
            session.detection_changed.connect(self._show_detecting)
            session.detection_told.connect(self._show_preparing)
            session.detection_progressed.connect(self._show_detection)
            session.run_changed.connect(self._show_run)
            self._show_detecting()

    def stop_shown(self) -> None:
        """Stop what the status bar shows."""
        if self.opener.busy:
            self.opener.cancel()
        elif self.exporter.busy:
            self.exporter.cancel()
        elif self.copier.busy:
            self.copier.cancel()
        elif self._session is not None:
            self._session.cancel_detection()

    def close(self) -> None:
        """Stop everything but detection, which is the session's, and wait until it has."""
        self.opener.close()
        self.exporter.close()
        self.copier.end()

    @property
    def _taken(self) -> bool:
        """Whether the status bar shows what comes before detecting and copying."""
        return self.opener.busy or self.exporter.busy

    def _show_detecting(self) -> None:
        session = self._session
        if session is None:
            return
        if session.detecting:
            self._status.begin_job("Loading the detector…", can_cancel=True)
        else:
            self.copier.look()
        self._show_run()
        self.changed.emit()

    def _show_run(self) -> None:
        if self._session is not None:
            self._status.show_run(self._session.run)
            self._rest()

    def _show_preparing(self, message: Preparing | Notice) -> None:
        if isinstance(message, Preparing) and not self._taken:
            self._status.begin_job(f"{message.text}…", can_cancel=True)

    def _show_detection(self, progress: Progress) -> None:
        if not self._taken:
            self._status.show_detection(progress)

    def _show_copying(self, done: int, total: int, fps: float) -> None:
        if not self._taken:
            self._status.show_copying(done, total, fps)

    def _show_copied(self) -> None:
        if self.copier.outcome and not self.copier.busy and not self._taken:
            self._status.end_job(self.copier.outcome)
        else:
            self._rest()
        self.changed.emit()

    def _rest(self) -> None:
        """Show the last outcome, unless something goes on, which shows itself again."""
        if self._taken or self.copier.busy:
            return
        if self._session is None:
            self._status.end_job()
        elif not self._session.detecting:
            self._status.show_outcome(self._session)
