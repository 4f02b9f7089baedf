"""The members of a window's collection as rows of a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.collection.library import Library
from gui.collection.row import Row, row_of

if TYPE_CHECKING:
    from core.collection.collection import Member

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class MediaModel(QAbstractListModel):
    """One row a member that passes the search, in the library's order."""

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library = library
        self._shown: tuple[Member, ...] = library.shown
        self._places: dict[Path, int] = {}
        self._rows: dict[Path, Row] = {}
        """Those that were painted."""
        library.changed.connect(self._reset)
        library.order_changed.connect(self._reset)
        library.overview_changed.connect(self._refresh)
        library.detecting_changed.connect(self._refresh)
        self._reset()

    def member(self, row: int) -> Member:
        """The member of a row."""
        return self._shown[row]

    def row_of(self, folder: Path | None) -> int | None:
        """Where a project is, None if it is not in the list."""
        return None if folder is None else self._places.get(folder)

    def row(self, row: int) -> Row:
        """The words of a row."""
        member = self._shown[row]
        known = self._rows.get(member.folder)
        if known is None:
            library, folder = self.library, member.folder
            known = row_of(
                member,
                library.overview(folder),
                library.problem(folder),
                looking=library.is_left(folder),
                detecting=library.detecting(folder),
            )
            self._rows[folder] = known
        return known

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._shown[index.row()].name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.row(index.row()).told
        return None

    def _reset(self) -> None:
        self.beginResetModel()
        self._shown = self.library.shown
        self._places = {member.folder: row for row, member in enumerate(self._shown)}
        self._rows.clear()
        self.endResetModel()

    def _refresh(self, folder: Path) -> None:
        self._rows.pop(folder, None)
        row = self._places.get(folder)
        if row is not None:
            index = self.index(row, 0)
            self.dataChanged.emit(index, index)
