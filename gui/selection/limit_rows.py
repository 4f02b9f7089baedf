"""Columns that a person adds to the controls: as a weight, or as a threshold."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.selection.request import OPERATIONS, Strategy, Threshold, Weighting
from gui.dialogs.selection_fields import strength_box
from gui.i18n import tr
from gui.review.controls import Elided, Manners, describe, fit
from gui.selection.form import strength_of, with_strength
from gui.selection.offers import Offers
from gui.selection.words import column_about, column_title, strategy_title

_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


class AddButton(QToolButton):
    """Offers the columns of the pool in a menu."""

    added = Signal(str)

    def __init__(self, word: str, tip: str, manners: Manners) -> None:
        super().__init__()
        self.setText(word)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        describe(self, word, tip, manners)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self._names: tuple[str, ...] | None = None

    def offer(self, names: Sequence[str]) -> None:
        """There are these columns."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        self._menu.clear()
        for name in names:
            action = self._menu.addAction(column_title(name).replace("&", "&&"))
            action.setToolTip(column_about(name))
            action.triggered.connect(partial(self._add, name))
        self.setEnabled(bool(names))

    def _add(self, name: str, checked: bool = False) -> None:
        del checked
        self.added.emit(name)


class _Rows(QWidget):
    """Rows that come and go."""

    changed = Signal()

    def __init__(self, manners: Manners) -> None:
        super().__init__()
        self._manners = manners
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._rows: list[QWidget] = []

    def _clear(self) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []

    def _put(self, *widgets: QWidget) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for widget in widgets:
            line.addWidget(widget)
        self._rows.append(row)
        self._column.addWidget(row)
        self.setVisible(True)

    def _remover(self, what: str) -> QToolButton:
        button = QToolButton()
        button.setText("\u00d7")
        name = tr("Remove {what}", what=what)
        describe(button, name, name, self._manners)
        return button


class FurtherRows(_Rows):
    """Strategies without a row of their own."""

    strategies: tuple[Strategy, ...] | None = None

    def show_strategies(self, strategies: tuple[Strategy, ...]) -> None:
        """Show these."""
        if strategies == self.strategies:
            return
        self.strategies = strategies
        self._clear()
        self.setVisible(bool(strategies))
        for at, strategy in enumerate(strategies):
            title = strategy_title(strategy)
            strength = strength_box(tr("Strength of {what}", what=title), strength_of(strategy))
            fit(strength, "100.00")
            describe(strength, strength.accessibleName(), strength.toolTip(), self._manners)
            strength.valueChanged.connect(partial(self._weigh, at))
            remove = self._remover(title)
            remove.clicked.connect(partial(self._remove, at))
            word = Elided(title)
            if isinstance(strategy, Weighting):
                word.setToolTip(column_about(strategy.column))
            self._put(remove, word, strength)

    def _weigh(self, at: int, strength: float) -> None:
        found = list(self.strategies or ())
        found[at] = with_strength(found[at], round(strength, 2))
        # The rows stay: one of them has the focus.
        self.strategies = tuple(found)
        self.changed.emit()

    def _remove(self, at: int, checked: bool = False) -> None:
        del checked
        found = list(self.strategies or ())
        del found[at]
        self.show_strategies(tuple(found))
        self.changed.emit()


class ThresholdRows(_Rows):
    """What a frame's values must pass."""

    thresholds: tuple[Threshold, ...] | None = None

    def show_thresholds(self, thresholds: tuple[Threshold, ...]) -> None:
        """Show these."""
        if thresholds == self.thresholds:
            return
        self.thresholds = thresholds
        self._clear()
        self.setVisible(bool(thresholds))
        for at, threshold in enumerate(thresholds):
            title = column_title(threshold.column)
            word = Elided(title)
            word.setToolTip(column_about(threshold.column))
            remove = self._remover(tr("the limit of {what}", what=title))
            remove.clicked.connect(partial(self._remove, at))
            self._put(remove, word, self._sign(at, title), self._value(at, title))

    def add(self, column: str, offers: Offers) -> None:
        """Let frames pass whose value in a column is not below its middle one."""
        value = round(offers.middles.get(column, 0.0), 3)
        self.show_thresholds((*(self.thresholds or ()), Threshold(column, ">=", value)))
        self.changed.emit()

    def _sign(self, at: int, title: str) -> QComboBox:
        field = QComboBox()
        for operation in OPERATIONS:
            field.addItem(_SIGNS[operation], operation)
        field.setCurrentIndex(field.findData((self.thresholds or ())[at].operation))
        tip = tr("How a frame's value compares to the number")
        describe(field, tr("Comparison of {what}", what=title), tip, self._manners)
        field.currentIndexChanged.connect(lambda: self._set(at, operation=field.currentData()))
        return field

    def _value(self, at: int, title: str) -> QDoubleSpinBox:
        field = QDoubleSpinBox(minimum=-1e9, maximum=1e9, decimals=3, singleStep=0.05)
        field.setValue((self.thresholds or ())[at].value)
        tip = tr("Frames whose value does not pass are never chosen")
        describe(field, tr("Limit of {what}", what=title), tip, self._manners)
        field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fit(field, "1000.000")
        field.valueChanged.connect(lambda value: self._set(at, value=round(value, 3)))
        return field

    def _set(self, at: int, **values: object) -> None:
        found = list(self.thresholds or ())
        found[at] = replace(found[at], **values)  # type: ignore[arg-type]
        self.thresholds = tuple(found)
        self.changed.emit()

    def _remove(self, at: int, checked: bool = False) -> None:
        del checked
        found = list(self.thresholds or ())
        del found[at]
        self.show_thresholds(tuple(found))
        self.changed.emit()
