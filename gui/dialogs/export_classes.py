"""Which classes are exported, and what they are called there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from gui.i18n import tr
from gui.text import grouped
from gui.theme import tabular

if TYPE_CHECKING:
    from core.export.plan import ExportSource
    from core.export.request import ExportRequest

_ROWS = 4
"""Classes that the table shows at once, at most."""
_EDITABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
_CHECKABLE = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
)
_FIXED = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CLASS, _BOXES, _NAME = range(3)


class ClassTable(QTableWidget):
    """A row for each class that has boxes; what is unchecked stays out.

    Args:
        chosen: As `core.export.request.ExportRequest.classes`.
    """

    changed = Signal()

    def __init__(self, chosen: Sequence[tuple[str, str]]) -> None:
        super().__init__(0, 3)
        self._others = tuple(chosen)
        """Of classes that have no boxes now."""
        self._rows: list[tuple[QTableWidgetItem, QTableWidgetItem]] = []
        """Class, and name in the export."""
        self._dress()
        self.itemChanged.connect(self._take)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show these classes, with their boxes, the most frequent first; what was chosen stays."""
        chosen = self.classes()
        self._others = tuple(pair for pair in chosen if pair[0] not in counts)
        self._rows = []
        with QSignalBlocker(self):
            self.setRowCount(0)
            self.setRowCount(len(counts))
            self._fill(counts, dict(chosen))
        self._fit()

    def classes(self) -> tuple[tuple[str, str], ...]:
        """As `core.export.request.ExportRequest.classes`."""
        named = (
            (old.text(), new.text().strip() if old.checkState() == Qt.CheckState.Checked else "")
            for old, new in self._rows
        )
        return (*(pair for pair in named if pair[0] != pair[1]), *self._others)

    def _take(self, item: QTableWidgetItem) -> None:
        if item.column() == _NAME and not item.text().strip():
            # A class is left out by its check; without a name it keeps its own.
            item.setText(self._rows[item.row()][0].text())
            return
        self.changed.emit()

    def _fill(self, counts: Mapping[str, int], chosen: Mapping[str, str]) -> None:
        for row, (name, count) in enumerate(counts.items()):
            called = chosen.get(name, name)
            first, boxes = QTableWidgetItem(name), QTableWidgetItem(grouped(count))
            first.setFlags(_CHECKABLE)
            first.setCheckState(Qt.CheckState.Checked if called else Qt.CheckState.Unchecked)
            first.setToolTip(tr("Unchecked: its boxes stay out"))
            boxes.setFlags(_FIXED)
            boxes.setFont(tabular(self.font()))
            boxes.setTextAlignment(_RIGHT)
            last = QTableWidgetItem(called or name)
            last.setFlags(_EDITABLE)
            last.setToolTip(tr("Type another name; classes of one name become one"))
            self._rows.append((first, last))
            for column, item in enumerate((first, boxes, last)):
                self.setItem(row, column, item)

    def _dress(self) -> None:
        for column, (word, side) in enumerate(
            ((tr("Class"), _LEFT), (tr("Boxes"), _RIGHT), (tr("In the export"), _LEFT))
        ):
            title = QTableWidgetItem(word)
            title.setTextAlignment(side)
            self.setHorizontalHeaderItem(column, title)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # Tab leads on to the next field; arrows move in the table.
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Classes"))
        self.setToolTip(tr("Which classes are exported, and as what"))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(_CLASS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_BOXES, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)

    def _fit(self) -> None:
        header = self.horizontalHeader()
        rows = min(max(self.rowCount(), 1), _ROWS)
        height = header.sizeHint().height() + rows * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(height + 2 * self.frameWidth())


def classes_of(sources: Sequence[ExportSource]) -> dict[str, int]:
    """Boxes by class, the most frequent first; classes without any are left out."""
    found = Counter[str]()
    for source in sources:
        counted = np.bincount(source.detections.class_id, minlength=len(source.class_names))
        named = zip(source.class_names, counted.tolist(), strict=True)
        found.update({name: count for name, count in named if count})
        found.update(decision.class_name for decision in source.decisions if decision.gives_box)
    return dict(found.most_common())


def with_known_classes(request: ExportRequest, sources: Sequence[ExportSource]) -> ExportRequest:
    """The request without classes of earlier runs."""
    names = {name for source in sources for name in source.class_names}
    names.update(each.class_name for source in sources for each in source.decisions)
    return replace(request, classes=tuple(pair for pair in request.classes if pair[0] in names))
