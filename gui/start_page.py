"""What a person sees first: what this is, and the two ways to begin."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr
from gui.icons import icon
from gui.theme import Theme


class StartPage(QWidget):
    """The empty state of the window."""

    open_requested = Signal()
    demo_requested = Signal()
    recent_requested = Signal(object)
    """A `Path`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = QLabel()
        title = QLabel(tr("Drop a video here, or try the demo"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        title.setFont(font)
        hint = QLabel(
            tr(
                "Flickerscope runs your detector, shows every frame where it flickers,\n"
                "and hands over the boxes that it should have seen."
            )
        )
        hint.setProperty("role", "muted")
        self._open = QPushButton(tr("Open video…"))
        self._open.clicked.connect(self.open_requested)
        self._demo = QPushButton(tr("Try the demo"))
        self._demo.setProperty("primary", True)
        self._demo.clicked.connect(self.demo_requested)
        self._recent_title = QLabel(tr("Recent"))
        self._recent_title.setProperty("role", "muted")
        self._recent = QListWidget()
        self._recent.setAccessibleName(tr("Recent videos and projects"))
        self._recent.setFixedWidth(480)
        self._recent.itemActivated.connect(self._choose)
        self._recent.itemClicked.connect(self._choose)
        self._lay_out(title, hint)

    def set_theme(self, theme: Theme) -> None:
        """Colours of the icons."""
        self._mark.setPixmap(icon("flickerscope", theme).pixmap(QSize(64, 64)))
        self._open.setIcon(icon("open", theme))
        self._demo.setIcon(icon("demo", theme, tint=theme.on_accent))

    def set_recent(self, paths: Sequence[str]) -> None:
        """What was opened last, newest first."""
        self._recent.clear()
        for text in paths:
            path = Path(text)
            item = QListWidgetItem(f"{path.name}    {path.parent}")
            item.setToolTip(text)
            item.setData(Qt.ItemDataRole.UserRole, path)
            self._recent.addItem(item)
        self._recent.setFixedHeight(2 + self._recent.sizeHintForRow(0) * min(len(paths), 5))
        self._recent.setVisible(bool(paths))
        self._recent_title.setVisible(bool(paths))

    def _choose(self, item: QListWidgetItem) -> None:
        self.recent_requested.emit(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self, title: QLabel, hint: QLabel) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self._demo)
        buttons.addWidget(self._open)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        for widget in (self._mark, title, hint):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
            layout.addSpacing(8)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addSpacing(24)
        layout.addWidget(self._recent_title, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._recent, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
