"""Every job that is under way, with its own Stop button, and how the last ones ended."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr
from gui.job_list import JobLine, JobList
from gui.sheet import Sheet
from gui.status import label_pause
from gui.theme import tabular

_WIDTH = 528


class JobsPanel(Sheet):
    """Stands above the right end of the status bar."""

    def __init__(self, window: QWidget, jobs: JobList) -> None:
        super().__init__(window, tr("Jobs"))
        self._jobs = jobs
        self._views: dict[str, _JobView] = {}
        self._newest: JobLine | None = None
        """The newest of the ended jobs that are shown."""
        title = QLabel(tr("Jobs"))
        title.setProperty("role", "heading")
        self._idle = _muted(tr("Nothing is under way."))
        self._under_way = QVBoxLayout()
        self._under_way.setSpacing(12)
        self._ended_title = _muted(tr("Ended"))
        self._ended = QGridLayout()
        self._ended.setHorizontalSpacing(16)
        self._ended.setVerticalSpacing(4)
        self._ended.setColumnStretch(1, 1)
        self.rows.setContentsMargins(16, 12, 16, 16)
        self.rows.setSpacing(12)
        self.rows.addWidget(title)
        self.rows.addWidget(self._idle)
        self.rows.addLayout(self._under_way)
        self.rows.addWidget(self._ended_title)
        self.rows.addLayout(self._ended)
        jobs.changed.connect(self._follow)

    def prepare(self) -> None:
        self._show_jobs()

    def first_focus(self) -> QWidget:
        return next((view.stop for view in self._views.values()), self)

    def place_body(self) -> None:
        width = min(_WIDTH, self.width() - 32)
        height = min(self.body.heightForWidth(width), self.height() - 64)
        height = max(height, self.body.minimumSizeHint().height())
        status_bar = 32
        self.body.setGeometry(
            self.width() - width - 8, self.height() - height - status_bar, width, height
        )

    def _follow(self) -> None:
        if self.isVisible():
            self._show_jobs()

    def _show_jobs(self) -> None:
        under_way = self._jobs.under_way
        for kind in [kind for kind in self._views if kind not in under_way]:
            view = self._views.pop(kind)
            if view.stop.hasFocus():
                self.setFocus()
            view.hide()
            view.deleteLater()
        for kind, line in under_way.items():
            if kind not in self._views:
                self._views[kind] = _JobView()
                self._under_way.addWidget(self._views[kind])
            self._views[kind].show_line(line)
        self._idle.setVisible(not under_way)
        self._show_ended()
        self.setAccessibleDescription(
            "; ".join(f"{line.title}: {line.text}" for line in under_way.values())
            or self._idle.text()
        )
        if self.isVisible():
            self.place_body()

    def _show_ended(self) -> None:
        newest = self._jobs.ended[0] if self._jobs.ended else None
        self._ended_title.setVisible(newest is not None)
        if newest is self._newest:
            return
        self._newest = newest
        while entry := self._ended.takeAt(0):
            if (shown := entry.widget()) is not None:
                shown.deleteLater()
        for row, line in enumerate(self._jobs.ended):
            title, outcome = QLabel(line.title), _muted(line.text)
            title.setAlignment(Qt.AlignmentFlag.AlignTop)
            outcome.setWordWrap(True)
            self._ended.addWidget(title, row, 0)
            self._ended.addWidget(outcome, row, 1)


class _JobView(QWidget):
    """One job under way: what, how far, Stop."""

    def __init__(self) -> None:
        super().__init__()
        self._title = QLabel()
        self._text = _muted("")
        self._text.setFont(tabular(self._text.font()))
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._bar = QProgressBar(textVisible=False)
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("Stop; what was done so far is kept"))
        self.stop.clicked.connect(self._stop)
        self.pause = QPushButton()
        self.pause.clicked.connect(self._pause)
        self._line = JobLine("")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._bar, 1, 0)
        grid.addWidget(self._text, 2, 0)
        grid.addWidget(self.pause, 0, 1, 3, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.stop, 0, 2, 3, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(0, 1)

    def show_line(self, line: JobLine) -> None:
        """How far it is."""
        self._line = line
        self._title.setText(line.title)
        self.pause.setVisible(line.pause is not None)
        label_pause(self.pause, line.paused)
        buttons = [self.pause, self.stop] if line.pause is not None else [self.stop]
        room = _WIDTH - 32 - sum(16 + button.sizeHint().width() for button in buttons)
        metrics = QFontMetrics(self._text.font())
        self._text.setText(metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, room))
        self._text.setToolTip(line.text)
        self._bar.setRange(0, line.total)
        self._bar.setValue(line.done)
        self._bar.setAccessibleName(tr("Progress of {job}", job=line.title))
        self.stop.setAccessibleName(tr("Stop {job}", job=line.title))
        self.pause.setAccessibleName(
            tr("Go on with {job}", job=line.title)
            if line.paused
            else tr("Pause {job}", job=line.title)
        )

    def _stop(self) -> None:
        if self._line.stop is not None:
            self._line.stop()

    def _pause(self) -> None:
        if self._line.pause is not None:
            self._line.pause()


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
