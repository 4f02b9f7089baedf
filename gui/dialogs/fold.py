"""A button that shows and hides what is seldom needed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton


class Fold(QToolButton):
    """Checked while it is open, which its chevron says."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        chevron = QIcon()
        for side, state in (("right", QIcon.State.Off), ("down", QIcon.State.On)):
            chevron.addPixmap(QIcon(f"control:chevron-{side}.svg").pixmap(16, 16), state=state)
        self.setText(text)
        self.setIcon(chevron)
        self.setIconSize(QSize(16, 16))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self.setAccessibleName(name)
        # The chevron says that it is open.
        self.setStyleSheet("QToolButton:checked:!hover { background: transparent; }")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
