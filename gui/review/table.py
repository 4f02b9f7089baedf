"""The table of a queue, of one video or of many."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.i18n import tr
from gui.review.queue_model import AnyModel
from gui.theme import tabular


def queue_table(
    model: AnyModel, digits: Sequence[int], stretched: int, parent: QWidget
) -> QTableView:
    """A table that shows and sorts violations.

    Args:
        model: Its rows.
        digits: Width of each column in digits, so that it grows with the font.
        stretched: The column that gets what is left.
        parent: Whose it is.
    """
    table = QTableView(parent)
    table.setModel(model)
    table.setAccessibleName(tr("Violations to review"))
    table.setFont(tabular(table.font()))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(24)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(True)
    header.setSortIndicatorShown(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    digit = table.fontMetrics().horizontalAdvance("0")
    for column, most in enumerate(digits):
        # With the space of a heading on both sides; the mark of the order stands above the word.
        word = header.fontMetrics().horizontalAdvance(tr(model.columns[column])) + 20
        header.resizeSection(column, max(most * digit, word))
    table.setIconSize(QSize(14, 14))
    return table


def select_row(table: QTableView, row: int | None) -> None:
    """Select a row and bring it into view, or none, without saying so."""
    selection = table.selectionModel()
    # Not the person's choice, so it must not come back as one.
    selection.blockSignals(True)
    if row is None:
        selection.clear()
        # Told to the view, too: else it makes the first row current when it gets the focus.
        table.setCurrentIndex(QModelIndex())
    else:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        index = table.model().index(row, 0)
        selection.setCurrentIndex(index, flags | QItemSelectionModel.SelectionFlag.Rows)
        table.scrollTo(index)
    selection.blockSignals(False)
    table.viewport().update()
