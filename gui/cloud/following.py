"""Following a run at Lightly while the window works, and again when it is opened again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.errors import CloudError, SignInError
from gui.i18n import mark, tr
from gui.jobs import IsCancelled, Job, Report
from gui.messages import Banner

if TYPE_CHECKING:
    from core.project import ScheduledRun
    from gui.cloud.typed_token import TypedToken
    from gui.dialogs.token import TokenDialog
    from gui.session import Session

EVERY = 30.0
"""Seconds between two questions; Lightly asks for no fewer."""
AGAIN = 60.0
"""Seconds until it is tried again where Lightly was out of reach for long."""
_WORDS = {
    "open": mark("scheduled"),
    "running": mark("running"),
    "done": mark("done"),
    "failed": mark("failed"),
}


class Follower(QObject):
    """Asks what has become of the open project's run, and keeps the answer in the project.

    Breaks of the network are not told. Without a token it says so once and offers to ask for one.
    """

    began = Signal(str)
    """What it is called."""
    told = Signal(str)
    """How far the run is, in words."""
    ended = Signal(str)
    """How, in words; following may begin again."""
    selected = Signal()
    """The run is done, and its frames are not known yet."""

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._session: Session | None = None
        self._job: Job[ScheduledRun] | None = None
        self._followed = ""
        """The id of the run's schedule."""
        self._outcome = ""
        self._token: TypedToken | None = None
        """What the person has typed, until it is put where it belongs."""
        self._dialog: TokenDialog | None = None
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.follow)

    @property
    def busy(self) -> bool:
        """Whether a run is followed."""
        return self._job is not None

    def attach(self, session: Session | None) -> None:
        """Follow this project's run from now on, and no other."""
        self._end()
        self._session = session
        if session is not None:
            session.handover_changed.connect(self.follow)
            self.follow()
            if _waits_to_be_shown(session):
                self._offer_frames()

    def follow(self) -> None:
        """Follow the project's run, unless that is over or followed already."""
        from core.cloud.runs import RunState, state_of

        session = self._session
        run = session.handover.run if session is not None else None
        if run is None or (self._job is not None and run.schedule_id == self._followed):
            return
        self._end()
        if state_of(run) in (RunState.DONE, RunState.FAILED):
            return
        self._followed, self._outcome = run.schedule_id, tr("No longer followed; it goes on")
        self._job = Job(partial(_follow, run, EVERY, self._token), self)
        self._token = None
        self._job.progressed.connect(self._take)
        self._job.succeeded.connect(self._end_well)
        self._job.failed.connect(self._fail)
        self._job.finished.connect(self._finish)
        self._job.start()
        self.began.emit(tr("Lightly: {dataset}", dataset=run.dataset))
        self.told.emit(in_words(run))

    def cancel(self) -> None:
        """Follow no longer; the run goes on."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Follow no longer, and wait until nothing does."""
        self._end()
        self._session = None

    def enter_token(self) -> None:
        """Ask for the token, then go on."""
        from gui.dialogs.token import TokenDialog

        dialog = self._dialog = TokenDialog(self._window)
        dialog.accepted.connect(lambda: self._use(dialog.typed))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use(self, token: TypedToken | None) -> None:
        self._token = token
        self.follow()

    def _take(self, run: ScheduledRun) -> None:
        session = self._session
        known = session.handover.run if session is not None else None
        if session is not None and known is not None and known.schedule_id == run.schedule_id:
            session.set_handover(replace(session.handover, run=run))
        self.told.emit(in_words(run))

    def _end_well(self, run: ScheduledRun) -> None:
        from core.cloud.runs import check_done

        self._take(run)
        self._outcome = in_words(run)
        try:
            check_done(run)
        except CloudError as error:
            self._banner.show_error(error)
            return
        self._offer_frames()

    def _offer_frames(self) -> None:
        self._banner.show_message(
            "info", tr("Lightly has selected"), (tr("Show the frames"), self.selected.emit)
        )

    def _fail(self, error: BaseException) -> None:
        from core.errors import UnreachableError

        self._outcome = str(error)
        if isinstance(error, SignInError):
            self._banner.show_message(
                "info",
                tr("Lightly's run is not followed: {problem}", problem=error.problem),
                (tr("Enter token…"), self.enter_token),
            )
        elif isinstance(error, UnreachableError):
            self._again.start(round(1000 * AGAIN))
        else:
            self._banner.show_error(error)

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
            self.ended.emit(self._outcome)

    def _end(self) -> None:
        self._again.stop()
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.reject()
        self._dialog = None
        if self._job is not None:
            # A report that comes late would find another project open.
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()
            self._finish()


def in_words(run: ScheduledRun) -> str:
    """How far a run is, with what Lightly says of it."""
    from core.cloud.runs import state_of

    word = tr(_WORDS[state_of(run).value])
    return f"{word}: {run.message}" if run.message else word


def _waits_to_be_shown(session: Session) -> bool:
    from core.cloud.runs import RunState, state_of

    run = session.handover.run
    return run is not None and state_of(run) is RunState.DONE and session.selection is None


def _follow(
    run: ScheduledRun,
    every: float,
    token: TypedToken | None,
    report: Report,
    cancelled: IsCancelled,
) -> ScheduledRun:
    from core.cloud.runs import follow

    if token is not None:
        # Here and not in the window's thread, for the keyring may wait for the person.
        token.use()
    return follow(run, every=every, on_change=report, cancelled=cancelled)
