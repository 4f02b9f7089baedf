"""Choose classes: a field for their names, beside which a list opens."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import (
    QEvent,
    QObject,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.dialogs.class_list import ALL, ClassList
from gui.i18n import tr, tr_n

_LINKS = (
    Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
)
_NO_LINKS = Qt.TextInteractionFlag.NoTextInteraction
_LONGEST = 24
"""Letters of a name that a hint repeats."""


class ClassField(QWidget):
    """Names with commas between them; empty for all."""

    changed = Signal()

    def __init__(self, chosen: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: tuple[str, ...] | None = None
        self._chosen: tuple[str, ...] = ()
        self.edit = QLineEdit()
        self.edit.setAccessibleName(tr("Classes"))
        self.edit.setPlaceholderText(tr(ALL))
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._typed)
        self.edit.editingFinished.connect(self._judge)
        self.choose = QPushButton(tr("C&hoose…"))
        self.choose.clicked.connect(self._open)
        self._hint = QLabel(textFormat=Qt.TextFormat.RichText)
        self._hint.setProperty("role", "muted")
        self._hint.linkActivated.connect(self._mend)
        self._list = ClassList(self)
        self._list.chosen.connect(self._check)
        self._lay_out()
        self._write(tuple(chosen))
        self.set_known(None)

    def names(self) -> tuple[str, ...] | None:
        """The classes to look for; None for all."""
        return self._chosen or None

    def set_known(self, names: tuple[str, ...] | None) -> None:
        """The model has these classes; None if nobody knows."""
        self._known = names
        self.choose.setEnabled(bool(names))
        self.choose.setToolTip(
            tr("Search and check classes (Down)")
            if names
            else tr("Names show once this model has run")
        )
        self._judge()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        opens = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4)
        )
        if opens and self._known:
            self._open()
            return True
        return super().eventFilter(watched, event)

    def _open(self) -> None:
        self._list.show_below(self.edit, self._known or (), self._chosen)

    def _typed(self, text: str) -> None:
        names = (name.strip() for name in text.split(","))
        # Each once, in their order.
        self._chosen = tuple(dict.fromkeys(name for name in names if name))
        self._judge()
        self.changed.emit()

    def _check(self, names: tuple[str, ...]) -> None:
        unknown = [name for name in self._chosen if name not in (self._known or ())]
        self._write((*unknown, *names))
        self.changed.emit()

    def _mend(self, right: str) -> None:
        wrong = self._unknown()[-1]
        names = (right if name == wrong else name for name in self._chosen)
        self._write(tuple(dict.fromkeys(names)))
        self.changed.emit()

    def _write(self, names: tuple[str, ...]) -> None:
        # A name may hold a comma: what is written here is not read back.
        with QSignalBlocker(self.edit):
            self.edit.setText(", ".join(names))
        self._chosen = names
        self._judge()

    def _unknown(self) -> list[str]:
        """Names that the model does not have, as far as anybody knows."""
        if self._known is None:
            return []
        unknown = [name for name in self._chosen if name not in self._known]
        # Nobody is wrong in the middle of a word.
        typing = self.edit.hasFocus() and unknown and unknown[-1] == self._chosen[-1]
        if typing and any(name.startswith(unknown[-1]) for name in self._known):
            unknown.pop()
        return unknown

    def _judge(self) -> None:
        """Say what is known, or mark what cannot be found."""
        unknown = self._unknown()
        self._hint.setText(self._words(unknown))
        self._hint.setProperty("role", "" if unknown else "muted")
        # Without a link it is no stop for Tab.
        self._hint.setTextInteractionFlags(_LINKS if unknown else _NO_LINKS)
        self.edit.setProperty("invalid", bool(unknown))
        for widget in (self._hint, self.edit):
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def _words(self, unknown: Sequence[str]) -> str:
        if self._known is None:
            return tr("Type names with commas; there is a list once this model has run.")
        if not unknown:
            return tr_n(
                "{count} class: choose, or type names with commas.",
                "{count} classes: choose, or type names with commas.",
                len(self._known),
            )
        # The last one is what was typed just now.
        typed = _quoted(unknown[-1])
        said = tr("The model has no {name}.", name=typed)
        if len(unknown) > 1:
            more = len(unknown) - 1
            said = tr("The model has no {name} (and {count} more).", name=typed, count=more)
        for near in _nearest(unknown[-1], self._known):
            use = tr("Use {name}", name=_quoted(near))
            said += f' <a href="{escape(near)}">{use}</a>'
        return said

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(self.choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._hint)


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    """At most one name that was probably meant."""
    by_lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return [by_lower[one] for one in found]


def _quoted(name: str) -> str:
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return tr("“{class_name}”", class_name=escape(short))
