"""One video or all of them: what the review goes through."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gui.i18n import tr
from gui.review.controls import Manners, describe


class ScopeSwitch(QFrame):
    """Two buttons side by side, of which one is down."""

    all_chosen = Signal(bool)
    """All videos, or this one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scope_switch")
        manners = Manners(self)
        self._this, self._all = QToolButton(), QToolButton()
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button, word, tip in (
            (self._this, tr("This video"), tr("Review the violations of the open video")),
            (
                self._all,
                tr("All videos"),
                tr("Review the violations of all videos, those with most to gain first"),
            ),
        ):
            button.setText(word)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            describe(button, word, tip, manners)
            self._group.addButton(button)
            row.addWidget(button)
        self._this.setChecked(True)
        self._all.toggled.connect(self.all_chosen)

    def show_all(self, wanted: bool) -> None:
        """Show what is reviewed, without saying so."""
        with QSignalBlocker(self._all), QSignalBlocker(self._this):
            (self._all if wanted else self._this).setChecked(True)
