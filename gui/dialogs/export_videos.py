"""Whether the open video is exported, or all of the collection."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from core.errors import UserError
from gui.dialogs.export_facts import Across, ExportFacts
from gui.i18n import tr
from gui.jobs import Job
from gui.selection.scope_bar import ScopeBar
from gui.text import grouped


class Videos(QObject):
    """Knows what there is of either; the other videos are read when they are first asked for.

    Args:
        own: Of the open video; None where nothing was detected in it.
        across: Of all; None without a collection.
        parent: The dialog.
    """

    changed = Signal()
    """The other scope was chosen, or what there is in it is known now."""
    told = Signal()
    """`problem` is another one."""

    def __init__(self, own: ExportFacts | None, across: Across | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._own, self._across = own, across
        self._all: ExportFacts | None = None
        self._job: Job[ExportFacts] | None = None
        self._said = ""
        self.everything = across is not None and (across.chosen or own is None)
        """Whether all videos are exported together."""
        self.bar = ScopeBar(
            names=(tr("Export this video"), tr("Export all videos")),
            tips=(
                tr("Export frames of the video that is open"),
                tr("Export frames of all videos of the collection together"),
            ),
        )
        # What is shown without a parent becomes a window.
        self.bar.setParent(parent)
        self.bar.show_scope(across.videos if across is not None else 0, everything=self.everything)
        if own is None:
            self.bar.this.setEnabled(False)
            self.bar.this.setToolTip(tr("Nothing was detected in this video yet"))
        self.bar.chosen.connect(self._choose)
        self._read()

    @property
    def facts(self) -> ExportFacts | None:
        """What there is in the chosen scope; None where that is not known, see `problem`."""
        return self._all if self.everything else self._own

    @property
    def problem(self) -> str:
        """Why it is not known what there is, as a sentence; empty where it is."""
        return "" if self.facts is not None else self._said

    def stop(self) -> None:
        """Read no more."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()

    def _choose(self, everything: bool) -> None:
        if everything != self.everything:
            self.everything = everything
            self._read()
            self.changed.emit()

    def _read(self) -> None:
        """Find out what there is in all videos, unless that is known or under way."""
        if self._across is None or not self.everything or self._all or self._job:
            return
        self._said = tr("Reading the videos…")
        self._job = Job(self._across.read, self)
        self._job.progressed.connect(self._tell)
        self._job.succeeded.connect(self._take)
        self._job.failed.connect(self._fail)
        self._job.finished.connect(self._end)
        self._job.start()

    @Slot(object)
    def _tell(self, far: tuple[int, int]) -> None:
        done, total = map(grouped, far)
        self._said = tr("Reading the videos… {done} of {total}", done=done, total=total)
        self.told.emit()

    @Slot(object)
    def _take(self, facts: ExportFacts) -> None:
        self._all = facts
        if self.everything:
            self.changed.emit()

    @Slot(object)
    def _fail(self, error: BaseException) -> None:
        known = isinstance(error, UserError)
        bug = tr("{error} (see the log)", error=f"{type(error).__name__}: {error}")
        self._said = str(error) if known else bug
        self.told.emit()

    @Slot()
    def _end(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
