"""The command palette: every action by a part of its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.action_table import SPECS
from gui.actions import keys_of
from gui.i18n import mark, tr
from gui.matching import fit
from gui.places import place
from gui.sheet import Sheet
from gui.text import grouped, timecode

if TYPE_CHECKING:
    from gui.session import Session

Index = QModelIndex | QPersistentModelIndex

_GROUPS = {spec.name: spec.group for spec in SPECS}
_ROW_HEIGHT = 32
_ROWS = 10
_WIDTH = 608
_RECENT = 8
_BY_TIP = 100.0
"""How much worse a fit of the tooltip is than one of the name."""
_NOTHING = mark("No action has such a name.")
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the palette."""

    text: str
    note: str
    """Its group, or why it cannot be used now."""
    keys: str
    icon: QIcon
    action: QAction | None
    """None for going to `frame`."""
    frame: int = 0

    @property
    def enabled(self) -> bool:
        return self.action is None or self.action.isEnabled()


class Palette(Sheet):
    """Finds an action by a few letters, and triggers it.

    Args:
        window: Whose actions these are.
        actions: All actions by name.
    """

    frame_chosen = Signal(int)

    def __init__(self, window: QWidget, actions: dict[str, QAction]) -> None:
        super().__init__(window, tr("Find an action"))
        self._actions = [action for name, action in actions.items() if name != "palette"]
        self._recent: list[QAction] = []
        self._session: Session | None = None
        self._field = QLineEdit()
        self._field.setPlaceholderText(tr("Find an action, or go to a frame or time"))
        self._field.setAccessibleName(tr("Find an action"))
        self._field.setMaxLength(64)
        self._field.setMinimumWidth(_WIDTH)
        self._field.textChanged.connect(self._search)
        self._field.returnPressed.connect(self._choose)
        self._field.installEventFilter(self)
        self._rows = _Rows(self)
        self._list = QListView()
        self._list.setModel(self._rows)
        self._list.setItemDelegate(_Painter(self._list))
        self._list.setAccessibleName(tr("Actions"))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFixedWidth(_WIDTH)
        self._list.clicked.connect(self._choose)
        self._list.activated.connect(self._choose)
        self._list.selectionModel().currentChanged.connect(self._tell)
        self._nothing = QLabel(tr(_NOTHING))
        self._nothing.setProperty("role", "muted")
        self.rows.addWidget(self._field)
        self.rows.addWidget(self._list)
        self.rows.addWidget(self._nothing)

    def search(self, session: Session | None) -> None:
        """Let the person find an action, or a place in the video of this session."""
        self._session = session
        self.open()

    def prepare(self) -> None:
        self._field.clear()
        self._search()

    def first_focus(self) -> QWidget:
        return self._field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self._field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _MOVING
        ):
            self._list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        query = self._field.text()
        found = [*self._places(query), *self._found(query)]
        self._rows.show_rows(found)
        self._list.setFixedHeight(min(len(found), _ROWS) * _ROW_HEIGHT + 2)
        self._list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self._list.setCurrentIndex(self._rows.index(0, 0))
        self._list.scrollToTop()

    def _places(self, query: str) -> list[Row]:
        """Going where the query says, if it is a place in the video."""
        session = self._session
        if session is None or not query.strip():
            return []
        try:
            frame = place(query, session.frame, session.index)
        except ValueError:
            return []
        time = timecode(session.index.timestamp(frame))
        icon = next(one.icon() for one in self._actions if one.objectName() == "go_to")
        return [Row(tr("Go to frame {frame}", frame=grouped(frame)), time, "", icon, None, frame)]

    def _found(self, query: str) -> list[Row]:
        """Best first; what cannot be used now comes last."""
        found = []
        for number, action in enumerate(self._actions):
            worth = self._worth(query, action)
            if worth is not None:
                found.append((not action.isEnabled(), -worth, number, action))
        return [_row(action) for *_, action in sorted(found, key=lambda entry: entry[:3])]

    def _worth(self, query: str, action: QAction) -> float | None:
        if not query.strip():
            return _RECENT - self._recent.index(action) if action in self._recent else 0.0
        fits = [
            fit(query, action.text()),
            fit(query, f"{_group(action)} {action.text()}"),
        ]
        # Scattered letters fit every sentence, so of those whole words are asked for.
        if query.strip().lower() in action.whatsThis().lower():
            fits.append(-_BY_TIP)
        return max((worth for worth in fits if worth is not None), default=None)

    def _choose(self) -> None:
        row = self._rows.row(self._list.currentIndex())
        if row is None or not row.enabled:
            return
        self.hide()
        if row.action is None:
            self.frame_chosen.emit(row.frame)
            return
        self._recent = [row.action, *(one for one in self._recent if one is not row.action)]
        del self._recent[_RECENT:]
        row.action.trigger()

    def _tell(self, current: QModelIndex) -> None:
        """Who cannot see the list hears its current row at the field, which has the focus."""
        said = current.data(Qt.ItemDataRole.AccessibleTextRole)
        self._field.setAccessibleDescription(said or tr(_NOTHING))


def _group(action: QAction) -> str:
    return tr(_GROUPS[action.objectName()], "group")


def _row(action: QAction) -> Row:
    group = _group(action)
    note = group if action.isEnabled() else action.whatsThis()
    if action.isEnabled() and action.isCheckable():
        note = f"{group}, {tr('on') if action.isChecked() else tr('off')}"
    return Row(action.text(), note, keys_of(action), action.icon(), action)


class _Rows(QAbstractListModel):
    """What was found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.text, row.note, row.keys) if part)
        if role == Qt.ItemDataRole.UserRole:
            return row
        return None


class _Painter(QStyledItemDelegate):
    """Icon, word and group at the left, keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option, index
        return QSize(0, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        style, palette, place = option.widget.style(), option.palette, option.rect
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        style.drawPrimitive(panel, option, painter, option.widget)
        mode = QIcon.Mode.Normal if row.enabled else QIcon.Mode.Disabled
        left = QRect(place.left() + 8, place.center().y() - 9, 20, 20)
        row.icon.paint(painter, left, Qt.AlignmentFlag.AlignCenter, mode)
        # The application's own: a style sheet leaves half of the text's colour in the widget's.
        muted = QApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        ink = palette.color(QPalette.ColorRole.Text) if row.enabled else muted
        metrics = option.fontMetrics
        words = place.adjusted(40, 0, -8, 0)
        aligned = Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setPen(ink)
        painter.drawText(words, aligned | Qt.AlignmentFlag.AlignLeft, row.text)
        painter.setPen(muted)
        painter.drawText(words, aligned | Qt.AlignmentFlag.AlignRight, row.keys)
        words.setLeft(words.left() + metrics.horizontalAdvance(row.text) + 16)
        words.setRight(words.right() - metrics.horizontalAdvance(row.keys) - 16)
        note = metrics.elidedText(row.note, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, aligned | Qt.AlignmentFlag.AlignLeft, note)
        painter.restore()
