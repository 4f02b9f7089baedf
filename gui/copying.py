"""Making the small copy of the open video on demand, as a job in a process of its own."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.errors import VideoError
from core.paths import ProxyPlace
from gui.i18n import tr
from gui.jobs import IsCancelled, Job, Report
from gui.text import grouped

if TYPE_CHECKING:
    from core.video.proxy_making import ProxyRequest
    from gui.session import Session


class Copier(QObject):
    """Makes one small copy at a time, that of the open video; what was made is always kept."""

    progressed = Signal(int, int, float)
    """Frames done and all frames, and frames per second; 0 while no rate is known."""
    failed = Signal(object)
    """The exception."""
    changed = Signal()
    """It began, or ended."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._place: ProxyPlace | None = None
        self._complete = False
        self._job: Job[None] | None = None
        self._began: tuple[float, int] | None = None
        self._done = 0
        self.outcome = ""
        """How the last copy ended, in words."""

    @property
    def busy(self) -> bool:
        """Whether a copy is being made."""
        return self._job is not None

    def attach(self, session: Session | None, place: ProxyPlace | None) -> None:
        """Take note of what is open and where copies go; ends the copy of what was open before."""
        self.end()
        self._session, self._place = session, place
        self.look()

    def look(self) -> None:
        """Look how much of the copy is there, after somebody else has written or deleted it."""
        self._complete = (
            self._session is not None
            and self._place is not None
            and _count(self._session, self._place) == len(self._session.index)
        )

    def why_not(self) -> str:
        """Why no copy can be made now; empty if it can."""
        if self._place is None:
            return tr("The settings allow no disk for small copies")
        if self._session is not None and self._session.detecting:
            return tr("Detection makes the copy as it goes")
        if self.busy:
            return tr("The copy is being made")
        return tr("Every frame has its small copy already") if self._complete else ""

    def start(self) -> None:
        """Make what is missing of the copy."""
        if self._session is None or self._place is None or self.why_not():
            return
        self._began, self._done, self.outcome = None, 0, ""
        self._job = Job(partial(_copy, _request(self._session, self._place)), self)
        self._job.progressed.connect(self._progress)
        self._job.succeeded.connect(self._succeed)
        self._job.failed.connect(self.failed)
        self._job.finished.connect(self._finish)
        self._job.start()
        self.progressed.emit(0, len(self._session.index), 0.0)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop; the rest can be made another time."""
        if self._job is not None:
            self._job.cancel()

    def end(self) -> None:
        """Stop, and wait until nothing is written any more."""
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()
            self._finish()

    def _progress(self, done: int) -> None:
        if self._session is None:
            return
        now = time.monotonic()
        self._done = done
        if self._began is None:
            # What was there before must not count as quick work.
            self._began = now, done
        began, first = self._began
        fps = (done - first) / (now - began) if done > first else 0.0
        self.progressed.emit(done, len(self._session.index), fps)

    def _succeed(self, _: None) -> None:
        # Frames that cannot be decoded have no picture, and will not have one next time.
        self._complete = True

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        if self._complete:
            self.outcome = tr("Scrubbing is prepared: every frame has its small copy")
        elif self._session is not None and self._done:
            total = len(self._session.index)
            self.outcome = tr(
                "Stopped at {done} of {total} small copies; Fast scrubbing goes on",
                done=grouped(self._done),
                total=grouped(total),
            )
        self.changed.emit()


def _request(session: Session, place: ProxyPlace) -> ProxyRequest:
    from core.video.proxy_making import ProxyRequest

    return ProxyRequest(session.info.path, session.index, place)


def _copy(request: ProxyRequest, report: Report, cancelled: IsCancelled) -> None:
    from core.child import stream_from_child
    from core.video.proxy_making import make_proxy

    died = VideoError(
        tr("The process that makes the small copy ended unexpectedly"),
        mend=tr("start it again, it goes on from where it stopped; the log may say why"),
    )
    for done in stream_from_child(make_proxy, request, cancelled, died=died):
        report(done)


def _count(session: Session, place: ProxyPlace) -> int:
    from core.video.proxy import ProxyReader, proxy_folder

    reader = ProxyReader(proxy_folder(place, session.info.identity), len(session.index))
    try:
        return reader.count
    finally:
        reader.close()
