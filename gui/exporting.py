"""Exporting from the window: ask, then write as a job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from core.paths import free_folder
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Job, Report
from gui.messages import Banner

if TYPE_CHECKING:
    from core.detections import Detections
    from core.export import ExportResult
    from core.frames import FrameIndex
    from core.prelabels import Decision
    from gui.dialogs.export import ExportChoice, ExportCounts
    from gui.session import Session


@dataclass(frozen=True)
class _Plan:
    """All that the job's thread needs; nothing of it changes any more."""

    video: Path
    index: FrameIndex
    frames: list[int]
    detections: Detections
    class_names: tuple[str, ...]
    decisions: list[Decision]
    choice: ExportChoice


class Exporter(QObject):
    """Runs one export at a time."""

    began = Signal()
    progressed = Signal(int, int)
    """Frames done and all frames."""
    ended = Signal(str)
    """How, in words."""

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._job: Job[ExportResult] | None = None
        self._outcome = ""

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return self._job is not None

    def ask(self, session: Session) -> None:
        """Let the person choose, then export."""
        from gui.dialogs.export import ExportDialog

        dialog = ExportDialog(_counts(session), _suggested_folder(session), self._window)
        if dialog.exec() and session.run is not None:
            self._start(_plan(session, dialog.choice()))
        dialog.deleteLater()

    def cancel(self) -> None:
        """Stop; nothing is left behind."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stop and wait until it has."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()

    def _start(self, plan: _Plan) -> None:
        self._banner.hide()
        self._job = Job(partial(_export, plan), self)
        self._job.progressed.connect(lambda report: self.progressed.emit(*report))
        self._job.succeeded.connect(self._show_result)
        self._job.failed.connect(self._fail)
        self._job.finished.connect(self._finish)
        self._outcome = tr("Stopped; nothing was left behind")
        self._job.start()
        self.began.emit()

    def _show_result(self, result: ExportResult) -> None:
        def reveal() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(result.folder)))

        self._outcome = tr(
            "Exported {frames} with {prelabels} to {folder}",
            frames=tr_n("{count} frame", "{count} frames", result.frames),
            prelabels=tr_n("{count} prelabel", "{count} prelabels", result.prelabels),
            folder=result.folder,
        )
        self._banner.show_message("info", self._outcome, (tr("Open folder"), reveal))

    def _fail(self, error: BaseException) -> None:
        self._outcome = str(error)
        self._banner.show_error(error)

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.ended.emit(self._outcome)


def _export(plan: _Plan, report: Report, cancelled: IsCancelled) -> ExportResult:
    from core.export import export
    from core.video.reader import VideoReader

    with VideoReader(plan.video, plan.index) as reader:
        return export(
            reader, plan.frames, plan.detections, plan.class_names, plan.decisions,
            plan.choice.format_name, plan.choice.folder,
            on_progress=lambda done, total: report((done, total)), cancelled=cancelled,
        )  # fmt: skip


def _plan(session: Session, choice: ExportChoice) -> _Plan:
    if session.run is None:
        raise ValueError("there is no run to export")
    return _Plan(
        session.info.path,
        session.index,
        session.frames_in(choice.scope),
        session.detections,
        session.run.info.class_names,
        session.decisions,
        choice,
    )


def _counts(session: Session) -> ExportCounts:
    from core.export import SCOPES
    from gui.dialogs.export import ExportCounts

    states = session.queue.box_state
    return ExportCounts(
        {scope: len(session.frames_in(scope)) for scope in SCOPES},
        sum(decision.gives_box for decision in session.decisions),
        len(states) - int(states.astype(bool).sum()),
    )


def _suggested_folder(session: Session) -> Path:
    return free_folder(Path.home() / f"{session.info.path.stem}-prelabels")
