"""Scheduling a selection from the window: ask, then let Lightly have it as a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from core.errors import UserError
from gui.asked_job import AskedJob, Mend
from gui.cloud.keeping import keep
from gui.i18n import mark, tr
from gui.jobs import IsCancelled, Job, Report

if TYPE_CHECKING:
    from core.cloud.selection import SelectionRequest
    from core.project import ScheduledRun
    from gui.dialogs.schedule import ScheduleChoice, ScheduleDialog, ScheduleFacts
    from gui.dialogs.token import Source
    from gui.session import Session

STEPS = (
    mark("Looking for the dataset"),
    mark("Creating the dataset"),
    mark("Naming the buckets"),
    mark("Looking for a run with this selection"),
    mark("Scheduling the selection"),
)
"""What `core.cloud.schedule` says that it does."""


@dataclass(frozen=True)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    choice: ScheduleChoice
    frames: int
    class_names: tuple[str, ...]
    project: Path


class Scheduler(AskedJob):
    """Schedules one selection at a time; it goes on while another video is opened."""

    upload_requested = Signal()
    """The person takes the step before."""

    _session: Session | None = None
    _dialog: ScheduleDialog | None = None
    _looking: Job[Source | None] | None = None
    _request: SelectionRequest | None = None
    """What was asked for last."""

    def attach(self, session: Session | None) -> None:
        """Take note of what is open."""
        self._session = session
        self._end_dialog()

    def ask(self, session: Session) -> None:
        """Let the person say what to select, then schedule."""
        from core.cloud.selection import SelectionRequest
        from gui.dialogs.schedule import ScheduleDialog

        dialog = ScheduleDialog(_facts(session), self._request or SelectionRequest(), self._window)
        self._dialog = dialog
        dialog.accepted.connect(lambda: self._send(session, dialog.choice()))
        dialog.upload_requested.connect(self.upload_requested)
        dialog.finished.connect(self._forget_dialog)
        self._look_for_token()
        dialog.open()

    def close(self) -> None:
        self._end_dialog()
        if self._looking is not None:
            self._looking.wait()
        super().close()

    def _look_for_token(self) -> None:
        """In a thread, for the keyring may wait for the person."""
        if self._looking is not None:
            return
        self._looking = Job(_token_source, self)
        self._looking.succeeded.connect(self._show_source)
        self._looking.failed.connect(lambda error: self._show_source(None))
        self._looking.finished.connect(self._found)
        self._looking.start()

    def _show_source(self, source: Source | None) -> None:
        if self._dialog is not None:
            self._dialog.token.show_source(source)

    def _found(self) -> None:
        if self._looking is not None:
            self._looking.deleteLater()
            self._looking = None

    def _end_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _send(self, session: Session, choice: ScheduleChoice) -> None:
        self._request = choice.request
        session.set_handover(replace(session.handover, place=choice.place))
        order = _Order(choice, len(session.index), session.class_names, session.project.folder)
        stopped = tr("Stopped; schedule again to go on from there")
        work = partial(_schedule, order)
        self._start(tr("Scheduling"), work, partial(self._succeed, order), stopped)

    def _succeed(self, order: _Order, run: ScheduledRun) -> str:
        keep(self._session, order.project, lambda handover: replace(handover, run=run))
        said = tr("Lightly has the selection; one of its workers takes it next")
        self._banner.show_message("info", said)
        return said

    def _mend(self, error: BaseException) -> Mend | None:
        session = self._session
        if session is None or not isinstance(error, UserError):
            return None
        return tr("Schedule selection…"), partial(self.ask, session)


def _facts(session: Session) -> ScheduleFacts:
    import numpy as np

    from gui.dialogs.schedule import ScheduleFacts

    handover = session.handover
    place = handover.place
    known = session.run.info.class_names if session.run is not None else ()
    seen = np.bincount(session.detections.class_id, minlength=len(known))
    often = np.argsort(-seen[: len(known)], kind="stable").tolist()
    return ScheduleFacts(
        place,
        session.info.path.stem,
        bool(handover.uploaded and place.input and place.lightly),
        len(session.index),
        tuple(known[number] for number in often),
        keys=handover.run is not None and not place.role_arn,
    )


def _token_source(report: Report, cancelled: IsCancelled) -> Source | None:
    from core.cloud.token import token_source

    del report, cancelled
    return token_source()


def _schedule(order: _Order, report: Report, cancelled: IsCancelled) -> ScheduledRun:
    from core.cloud.schedule import schedule

    choice = order.choice
    if choice.token is not None:
        choice.token.use()
    return schedule(
        choice.place,
        choice.request,
        frame_count=order.frames,
        class_names=order.class_names or None,
        keys=choice.keys,
        on_step=lambda step: report((tr(step), 0, 0)),
        cancelled=cancelled,
    )
