"""The controls with what stands above and below them: back, reset, how it goes, and the button."""

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.selection.request import FrameId
from gui.i18n import tr, tr_n
from gui.review.controls import in_row
from gui.selection.controls import Controls
from gui.selection.form import Form
from gui.selection.preview import Chosen
from gui.selection.scope_bar import ScopeBar
from gui.text import clock, grouped

_WIDTH = 304
_LONG_SECONDS = 3
"""From here on it is said for how long it has gone on."""
_MINUTE = 45.0
"""Seconds that are about a minute; shorter waits need no warning."""
_KEYS = "Ctrl+Return"


class Panel(QWidget):
    """The left column of the page."""

    def __init__(self, form: Form, frames: int, here: Callable[[], FrameId]) -> None:
        super().__init__()
        self.controls = Controls(form, frames, here)
        self.scope = ScopeBar(
            names=(tr("Choose in this video"), tr("Choose in all videos")),
            tips=(
                tr("Choose among the frames of the video that is open"),
                tr("Choose among the frames of all videos of the collection together"),
            ),
        )
        self.scope.setContentsMargins(8, 0, 8, 4)
        self.back = QToolButton()
        self.back.setText(tr("← Back"))
        self.back.setAccessibleName(tr("Back to the picture"))
        self.back.setToolTip(tr("Back to the picture (Esc)"))
        self.reset = QToolButton()
        self.reset.setText(tr("Reset"))
        self.reset.setAccessibleName(tr("Reset the selection's settings"))
        self.reset.setToolTip(tr("Back to the usual strategies and limits"))
        self.select = QPushButton()
        self.select.setProperty("primary", "true")
        self.report = QPushButton(tr("Report…"))
        self.report.setAccessibleName(tr("Write a report"))
        self._said = _note(muted=True)
        self._problem = _note(muted=False)
        self._notice = _note(muted=True)
        self._missing = _note(muted=True)
        self._left_out = _note(muted=True)
        self._chosen: Chosen | None = None
        self._since = 0.0
        self._ticking = QTimer(self, interval=1000)
        self._ticking.timeout.connect(self._show_elapsed)
        self._reporting = False
        self._expected = 0.0
        """About how long the choice takes, s."""
        self._add_keys()
        self._lay_out()
        self._show_button(tr("Nothing is chosen yet"))
        self.show_report(False, False)

    def show_seen(self, frames: int, *, detecting: bool) -> None:
        """How many frames there are to choose from, as long as they become more."""
        if detecting and not frames:
            self._notice.setText(tr("Detecting: frames can be chosen once some were seen."))
        elif detecting:
            self._notice.setText(
                tr_n(
                    "Detecting: choosing among the {count} frame seen so far. All follow when it "
                    "is done.",
                    "Detecting: choosing among the {count} frames seen so far. All follow when it "
                    "is done.",
                    frames,
                )
            )
        elif not frames:
            self._notice.setText(tr("Detect (D) first: this run has seen no frame."))
        self._notice.setVisible(detecting or not frames)

    def show_reading(self) -> None:
        """The videos of the collection are being read."""
        self._notice.setText(tr("Reading what was detected in the videos…"))
        self._notice.show()

    def show_left_out(self, sentences: str) -> None:
        """Say which videos give no frames."""
        self._left_out.setText(sentences)
        self._left_out.setVisible(bool(sentences))

    def show_missing(self, sentences: str) -> None:
        """Say which strategies do not count."""
        self._missing.setText(sentences)
        self._missing.setVisible(bool(sentences))

    def show_expected(self, seconds: float) -> None:
        """About how long a choice takes, of which a person is told where it takes long."""
        self._expected = seconds

    def show_busy(self, busy: bool) -> None:
        """An answer is on its way, or there."""
        if busy and not self._ticking.isActive():
            self._since = time.monotonic()
            self._ticking.start()
            self._show_elapsed()
        elif not busy:
            self._ticking.stop()
            if self._chosen is not None:
                self._say(_in_words(self._chosen))

    def show_chosen(self, chosen: Chosen) -> None:
        """Say what was chosen, and from what."""
        self._chosen = chosen
        self._show_problem("")
        self._say(_in_words(chosen))
        self._show_button(tr("No frame can be chosen: widen the limits"))
        self.show_report(bool(len(chosen.picks.rows)), self._reporting)

    def show_problem(self, sentence: str) -> None:
        """Say why nothing can be chosen."""
        self._chosen = None
        self._say("")
        self._show_problem(sentence)
        self._show_button(sentence)
        self.show_report(False, self._reporting)

    def show_report(self, possible: bool, busy: bool) -> None:
        """Whether a report can be asked for."""
        self._reporting = busy
        self.report.setEnabled(possible and not busy)
        if busy:
            self.report.setToolTip(tr("A report is being written"))
        elif not possible:
            self.report.setToolTip(tr("Nothing is chosen yet"))
        else:
            self.report.setToolTip(tr("Write what is chosen and why, as PDF and as a web page"))

    def _show_elapsed(self) -> None:
        seconds = time.monotonic() - self._since
        if not self._problem.text():
            told = f" {clock(seconds)}" if seconds >= _LONG_SECONDS else ""
            self._say(tr("Choosing…") + told + self._long)

    @property
    def _long(self) -> str:
        if self._expected < _MINUTE:
            return ""
        minutes = round(self._expected / 60)
        said = tr_n("So many frames take about {count} minute; fewer are quicker.",
                    "So many frames take about {count} minutes; fewer are quicker.",
                    max(minutes, 1))  # fmt: skip
        return f" {said}"

    def _say(self, sentences: str) -> None:
        self._said.setText(sentences)
        self._said.setVisible(bool(sentences))

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def _show_button(self, why_not: str) -> None:
        count = len(self._chosen.picks.rows) if self._chosen is not None else 0
        self.select.setEnabled(bool(count))
        word = tr_n("Select {count} frame", "Select {count} frames", count)
        self.select.setText(word if count else tr("Select frames"))
        keys = QKeySequence(_KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        tip = tr("Mark these frames for labeling ({keys})", keys=keys)
        self.select.setToolTip(tip if count else why_not)

    def _add_keys(self) -> None:
        for keys in (_KEYS, "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.select.click)

    def _lay_out(self) -> None:
        title = QLabel(tr("Select frames"))
        title.setProperty("role", "heading")
        head = in_row(self.back, title, None, self.reset)
        head.setContentsMargins(8, 4, 8, 4)
        below = QWidget()
        below.setObjectName("below")
        below.setStyleSheet("#below { border-top: 1px solid palette(mid); }")
        foot = QVBoxLayout(below)
        foot.setContentsMargins(8, 8, 8, 8)
        foot.setSpacing(8)
        for note in self._notes:
            foot.addWidget(note)
        buttons = in_row(self.select, self.report)
        buttons.setStretchFactor(self.select, 1)
        foot.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.scope)
        layout.addWidget(self.controls, 1)
        layout.addWidget(below)
        self.setMinimumWidth(_WIDTH)
        for note in self._notes:
            note.hide()

    @property
    def _notes(self) -> tuple[QLabel, ...]:
        return self._notice, self._left_out, self._missing, self._problem, self._said


def _note(*, muted: bool) -> QLabel:
    note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    note.setProperty("role", "muted" if muted else "problem")
    note.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return note


def _in_words(chosen: Chosen) -> str:
    """How many of how many, and what a person should know of it."""
    picks = chosen.picks
    said = tr("{count} of {all} possible frames", count=grouped(len(picks.rows)),
              all=grouped(picks.candidates))  # fmt: skip
    return " ".join([said + ".", *filter(None, [picks.stopped, *picks.notes])])
