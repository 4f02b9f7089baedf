"""The review panel beside the canvas."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.assertions.thresholds import Thresholds
from gui.i18n import tr, tr_n
from gui.review.across import Across
from gui.review.across_list import AcrossList
from gui.review.evidence import evidence
from gui.review.filter_bar import FilterBar
from gui.review.limits import LimitsSection
from gui.review.queue_model import SORTED_BY, QueueModel
from gui.review.scope_switch import ScopeSwitch
from gui.review.table import queue_table, select_row
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
        self._theme: Theme | None = None
        self._model = QueueModel(session.queue, session.shown, self)
        self._table = queue_table(self._model, _COLUMN_DIGITS, 1, self)
        self._table.selectionModel().currentRowChanged.connect(self._choose)
        self._table.horizontalHeader().sectionClicked.connect(self._sort)
        self._title = QLabel(tr("Review"))
        self._title.setProperty("role", "heading")
        self._progress = QLabel()
        self._progress.setProperty("role", "muted")
        self._progress.setFont(tabular(self._progress.font()))
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(tr("Progress of the review"))
        self._across: Across | None = None
        self._list: AcrossList | None = None
        self._switch = ScopeSwitch()
        self._switch.hide()
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
        self._theme = theme
        if self._list is not None:
            self._list.set_theme(theme)

    def set_across(self, across: Across) -> None:
        """Let the person review all videos of the window's collection, too."""
        self._across = across
        self._switch.all_chosen.connect(across.review_all)
        across.changed.connect(self.show_across)
        self.show_across()

    def show_across(self) -> None:
        """The collection, its queue, or whether all of it is reviewed, is another one."""
        across = self._across
        if across is None:
            return
        self._switch.setVisible(across.available)
        self._switch.show_all(across.on)
        if across.on and self._list is None:
            self._list = AcrossList(across)
            if self._theme is not None:
                self._list.set_theme(self._theme)
            self._stack.addWidget(self._list)
        self._limits.setVisible(not across.on)
        if self._list is not None and across.on:
            self._list.show_rows()
        self.show_queue()
        self._show_progress()

    def show_boxes(self) -> None:
        """The session's boxes are other ones."""
        self._limits.show_thresholds()
        self.show_queue()
        self.show_decisions()

    def show_queue(self) -> None:
        """Another part of the queue is to be shown, or in another order."""
        session, view = self._session, self._session.view
        self._filter.show_view()
        self._filter.setVisible(bool(len(session.queue)) and not self._all)
        self._show_rows()
        order = Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        if view.sorted_by in SORTED_BY:
            column = SORTED_BY.index(view.sorted_by)
            self._table.horizontalHeader().setSortIndicator(column, order)
        self._empty.setText(_what_is_missing(session))
        self._stack.setCurrentIndex(_ALL if self._all else 0 if self._model.rowCount() else 1)
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
        self._show_progress()
        self.show_focus()

    def show_focus(self) -> None:
        """Another box is under review."""
        box = self._session.focused
        number = self._session.queue.number_of(box)
        self._filter.show_focus()
        select_row(self._table, self._model.row_of(number))
        if self._list is not None and self._all:
            self._list.show_current()
        self._why.setText(evidence(box) if box is not None else self._how_to_begin())

    @property
    def _all(self) -> bool:
        return self._across is not None and self._across.on

    def _show_progress(self) -> None:
        queue = self._session.queue
        done, total, text = queue.done, len(queue), _progress(queue.done, len(queue))
        across = self._across.rows.queue if self._across is not None else None
        if self._all and across is not None:
            done, total = across.done, len(across)
            text = _progress_across(done, total, across.videos)
        self._progress.setText(text)
        self._bar.setMaximum(max(total, 1))
        self._bar.setValue(done)
        self._bar.setVisible(bool(total))

    def _how_to_begin(self) -> str:
        if self._across is not None and (errand := self._across.errands.now) is not None:
            return tr("Opening {name}…", name=errand.name)
        if not self._all and self._session.queue.done == len(self._session.queue):
            return ""
        return tr("Skip (S) goes to the violation that comes first in the queue.")

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
        layout.addWidget(self._switch)
        layout.addWidget(self._limits)
        layout.addWidget(self._filter)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self._why)
        layout.addLayout(buttons)


_ALL = 2
"""Where the list of all videos is in the stack, once it is there."""
_COLUMN_DIGITS = (8, 0, 7, 10, 13)
"""See `queue_table`."""
_WORDS_BESIDE = 240
"""Width of the words of all buttons up to which they stand beside their icons, px."""
_BEST_FIRST = (2, 3)


def _button_style(words: Sequence[str], metrics: QFontMetrics) -> Qt.ToolButtonStyle:
    """Words stand below their icons where a language has long ones."""
    if sum(map(metrics.horizontalAdvance, words)) > _WORDS_BESIDE:
        return Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    return Qt.ToolButtonStyle.ToolButtonTextBesideIcon


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


def _progress(done: int, total: int) -> str:
    if not total:
        return ""
    if done == total:
        return tr("All {count} reviewed: export (Ctrl+E)", count=grouped(total))
    return tr("{done} of {total} done", done=grouped(done), total=grouped(total))


def _progress_across(done: int, total: int, videos: int) -> str:
    if not total:
        return ""
    return tr_n(
        "{done} of {total} done · {count} video",
        "{done} of {total} done · {count} videos",
        videos,
        done=grouped(done),
        total=grouped(total),
    )
