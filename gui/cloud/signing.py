"""Signed URLs from the window: ask, then have them made as a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gui.asked_job import AskedJob
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report, Work
from gui.text import grouped

if TYPE_CHECKING:
    from core.cloud.signed import SignedFrame
    from core.frames import FrameIndex
    from gui.dialogs.signed_urls import SignedChoice, SignedUrlsDialog
    from gui.session import Session


@dataclass(frozen=True)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    choice: SignedChoice
    dataset_id: str
    video: Path
    index: FrameIndex
    frames: list[int]
    """Empty for a tag, whose frames Lightly knows."""
    memory: Path


@dataclass(frozen=True)
class _Signed:
    frames: list[SignedFrame]
    until: datetime | None
    """When the addresses end, in this place's time; None where Lightly decides."""


class Signer(AskedJob):
    """Makes one file of signed URLs at a time."""

    _session: Session | None = None
    _dialog: SignedUrlsDialog | None = None

    def attach(self, session: Session | None) -> None:
        """Take note of what is open."""
        self._session = session
        if self._dialog is not None:
            self._dialog.reject()

    def ask(self, session: Session) -> None:
        """Let the person choose frames, then sign."""
        from core.cloud.runs import RunState, state_of
        from gui.dialogs.signed_urls import SCOPES, SignedFacts, SignedUrlsDialog

        run = session.handover.run
        tags_of = run if run is not None and state_of(run) is RunState.DONE else None
        facts = SignedFacts(
            {scope: len(session.frames_in(scope)) for scope, _ in SCOPES},
            tags_of.dataset if tags_of is not None else "",
            Path.home() / f"{session.info.path.stem}-signed-urls.json",
        )
        tags = partial(_tags, tags_of.dataset_id if tags_of is not None else "")
        dialog = SignedUrlsDialog(session.handover.place, facts, tags, self._window)
        self._dialog = dialog
        dialog.accepted.connect(lambda: self._export(session, dialog.choice()))
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def close(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        super().close()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _export(self, session: Session, choice: SignedChoice) -> None:
        from core.cloud.hand_over import MEMORY

        handover, way = session.handover, choice.way
        order = _Order(
            choice,
            handover.run.dataset_id if handover.run is not None else "",
            session.info.path,
            session.index,
            [] if choice.source == "tag" else session.frames_in(choice.source),
            session.project.folder / MEMORY,
        )
        if choice.target is not None:
            place = replace(
                handover.place, endpoint=way.endpoint, region=way.region, profile=way.profile
            )
            session.set_handover(replace(handover, place=place))
        work: Work[_Signed] = partial(_of_tag if choice.source == "tag" else _of_frames, order)
        stopped = tr("Stopped; what was sent stays, and no file was written")
        self._start(tr("Signing URLs"), work, partial(self._succeed, order), stopped)

    def _succeed(self, order: _Order, signed: _Signed) -> str:
        file = order.choice.file

        def reveal() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.parent)))

        if order.choice.tag:
            self._select(order, signed)
        said = tr_n(
            "Signed URLs of {count} frame are in {file}",
            "Signed URLs of {count} frames are in {file}",
            len(signed.frames),
            file=file,
        )
        if signed.until is not None:
            said = tr(
                "{what}; they work until {time}", what=said, time=f"{signed.until:%Y-%m-%d %H:%M}"
            )
        self._banner.show_message("info", said, (tr("Open folder"), reveal))
        return said

    def _select(self, order: _Order, signed: _Signed) -> None:
        """Mark the tag's frames in the video, if that is still open."""
        from core.lightly.names import frames_of_names
        from core.project import Selection

        session = self._session
        if session is None or session.info.path != order.video:
            return
        names = (row.file_name for row in signed.frames)
        frames = frames_of_names(names, order.video, len(order.index))
        if frames:
            session.set_selection(Selection(order.choice.tag, "lightly", frames))


def _tags(dataset_id: str, report: Report, cancelled: IsCancelled) -> list[str]:
    from core.cloud.tags import tags

    del report
    return tags(dataset_id, cancelled)


def _of_tag(order: _Order, report: Report, cancelled: IsCancelled) -> _Signed:
    from core.cloud.signing import write_signed
    from core.cloud.tags import tagged

    report((tr("asking Lightly"), 0, 0))
    frames = tagged(order.dataset_id, order.choice.tag, cancelled)
    write_signed(frames, order.choice.file)
    return _Signed(frames, None)


def _of_frames(order: _Order, report: Report, cancelled: IsCancelled) -> _Signed:
    from core.cloud.frames import upload_frames
    from core.cloud.signing import write_signed
    from core.video.reader import VideoReader

    def tell(done: int, total: int) -> None:
        far = tr("{done} of {total} frames", done=grouped(done), total=grouped(total))
        report((far, done, total))

    choice = order.choice
    if choice.target is None:
        raise ValueError("pictures need a place")
    until = datetime.now().astimezone() + choice.expiry
    with VideoReader(order.video, order.index) as reader:
        frames = upload_frames(
            reader, order.frames, choice.target, choice.way, choice.expiry,
            memory=order.memory, on_progress=tell, cancelled=cancelled,
        )  # fmt: skip
    write_signed(frames, choice.file)
    return _Signed(frames, until)
