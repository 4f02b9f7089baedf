"""The status bar: what is under way, how fast, and how to stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QLabel,
    QProgressBar,
    QPushButton,
    QStatusBar,
    QToolButton,
    QWidget,
)

from core.detectors.base import backend_name
from gui.i18n import tr, tr_n
from gui.text import clock, grouped, percent, rate
from gui.theme import tabular

if TYPE_CHECKING:
    from core.pipeline import Progress
    from core.project import Run
    from gui.session import Session


class JobStatus(QStatusBar):
    """Shows one job's progress, the run that the window shows, and the way to all jobs.

    Args:
        jobs: Shows all jobs.
    """

    cancel_requested = Signal()
    pause_requested = Signal()
    """To pause, or to go on."""

    def __init__(self, jobs: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self._label = QLabel()
        self._label.setFont(tabular(self._label.font()))
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(tr("Progress"))
        self._cancel = QPushButton(tr("Stop"))
        self._cancel.setToolTip(tr("Stop; what was done so far is kept"))
        self._cancel.clicked.connect(self.cancel_requested)
        self._pause = QPushButton()
        self._pause.clicked.connect(self.pause_requested)
        self._run = QLabel()
        for widget in (self._bar, self._label, self._pause, self._cancel):
            self.addWidget(widget)
        self._jobs = QToolButton()
        self._jobs.setDefaultAction(jobs)
        self._jobs.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addPermanentWidget(self._run)
        self.addPermanentWidget(self._jobs)
        self.show_count(0)
        self.end_job()

    def show_count(self, jobs: int) -> None:
        """How many jobs are under way."""
        action = self._jobs.defaultAction()
        action.setIconText(tr("Jobs ({count})", count=grouped(jobs)) if jobs else tr("Jobs"))

    def begin_job(self, text: str, *, can_cancel: bool) -> None:
        """Something began, of which no progress is known yet."""
        self._bar.setRange(0, 0)
        self._bar.show()
        self._label.setText(text)
        self._pause.hide()
        self._cancel.setVisible(can_cancel)

    def show_progress(
        self, text: str, done: int, total: int, *, paused: bool | None = None
    ) -> None:
        """How far it is; shows itself again where another job has ended meanwhile.

        Args:
            text: What, and how far in words.
            done: How much is done.
            total: Of how much; 0 while that is not known.
            paused: Whether it is paused; None for one that cannot pause.
        """
        self._pause.setVisible(paused is not None)
        label_pause(self._pause, bool(paused))
        self._bar.show()
        self._cancel.show()
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._label.setText(text)

    def show_opening(self, name: str, share: float) -> None:
        """How much of a file has been looked through for its frames."""
        self.show_progress(
            tr("Opening {name} · {share}", name=name, share=percent(share)),
            round(1000 * share),
            1000,
        )

    def show_detection(self, progress: Progress) -> None:
        """How far detection is, with its rate and the time left."""
        self._show_rate(
            tr("Detecting"), progress.done, progress.total, progress.fps, found(progress)
        )

    def show_copying(self, done: int, total: int, fps: float) -> None:
        """How far the small copy is, with its rate and the time left."""
        self._show_rate(tr("Preparing scrubbing"), done, total, fps)

    def _show_rate(self, what: str, done: int, total: int, fps: float, *more: str) -> None:
        """Progress in frames; without a rate before there is one."""
        if not fps:
            self.begin_job(f"{what}…", can_cancel=True)
            return
        self.show_progress(f"{what} · {how_far(done, total, fps, *more)}", done, total)

    def end_job(self, text: str = "") -> None:
        """Nothing is under way; `text` says how the last job ended."""
        self._bar.hide()
        self._pause.hide()
        self._cancel.hide()
        self._label.setText(text)

    def show_outcome(self, session: Session) -> None:
        """Nothing is under way; say how far the session's run is and what it found."""
        self.end_job(outcome(session))

    def show_run(self, run: Run | None) -> None:
        """The run that the window shows."""
        if run is None:
            self._run.setText("")
            return
        config, info = run.config, run.info
        parts = [
            info.model,
            backend_name(info.backend),
            info.device,
            tr("confidence {value}", value=f"{config.confidence:.2f}"),
        ]
        if config.sampling.every > 1:
            parts.append(tr("every {count} frames", count=grouped(config.sampling.every)))
        if config.classes:
            parts.append(", ".join(config.classes))
        self._run.setText(" · ".join(parts))


def label_pause(button: QPushButton, paused: bool) -> None:
    """Let a button say what it would do to a job that can pause."""
    button.setText(tr("Go on") if paused else tr("Pause"))
    button.setToolTip(tr("Go on from here") if paused else tr("Pause; nothing is lost"))


def how_far(done: int, total: int, fps: float, *more: str) -> str:
    """A progress in frames, its rate and the time left; empty while there is no rate."""
    if not fps:
        return ""
    parts = [
        percent(done / total),
        tr("{done} of {total} frames", done=grouped(done), total=grouped(total)),
        tr("{rate} fps", rate=rate(fps)),
        tr("{time} left", time=clock((total - done) / fps)),
        *more,
    ]
    return " · ".join(parts)


def found(progress: Progress) -> str:
    """What detection has found until now."""
    return tr_n("{count} detection", "{count} detections", progress.detections)


def outcome(session: Session) -> str:
    """How far the session's run is and what it found; empty without a run."""
    if session.run is None:
        return ""
    if not session.complete:
        sampling = session.run.config.sampling
        seen = len(sampling.frames(session.detections.frame_count))
        total = len(sampling.frames(len(session.index)))
        return tr(
            "Stopped at {done} of {total} frames; Detect (D) goes on",
            done=grouped(seen),
            total=grouped(total),
        )
    boxes, flagged = len(session.detections), len(session.flagged)
    return yielded(boxes, flagged)


def yielded(boxes: int, flagged: int) -> str:
    """What a run gave: detections, and frames that flicker."""
    detections = tr_n("{count} detection", "{count} detections", boxes)
    frames = tr_n("{count} flagged frame", "{count} flagged frames", flagged)
    return f"{detections} · {frames}"
