"""Uploading from the window: ask and plan in a dialog, then send as a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from core.errors import UserError
from gui.asked_job import AskedJob, Mend
from gui.cloud.keeping import keep
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report, Work
from gui.text import clock, data_size, grouped, percent

if TYPE_CHECKING:
    from core.cloud.upload import UploadPlan, UploadProgress, UploadResult
    from core.lightly.writer import LightlyVideo
    from core.project import CloudPlace
    from gui.dialogs.upload import UploadDialog
    from gui.session import Session

_FULL = 1000
"""Of a progress; bytes would be too many for a progress bar."""

_OFTEN = 50
"""Files between two reports of a plan."""


@dataclass(frozen=True)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    video: LightlyVideo
    place: CloudPlace
    project: Path

    def plan(self, on_progress: Callable[[int], None], cancelled: IsCancelled) -> UploadPlan:
        """See what must be sent."""
        from core.cloud.hand_over import plan_hand_over

        return plan_hand_over(
            [self.video], self.place, self.project, on_progress=on_progress, cancelled=cancelled
        )


class Uploader(AskedJob):
    """Runs one upload at a time; it goes on while another video is opened."""

    schedule_requested = Signal()
    """The person takes the next step."""

    _session: Session | None = None
    _order: _Order | None = None
    _dialog: UploadDialog | None = None

    @property
    def paused(self) -> bool:
        return self._held.is_set()

    def attach(self, session: Session | None) -> None:
        """Take note of what is open."""
        self._session = session
        if self._dialog is not None:
            self._dialog.end()

    def ask(self, session: Session) -> None:
        """Let the person say where to, see what would be sent, and then upload."""
        from gui.dialogs.upload import UploadDialog, UploadFacts

        if session.findings is None:
            return
        frames = len(session.index)
        unseen = frames - int(session.findings.looked_at.sum())
        dialog = UploadDialog(
            session.handover.place,
            UploadFacts(session.info.path.name, frames, unseen),
            partial(self._planning, session),
            self._window,
        )
        self._dialog = dialog
        dialog.accepted.connect(lambda: self._send(dialog.plan))
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def close(self) -> None:
        if self._dialog is not None:
            self._dialog.end()
        super().close()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _planning(self, session: Session, place: CloudPlace) -> Work[UploadPlan]:
        """Remember the place; the work that makes the plan."""
        session.set_handover(replace(session.handover, place=place))
        self._order = _order(session, place)
        return partial(_check_and_plan, self._order)

    def _send(self, plan: UploadPlan | None) -> None:
        """Upload; without a plan, one is made first."""
        order = self._order
        if order is not None:
            work = partial(_upload, order, plan, self._held.is_set)
            stopped = tr("Stopped; what was sent stays, and Upload goes on from there")
            self._start(tr("Uploading"), work, partial(self._succeed, order), stopped)

    def _succeed(self, order: _Order, result: UploadResult) -> str:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        keep(self._session, order.project, lambda handover: replace(handover, uploaded=now))
        said = uploaded(result)
        self._banner.show_message(
            "info", said, (tr("Schedule selection…"), self.schedule_requested.emit)
        )
        return said

    def _mend(self, error: BaseException) -> Mend | None:
        return (tr("Go on"), partial(self._send, None)) if isinstance(error, UserError) else None


def far(progress: UploadProgress) -> str:
    """How far an upload is, in words."""
    parts = [
        percent(share(progress)),
        tr(
            "{done} of {total}",
            done=data_size(progress.done_bytes),
            total=data_size(progress.total_bytes),
        ),
        tr(
            "{done} of {total} files",
            done=grouped(progress.done_files),
            total=grouped(progress.total_files),
        ),
    ]
    if progress.paused:
        return " · ".join([tr("Paused"), *parts])
    if progress.bytes_per_second:
        parts.append(tr("{size} a second", size=data_size(round(progress.bytes_per_second))))
    if progress.seconds_left is not None:
        parts.append(tr("{time} left", time=clock(progress.seconds_left)))
    return " · ".join(parts)


def share(progress: UploadProgress) -> float:
    """The part of the bytes that is done."""
    return progress.done_bytes / progress.total_bytes if progress.total_bytes else 1.0


def uploaded(result: UploadResult) -> str:
    """What an upload did, in words."""
    unchanged = tr("{count} unchanged", count=grouped(result.unchanged))
    if not result.sent:
        return tr("Nothing was to upload: {unchanged}, all verified", unchanged=unchanged)
    return tr(
        "Uploaded {files} ({size}), {unchanged}, all verified",
        files=tr_n("{count} file", "{count} files", result.sent),
        size=data_size(result.bytes_sent),
        unchanged=unchanged,
    )


def _order(session: Session, place: CloudPlace) -> _Order:
    from core.lightly.writer import lightly_video

    if session.run is None or session.findings is None:
        raise ValueError("there is no run to upload")
    project = session.project
    video = lightly_video(
        project, session.run, session.detections, session.findings, place.flickering
    )
    return _Order(video, place, project.folder)


def _check_and_plan(order: _Order, report: Report, cancelled: IsCancelled) -> UploadPlan:
    from core.cloud.address import S3Address, S3Way
    from core.cloud.hand_over import item_count
    from core.cloud.s3 import check_bucket

    for address in (order.place.input, order.place.lightly):
        check_bucket(S3Address.parse(address), S3Way.of(order.place), writing=True)
    total = item_count([order.video])

    def tell(done: int) -> None:
        if done % _OFTEN == 0:
            report((done, total))

    return order.plan(tell, cancelled)


def _upload(
    order: _Order,
    plan: UploadPlan | None,
    paused: Callable[[], bool],
    report: Report,
    cancelled: IsCancelled,
) -> UploadResult:
    from core.cloud.upload import run_upload

    def tell(progress: UploadProgress) -> None:
        report((far(progress), round(_FULL * share(progress)), _FULL))

    plan = plan or order.plan(lambda done: None, cancelled)
    return run_upload(plan, on_progress=tell, cancelled=cancelled, paused=paused)
