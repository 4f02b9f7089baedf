"""The overview of what a window has open: shown while it changes, left on disk at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from core.collection.overview import Overview
    from gui.session import Session

_LATE_MS = 300
"""Pictures and queue come first after a decision."""


class Following(QObject):
    """Follows one session after the other."""

    changed = Signal(object, object)
    """The project folder, and its `Overview`; None where nothing was detected yet."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self._late.timeout.connect(self._tell)

    @property
    def under_way(self) -> bool:
        """Whether the session detects now, so that its overview will not fit any more."""
        return self._session is not None and self._session.detecting

    def follow(self, session: Session | None) -> None:
        """Leave the overview of the session before, which is still open, and follow this one."""
        self._late.stop()
        if self._session is not None:
            self._leave(self._session)
        self._session = session
        if session is not None:
            session.run_changed.connect(self._soon)
            session.decisions_changed.connect(self._soon)
            self._tell()

    def _soon(self) -> None:
        # Not begun anew each time: while a key is held down nothing would be told.
        if not self._late.isActive():
            self._late.start()

    def _tell(self) -> None:
        if self._session is not None:
            self.changed.emit(self._session.project.folder, overview_in(self._session))

    def _leave(self, session: Session) -> None:
        from core.collection.overview import save_overview, stamp_of

        session.run_changed.disconnect(self._soon)
        session.decisions_changed.disconnect(self._soon)
        if session.detecting:
            return  # the run's file may be ahead of what is shown
        overview = overview_in(session, stamp_of(session.project))
        if overview is not None:
            save_overview(session.project.folder, overview)
            self.changed.emit(session.project.folder, overview)


def overview_in(session: Session, stamp: str = "") -> Overview | None:
    """What a session shows, in short; None where nothing was detected yet."""
    from core.collection.overview import overview_as_shown

    run, findings = session.run, session.findings
    if run is None or findings is None:
        return None
    return overview_as_shown(session.project, run, findings, session.queue, session.index, stamp)
