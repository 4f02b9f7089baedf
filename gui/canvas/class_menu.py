"""A small list of classes to type in and choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr, tr_n

_ROWS = 10
"""Classes that the list shows at once."""
_WIDTH = 224
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ClassMenu(QFrame):
    """Typing narrows the list, Enter or a click chooses; Escape or a click elsewhere closes.

    It deletes itself once it is closed.
    """

    chosen = Signal(str)
    """The class, which may be the current one."""

    def __init__(self, names: Sequence[str], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("class_menu")
        # A frame of the style sheet's own would also frame what lies inside.
        self.setStyleSheet(
            "#class_menu { background: palette(window); border: 1px solid palette(dark); }"
        )
        self.setAccessibleName(tr("Change class"))
        self.setAccessibleDescription(
            tr("Now {class_name}", class_name=current) if current else tr("No class yet")
        )
        self._search = QLineEdit(clearButtonEnabled=True)
        self._search.setAccessibleName(tr("Search classes"))
        self._search.setToolTip(tr("Type to narrow the list, Enter chooses, Escape closes"))
        self._search.setPlaceholderText(
            tr_n("Search {count} class", "Search {count} classes", len(names))
        )
        self._search.installEventFilter(self)
        self._search.textChanged.connect(self._filter)
        self._list = QListWidget()
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName(tr("Classes"))
        self._list.installEventFilter(self)
        self._list.itemClicked.connect(self._choose)
        self._nothing = QLabel(tr("No class has these letters"))
        self._nothing.setProperty("role", "muted")
        self._fill(names, current)
        self._lay_out()
        self._filter("")

    def popup(self, at: QPoint) -> None:
        """Open with the top left corner at a point of the desktop, moved to fit on its screen."""
        screen = QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        self.adjustSize()
        self.move(
            max(room.left(), min(at.x(), room.right() + 1 - self.width())),
            max(room.top(), min(at.y(), room.bottom() + 1 - self.height())),
        )
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def shown(self) -> list[str]:
        """The classes that the search has left, from the top."""
        return [
            item.data(Qt.ItemDataRole.UserRole) for item in self._items() if not item.isHidden()
        ]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ENTERS:
                self._choose(self._list.currentItem())
                return True
            if event.key() in _MOVES and watched is self._search:
                # The list follows while the search keeps the focus.
                self._list.event(event)
                return True
        return super().eventFilter(watched, event)

    def _items(self) -> list[QListWidgetItem]:
        return [self._list.item(row) for row in range(self._list.count())]

    def _fill(self, names: Sequence[str], current: str) -> None:
        # Each once: the current one, then as they were given.
        for name in dict.fromkeys((*([current] if current else []), *names)):
            item = QListWidgetItem(
                tr("{class_name}  (now)", class_name=name) if name == current else name
            )
            item.setData(Qt.ItemDataRole.UserRole, name)
            self._list.addItem(item)

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for item in self._items():
            item.setHidden(wanted not in item.data(Qt.ItemDataRole.UserRole).casefold())
        left = [item for item in self._items() if not item.isHidden()]
        # What begins with the letters is meant sooner than what merely has them.
        first = [i for i in left if i.data(Qt.ItemDataRole.UserRole).casefold().startswith(wanted)]
        if left:
            self._list.setCurrentItem((first or left)[0])
        self._list.setVisible(bool(left))
        self._nothing.setVisible(not left)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is None or item.isHidden():
            return
        name = item.data(Qt.ItemDataRole.UserRole)
        self.close()
        self.chosen.emit(name)

    def _lay_out(self) -> None:
        row = self._list.sizeHintForRow(0)
        rows = min(max(self._list.count(), 1), _ROWS)
        self._list.setFixedHeight(rows * row + 2 * self._list.frameWidth())
        # As high as the list, whose place it takes.
        self._nothing.setFixedHeight(self._list.height())
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self._list)
        layout.addWidget(self._nothing)


def class_menu(parent: QWidget | None, names: Sequence[str], current: str) -> ClassMenu:
    """A menu to open with `ClassMenu.popup`.

    Args:
        parent: Whose window it belongs to.
        names: The classes, those used lately first.
        current: The class of the box, which comes first of all; empty for none.
    """
    return ClassMenu(names, current, parent)
