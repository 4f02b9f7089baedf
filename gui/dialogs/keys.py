"""All keys at a glance."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from gui.actions import SPECS


class KeysDialog(QDialog):
    """Lists every action that has a key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        for row, spec in enumerate(spec for spec in SPECS if spec.keys):
            keys = QLabel("   ".join(_native(key) for key in spec.keys))
            keys.setProperty("role", "heading")
            keys.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(keys, row, 0)
            grid.addWidget(QLabel(spec.tip), row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(grid)
        layout.addWidget(buttons)


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
