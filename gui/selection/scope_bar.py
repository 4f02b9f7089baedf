"""Which videos something is about: the open one, or all of the collection."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.i18n import tr, tr_n


class ScopeBar(QWidget):
    """Two buttons, one of which is down; not seen where there is one video only.

    Args:
        names: What the buttons are called, as accessible names: of this video, and of all.
        tips: The same as sentences.
    """

    chosen = Signal(bool)
    """Whether it is about all videos; only what a person does is told."""

    def __init__(self, names: tuple[str, str], tips: tuple[str, str]) -> None:
        super().__init__()
        self.this, self.all = QToolButton(), QToolButton()
        self.this.setText(tr("This video"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button, name, tip in zip((self.this, self.all), names, tips, strict=True):
            button.setAccessibleName(name)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            row.addWidget(button)
        row.addStretch(1)
        self.this.setChecked(True)
        self.this.clicked.connect(lambda: self.chosen.emit(False))
        self.all.clicked.connect(lambda: self.chosen.emit(True))
        self.show_scope(0, everything=False)

    def show_scope(self, videos: int, *, everything: bool) -> None:
        """How many videos there are, and which of the buttons is down."""
        self.setVisible(videos > 1)
        word = tr_n("All {count} videos", "All {count} videos", videos)
        self.all.setText(word)
        (self.all if everything else self.this).setChecked(True)
