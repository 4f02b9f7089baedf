"""Reading which frames Lightly has selected, with the run's report, as a job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog

from core.errors import CloudError, UserError
from gui.asked_job import AskedJob, Mend
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report
from gui.text import data_size

if TYPE_CHECKING:
    from core.project import ScheduledRun
    from gui.session import Session

FOLDER = "lightly"
"""Folder of a project that gets what runs left behind, in one folder a run."""
FIRST_TAG = "initial-tag"
"""Lightly's name for what a dataset began with: what its first run has selected."""


@dataclass(frozen=True)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    run: ScheduledRun
    tag: str
    video: Path
    frames: int
    project: Path


@dataclass(frozen=True)
class _Read:
    """What Lightly has selected, and what its run left."""

    frames: tuple[int, ...]
    report: Path | None
    problem: str
    """Why the report is not there; empty for no reason."""


class SelectionReader(AskedJob):
    """Reads one selection at a time."""

    _session: Session | None = None

    def attach(self, session: Session | None) -> None:
        """Read for this project from now on."""
        self.close()
        self._session = session

    def ask(self, session: Session) -> None:
        """Look which tags there are, let the person choose if there are several, then read."""
        run = session.handover.run
        if run is not None and not self.busy:
            work, succeed = partial(_tags, run), partial(self._choose, run)
            self._start(tr("Asking Lightly for its tags"), work, succeed, tr("Stopped"))

    def _choose(self, run: ScheduledRun, tags: list[str]) -> str:
        # Once this job has ended.
        QTimer.singleShot(0, self, partial(self._read, run, tags))
        return tr_n("{count} tag", "{count} tags", len(tags))

    def _read(self, run: ScheduledRun, tags: list[str]) -> None:
        session, later = self._session, [tag for tag in tags if tag != FIRST_TAG]
        chosen = (later or tags or [FIRST_TAG])[0]
        if len(later) > 1:
            chosen, sure = QInputDialog.getItem(
                self._window, tr("Lightly's selection"), tr("Tag, newest first"), later, 0, False
            )
            if not sure:
                return
        if session is None or self.busy:
            return
        order = _Order(run, chosen, session.info.path, len(session.index), session.project.folder)
        work, stopped = partial(_read, order), tr("Stopped; what was read until then is kept")
        self._start(tr("Reading Lightly's selection"), work, partial(self._show, order), stopped)

    def _show(self, order: _Order, read: _Read) -> str:
        from core.project import Selection

        session = self._session
        if session is None:
            return tr("Stopped")
        session.set_selection(Selection(order.tag, "lightly", read.frames))
        if not session.is_selected(session.frame):
            session.go_to(read.frames[0])
        said = tr_n(
            "Lightly has selected {count} frame",
            "Lightly has selected {count} frames",
            len(read.frames),
        )
        said = f"{said} · {order.tag}"
        report = read.report
        if report is not None:
            self._banner.show_message("info", said, (tr("Open report"), partial(_open, report)))
        else:
            why = read.problem or tr("its run left no report")
            self._banner.show_message("info", f"{said}; {why}")
        return said

    def _mend(self, error: BaseException) -> Mend | None:
        session = self._session
        if session is None or not isinstance(error, UserError):
            return None
        return tr("Try again"), partial(self.ask, session)


def _open(report: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(report)))


def _tags(run: ScheduledRun, report: Report, cancelled: IsCancelled) -> list[str]:
    from core.cloud.tags import tags

    del report
    return tags(run, cancelled)


def _read(order: _Order, report: Report, cancelled: IsCancelled) -> _Read:
    from core.cloud.tags import tagged
    from core.lightly.names import frames_of_names

    names = (frame.file_name for frame in tagged(order.run.dataset_id, order.tag, cancelled))
    frames = frames_of_names(names, order.video, order.frames)
    if not frames:
        raise CloudError(
            f"No frame of the tag {order.tag!r} is one of {order.video.name}",
            mend="choose another tag, or open the video that was scheduled",
        )
    try:
        return _Read(frames, _artifacts(order, report, cancelled), "")
    except (CloudError, OSError) as error:
        return _Read(frames, None, str(error))


def _artifacts(order: _Order, report: Report, cancelled: IsCancelled) -> Path | None:
    """The run's report, fetched with all else that it left."""
    from core.cloud.runs import download_artifacts

    def tell(name: str, done: int, total: int) -> None:
        report((f"{name} · {data_size(done)}", done, total))

    run = order.run
    folder = order.project / FOLDER / (run.run_id or run.schedule_id)
    paths = download_artifacts(run, folder, tell, cancelled)
    return next((path for path in paths if path.suffix == ".pdf"), None)
