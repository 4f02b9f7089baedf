"""What an upload would send, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gui.i18n import tr, tr_n
from gui.text import data_size
from gui.theme import tabular

if TYPE_CHECKING:
    from core.cloud.upload import UploadPlan


class PlanView(QWidget):
    """A table: address, files, size; below it what is there already."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)

    def show_plan(self, plan: UploadPlan) -> None:
        """Show a plan in place of the one before."""
        while entry := self._grid.takeAt(0):
            if (shown := entry.widget()) is not None:
                shown.deleteLater()
        heading = QLabel(tr("To upload"))
        heading.setProperty("role", "heading")
        self._grid.addWidget(heading, 0, 0, 1, 3)
        for target in plan.targets:
            self._add(str(target.address), files(target.files), data_size(target.bytes), "")
        if plan.unchanged:
            there = tr("There already, unchanged")
            self._add(there, files(plan.unchanged), data_size(plan.bytes_unchanged), "muted")

    def _add(self, what: str, count: str, size: str, role: str) -> None:
        row = self._grid.rowCount()
        for column, text in enumerate((what, count, size)):
            label = QLabel(text)
            label.setFont(tabular(label.font()))
            label.setProperty("role", role)
            if column:
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            else:
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setToolTip(text)
            self._grid.addWidget(label, row, column)


def files(count: int) -> str:
    """A number of files."""
    return tr_n("{count} file", "{count} files", count)
