"""The review panel beside the canvas."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.assertions.thresholds import Thresholds
from gui.i18n import tr
from gui.review.evidence import evidence
from gui.review.filter_bar import FilterBar
from gui.review.limits import LimitsSection
from gui.review.queue_model import COLUMNS, SORTED_BY, QueueModel
from gui.session import Session
from gui.text import grouped
from gui.theme import Theme, tabular


class ReviewPanel(QWidget):
    """Lists a session's violations and says why the focused box is there."""

    focus_requested = Signal(object)
    """The `ImputedBox` that was chosen in the list."""

    def __init__(
        self, session: Session, actions: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = QueueModel(session.queue, session.shown, self)
        self._table = _table(self._model, self)
        self._table.selectionModel().currentRowChanged.connect(self._choose)
        self._table.horizontalHeader().sectionClicked.connect(self._sort)
        self._title = QLabel(tr("Review"))
        self._title.setProperty("role", "heading")
        self._progress = QLabel()
        self._progress.setProperty("role", "muted")
        self._progress.setFont(tabular(self._progress.font()))
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(tr("Progress of the review"))
        self._limits = LimitsSection(session)
        self._filter = FilterBar(session)
        self._empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setProperty("role", "muted")
        self._why = QLabel(wordWrap=True)
        self._why.setMinimumHeight(3 * self._why.fontMetrics().lineSpacing())
        self._why.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._lay_out(actions)
        self.show_boxes()

    def set_theme(self, theme: Theme) -> None:
        """Colours of the states, and the chevron of the limits."""
        self._limits.set_theme(theme)
        self._filter.set_theme(theme)
        self._model.set_theme(theme)
        self._model.refresh()

    def show_boxes(self) -> None:
        """The session's boxes are other ones."""
        self._limits.show_thresholds()
        self.show_queue()
        self.show_decisions()

    def show_queue(self) -> None:
        """Another part of the queue is to be shown, or in another order."""
        session, view = self._session, self._session.view
        self._filter.show_view()
        self._filter.setVisible(bool(len(session.queue)))
        self._show_rows()
        order = Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        if view.sorted_by in SORTED_BY:
            column = SORTED_BY.index(view.sorted_by)
            self._table.horizontalHeader().setSortIndicator(column, order)
        self._empty.setText(_what_is_missing(session))
        self._stack.setCurrentIndex(0 if self._model.rowCount() else 1)
        self.show_focus()

    def show_selection(self) -> None:
        """Other frames are chosen for labeling."""
        self._filter.show_view()
        self._show_rows()

    def settle(self) -> None:
        """Tell the session at once what the person chose and it does not know yet."""
        self._limits.settle()

    def show_decisions(self) -> None:
        """A decision was made or taken back."""
        self._model.refresh()
        done, total = self._session.queue.done, len(self._session.queue)
        self._progress.setText(_progress(done, total))
        self._bar.setMaximum(max(total, 1))
        self._bar.setValue(done)
        self._bar.setVisible(bool(total))
        self.show_focus()

    def show_focus(self) -> None:
        """Another box is under review."""
        box = self._session.focused
        number = self._session.queue.number_of(box)
        row = self._model.row_of(number)
        self._filter.show_focus()
        selection = self._table.selectionModel()
        # Not the person's choice, so it must not come back as one.
        selection.blockSignals(True)
        if row is None:
            selection.clear()
            # Told to the view, too: else it makes the first row current when it gets the focus.
            self._table.setCurrentIndex(QModelIndex())
        else:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            index = self._model.index(row, 0)
            selection.setCurrentIndex(index, flags | QItemSelectionModel.SelectionFlag.Rows)
            self._table.scrollTo(index)
        selection.blockSignals(False)
        self._table.viewport().update()
        self._why.setText(evidence(box) if box is not None else _how_to_begin(self._session))

    def _show_rows(self) -> None:
        session = self._session
        self._model.set_queue(session.queue, session.shown, session.selected)

    def _choose(self, current: QModelIndex) -> None:
        if not current.isValid():
            return
        number = self._model.item(current.row()).number
        queue = self._session.queue
        self.focus_requested.emit((queue.to_do_in(number) or queue.boxes_of(number))[0])

    def _sort(self, column: int) -> None:
        view = self._session.view
        again = view.sorted_by == SORTED_BY[column]
        # What is best, or surest, comes first; frames and names rise.
        descending = not view.descending if again else column in _BEST_FIRST
        self._session.set_view(replace(view, sorted_by=SORTED_BY[column], descending=descending))

    def _lay_out(self, actions: Sequence[QAction]) -> None:
        header = QHBoxLayout()
        header.addWidget(self._title)
        header.addStretch()
        header.addWidget(self._progress)
        # A page without a parent would show for a moment as a window of its own.
        empty = QWidget(self)
        around = QVBoxLayout(empty)
        around.setContentsMargins(24, 24, 24, 24)
        around.addWidget(self._empty)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._table)
        self._stack.addWidget(empty)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        style = _button_style([action.iconText() for action in actions], self.fontMetrics())
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(style)
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self._bar)
        layout.addWidget(self._limits)
        layout.addWidget(self._filter)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self._why)
        layout.addLayout(buttons)


# Widths in digits, so that they grow with the font; the class gets what is left.
_COLUMN_DIGITS = (8, 0, 7, 10, 13)
_WORDS_BESIDE = 240
"""Width of the words of all buttons up to which they stand beside their icons, px."""
_BEST_FIRST = (2, 3)


def _button_style(words: Sequence[str], metrics: QFontMetrics) -> Qt.ToolButtonStyle:
    """Words stand below their icons where a language has long ones."""
    if sum(map(metrics.horizontalAdvance, words)) > _WORDS_BESIDE:
        return Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    return Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def _table(model: QueueModel, parent: QWidget) -> QTableView:
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
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    digit = table.fontMetrics().horizontalAdvance("0")
    for column, digits in enumerate(_COLUMN_DIGITS):
        # With the space of a heading on both sides; the mark of the order stands above the word.
        word = header.fontMetrics().horizontalAdvance(tr(COLUMNS[column])) + 20
        header.resizeSection(column, max(digits * digit, word))
    table.setIconSize(QSize(14, 14))
    return table


def _what_is_missing(session: Session) -> str:
    if len(session.queue):
        return tr("No violation is like this. Choose other states, kinds or classes above.")
    if session.detecting:
        return tr("Detecting… boxes that the model missed appear here as they are found.")
    if session.run is None:
        return tr("Detect (D) to see where the model flickers.")
    if session.thresholds != Thresholds():
        return tr("No box is within these limits. Wider ones may show more.")
    return tr("The model does not flicker in this video. A lower confidence may show more.")


def _how_to_begin(session: Session) -> str:
    if session.queue.done == len(session.queue):
        return ""
    return tr("Skip (S) goes to the violation that comes first in the queue.")


def _progress(done: int, total: int) -> str:
    if not total:
        return ""
    if done == total:
        return tr("All {count} reviewed: export (Ctrl+E)", count=grouped(total))
    return tr("{done} of {total} done", done=grouped(done), total=grouped(total))
