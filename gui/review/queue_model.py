"""The imputed boxes as a table."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from core.assertions.imputed import ImputedBox, ImputedBoxes
from core.prelabels import Decision, Verdict
from gui.icons import icon
from gui.text import grouped
from gui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("Frame", "Class", "Plausible", "State")
_NUMERIC = (0, 2)
_STATE = 3
_WORDS = {None: "to do", Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected"}
_NO_INDEX = QModelIndex()


class QueueModel(QAbstractTableModel):
    """One row an imputed box, ordered by frame."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._boxes = ImputedBoxes()
        self._decisions: Mapping[str, Decision] = {}
        self._icons: dict[Verdict | None, QIcon] = {}
        self._colours: dict[Verdict | None, QColor] = {}

    def set_theme(self, theme: Theme) -> None:
        """Colours of the states."""
        colours = {
            None: theme.imputed_text,
            Verdict.ACCEPTED: theme.accepted_text,
            Verdict.REJECTED: theme.rejected_text,
        }
        names = {None: "next-flicker", Verdict.ACCEPTED: "accept", Verdict.REJECTED: "reject"}
        self._colours = {verdict: QColor(colour) for verdict, colour in colours.items()}
        self._icons = {
            verdict: icon(names[verdict], theme, tint=colour) for verdict, colour in colours.items()
        }
        self._icons[None] = QIcon()

    def set_boxes(self, boxes: ImputedBoxes, decisions: Mapping[str, Decision]) -> None:
        """Show other boxes; `decisions` is looked at again at every `refresh`."""
        if boxes is self._boxes:
            self._decisions = decisions
            self.refresh()
            return
        self.beginResetModel()
        self._boxes, self._decisions = boxes, decisions
        self.endResetModel()

    def refresh(self) -> None:
        """The decisions have changed."""
        if self._boxes:
            last = len(self._boxes) - 1
            self.dataChanged.emit(self.index(0, 0), self.index(last, len(COLUMNS) - 1))

    def box(self, row: int) -> ImputedBox:
        """The box of a row."""
        return self._boxes[row]

    def row_of(self, box: ImputedBox | None) -> int | None:
        """The row of a box, or None."""
        return None if box is None else self._boxes.row_of(box)

    def reviewed(self) -> int:
        """How many boxes have a verdict."""
        # Every decided box is in the table, whatever the thresholds.
        return len(self._decisions)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._boxes)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        box = self._boxes[index.row()]
        decision = self._decisions.get(box.key)
        verdict = decision.verdict if decision else None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            plausibility = f"{box.plausibility:.2f}"
            return (grouped(box.frame), box.class_name, plausibility, _WORDS[verdict])[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole and column == _STATE:
            return self._colours.get(verdict)
        if role == Qt.ItemDataRole.DecorationRole and column == _STATE:
            return self._icons.get(verdict)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMERIC else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
