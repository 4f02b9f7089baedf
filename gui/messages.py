"""The banner over the canvas: one sentence, and its mend as a button."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.errors import UserError
from gui.i18n import tr

Level = Literal["error", "info"]


class Banner(QFrame):
    """Says one thing until it is closed or something newer takes its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._mend: Callable[[], None] | None = None
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._action = QPushButton()
        self._action.clicked.connect(self._do_mend)
        self._close = QPushButton(tr("Dismiss"), flat=True)
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self.hide()

    def show_message(
        self, level: Level, sentence: str, mend: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Show a sentence, with a button that does what would mend it."""
        self.setProperty("level", level)
        for widget in (self, self._text):
            # A changed property takes effect on style sheets only after this.
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self._mend = mend[1] if mend else None
        self._action.setVisible(mend is not None)
        self._action.setText(mend[0] if mend else "")
        self.show()

    def show_error(
        self, error: BaseException, mend: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Show a `UserError` as it is; anything else is a bug, of which the log says more."""
        known = isinstance(error, UserError)
        sentence = (
            str(error)
            if known
            else tr("{error} (see the log)", error=f"{type(error).__name__}: {error}")
        )
        self.show_message("error", sentence, mend)

    @property
    def sentence(self) -> str:
        """What it says, empty while hidden."""
        return "" if self.isHidden() else self._text.text()

    def _do_mend(self) -> None:
        mend = self._mend
        self.hide()
        if mend is not None:
            mend()
