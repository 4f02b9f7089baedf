"""The violations to review as a table."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from core.collection.queue import AcrossItem
from core.review import Item, Queue, ReviewState
from core.tracks.pairs import Rows
from gui.i18n import mark, tr
from gui.icons import icon
from gui.text import grouped
from gui.theme import Theme
from gui.words import kind_word

Index = QModelIndex | QPersistentModelIndex

COLUMNS = (mark("Frame"), mark("Class"), mark("Gain"), mark("Plausible"), mark("State"))
SORTED_BY = ("start", "class_id", "gain", "plausibility", "state")
"""What each column is sorted by; see `core.review.View`."""
WORDS = {
    ReviewState.TO_DO: mark("to do"),
    ReviewState.EDITED: mark("edited"),
    ReviewState.ACCEPTED: mark("accepted"),
    ReviewState.REJECTED: mark("rejected"),
}
_TIPS = (
    mark("First frame of the violation"),
    mark("What the object is, and the kind of violation unless it flickers"),
    mark("Boxes that a decision is likely to set right: plausibility times frames"),
    mark("How likely the assertion is right"),
    mark("What was decided"),
)
_FRAME = 0
_ICONS = {
    ReviewState.EDITED: "edit",
    ReviewState.ACCEPTED: "accept",
    ReviewState.REJECTED: "reject",
}
_NO_INDEX = QModelIndex()


Row = TypeVar("Row", Item, AcrossItem)


class ViolationModel(QAbstractTableModel, Generic[Row]):
    """One row a violation, in columns that a subclass names."""

    columns: tuple[str, ...]
    tips: tuple[str, ...]
    numeric: tuple[int, ...]
    """Columns of numbers, which stand at the right."""

    def __init__(self, shown: Rows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = shown
        self._items: dict[int, Row] = {}
        """Rows that were painted: a view asks ten times for each of their cells."""
        self._icons: dict[ReviewState, QIcon] = {}
        self._colours: dict[ReviewState, QColor] = {}

    def set_theme(self, theme: Theme) -> None:
        """Colours of the states."""
        colours = {
            ReviewState.TO_DO: theme.imputed_text,
            ReviewState.EDITED: theme.accepted_text,
            ReviewState.ACCEPTED: theme.accepted_text,
            ReviewState.REJECTED: theme.rejected_text,
        }
        self._colours = {state: QColor(colour) for state, colour in colours.items()}
        self._icons = {
            state: icon(name, theme, tint=colours[state]) for state, name in _ICONS.items()
        }

    def refresh(self) -> None:
        """The decisions have changed."""
        self._items.clear()
        if len(self._shown):
            last = self.index(len(self._shown) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def item(self, row: int) -> Row:
        """The violation of a row."""
        if row not in self._items:
            self._items[row] = self._violation(int(self._shown[row]))
        return self._items[row]

    def row_of(self, number: int | None) -> int | None:
        """The row of a violation, or None."""
        found = np.flatnonzero(self._shown == (-1 if number is None else number))
        return int(found[0]) if len(found) else None

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(self.columns[section])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("{tip}; click to sort", tip=tr(self.tips[section]))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        item, column = self.item(index.row()), index.column()
        of_state = column == len(self.columns) - 1
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts(item)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._told(item)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole and of_state:
            return self._colours.get(item.state)
        if role == Qt.ItemDataRole.DecorationRole and of_state:
            return self._icons.get(item.state)
        return None

    def _violation(self, number: int) -> Row:
        raise NotImplementedError

    def _texts(self, item: Row) -> tuple[str, ...]:
        """A cell each; the last one is the state."""
        raise NotImplementedError

    def _told(self, item: Row) -> str:
        """A row in a sentence, for the tooltip and for those who hear the table."""
        raise NotImplementedError

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = column in self.numeric
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


AnyModel = ViolationModel[Item] | ViolationModel[AcrossItem]


class QueueModel(ViolationModel[Item]):
    """The violations of one video, those and in the order that the session's view says."""

    columns, tips, numeric = COLUMNS, _TIPS, (0, 2, 3)

    def __init__(self, queue: Queue, shown: Rows, parent: QObject | None = None) -> None:
        super().__init__(shown, parent)
        self._queue = queue
        self._selected: NDArray[np.bool_] = np.zeros(len(queue), np.bool_)
        self._bookmark = QIcon()

    def set_theme(self, theme: Theme) -> None:
        """Colours of the states, and of the bookmark."""
        super().set_theme(theme)
        self._bookmark = icon("selected", theme)

    def set_queue(self, queue: Queue, shown: Rows, selected: Sequence[int] = ()) -> None:
        """Show another queue, or another part of it.

        Args:
            queue: The violations.
            shown: Numbers of those to show, in order.
            selected: Frames that were chosen for labeling, ascending.
        """
        self._selected = queue.touching(selected)
        if queue is self._queue and np.array_equal(shown, self._shown):
            self.refresh()
            return
        self.beginResetModel()
        self._queue, self._shown = queue, shown
        self._items.clear()
        self.endResetModel()

    def data(self, index: Index, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DecorationRole and index.column() == _FRAME:
            return self._bookmark if self._selected[self.item(index.row()).number] else None
        return super().data(index, role)

    def _violation(self, number: int) -> Item:
        return self._queue[number]

    def _texts(self, item: Item) -> tuple[str, ...]:
        return (
            grouped(item.start),
            what_of(item),
            f"{item.gain:.1f}",
            f"{item.plausibility:.2f}",
            tr(WORDS[item.state]),
        )

    def _told(self, item: Item) -> str:
        told = told_of(item)
        return tr("{told}, in selected frames", told=told) if self._selected[item.number] else told


def what_of(item: Item | AcrossItem) -> str:
    """What the object of a violation is, and the kind unless it flickers."""
    name = item.class_name or tr("any")
    return name if item.kind == "flickering" else f"{name} · {kind_word(item.kind)}"


def told_of(item: Item | AcrossItem) -> str:
    """A violation in a sentence."""
    frames = item.stop - item.start
    first, last = grouped(item.start), grouped(item.stop - 1)
    said = [tr("frame {frame}", frame=first)]
    if frames > 1:
        said = [tr("frames {first} to {last}", first=first, last=last)]
    if item.track >= 0:
        said.append(tr("track {number}", number=item.track))
    what = f"{kind_word(item.kind)}: {item.class_name or tr('any class')}"
    return ", ".join([what, *said, tr(WORDS[item.state])])
