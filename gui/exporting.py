"""Exporting from the window: ask, then write as a job."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
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
from gui.text import grouped, percent

if TYPE_CHECKING:
    from core.export import Scope
    from core.export.plan import ExportSource
    from core.export.request import ExportRequest
    from core.export.writing import ExportResult
    from gui.dialogs.export import ExportFacts
    from gui.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    source: ExportSource
    request: ExportRequest
    place: Path
    overwrite: bool


@dataclass(frozen=True)
class _Exported:
    """What was written."""

    result: ExportResult
    frames: list[int]
    """Those of the video, without their context."""


class Exporter(AskedJob):
    """Runs one export at a time."""

    _session: Session | None = None

    def attach(self, session: Session | None) -> None:
        """Know which project is open."""
        self._session = session

    def ask(self, session: Session) -> None:
        """Let the person choose, then export."""
        from gui.dialogs.export import ExportDialog

        facts = facts_of(session)
        dialog = ExportDialog(
            facts,
            # The range that the person looks at now is what they have in mind.
            replace(session.exporting, range=session.project.range or session.exporting.range),
            _suggested_folder(session),
            self._window,
        )
        wanted = dialog.exec()
        # Not only the person ends it: the program may be told to quit.
        dialog.stop()
        if wanted:
            session.set_exporting(dialog.request())
            order = _Order(facts.source, dialog.request(), dialog.place(), dialog.overwrite)
            note = partial(self._note, session)
            stopped = tr("Stopped; exporting the same to the same folder goes on with it")
            self._start(tr("Exporting"), partial(_export, order), note, stopped)
        dialog.deleteLater()

    def _note(self, session: Session, exported: _Exported) -> str:
        """Remember what was exported, be its project still the one that is shown or not."""
        from core.project.exported import note_exported

        if session is self._session:
            session.note_exported(exported.frames)
        else:
            try:
                note_exported(session.project.folder, exported.frames)
            except ProjectError as error:
                log.warning("the exported frames are not remembered: %s", error)
        return self._show_result(exported.result)

    def _show_result(self, result: ExportResult) -> str:
        said = tr(
            "Exported {frames} with {prelabels} to {folder}",
            frames=tr_n("{count} frame", "{count} frames", result.frames),
            prelabels=tr_n("{count} prelabel", "{count} prelabels", result.prelabels),
            folder=result.folder,
        )
        if result.left_out:
            damaged = tr_n(
                "{count} damaged frame was left out",
                "{count} damaged frames were left out",
                result.left_out,
            )
            said = f"{said}; {damaged}"
        self._banner.show_message("info", said, (tr("Open folder"), partial(reveal, result.folder)))
        return said


def source_in(session: Session) -> ExportSource:
    """What the run that is shown gives to an export.

    Raises:
        ValueError: Nothing was detected yet.
    """
    from core.export.plan import source_of

    if session.run is None or session.everything is None:
        raise ValueError("there is no run to export")
    return source_of(
        session.project, session.run, session.detections, session.everything, session.index
    )


def facts_of(session: Session) -> ExportFacts:
    """What there is to export."""
    from core.export import SCOPES
    from gui.dialogs.export import ExportFacts

    states = session.queue.box_state
    to_do = len(states) - int(states.astype(bool).sum())
    frames: dict[Scope, int] = {scope: len(session.frames_in(scope)) for scope in SCOPES}
    return ExportFacts(source_in(session), frames, to_do)


def reveal(path: Path) -> None:
    """Show a folder, or the one that a file lies in."""
    folder = path if path.is_dir() else path.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def tell_frames(report: Report, done: int, total: int) -> None:
    """Say how far a job is."""
    far = tr("{done} of {total} frames", done=grouped(done), total=grouped(total))
    report((far, done, total))


def _tell_share(report: Report, done: int, total: int) -> None:
    report((percent(done / max(total, 1)), done, total))


def _export(order: _Order, report: Report, cancelled: IsCancelled) -> _Exported:
    from core.export.plan import plan_export
    from core.export.writing import write_export

    plan = plan_export((order.source,), order.request)
    # Copying whole videos and packing have steps that are no frames.
    only_frames = plan.media == "frames" and not order.request.zip
    result = write_export(
        plan,
        order.place,
        on_progress=partial(tell_frames if only_frames else _tell_share, report),
        cancelled=cancelled,
        overwrite=order.overwrite,
    )
    frames = [frame.frame for frame in result.labeled.frames if not frame.context]
    return _Exported(result, frames)


def _suggested_folder(session: Session) -> Path:
    return free_folder(Path.home() / f"{session.info.path.stem}-prelabels")
