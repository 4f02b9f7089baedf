"""Exporting from the window: ask, then write as a job."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from core.errors import ProjectError
from core.paths import free_folder
from gui.asked_job import AskedJob
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report
from gui.text import grouped

if TYPE_CHECKING:
    from core.detections import Detections
    from core.export import ExportResult
    from core.frames import FrameIndex
    from core.prelabels import Decision
    from gui.dialogs.export import ExportChoice, ExportCounts
    from gui.session import Session

log = logging.getLogger(__name__)


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


class Exporter(AskedJob):
    """Runs one export at a time."""

    _session: Session | None = None

    def attach(self, session: Session | None) -> None:
        """Know which project is open."""
        self._session = session

    def ask(self, session: Session) -> None:
        """Let the person choose, then export."""
        from gui.dialogs.export import ExportDialog

        dialog = ExportDialog(_counts(session), _suggested_folder(session), self._window)
        if dialog.exec() and session.run is not None:
            plan = _plan(session, dialog.choice())
            note = partial(self._note, session, plan.frames)
            stopped = tr("Stopped; nothing was left behind")
            self._start(tr("Exporting"), partial(_export, plan), note, stopped)
        dialog.deleteLater()

    def _note(self, session: Session, frames: list[int], result: ExportResult) -> str:
        """Remember what was exported, be its project still the one that is shown or not."""
        from core.project.exported import note_exported

        if session is self._session:
            session.note_exported(frames)
        else:
            try:
                note_exported(session.project.folder, frames)
            except ProjectError as error:
                log.warning("the exported frames are not remembered: %s", error)
        return self._show_result(result)

    def _show_result(self, result: ExportResult) -> str:
        def reveal() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(result.folder)))

        said = tr(
            "Exported {frames} with {prelabels} to {folder}",
            frames=tr_n("{count} frame", "{count} frames", result.frames),
            prelabels=tr_n("{count} prelabel", "{count} prelabels", result.prelabels),
            folder=result.folder,
        )
        self._banner.show_message("info", said, (tr("Open folder"), reveal))
        return said


def _export(plan: _Plan, report: Report, cancelled: IsCancelled) -> ExportResult:
    from core.export import export
    from core.video.reader import VideoReader

    def tell(done: int, total: int) -> None:
        far = tr("{done} of {total} frames", done=grouped(done), total=grouped(total))
        report((far, done, total))

    with VideoReader(plan.video, plan.index) as reader:
        return export(
            reader, plan.frames, plan.detections, plan.class_names, plan.decisions,
            plan.choice.format_name, plan.choice.folder,
            on_progress=tell, cancelled=cancelled,
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
