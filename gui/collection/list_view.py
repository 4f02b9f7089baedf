"""The list itself: keys of its own, and which rows are seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

_OWN = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Keys that mean something to the list, and some of them another thing to the window."""
_TYPING = ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)


class MediaListView(QListView):
    """Up and down move, Enter or a click chooses, letters are for the search."""

    chosen = Signal(int)
    """The row that a person wants to open."""
    typed = Signal(str)
    """What they typed."""
    seen_changed = Signal()
    """Other rows are seen; see `seen_rows`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))
        self.verticalScrollBar().valueChanged.connect(self.seen_changed)

    def seen_rows(self) -> range:
        """The rows that are at least partly seen."""
        height = self.viewport().height()
        first = self.indexAt(QPoint(1, 1))
        last = self.indexAt(QPoint(1, height - 1))
        rows = self.model().rowCount() if self.model() is not None else 0
        if not first.isValid():
            return range(0)
        return range(first.row(), last.row() + 1 if last.isValid() else rows)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in _OWN or _is_typed(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.chosen.emit(self.currentIndex().row())
        elif _is_typed(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.seen_changed.emit()


def _is_typed(event: QKeyEvent) -> bool:
    """Whether a key writes something; a space begins no search."""
    return (
        bool(event.text().strip())
        and event.text().isprintable()
        and not (event.modifiers() & _TYPING)
    )
