"""A list of classes to search and check."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import mark, tr, tr_n

ALL = mark("All classes")
_ROWS = 10
"""Classes that the list shows at once."""
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ClassList(QFrame):
    """A list that closes by a click elsewhere or Escape; what is checked holds at once."""

    chosen = Signal(tuple)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        # A frame of the style sheet's own would also frame what lies inside.
        self.setObjectName("classes")
        self.setStyleSheet(
            "#classes { background: palette(window); border: 1px solid palette(dark); }"
        )
        self._names: tuple[str, ...] = ()
        self._items = QStandardItemModel(self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._items)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._search = QLineEdit(clearButtonEnabled=True)
        self._search.setAccessibleName(tr("Search classes"))
        self._search.installEventFilter(self)
        self._search.textChanged.connect(self._filter)
        self._list = QListView(uniformItemSizes=True)
        self._list.setModel(self._found)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(tr("Classes"))
        self._list.installEventFilter(self)
        self._list.clicked.connect(self._toggle)
        self._said = QLabel()
        self._said.setProperty("role", "muted")
        self._clear = QPushButton(tr(ALL))
        self._clear.setToolTip(tr("Uncheck every class, which looks for all of them"))
        self._clear.clicked.connect(self._uncheck)
        self._lay_out()

    def show_below(self, field: QWidget, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Open with the chosen classes first; they move no more while the list is open."""
        self._names = tuple(names)
        wanted = [name for name in names if name in chosen]
        self._items.clear()
        for name in (*wanted, *(name for name in names if name not in chosen)):
            item = QStandardItem(name)
            # Not checkable by Qt, which would take a click on the box and not one on its word.
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if name in wanted else Qt.CheckState.Unchecked)
            self._items.appendRow(item)
        self._search.clear()
        self._search.setPlaceholderText(
            tr_n("Search {count} class", "Search {count} classes", len(names))
        )
        self._show_count()
        self._filter("")
        self._place(field)
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def checked(self) -> tuple[str, ...]:
        """The classes that are checked, in the model's order."""
        checked = {item.text() for item in self._all() if item.checkState().value}
        return tuple(name for name in self._names if name in checked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in _ENTERS or (key == Qt.Key.Key_Space and watched is self._list):
                self._toggle(self._list.currentIndex())
                self._search.selectAll()
                return True
            if key in _MOVES and watched is self._search:
                # The list follows while the search keeps the focus.
                self._list.event(event)
                return True
        return super().eventFilter(watched, event)

    def _all(self) -> list[QStandardItem]:
        return [self._items.item(row) for row in range(self._items.rowCount())]

    def _filter(self, text: str) -> None:
        self._found.setFilterFixedString(text.strip())
        self._list.setCurrentIndex(self._found.index(0, 0))

    def _toggle(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        item = self._items.itemFromIndex(self._found.mapToSource(index))
        on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
        self._tell()

    def _uncheck(self) -> None:
        for item in self._all():
            item.setCheckState(Qt.CheckState.Unchecked)
        self._search.setFocus()
        self._tell()

    def _tell(self) -> None:
        self._show_count()
        self.chosen.emit(self.checked())

    def _show_count(self) -> None:
        count = len(self.checked())
        some = tr("{count} of {total}", count=count, total=self._items.rowCount())
        self._said.setText(some if count else tr("None checked: all"))
        self._clear.setEnabled(bool(count))

    def _place(self, field: QWidget) -> None:
        row = self._list.sizeHintForRow(0)
        frame = 2 * self._list.frameWidth()
        self._list.setFixedHeight(min(self._items.rowCount(), _ROWS) * row + frame)
        self.setFixedWidth(field.width())
        self.adjustSize()
        below = field.mapToGlobal(QPoint(0, field.height() + 2))
        room = field.screen().availableGeometry()
        if below.y() + self.height() > room.bottom():
            below = field.mapToGlobal(QPoint(0, -self.height() - 2))
        self.move(below.x(), max(below.y(), room.top()))

    def _lay_out(self) -> None:
        footer = QHBoxLayout()
        footer.setSpacing(8)
        footer.addWidget(self._said, 1)
        footer.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self._list)
        layout.addLayout(footer)
