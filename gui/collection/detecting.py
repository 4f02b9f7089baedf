"""Detecting in all videos of the media list that wait for it, as one job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from core.errors import ProjectError, ProjectInUseError, UserError, VideoError
from gui.asked_job import AskedJob
from gui.collection.library import Library
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report
from gui.messages import Banner
from gui.notification import notify
from gui.text import grouped, percent

if TYPE_CHECKING:
    from core.collection.collection import Member
    from core.collection.detecting import Far, Settled
    from core.detectors.base import DetectorConfig
    from core.pipeline import Progress
    from gui.detecting import Detecting
    from gui.session import Session

_NAMED = 3
"""So many videos are named in the banner."""
_STEPS = 1000
"""Of the bar, for each video."""


class DetectAll(AskedJob):
    """Goes through the videos without a complete run; the person reviews others meanwhile.

    The video that is open is detected first, by its session, whose boxes are seen at once. One
    that is opened before its turn is put off; if it is still open at the end, its session begins.
    """

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window, banner)
        self._library: Library | None = None
        self._detecting: Detecting | None = None
        self._detect_open: Callable[[], object] = lambda: None
        self._session: Session | None = None
        self._begun: Session | None = None
        """The session whose detection is a part of the job."""
        self._far: Far | None = None
        self._free = Event()
        """Set while the open session does not detect."""
        self._free.set()

    def attach(
        self, library: Library, detecting: Detecting, detect_open: Callable[[], object]
    ) -> None:
        """Work for this library.

        Args:
            library: Has the videos, and shows how far each is.
            detecting: Knows what detects.
            detect_open: Detects in the open video.
        """
        self._library, self._detecting, self._detect_open = library, detecting, detect_open

    def follow(self, session: Session | None) -> None:
        """This is open from now on."""
        if self._session is not None:
            self._session.detection_changed.disconnect(self._note_open)
            self._session.detection_progressed.disconnect(self._show_open)
            self._show_share(self._session.project.folder, None)
        self._session = session
        if session is not None:
            session.detection_changed.connect(self._note_open)
            session.detection_progressed.connect(self._show_open)
        # The one before is still open now: the job would find its project in use.
        QTimer.singleShot(0, self, self._note_open)

    # What the person asks for

    def why_not(self) -> str:
        """Why it cannot begin now; empty if it can."""
        library = self._library
        if library is None or library.collection is None:
            return tr("Open a folder of videos first")
        if self.busy:
            return tr("Detection in all videos is under way")
        if not any(library.lacks_run(member.folder) for member in library.collection.members):
            return tr("All videos of the folder are detected")
        return ""

    def begin(self) -> None:
        """Begin, or go on where it was stopped."""
        from gui.dialogs.trust import may_load

        if self._library is None or self._detecting is None or self.why_not():
            return
        config = self._detecting.config
        if not may_load(config.model, self._window):
            return
        members = self._library.to_detect()
        is_open = [m for m in members if m.folder == self._library.current]
        if is_open:
            members = (*is_open, *(m for m in members if m not in is_open))
            self._begun = self._session
            self._detect_open()
        self._start(
            tr_n("Detecting in {count} video", "Detecting in {count} videos", len(members)),
            partial(_detect, members, config, self._free.is_set),
            self._succeed,
            tr("Stopped; “Detect in all videos” goes on"),
        )

    def cancel(self) -> None:
        """Stop; what was seen is kept."""
        super().cancel()
        if self.busy and self._begun is not None and self._begun is self._session:
            self._begun.cancel_detection()

    def close(self) -> None:
        """Stop, and tell nothing more; returns when that is so."""
        if self._job is not None:
            self._job.blockSignals(True)
        super().close()

    def reason(self, folder: Path, error: UserError) -> UserError:
        """Why a project cannot be opened: another sentence if that is because of this job."""
        far = self._far
        if far is None or folder != far.folder or not isinstance(error, ProjectInUseError):
            return error
        return ProjectInUseError(
            tr("{name} is being detected now", name=far.member.name),
            mend=tr("open it when that is done, or stop it (Jobs)"),
        )

    # How far it is

    def _report(self, report: Far | Settled) -> None:
        from core.collection.detecting import Far

        if isinstance(report, Far):
            before, self._far = self._far, report
            if before is not None and before.folder != report.folder:
                self._show_share(before.folder, None)  # it was put off
            progress = report.progress
            share = progress.done / progress.total if progress is not None else 0.0
            # Of the open video the session says it, which it may wait for.
            if progress is not None or self._free.is_set():
                self._show_share(report.folder, share)
            self._tell(report, share)
        else:
            self._settle(report)

    def _tell(self, far: Far, share: float) -> None:
        number, total = grouped(far.settled + 1), grouped(far.total)
        how_far = f"{far.text}…" if far.text and not share else percent(share)
        text = tr("{number} of {total}: {name}", number=number, total=total, name=far.member.name)
        done = far.settled * _STEPS + round(share * _STEPS)
        self.progressed.emit(f"{text} · {how_far}", done, far.total * _STEPS)

    def _settle(self, settled: Settled) -> None:
        library, error = self._library, settled.error
        self._far = None
        self._show_share(settled.folder, None)
        if library is None:
            return
        library.adopt(settled.folder, settled.member.video)
        if isinstance(error, (ProjectError, VideoError)) and not settled.in_use:
            library.show_problem(settled.member.folder, error.problem)
        elif settled.overview is not None:
            library.show_overview(settled.folder, settled.overview)
        else:
            library.look_again(settled.folder)

    def _show_share(self, folder: Path, share: float | None) -> None:
        if self._library is not None:
            self._library.show_detecting(folder, share)

    # The open video

    def _note_open(self) -> None:
        session = self._session
        if session is not None and session.detecting:
            self._free.clear()
            self._show_share(session.project.folder, 0.0)
        else:
            self._free.set()
            if session is not None:
                self._show_share(session.project.folder, None)

    def _show_open(self, progress: Progress) -> None:
        session, far = self._session, self._far
        if session is None or not session.detecting:
            return
        share = progress.done / progress.total
        self._show_share(session.project.folder, share)
        if far is not None and far.folder == session.project.folder:
            self._tell(far, share)

    # How it ended

    def _succeed(self, settled: Sequence[Settled]) -> str:
        told = self._outcome_of(settled, self._goes_on_with(settled))
        self._banner.show_message(*told)
        notify(self._window, tr("Detect in all videos"), told[1])
        return told[1]

    def _goes_on_with(self, settled: Sequence[Settled]) -> Settled | None:
        """Detect in the open video, if that was put off; gives it then."""
        session = self._session
        if session is None or session is self._begun:
            return None
        left = [one for one in settled if one.in_use and one.folder == session.project.folder]
        if left:
            self._detect_open()
        return left[0] if left and session.detecting else None

    def _outcome_of(self, settled: Sequence[Settled], last: Settled | None) -> tuple[Any, str]:
        failed = [one for one in settled if one.error is not None and one is not last]
        done = grouped(sum(1 for one in settled if one.error is None))
        total = grouped(len(settled))
        parts = [tr("{done} of {total} videos detected", done=done, total=total)]
        if last is not None:
            parts.append(tr("{name} comes last, for it is open", name=last.member.name))
        parts += [f"{one.member.name}: {self._why(one)}" for one in failed[:_NAMED]]
        if len(failed) > _NAMED:
            more = len(failed) - _NAMED
            parts.append(tr_n("and {count} more", "and {count} more", more))
        return ("error" if failed else "info"), f"{'; '.join(parts)}."

    def _why(self, settled: Settled) -> str:
        error, session = settled.error, self._session
        if settled.in_use and session is not None and session.project.folder == settled.folder:
            return tr("it is open; Detect (D) goes on there")
        return error.problem if isinstance(error, UserError) else str(error)

    def _finish(self) -> None:
        far, self._far, self._begun = self._far, None, None
        if far is not None and self._library is not None:
            # Stopped on the way: how far it came can be seen now.
            if self._free.is_set():
                self._show_share(far.folder, None)
            self._library.look_again(far.folder)
        super()._finish()


def _detect(
    members: Sequence[Member],
    config: DetectorConfig,
    may_begin: Callable[[], bool],
    report: Report,
    cancelled: IsCancelled,
) -> tuple[Settled, ...]:
    # Here and not above: numpy loads while the window is there already.
    from core.collection.detecting import Far, detect_in_all
    from core.detectors import process

    before = -1

    def tell(told: Far | Settled) -> None:
        """Not each frame: only whole per cents are shown."""
        nonlocal before
        progress = told.progress if isinstance(told, Far) else None
        now = 100 * progress.done // progress.total if progress is not None else -1
        if now != before or progress is None:
            report(told)
        before = now

    return detect_in_all(
        members,
        config,
        stream=process.stream_in_process,
        tell=tell,
        may_begin=may_begin,
        cancelled=cancelled,
    )
