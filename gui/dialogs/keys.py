"""Choosing the keys of every action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.actions import SPECS
from gui.i18n import tr
from gui.icons import icon
from gui.keymap import STANDARD, Keys, differences, effective, native, normal, owner
from gui.theme import Theme

_TEXTS = {spec.name: spec.text for spec in SPECS}


class KeysDialog(QDialog):
    """Edits the keys; every change takes effect at once."""

    changed = Signal(object)
    """The keys that are not standard, by action."""

    def __init__(self, chosen: Keys, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Change keys"))
        self._keys = effective(chosen)
        self._find = QLineEdit(
            placeholderText=tr("Find an action or a key"), clearButtonEnabled=True
        )
        self._find.setAccessibleName(tr("Find an action or a key"))
        self._find.textChanged.connect(self._filter)
        self._label = QLabel()
        self._field = QKeySequenceEdit()
        self._cells: list[QTableWidgetItem] = []
        """Which show the keys."""
        self._table = self._make_table(theme)
        self._table.currentCellChanged.connect(self._show_action)
        self._table.cellActivated.connect(lambda *_: self._field.setFocus())
        self._field.setMaximumSequenceLength(1)
        self._field.setAccessibleName(tr("New key"))
        self._field.keySequenceChanged.connect(self._check)
        self._label.setBuddy(self._field)
        self._replace = _button(tr("Use this key"), tr("The action has this key and no other"))
        self._replace.clicked.connect(lambda: self._take(self._typed()))
        self._add = _button(tr("Add"), tr("The action has this key as well"))
        self._add.clicked.connect(lambda: self._take(*self._keys[self._name], self._typed()))
        self._clear = _button(tr("No key"), tr("Take all keys from the action"))
        self._clear.clicked.connect(lambda: self._take())
        self._reset = _button(tr("Standard"), tr("Give the action its standard keys again"))
        self._reset.clicked.connect(lambda: self._take(*STANDARD[self._name]))
        self._said = QLabel()
        self._said.setProperty("role", "muted")
        self._all = _button(
            tr("All standard keys"), tr("Give every action its standard keys again")
        )
        self._all.clicked.connect(self._reset_all)
        self._lay_out()
        self._show_keys()
        self._table.setCurrentCell(0, 0)

    @property
    def _name(self) -> str:
        """The action in the current row."""
        return SPECS[max(self._table.currentRow(), 0)].name

    def _typed(self) -> str:
        return normal(self._field.keySequence().toString())

    def _take(self, *keys: str) -> None:
        """Give the action keys, unless one of them is another's."""
        taken = self._conflict(keys)
        if taken:
            self._say(taken)
            return
        self._use(self._keys | {self._name: tuple(dict.fromkeys(map(normal, keys)))})

    def _conflict(self, keys: tuple[str, ...]) -> str:
        others = {name: own for name, own in self._keys.items() if name != self._name}
        for key in keys:
            other = owner(key, others)
            if other is not None:
                return tr(
                    "{key} is already {action}: choose another key, or take it from there first.",
                    key=native(key),
                    action=_text(other),
                )
        return ""

    def _reset_all(self) -> None:
        self._use(dict(STANDARD))

    def _use(self, keys: dict[str, tuple[str, ...]]) -> None:
        self._keys = keys
        self._field.clear()
        self._show_keys()
        self._say(f"{_text(self._name)}: {self._words(self._name) or tr('no key')}.")
        self.changed.emit(differences(keys))

    def _check(self) -> None:
        """Whether the typed key can be taken."""
        typed = self._typed()
        taken = self._conflict((typed,)) if typed else ""
        own = typed in map(normal, self._keys[self._name])
        if taken or (typed and own):
            self._say(taken or tr("{key} is already this action's.", key=native(typed)))
        else:
            self._say("")
        self._mark(bool(taken))
        for button in (self._replace, self._add):
            button.setEnabled(bool(typed) and not taken)
        self._add.setEnabled(self._add.isEnabled() and not own and bool(self._keys[self._name]))

    def _mark(self, invalid: bool) -> None:
        for line in self._field.findChildren(QLineEdit):
            line.setProperty("invalid", invalid)
            line.style().unpolish(line)
            line.style().polish(line)

    def _say(self, sentence: str) -> None:
        self._said.setText(
            sentence or tr("Press a key in the field, alone or with Ctrl, Alt, Shift.")
        )
        self._field.setAccessibleDescription(sentence)

    def _show_action(self) -> None:
        name = self._name
        self._label.setText(tr("New key for {action}", action=_text(name)))
        self._clear.setEnabled(bool(self._keys[name]))
        self._reset.setEnabled(name in differences(self._keys))
        self._field.clear()
        self._check()

    def _show_keys(self) -> None:
        for row, spec in enumerate(SPECS):
            self._cells[row].setText(self._words(spec.name))
            changed = spec.name in differences(self._keys)
            font = self._table.font()
            font.setBold(changed)
            self._cells[row].setFont(font)
        self._all.setEnabled(bool(differences(self._keys)))
        self._show_action()

    def _words(self, name: str) -> str:
        return "   ".join(map(native, self._keys[name]))

    def _filter(self) -> None:
        wanted = self._find.text().strip().lower()
        shown = []
        for row, spec in enumerate(SPECS):
            words = f"{tr(spec.text)} {tr(spec.group, 'group')} {self._words(spec.name)}".lower()
            self._table.setRowHidden(row, wanted not in words)
            if wanted in words:
                shown.append(row)
        if shown and self._table.currentRow() not in shown:
            self._table.setCurrentCell(shown[0], 0)

    def _make_table(self, theme: Theme) -> QTableWidget:
        table = QTableWidget(len(SPECS), 3)
        table.setAccessibleName(tr("Actions and their keys"))
        table.setHorizontalHeaderLabels([tr("Action"), tr("Group"), tr("Keys")])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for row, spec in enumerate(SPECS):
            named = QTableWidgetItem(icon(spec.icon, theme), tr(spec.text))
            named.setToolTip(tr(spec.tip))
            table.setItem(row, 0, named)
            table.setItem(row, 1, QTableWidgetItem(tr(spec.group, "group")))
            self._cells.append(QTableWidgetItem())
            table.setItem(row, 2, self._cells[row])
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 96)
        header.resizeSection(2, 200)
        return table

    def _lay_out(self) -> None:
        field = QHBoxLayout()
        field.setSpacing(8)
        field.addWidget(self._field, 1)
        for button in (self._replace, self._add, self._clear, self._reset):
            field.addWidget(button)
        change = QVBoxLayout()
        change.setSpacing(4)
        change.addWidget(self._label)
        change.addLayout(field)
        change.addWidget(self._said)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self._all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self._find)
        layout.addWidget(self._table, 1)
        layout.addLayout(change)
        layout.addWidget(buttons)
        self.resize(640, 640)


def _text(name: str) -> str:
    """An action's text, as it stands within a sentence."""
    return tr(_TEXTS[name]).rstrip("…")


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text, autoDefault=False)
    button.setToolTip(tip)
    return button
