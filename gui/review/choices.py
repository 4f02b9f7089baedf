"""Which violations are shown: by state, kind and class."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from core.review import ReviewState, View
from gui.i18n import tr
from gui.review.controls import Manners, describe
from gui.review.queue_model import WORDS
from gui.words import kind_word


class Choices(QWidget):
    """Three fields, each of which begins with its own name for everything."""

    chosen = Signal()
    """A person has chosen something else; see `applied_to`."""

    def __init__(self, manners: Manners, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = _choice()
        self._kind = _choice()
        self._class = _choice()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for choice, name, tip in (
            (self._state, tr("State"), tr("Show what is to do, or what was decided")),
            (self._kind, tr("Kind"), tr("Show one kind of violation")),
            (self._class, tr("Class"), tr("Show one class")),
        ):
            describe(choice, name, tip, manners)
            choice.activated.connect(self.chosen)
            row.addWidget(choice, 1)
        _fill(self._state, tr("State"), [(tr(WORDS[state]), state) for state in ReviewState], None)

    def show_view(self, kinds: Iterable[str], class_names: Iterable[str], view: View) -> None:
        """Offer the kinds and classes that there are, and show what is chosen."""
        offered = [(kind_word(kind), kind) for kind in sorted(kinds)]
        _fill(self._kind, tr("Kind"), offered, view.kind)
        names = [(name, name) for name in sorted(class_names)]
        _fill(self._class, tr("Class"), names, view.class_name)
        _show(self._state, view.state)

    def applied_to(self, view: View) -> View:
        """A view with what is chosen here."""
        return replace(
            view,
            state=self._state.currentData(),
            kind=self._kind.currentData(),
            class_name=self._class.currentData(),
        )


def _choice() -> QComboBox:
    choice = QComboBox()
    # A long name must not widen the panel.
    choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return choice


def _fill(choice: QComboBox, every: str, entries: Sequence[tuple[str, Any]], chosen: Any) -> None:
    """Offer entries, and keep the chosen one even where there is none of it now."""
    if chosen is not None and all(value != chosen for _, value in entries):
        entries = [*entries, (str(chosen), chosen)]
    wanted = [every, *(text for text, _ in entries)]
    if [choice.itemText(at) for at in range(choice.count())] != wanted:
        with QSignalBlocker(choice):
            choice.clear()
            choice.addItem(every, None)
            for text, value in entries:
                choice.addItem(text, value)
    _show(choice, chosen)


def _show(choice: QComboBox, chosen: Any) -> None:
    values = [choice.itemData(at) for at in range(choice.count())]
    with QSignalBlocker(choice):
        choice.setCurrentIndex(values.index(chosen))
