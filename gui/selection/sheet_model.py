"""The chosen frames as rows of a list."""

from pathlib import Path
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

from core.selection.pool import Picks, Pool
from core.selection.request import FrameId
from gui.i18n import tr
from gui.selection.reasons import all_reasons, main_reason
from gui.text import clock, grouped

Order = Literal["choice", "time"]
WHERE_ROLE = Qt.ItemDataRole.UserRole
REASON_ROLE = Qt.ItemDataRole.UserRole + 1
INCLUDED_ROLE = Qt.ItemDataRole.UserRole + 2
VIDEO_ROLE = Qt.ItemDataRole.UserRole + 3
_KEPT = 600
"""Pictures that are kept; each takes about 0.1 MB."""
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class SheetModel(QAbstractListModel):
    """Video, frame, time, main reason and picture of each chosen frame."""

    wanted = Signal(object)
    """A `FrameId` whose picture is to be seen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool: Pool | None = None
        self._picks: Picks | None = None
        self._places: list[int] = []
        """Place in the order of choice of each row."""
        self._rows: dict[FrameId, int] = {}
        self.order: Order = "choice"
        self._pictures: dict[tuple[Path, int], QImage] = {}
        """By project and frame: what is a video's number now can be another's later."""

    def show_picks(self, pool: Pool, picks: Picks) -> None:
        """Show what was chosen."""
        self.beginResetModel()
        self._pool, self._picks = pool, picks
        self._arrange()
        self.endResetModel()

    def clear(self) -> None:
        """Nothing is chosen."""
        self.beginResetModel()
        self._pool = self._picks = None
        self._places, self._rows = [], {}
        self.endResetModel()

    def sort_by(self, order: Order) -> None:
        """Show the frames in another order."""
        if order != self.order:
            self.beginResetModel()
            self.order = order
            self._arrange()
            self.endResetModel()

    @property
    def videos(self) -> int:
        """How many videos there are to choose from; 0 while nothing is chosen."""
        return 0 if self._pool is None else len(self._pool.videos)

    def set_picture(self, where: FrameId, image: QImage) -> None:
        """The picture of a frame is there."""
        if self._pool is None:
            return
        self._pictures[self._key(self._pool, where)] = image
        while len(self._pictures) > _KEPT:
            del self._pictures[next(iter(self._pictures))]
        row = self.row_of(where)
        if row is not None:
            at = self.index(row)
            self.dataChanged.emit(at, at, [Qt.ItemDataRole.DecorationRole])

    def row_of(self, where: FrameId) -> int | None:
        """The row of a frame, None if it is not chosen."""
        return self._rows.get(where)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._places)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        pool, picks = self._pool, self._picks
        if pool is None or picks is None or not index.isValid():
            return None
        place = self._places[index.row()]
        row = int(picks.rows[place])
        where = pool.where(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{grouped(where.frame)} \u00b7 {clock(float(pool.seconds[row]))}"
            case Qt.ItemDataRole.DecorationRole:
                key = self._key(pool, where)
                if key not in self._pictures:
                    self.wanted.emit(where)
                return self._pictures.get(key)
            case Qt.ItemDataRole.ToolTipRole:
                first = tr("Frame {frame}, choice {number}", frame=grouped(where.frame),
                           number=grouped(place + 1))  # fmt: skip
                return "\n".join([*self._named(pool, where), first, *all_reasons(picks, place)])
            case Qt.ItemDataRole.AccessibleTextRole:
                said = self.data(index), main_reason(picks, place)
                return ", ".join([*self._named(pool, where), *said])
        if role == WHERE_ROLE:
            return where
        if role == VIDEO_ROLE:
            return next(iter(self._named(pool, where)), "")
        if role == REASON_ROLE:
            return main_reason(picks, place)
        if role == INCLUDED_ROLE:
            return place < picks.included
        return None

    def _arrange(self) -> None:
        pool, picks = self._pool, self._picks
        if pool is None or picks is None:
            return
        count = len(picks.rows)
        by_time = self.order == "time"
        # Rows of a pool are in the order of videos and frames.
        places = np.argsort(picks.rows, kind="stable") if by_time else np.arange(count)
        self._places = places.tolist()
        self._rows = {pool.where(row): at for at, row in enumerate(picks.rows[places].tolist())}

    @staticmethod
    def _named(pool: Pool, where: FrameId) -> list[str]:
        """The name of a frame's video, where there are several."""
        return [pool.videos[where.video].name] if len(pool.videos) > 1 else []

    @staticmethod
    def _key(pool: Pool, where: FrameId) -> tuple[Path, int]:
        return pool.videos[where.video].project, where.frame
