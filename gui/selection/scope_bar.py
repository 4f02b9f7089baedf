"""Which videos to choose among: the open one, or all of the collection."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.i18n import tr, tr_n


class ScopeBar(QWidget):
    """Two buttons, one of which is down; not seen where there is one video only."""

    chosen = Signal(bool)
    """Whether to choose among all videos; only what a person does is told."""

    def __init__(self) -> None:
        super().__init__()
        self.this, self.all = QToolButton(), QToolButton()
        self.this.setText(tr("This video"))
        self.this.setAccessibleName(tr("Choose in this video"))
        self.this.setToolTip(tr("Choose among the frames of the video that is open"))
        self.all.setToolTip(tr("Choose among the frames of all videos of the collection together"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 4)
        row.setSpacing(4)
        for button in (self.this, self.all):
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
        self.all.setAccessibleName(tr("Choose in all videos"))
        (self.all if everything else self.this).setChecked(True)
