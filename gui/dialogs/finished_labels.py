"""What annotators made of the imputed boxes, and whether plausibilities shall follow it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.dialogs.labels_files import recalibrated_words
from gui.dialogs.precision import PrecisionBar, ReliabilityPlot, precision_words
from gui.i18n import mark, tr, tr_n
from gui.text import grouped
from gui.theme import tabular
from gui.words import kind_word

if TYPE_CHECKING:
    from core.roundtrip.comparing import RoundTrip
    from core.roundtrip.recalibration import Recalibration
    from core.roundtrip.report import Report, Tally

_HEADS = (
    (mark("Handed over"), mark("Boxes in frames that were labeled")),
    (mark("Kept"), mark("Same class, IoU of at least 0.9 or within 1 px")),
    (mark("Moved"), mark("Same class, IoU of at least 0.5")),
    (mark("Relabeled"), mark("Another class in their place: an object was missed there")),
    (mark("Deleted"), mark("No box in their place")),
    (mark("Precision"), mark("Share of kept and moved ones, with its 95 % interval")),
)
_EXAMPLES = (0.3, 0.5, 0.7, 0.9)


class FinishedLabelsDialog(QDialog):
    """Shows the figures, and offers to recalibrate.

    Args:
        found: What came back.
        recalibration: Of the project as it is.
        parent: The window.
    """

    chosen = Signal(bool)
    """Whether plausibilities shall follow what was found, or be as the assertions give them."""

    def __init__(
        self,
        found: RoundTrip,
        recalibration: Recalibration | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Finished labels"))
        self._found = found
        self._state = QLabel()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole
        self._forget = self._buttons.addButton(tr("Forget"), role.ResetRole)
        self._go = self._buttons.addButton(tr("Recalibrate"), role.ActionRole)
        self._lay_out()
        self._forget.clicked.connect(lambda: self.chosen.emit(False))
        self._go.clicked.connect(lambda: self.chosen.emit(True))
        self._buttons.rejected.connect(self.reject)
        self.show_recalibration(recalibration)

    def show_recalibration(self, recalibration: Recalibration | None) -> None:
        """The project is recalibrated in this way now."""
        learnt = self._found.recalibration
        self._state.setText(recalibrated_words(recalibration))
        self._forget.setEnabled(recalibration is not None)
        self._forget.setToolTip(
            tr("Let plausibilities be as the assertions give them")
            if recalibration is not None
            else tr("Plausibilities are as the assertions give them")
        )
        why_not = ""
        if learnt is None:
            why_not = tr("These labels say nothing about imputed boxes")
        elif learnt == recalibration:
            why_not = tr("Plausibilities follow these labels already")
        self._go.setEnabled(not why_not)
        self._go.setToolTip(
            why_not or tr("Correct the plausibility of all boxes that nobody has decided about")
        )

    def _lay_out(self) -> None:
        report = self._found.report
        self._go.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        head = QVBoxLayout()
        head.setSpacing(4)
        title = QLabel(_title(report))
        title.setProperty("role", "heading")
        head.addWidget(title)
        head.addWidget(_muted(_source(report)))
        layout.addLayout(head)
        layout.addLayout(_table(report))
        layout.addWidget(_line())
        layout.addLayout(self._about_plausibility())
        layout.addWidget(self._buttons)
        close = self._buttons.button(QDialogButtonBox.StandardButton.Close)
        if isinstance(close, QPushButton):
            # Nothing changes by a key that was meant to end the dialog.
            close.setDefault(True)
            close.setFocus()

    def _about_plausibility(self) -> QHBoxLayout:
        report, learnt = self._found.report, self._found.recalibration
        words = QVBoxLayout()
        words.setSpacing(4)
        title = QLabel(tr("Plausibility"))
        title.setProperty("role", "heading")
        words.addWidget(title)
        words.addWidget(self._state)
        if report.brier is not None:
            brier = _muted(_brier(report.brier, report.brier_recalibrated))
            brier.setToolTip(tr("Each frame is judged by what was learnt from other frames"))
            words.addWidget(brier)
        if learnt is not None:
            words.addSpacing(8)
            words.addWidget(QLabel(tr("With these labels")))
            words.addLayout(_examples(learnt))
        words.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(24)
        both.addLayout(words, 1)
        if report.bins:
            both.addWidget(ReliabilityPlot(report.bins), 0, Qt.AlignmentFlag.AlignTop)
        return both


def _table(report: Report) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    for column, (word, tip) in enumerate(_HEADS, start=1):
        head = _muted(tr(word))
        head.setToolTip(tr(tip))
        is_last = column == len(_HEADS)
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        grid.addWidget(head, 0, column, 1, 2 if is_last else 1, left if is_last else right)
    rows = [(kind_word(kind).capitalize(), each) for kind, each in report.by_kind.items()]
    if len(rows) != 1:
        rows.append((tr("All imputed boxes"), report.overall))
    if report.model.handed:
        rows.append((tr("The model's own"), report.model))
    for word, tally in rows:
        _add_row(grid, word, tally)
    grid.setColumnStretch(len(_HEADS), 1)
    return grid


def _add_row(grid: QGridLayout, word: str, tally: Tally) -> None:
    row = grid.rowCount()
    grid.addWidget(QLabel(word), row, 0)
    counts = (tally.handed, tally.kept, tally.moved, tally.relabeled, tally.deleted)
    for column, count in enumerate(counts, start=1):
        grid.addWidget(_figure(grouped(count)), row, column)
    grid.addWidget(PrecisionBar(tally), row, len(_HEADS))
    grid.addWidget(_figure(precision_words(tally)), row, len(_HEADS) + 1)


def _examples(learnt: Recalibration) -> QGridLayout:
    from core.roundtrip.recalibration import examples

    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    for row, kind in enumerate(learnt.by_kind):
        grid.addWidget(_muted(kind_word(kind).capitalize()), row, 0)
        for column, (before, after) in enumerate(examples(learnt, kind, _EXAMPLES), start=1):
            grid.addWidget(_figure(f"{before:.2f} → {after:.2f}"), row, column)
    grid.setColumnStretch(len(_EXAMPLES) + 1, 1)
    return grid


def _title(report: Report) -> str:
    tally = report.overall
    return tr(
        "Annotators kept or moved {good} of {boxes}",
        good=grouped(tally.kept + tally.moved),
        boxes=tr_n("{count} imputed box", "{count} imputed boxes", tally.handed),
    )


def _source(report: Report) -> str:
    parts = [Path(report.labels).name, report.format]
    parts.append(tr_n("{count} labeled frame", "{count} labeled frames", report.frames))
    if report.not_labeled:
        parts.append(
            tr_n("{count} has not come back", "{count} have not come back", report.not_labeled)
        )
    parts.append(tr_n("{count} box added", "{count} boxes added", report.added))
    return " · ".join(parts)


def _brier(before: float, after: float | None) -> str:
    said = tr("Brier score {score}", score=f"{before:.3f}")
    if after is not None:
        score = f"{after:.3f}"
        better = tr("{score} recalibrated", score=score)
        if after >= before:
            better = tr("{score} recalibrated: no better", score=score)
        said = f"{said}, {better}"
    return said + tr("; 0 is perfect")


def _figure(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(tabular(label.font()))
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label


def _line() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setObjectName("divider")
    return line
