"""What is under way beside the window: opening, reading runs, detecting, copying, handing over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.detectors.base import Notice, Preparing
from core.paths import ProxyPlace
from gui.asked_job import AskedJob
from gui.cloud.following import Follower
from gui.cloud.scheduling import Scheduler
from gui.cloud.selecting import SelectionReader
from gui.cloud.signing import Signer
from gui.cloud.uploading import Uploader
from gui.collection.detecting import DetectAll
from gui.collection.finding import Finder
from gui.copying import Copier
from gui.exporting import Exporter
from gui.i18n import tr, tr_n
from gui.job_list import JobList
from gui.labels import LabelReader
from gui.messages import Banner
from gui.movies import MovieMaker
from gui.opening import Opener
from gui.selection.keeping import Keeper
from gui.selection.reading import PartReader
from gui.selection.reporting import Reporter
from gui.status import JobStatus, found, how_far, outcome
from gui.text import percent

if TYPE_CHECKING:
    from pathlib import Path

    from core.pipeline import Progress, Seen
    from gui.opening import Opened
    from gui.session import Session


class Background(QObject):
    """The jobs of one window.

    The status bar shows one of them, and its Stop button stops that very one; `jobs` has them all.
    """

    changed = Signal()
    """Something began or ended: other actions may be possible now."""

    def __init__(self, window: QWidget, status: JobStatus, banner: Banner) -> None:
        super().__init__(window)
        self.jobs = JobList(self)
        self.opener = Opener(self)
        self.finder = Finder(self)
        self.exporter = Exporter(window, banner)
        self.movies = MovieMaker(window, banner)
        self.uploader = Uploader(window, banner)
        self.signer = Signer(window, banner)
        self.copier = Copier(self)
        self.scheduler = Scheduler(window, banner)
        self.selections = SelectionReader(window, banner)
        self.follower = Follower(window, banner)
        self.reporter = Reporter(window, banner)
        self.parts = PartReader(window, banner)
        self.keeper = Keeper(window, banner)
        self.labels = LabelReader(window, banner)
        self.detect_all = DetectAll(window, banner)
        self._asked: dict[str, AskedJob] = {
            "export": self.exporter,
            "render": self.movies,
            "upload": self.uploader,
            "signed_urls": self.signer,
            "schedule": self.scheduler,
            "selection": self.selections,
            "report": self.reporter,
            "parts": self.parts,
            "keep": self.keeper,
            "labels": self.labels,
            "detect_all": self.detect_all,
        }
        """By the name of their action, if any; of several the status bar shows the first."""
        self._status = status
        self._session: Session | None = None
        # How each is to end, as far as is known.
        self._opened = self._read = self._detected = ""
        status.cancel_requested.connect(self.stop_shown)
        status.pause_requested.connect(self.pause_shown)
        self.jobs.changed.connect(lambda: status.show_count(len(self.jobs.under_way)))
        self.finder.began.connect(self._begin_finding)
        self.finder.ended.connect(self._end_finding)
        self.opener.began.connect(self._begin_opening)
        self.opener.progressed.connect(self._show_opening)
        self.opener.opened.connect(self._note_opened)
        self.opener.failed.connect(self._note_failed)
        self.opener.ended.connect(self._end_opening)
        for name, job in self._asked.items():
            job.began.connect(partial(self._begin_asked, name))
            job.progressed.connect(partial(self._show_asked, name))
            job.ended.connect(partial(self._end_asked, name))
        self.uploader.schedule_requested.connect(partial(self._ask, self.scheduler))
        self.scheduler.upload_requested.connect(partial(self._ask, self.uploader))
        self.follower.began.connect(self._begin_following)
        self.follower.told.connect(lambda far: self.jobs.progress("following", far, 0, 1))
        self.follower.ended.connect(partial(self.jobs.end, "following"))
        self.follower.selected.connect(partial(self._ask, self.selections))
        self.copier.progressed.connect(self._show_copying)
        self.copier.changed.connect(self._show_copied)
        self.copier.failed.connect(banner.show_error)

    def follow(self, session: Session | None, place: ProxyPlace | None) -> None:
        """Show the jobs of this session from now on; the copy of the one before is ended."""
        for kind in ("detecting", "reading"):
            self.jobs.end(kind, tr("Stopped when the video was closed"))
        self._session = session
        self.copier.attach(session, place)
        self.exporter.attach(session)
        self.uploader.attach(session)
        self.scheduler.attach(session)
        self.selections.attach(session)
        self.follower.attach(session)
        self.signer.attach(session)
        self.labels.attach(session)
        self.keeper.attach(session)
        if session is not None:
            session.detection_changed.connect(self._show_detecting)
            session.detection_told.connect(self._show_preparing)
            session.detection_progressed.connect(self._show_detection)
            session.run_changed.connect(self._show_run)
            session.failed.connect(self._note_undetected)
            session.reader.changed.connect(self._show_reading)
            session.reader.read.connect(self._note_read)
            session.reader.failed.connect(self._note_unread)
            self._show_detecting()

    def stop_shown(self) -> None:
        """Stop what the status bar shows."""
        if self.finder.busy:
            self.finder.cancel()
        elif self.opener.busy:
            self.opener.cancel()
        elif shown := self._shown_asked:
            self._asked[shown].cancel()
        elif self.copier.busy:
            self.copier.cancel()
        else:
            self._stop_detecting()

    def pause_shown(self) -> None:
        """Pause what the status bar shows, or let it go on."""
        if shown := self._shown_asked:
            self._asked[shown].pause()

    def close(self) -> None:
        """Stop everything but detection, which is the session's, and wait until it has."""
        self.finder.close()
        self.opener.close()
        for job in self._asked.values():
            job.close()
        self.follower.close()
        self.copier.end()

    @property
    def _taken(self) -> bool:
        """Whether the status bar shows what comes before detecting and copying."""
        return self.finder.busy or self.opener.busy or self._shown_asked is not None

    @property
    def _shown_asked(self) -> str | None:
        """The job of a dialog that the status bar shows."""
        if self.finder.busy or self.opener.busy:
            return None
        return next((name for name, job in self._asked.items() if job.busy), None)

    @property
    def busy(self) -> set[str]:
        """The actions whose jobs are under way."""
        return {name for name, job in self._asked.items() if job.busy}

    # Opening

    def _begin_finding(self, folder: Path) -> None:
        self._status.begin_job(tr("Looking through {name}…", name=folder.name), can_cancel=True)
        title = tr("Looking through {name}", name=folder.name)
        self.jobs.begin("finding", title, self.finder.cancel)

    def _end_finding(self) -> None:
        self.jobs.end("finding", tr("Ended"))
        self._rest()

    def _begin_opening(self, name: str) -> None:
        self._opened = tr("Stopped")
        self._status.begin_job(tr("Opening {name}…", name=name), can_cancel=True)
        self.jobs.begin("opening", tr("Opening {name}", name=name), self.opener.cancel)

    def _show_opening(self, name: str, share: float) -> None:
        self._status.show_opening(name, share)
        self.jobs.progress("opening", percent(share), round(1000 * share), 1000)

    def _note_opened(self, opened: Opened) -> None:
        self._opened = tr_n("{count} frame", "{count} frames", len(opened.index))

    def _note_failed(self, path: Path, error: BaseException) -> None:
        del path
        self._opened = str(error)

    def _end_opening(self) -> None:
        self.jobs.end("opening", self._opened)
        self._rest()

    # Detecting, and reading other runs

    def _stop_detecting(self) -> None:
        if self._session is not None:
            self._session.cancel_detection()

    def _show_detecting(self) -> None:
        session = self._session
        if session is None:
            return
        if session.detecting:
            self._status.begin_job(tr("Loading the detector…"), can_cancel=True)
            self.jobs.begin("detecting", tr("Detecting"), self._stop_detecting)
        else:
            how = self._detected or outcome(session) or tr("Stopped before the first frame")
            self.jobs.end("detecting", how)
            self._detected = ""
            self.copier.look()
        self._show_run()
        self.changed.emit()

    def _show_run(self) -> None:
        if self._session is not None:
            self._status.show_run(self._session.run)
            self._rest()

    def _show_preparing(self, message: Preparing | Notice) -> None:
        if not isinstance(message, Preparing):
            return
        self.jobs.progress("detecting", f"{message.text}…", 0, 0)
        if not self._taken:
            self._status.begin_job(f"{message.text}…", can_cancel=True)

    def _show_detection(self, progress: Progress) -> None:
        far = how_far(progress.done, progress.total, progress.fps, found(progress))
        self.jobs.progress("detecting", far, progress.done, progress.total)
        if not self._taken:
            self._status.show_detection(progress)

    def _show_reading(self) -> None:
        session = self._session
        if session is None:
            return
        if session.reader.busy:
            self._read = tr("Stopped")
            self.jobs.begin("reading", tr("Reading a run"), session.reader.cancel)
        else:
            self.jobs.end("reading", self._read)

    def _note_undetected(self, error: BaseException) -> None:
        if self._session is not None and self._session.detecting:
            self._detected = str(error)

    def _note_read(self, seen: Seen) -> None:
        self._read = tr_n("{count} detection", "{count} detections", len(seen.detections))

    def _note_unread(self, error: BaseException) -> None:
        self._read = str(error)

    # What a dialog asked for

    def _begin_asked(self, name: str, title: str) -> None:
        job = self._asked[name]
        self.jobs.begin(name, title, job.cancel, None if job.paused is None else job.pause)
        if self._shown_asked == name:
            self._status.begin_job(f"{title}…", can_cancel=True)
        self.changed.emit()

    def _show_asked(self, name: str, far: str, done: int, total: int) -> None:
        job = self._asked[name]
        self.jobs.progress(name, far, done, total, paused=bool(job.paused))
        if self._shown_asked == name:
            title = self.jobs.under_way[name].title
            self._status.show_progress(f"{title} · {far}", done, total, paused=job.paused)

    def _end_asked(self, name: str, how: str) -> None:
        self.jobs.end(name, how)
        if not self._taken:
            self._status.end_job()
        self._rest()
        self.changed.emit()

    def _begin_following(self, title: str) -> None:
        self.jobs.begin("following", title, self.follower.cancel)

    def _ask(self, step: Uploader | Scheduler | SelectionReader) -> None:
        """Lead the person through a step of handing over."""
        if self._session is not None:
            step.ask(self._session)

    # The small copy

    def _show_copying(self, done: int, total: int, fps: float) -> None:
        if "copying" not in self.jobs.under_way:
            self.jobs.begin("copying", tr("Preparing scrubbing"), self.copier.cancel)
        self.jobs.progress("copying", how_far(done, total, fps), done, total)
        if not self._taken:
            self._status.show_copying(done, total, fps)

    def _show_copied(self) -> None:
        if not self.copier.busy:
            self.jobs.end("copying", self.copier.outcome or tr("Stopped"))
        if self.copier.outcome and not self.copier.busy and not self._taken:
            self._status.end_job(self.copier.outcome)
        else:
            self._rest()
        self.changed.emit()

    def _rest(self) -> None:
        """Show the last outcome, unless something goes on, which shows itself again."""
        if self._taken or self.copier.busy:
            return
        if self._session is None:
            self._status.end_job()
        elif not self._session.detecting:
            self._status.show_outcome(self._session)
