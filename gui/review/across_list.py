"""The queue of all videos of a collection, with its filters."""

from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QLabel,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr
from gui.review.across import Across
from gui.review.across_model import BEST_FIRST, SORTED_BY, AcrossModel
from gui.review.choices import Choices
from gui.review.controls import Manners
from gui.review.queue_model import Index
from gui.review.table import queue_table, select_row
from gui.theme import Theme

_COLUMN_DIGITS = (0, 7, 9, 6, 14)
"""See `queue_table`; the name of the video gets what is left."""


class _Name(QStyledItemDelegate):
    """Videos of one folder differ at the end of their path: where room is short it is kept."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft


class AcrossList(QWidget):
    """Shows what `Across` knows, and tells it what the person chooses."""

    def __init__(self, across: Across, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._across = across
        self._choices = Choices(Manners(self))
        self._choices.chosen.connect(self._filter)
        self._model = AcrossModel(across.rows.name_of, self)
        self._table = queue_table(self._model, _COLUMN_DIGITS, 0, self)
        self._table.setItemDelegateForColumn(0, _Name(self._table))
        # Else a name is cut off at its first slash.
        self._table.setWordWrap(False)
        self._table.selectionModel().currentRowChanged.connect(self._choose)
        self._table.horizontalHeader().sectionClicked.connect(self._sort)
        self._wanted_scroll = across.scrolled
        bar = self._table.verticalScrollBar()
        bar.rangeChanged.connect(self._scroll_back)
        bar.valueChanged.connect(self._note_scroll)
        self._empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setProperty("role", "muted")
        empty = QWidget(self)
        around = QVBoxLayout(empty)
        around.setContentsMargins(24, 24, 24, 24)
        around.addWidget(self._empty)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._table)
        self._stack.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._choices)
        layout.addLayout(self._stack, 1)

    def set_theme(self, theme: Theme) -> None:
        """Colours of the states."""
        self._model.set_theme(theme)
        self._model.refresh()

    def show_rows(self) -> None:
        """Rows, their states or their order are other ones."""
        rows = self._across.rows
        queue, view, shown = rows.queue, rows.view, rows.shown
        if queue is None or view is None or shown is None:
            return
        self._choices.show_view(queue.kinds_found, queue.class_names_found, view)
        self._choices.setVisible(bool(len(queue)))
        self._model.set_queue(queue, shown)
        order = Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        if view.sorted_by in SORTED_BY:
            column = SORTED_BY.index(view.sorted_by)
            self._table.horizontalHeader().setSortIndicator(column, order)
        self._empty.setText(
            tr("No violation is like this. Choose other states, kinds or classes above.")
            if len(queue)
            else tr("No violation is known in these videos yet.")
        )
        self._stack.setCurrentIndex(0 if len(shown) else 1)
        self.show_current()

    def show_current(self) -> None:
        """Another violation is under review."""
        select_row(self._table, self._model.row_of(self._across.rows.current))

    def _choose(self, current: QModelIndex) -> None:
        shown = self._across.rows.shown
        if current.isValid() and shown is not None:
            self._across.choose(int(shown[current.row()]))

    def _filter(self) -> None:
        view = self._across.rows.view
        if view is not None:
            self._across.set_view(self._choices.applied_to(view))

    def _sort(self, column: int) -> None:
        view = self._across.rows.view
        if view is None:
            return
        again = view.sorted_by == SORTED_BY[column]
        descending = not view.descending if again else column in BEST_FIRST
        self._across.set_view(replace(view, sorted_by=SORTED_BY[column], descending=descending))

    def _note_scroll(self, value: int) -> None:
        if self._wanted_scroll == 0:
            self._across.scrolled = value

    def _scroll_back(self, _: int, most: int) -> None:
        """Let the list of this video begin where that of the one before was."""
        wanted, self._wanted_scroll = self._wanted_scroll, 0
        if wanted and most:
            self._table.verticalScrollBar().setValue(wanted)
            self._table.scrollTo(self._table.currentIndex())
