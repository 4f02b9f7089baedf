"""Where Lightly's token comes from, and a field for one that is not known yet."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.cloud.typed_token import TypedToken
from gui.i18n import mark, tr

Source = Literal["environment", "keyring"]

_WORDS: dict[Source, str] = {
    "environment": mark("Taken from LIGHTLY_TOKEN"),
    "keyring": mark("Taken from the system's keyring"),
}


class TokenField(QWidget):
    """Says where the token is taken from; shows a field where there is none. Never shows it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._source: Source | None = None
        self._looking = True
        self._known = QLabel(tr("Looking for it…"))
        self._known.setProperty("role", "muted")
        self._change = QPushButton(tr("Change…"))
        self._change.setToolTip(tr("Use another token"))
        self._change.clicked.connect(lambda: self.show_source(None))
        self.edit = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.edit.setPlaceholderText(tr("from the preferences of app.lightly.ai"))
        self.edit.setAccessibleName(tr("Lightly's token"))
        self.edit.setToolTip(tr("It lets this program act for you at Lightly"))
        self.edit.textChanged.connect(self.changed)
        self._keep = QCheckBox(tr("Keep it in the system's keyring"))
        self._keep.setChecked(True)
        self._keep.setToolTip(tr("Otherwise it is forgotten when the window is closed"))
        self._lay_out()
        self._show()

    def show_source(self, source: Source | None) -> None:
        """Say where it is taken from; None for nowhere, so that it must be typed."""
        self._source, self._looking = source, False
        self._known.setText(tr(_WORDS[source]) if source else "")
        self._show()
        self.changed.emit()

    @property
    def missing(self) -> str:
        """Why there is no token yet; empty if there is one."""
        if self._looking:
            return tr("The token is still looked for.")
        return "" if self._source or self._text else tr("Lightly's token is missing.")

    @property
    def typed(self) -> TypedToken | None:
        """What was typed, if anything."""
        return TypedToken(self._text, self._keep.isChecked()) if self._text else None

    @property
    def _text(self) -> str:
        return self.edit.text().strip()

    def _show(self) -> None:
        asked = not self._looking and self._source is None
        self._known.setVisible(not asked)
        self._change.setVisible(self._source is not None)
        self.edit.setVisible(asked)
        self._keep.setVisible(asked)

    def _lay_out(self) -> None:
        known = QHBoxLayout()
        known.setSpacing(8)
        known.addWidget(self._known, 1)
        known.addWidget(self._change)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(known)
        rows.addWidget(self.edit)
        rows.addWidget(self._keep)


class TokenDialog(QDialog):
    """Asks for a token and nothing else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Lightly's token"))
        self._field = TokenField()
        self._field.edit.setMinimumWidth(360)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = buttons.addButton(tr("Use it"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._go.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._field.changed.connect(self._check)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(QLabel(tr("Lightly's run cannot be followed without it.")))
        layout.addWidget(self._field)
        layout.addWidget(buttons)
        # A button becomes the default only of the dialog that it lies in.
        self._go.setDefault(True)
        self._field.show_source(None)

    @property
    def typed(self) -> TypedToken | None:
        """What was typed, if anything."""
        return self._field.typed

    def _check(self) -> None:
        missing = self._field.missing
        self._go.setEnabled(not missing)
        self._go.setToolTip(missing)
