"""Which frames may be chosen at all: how near to others, how labeled, with which values."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from core.selection.request import KNOWN, Known
from gui.i18n import mark, tr, tr_n
from gui.review.controls import Manners, check, decimal, describe, fit, in_row, write
from gui.selection.form import DIVERSITIES, Form
from gui.selection.limit_rows import AddButton, ThresholdRows
from gui.selection.offers import Offers

_FARTHEST = 100_000
"""Frames."""
_KNOWN: dict[Known, str] = {
    "exported": mark("Leave out frames that were exported"),
    "reviewed": mark("Leave out frames that were reviewed"),
}
_NONE: dict[Known, str] = {
    "exported": mark("No frame was exported yet"),
    "reviewed": mark("No box was accepted yet"),
}
_USUAL_DISTANCE = 0.2


class LimitRows(QWidget):
    """Edits what a form says of limits."""

    changed = Signal()

    def __init__(self, manners: Manners) -> None:
        super().__init__()
        self._offers = Offers()
        self.apart = QSpinBox(minimum=1, maximum=_FARTHEST)
        self.stop = QCheckBox(tr("Stop when nearer than"))
        self.distance = decimal(0.01, 2.0)
        self.distance.setValue(_USUAL_DISTANCE)
        self.known = {name: QCheckBox(tr(word)) for name, word in _KNOWN.items()}
        self.thresholds = ThresholdRows(manners)
        self.add = AddButton(
            tr("+ Limit a value"), tr("Choose only among frames whose value passes"), manners
        )
        fit(self.apart, f"{_FARTHEST}")
        self._describe(manners)
        self._connect()
        self._lay_out()

    def show_form(self, form: Form, offers: Offers) -> None:
        """Show a form's limits."""
        self._offers = offers
        write(self.apart, form.rest.apart)
        distance = form.min_distance
        check(self.stop, distance is not None)
        self.distance.setEnabled(distance is not None)
        if distance is not None:
            write(self.distance, distance)
        different = any(form.parts[key].on for key in DIVERSITIES)
        usable = not form.in_rounds and different
        self.stop.setEnabled(usable)
        self.stop.setToolTip(
            tr("End the choice when the next frame resembles a chosen one: distance 0 to 2")
            if usable
            else tr("Switch “Different frames” on first")
        )
        for name, box in self.known.items():
            wanted, count = name in form.rest.known, offers.marked.get(name, 0)
            check(box, wanted)
            box.setEnabled(wanted or bool(count))
            said = tr_n("{count} frame; others are to differ from it",
                        "{count} frames; others are to differ from them", count)  # fmt: skip
            box.setToolTip(said if count else tr(_NONE[name]))
        self.thresholds.show_thresholds(form.rest.thresholds)
        self.add.offer(offers.columns)

    def read(self, form: Form) -> Form:
        """The form with what the person has set."""
        rest = replace(
            form.rest,
            apart=self.apart.value(),
            known=tuple(name for name in KNOWN if self.known[name].isChecked()),
            thresholds=self.thresholds.thresholds or (),
        )
        distance = round(self.distance.value(), 2) if self.stop.isChecked() else None
        return replace(form, rest=rest).stopping_at(distance)

    def _describe(self, manners: Manners) -> None:
        tip = tr("Least frames from one chosen frame to the next; 1 allows neighbours")
        describe(self.apart, tr("Least frames apart"), tip, manners)
        describe(self.stop, tr("Stop at a least distance"), "", manners)
        tip = tr("Distance between embeddings of length 1: 0 for the same, 2 for opposites")
        describe(self.distance, tr("Least distance"), tip, manners)
        for box in self.known.values():
            describe(box, box.text(), "", manners)

    def _connect(self) -> None:
        self.apart.valueChanged.connect(self.changed)
        self.stop.toggled.connect(self.distance.setEnabled)
        self.stop.toggled.connect(self.changed)
        self.distance.valueChanged.connect(self.changed)
        for box in self.known.values():
            box.toggled.connect(self.changed)
        self.thresholds.changed.connect(self.changed)
        self.add.added.connect(lambda column: self.thresholds.add(column, self._offers))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(
            in_row(QLabel(tr("At least")), self.apart, QLabel(tr("frames apart")), None)
        )
        column.addLayout(in_row(self.stop, None, self.distance))
        for box in self.known.values():
            column.addWidget(box)
        column.addWidget(self.thresholds)
        column.addLayout(in_row(self.add, None))
