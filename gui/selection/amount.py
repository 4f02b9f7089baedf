"""How many frames are asked for."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from gui.i18n import tr
from gui.review.controls import Manners, describe, fit, write
from gui.selection.form import Form


class AmountRow(QWidget):
    """A number of frames, or a share of the candidates."""

    changed = Signal()

    def __init__(self, frames: int, manners: Manners) -> None:
        super().__init__()
        self.count = QSpinBox(minimum=1, maximum=max(frames, 1))
        self.share = QDoubleSpinBox(minimum=0.1, maximum=100, decimals=1, singleStep=1)
        self.unit = QComboBox()
        self.unit.addItems([tr("frames"), tr("% of the frames")])
        describe(self.count, tr("Frames to choose"), tr("How many frames to choose"), manners)
        describe(
            self.share, tr("Share of the frames to choose"),
            tr("How many of the frames that pass the limits to choose"), manners,
        )  # fmt: skip
        describe(self.unit, tr("Number or share"), tr("Say a number, or a share"), manners)
        for field, longest in ((self.count, f"{max(frames, 99_999)}"), (self.share, "100.0")):
            fit(field, longest)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.count, self.share, self.unit):
            row.addWidget(widget)
        row.addStretch(1)
        self.count.valueChanged.connect(self.changed)
        self.share.valueChanged.connect(self.changed)
        self.unit.currentIndexChanged.connect(self._switch)

    def set_most(self, frames: int) -> None:
        """There are so many frames to choose from."""
        with QSignalBlocker(self.count):
            self.count.setMaximum(max(frames, 1))

    def show_form(self, form: Form) -> None:
        """Show what is asked for."""
        with QSignalBlocker(self.unit):
            self.unit.setCurrentIndex(int(form.by_share))
        write(self.count, form.n)
        write(self.share, round(100 * form.share, 1))
        self._fold()

    def read(self, form: Form) -> Form:
        """The form with what the person has set."""
        return replace(
            form,
            n=self.count.value(),
            share=round(self.share.value() / 100, 4),
            by_share=bool(self.unit.currentIndex()),
        )

    def _switch(self) -> None:
        self._fold()
        self.changed.emit()

    def _fold(self) -> None:
        by_share = bool(self.unit.currentIndex())
        self.share.setVisible(by_share)
        self.count.setVisible(not by_share)
