"""The chosen frames as rows of a list."""

from typing import Any, Literal

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage

from core.frames import FrameIndex
from core.selection.pool import Picks, Pool
from gui.i18n import tr
from gui.selection.reasons import all_reasons, main_reason
from gui.text import clock, grouped

Order = Literal["choice", "time"]
FRAME_ROLE = Qt.ItemDataRole.UserRole
REASON_ROLE = Qt.ItemDataRole.UserRole + 1
INCLUDED_ROLE = Qt.ItemDataRole.UserRole + 2
_KEPT = 600
"""Pictures that are kept; each takes about 0.1 MB."""
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class SheetModel(QAbstractListModel):
    """Frame, time, main reason and picture of each chosen frame."""

    wanted = Signal(int)
    """A frame whose picture is to be seen."""

    def __init__(self, index: FrameIndex, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self._picks: Picks | None = None
        self._frames: list[int] = []
        self._places: list[int] = []
        """Place in the order of choice of each row."""
        self.order: Order = "choice"
        self._pictures: dict[int, QImage] = {}

    def show_picks(self, pool: Pool, picks: Picks) -> None:
        """Show what was chosen."""
        self.beginResetModel()
        self._picks = picks
        self._frames = pool.frame[picks.rows].tolist()
        self._arrange()
        self.endResetModel()

    def clear(self) -> None:
        """Nothing is chosen."""
        self.beginResetModel()
        self._picks, self._frames, self._places = None, [], []
        self.endResetModel()

    def sort_by(self, order: Order) -> None:
        """Show the frames in another order."""
        if order != self.order:
            self.beginResetModel()
            self.order = order
            self._arrange()
            self.endResetModel()

    def set_picture(self, frame: int, image: QImage) -> None:
        """The picture of a frame is there."""
        self._pictures[frame] = image
        while len(self._pictures) > _KEPT:
            del self._pictures[next(iter(self._pictures))]
        row = self.row_of(frame)
        if row is not None:
            at = self.index(row)
            self.dataChanged.emit(at, at, [Qt.ItemDataRole.DecorationRole])

    def row_of(self, frame: int) -> int | None:
        """The row of a frame, None if it is not chosen."""
        place = next((p for p, found in enumerate(self._frames) if found == frame), None)
        return None if place is None else self._places.index(place)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._places)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        picks = self._picks
        if picks is None or not index.isValid():
            return None
        place = self._places[index.row()]
        frame = self._frames[place]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{grouped(frame)} \u00b7 {clock(self._index.timestamp(frame))}"
            case Qt.ItemDataRole.DecorationRole:
                if frame not in self._pictures:
                    self.wanted.emit(frame)
                return self._pictures.get(frame)
            case Qt.ItemDataRole.ToolTipRole:
                first = tr("Frame {frame}, choice {number}", frame=grouped(frame),
                           number=grouped(place + 1))  # fmt: skip
                return "\n".join([first, *all_reasons(picks, place)])
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self.data(index)}, {main_reason(picks, place)}"
        if role == FRAME_ROLE:
            return frame
        if role == REASON_ROLE:
            return main_reason(picks, place)
        if role == INCLUDED_ROLE:
            return place < picks.included
        return None

    def _arrange(self) -> None:
        frames = np.array(self._frames, np.int64)
        by_time = self.order == "time"
        self._places = (
            np.argsort(frames, kind="stable") if by_time else np.arange(len(frames))
        ).tolist()
