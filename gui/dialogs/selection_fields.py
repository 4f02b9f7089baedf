"""How many frames Lightly is to select, and what makes a frame worth it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from core.cloud.selection import SelectionRequest
from core.errors import CloudError
from gui.dialogs.s3_fields import NotedField
from gui.i18n import mark, tr, tr_n

_STRATEGIES = (
    (
        mark("Different objects"),
        mark("Objects that look unlike each other"),
    ),
    (
        mark("Uncertain boxes"),
        mark("Boxes in which the detector has little confidence"),
    ),
    (mark("Flickering"), mark("Frames in which the detector flickers")),
)
_STRONGEST = 100.0
_CALM = 0.5
_THRESHOLD = 0.75
"""Between a calm frame and one that is flagged."""


@dataclass(frozen=True)
class Balance:
    """Classes with the share of the chosen boxes that each should have."""

    shares: tuple[tuple[str, float], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Balance:
        """Read `car 0.6, traffic light 0.4`.

        Raises:
            CloudError: It is written in another way.
        """
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return cls(tuple(map(_share_of, parts)))

    def __str__(self) -> str:
        return ", ".join(f"{name} {share:g}" for name, share in self.shares)


class AmountField(QWidget):
    """A number of frames, or a share of them."""

    changed = Signal()

    def __init__(self, frames: int, request: SelectionRequest) -> None:
        super().__init__()
        self._number, self._part = QRadioButton(tr("a number")), QRadioButton(tr("a share"))
        self.count = QSpinBox(minimum=1, maximum=frames)
        self.count.setValue(request.n_samples or max(1, min(100, frames // 10)))
        self.count.setAccessibleName(tr("Frames to select"))
        self._share = QDoubleSpinBox(minimum=0.1, maximum=100, decimals=1, suffix=" %")
        self._share.setValue(100 * (request.proportion or 0.1))
        self._share.setAccessibleName(tr("Share of the frames to select"))
        (self._number if request.proportion is None else self._part).setChecked(True)
        choice = QButtonGroup(self)
        for button in (self._number, self._part):
            choice.addButton(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        everything = QLabel(tr_n("of {count} frame", "of {count} frames", frames))
        everything.setProperty("role", "muted")
        for widget in (self._number, self.count, self._part, self._share, everything):
            row.addWidget(widget)
        row.addStretch(1)
        self._number.toggled.connect(self._show)
        self.count.valueChanged.connect(self.changed)
        self._share.valueChanged.connect(self.changed)
        self._show()

    @property
    def amount(self) -> tuple[int | None, float | None]:
        """Number and share, of which one is None."""
        if self._number.isChecked():
            return self.count.value(), None
        return None, round(self._share.value() / 100, 3)

    def _show(self) -> None:
        self.count.setEnabled(self._number.isChecked())
        self._share.setEnabled(self._part.isChecked())
        self.changed.emit()


class StrategyFields(QWidget):
    """The strategies of the tutorial, each with a switch and a strength."""

    changed = Signal()

    def __init__(self, request: SelectionRequest) -> None:
        super().__init__()
        given = (request.diversity, request.uncertainty, request.flickering)
        self._fields = [
            Strength(tr(word), strength)
            for (word, _), strength in zip(_STRATEGIES, given, strict=True)
        ]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        for row, (field, (_, tip)) in enumerate(zip(self._fields, _STRATEGIES, strict=True)):
            note = QLabel(tr(tip))
            note.setProperty("role", "muted")
            field.switch.setToolTip(tr(tip))
            for column, widget in enumerate((field.switch, field.strength, note)):
                grid.addWidget(widget, row, column)
            field.changed.connect(self.changed)

    @property
    def strengths(self) -> tuple[float | None, ...]:
        """Of diversity, uncertainty and flickering; None for what is off."""
        return tuple(field.value for field in self._fields)

    @property
    def first(self) -> QWidget:
        """The first number."""
        return self._fields[0].strength


class Strength(QObject):
    """A switch, and a number that counts while it is on."""

    changed = Signal()

    def __init__(self, word: str, value: float | None) -> None:
        super().__init__()
        self.switch = QCheckBox(word)
        self.switch.setChecked(value is not None)
        self.strength = strength_box(tr("Strength of {what}", what=word), value or 1.0)
        self.strength.setEnabled(value is not None)
        self.switch.toggled.connect(self.strength.setEnabled)
        self.switch.toggled.connect(self.changed)
        self.strength.valueChanged.connect(self.changed)

    @property
    def value(self) -> float | None:
        """None while it is off."""
        return round(self.strength.value(), 2) if self.switch.isChecked() else None


class BalanceField(NotedField):
    """Classes with shares, as text."""

    def __init__(self, request: SelectionRequest, example: str) -> None:
        def note(text: str) -> str:
            Balance.parse(text)
            return tr("Shares of the boxes in the selected frames; empty for no balance")

        mend = tr("Write classes with shares, such as {example}", example=example)
        super().__init__(tr("Balance classes"), str(Balance(request.balance)), example, note, mend)

    @property
    def balance(self) -> tuple[tuple[str, float], ...]:
        """What was typed; nothing while it is wrong."""
        return () if self.problem else Balance.parse(self.text).shares


def threshold(request: SelectionRequest) -> Strength:
    """A switch and a number for the least flickering of a frame."""
    field = Strength(tr("At least"), request.threshold)
    field.strength.setRange(0.0, 1.0)
    field.strength.setSingleStep(0.05)
    field.strength.setValue(_THRESHOLD if request.threshold is None else request.threshold)
    field.strength.setAccessibleName(tr("Least flickering"))
    tip = tr("Leave out frames that flicker less; one that does not flicker has {calm}", calm=_CALM)
    for widget in (field.switch, field.strength):
        widget.setToolTip(tip)
    return field


def strength_box(name: str, value: float) -> QDoubleSpinBox:
    """A field for a strength."""
    box = QDoubleSpinBox(minimum=0.1, maximum=_STRONGEST, singleStep=0.1, decimals=2)
    box.setValue(value)
    box.setAccessibleName(name)
    box.setToolTip(tr("How much it counts beside the others"))
    return box


def _share_of(part: str) -> tuple[str, float]:
    name, _, number = part.rpartition(" ")
    try:
        share = float(number.replace("%", "")) / (100 if number.endswith("%") else 1)
    except ValueError:
        share = float("nan")
    if not name.strip() or not isfinite(share):
        raise CloudError(f"{part!r} is no class with a share", mend="write it as car 0.6")
    return name.strip(), share
