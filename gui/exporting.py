"""Exporting from the window: ask, then write as a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

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
    from gui.collection.library import Library
    from gui.dialogs.export_facts import Across, ExportFacts
    from gui.session import Session


@dataclass(frozen=True, eq=False)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    facts: ExportFacts
    request: ExportRequest
    place: Path
    overwrite: bool
    own: Path
    """The project that is open; its session remembers what was exported."""


@dataclass(frozen=True, eq=False)
class _Exported:
    """What was written."""

    result: ExportResult
    frames: Mapping[Path, list[int]]
    """Those of each project, without their context."""
    forgotten: Mapping[Path, str]
    """Projects that do not remember theirs, and why."""


class Exporter(AskedJob):
    """Runs one export at a time."""

    _session: Session | None = None
    _library: Library | None = None

    def attach_library(self, library: Library) -> None:
        """Know the window's collection."""
        self._library = library

    def attach(self, session: Session | None) -> None:
        """Know which project is open."""
        self._session = session

    def ask(self, session: Session, scope: Scope | None = None) -> None:
        """Let the person choose, then export.

        Args:
            session: Of the open video.
            scope: Frames of all videos that are shown first; None for the open video.
        """
        from gui.dialogs.export import ExportDialog

        # The range that the person looks at now is what they have in mind.
        range_ = session.project.range or session.exporting.range
        request = replace(session.exporting, range=range_)
        facts = facts_of(session) if session.everything is not None else None
        dialog = ExportDialog(
            facts,
            request if scope is None else replace(request, scope=scope),
            _suggested_folder(session),
            self._window,
            self._across(facts, chosen=scope is not None),
        )
        wanted = dialog.exec()
        # Not only the person ends it: the program may be told to quit.
        dialog.stop()
        if wanted and dialog.facts is not None:
            request, own = dialog.request(), session.project.folder
            session.set_exporting(
                replace(request, range=session.exporting.range) if dialog.everything else request
            )
            order = _Order(dialog.facts, request, dialog.place(), dialog.overwrite, own)
            note = partial(self._note, session)
            stopped = tr("Stopped; exporting the same to the same folder goes on with it")
            self._start(tr("Exporting"), partial(_export, order), note, stopped)
        dialog.deleteLater()

    def _across(self, own: ExportFacts | None, *, chosen: bool) -> Across | None:
        from gui.dialogs.export_facts import Across, reading

        library = self._library
        if library is None or library.collection is None:
            return None
        found = library.collection
        place = free_folder(Path.home() / f"{found.root.name}-prelabels")
        return Across(len(found.members), reading(found.members, own), place, chosen)

    def _note(self, session: Session, exported: _Exported) -> str:
        """Let the project remember that was open, and the one that is open now."""
        from core.project.exported import noted

        forgotten = dict(exported.forgotten)
        before = session.project.folder
        if before in exported.frames and session is not self._session:
            forgotten[before] = noted(before, exported.frames[before])
        open_one = self._session
        if open_one is not None and (open_one is session or open_one.project.folder in forgotten):
            # While it was written, another of the videos may have been opened here.
            open_one.note_exported(exported.frames.get(open_one.project.folder, ()))
            forgotten.pop(open_one.project.folder, None)
        return self._show_result(exported.result, [why for why in forgotten.values() if why])

    def _show_result(self, result: ExportResult, forgotten: Sequence[str]) -> str:
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
        if forgotten:
            unknowing = tr_n(
                "{count} project does not remember which frames these were: {why}",
                "{count} projects do not remember which frames these were: {why}",
                len(forgotten), why=forgotten[0],
            )  # fmt: skip
            said = f"{said}. {unknowing}"
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
    from gui.dialogs.export_facts import ExportFacts

    states = session.queue.box_state
    to_do = len(states) - int(states.astype(bool).sum())
    frames: dict[Scope, int] = {scope: len(session.frames_in(scope)) for scope in SCOPES}
    return ExportFacts((source_in(session),), (session.project.folder,), frames, to_do)


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
    from core.project.exported import noted

    facts = order.facts
    plan = plan_export(facts.sources, order.request)
    # Copying whole videos and packing have steps that are no frames.
    only_frames = plan.media == "frames" and not order.request.zip
    result = write_export(
        plan,
        order.place,
        on_progress=partial(tell_frames if only_frames else _tell_share, report),
        cancelled=cancelled,
        overwrite=order.overwrite,
    )
    projects = {
        source.path: folder for source, folder in zip(facts.sources, facts.projects, strict=True)
    }
    frames = {projects[video]: its for video, its in result.handed_over.items()}
    forgotten = {}
    for done, (folder, its) in enumerate(frames.items(), 1):
        # The window's thread tells the one that is open.
        if folder != order.own and (why := noted(folder, its)):
            forgotten[folder] = why
        _tell_share(report, done, len(frames))
    return _Exported(result, frames, forgotten)


def _suggested_folder(session: Session) -> Path:
    return free_folder(Path.home() / f"{session.info.path.stem}-prelabels")
