"""The media list: search, order, and one row a video."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.collection.delegate import MediaDelegate
from gui.collection.library import Library
from gui.collection.list_view import MediaListView
from gui.collection.model import MediaModel
from gui.collection.order import SORTED_BY, ListOrder, SortedBy
from gui.i18n import mark, tr, tr_n
from gui.icons import icon
from gui.text import grouped
from gui.theme import Theme, caption

_WORDS: dict[SortedBy, str] = {
    "flickering": mark("Flickering"),
    "to_do": mark("To do"),
    "name": mark("Name"),
    "length": mark("Length"),
    "progress": mark("Progress"),
}
_LATE_MS = 100
"""What is to do is counted at most so often."""
_LEAST = 224
"""Width from which a row can be read, px."""


class MediaPanel(QWidget):
    """Shows a library, and says what a person wants to open.

    Args:
        library: What is shown.
        theme: Colours.
        detect: Detects in all videos that wait for it; offered while it can be used.
    """

    open_requested = Signal(object)
    """A `Member`."""

    def __init__(
        self,
        library: Library,
        theme: Theme,
        detect: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._theme = theme
        self._model = MediaModel(library, self)
        self._delegate = MediaDelegate(self._model, self)
        self.list = MediaListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName(tr("Videos of the folder"))
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(tr("Search by name"))
        self.search.setAccessibleName(tr("Search the videos"))
        self._sorted_by = QComboBox()
        self._sorted_by.setAccessibleName(tr("Sort the videos by"))
        self._sorted_by.setToolTip(tr("What the videos are sorted by"))
        for value in SORTED_BY:
            self._sorted_by.addItem(tr(_WORDS[value]), value)
        self._direction = QToolButton()
        self._direction.setObjectName("direction")
        self._counts = QLabel()
        self._counts.setProperty("role", "muted")
        self._counts.setFont(caption(self._counts.font()))
        self._empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setProperty("role", "muted")
        self._hint = QLabel(wordWrap=True)
        self._hint.setProperty("role", "muted")
        self._hint.setText(
            tr("Open a video and detect in it (D), or detect in all of them, one after the other.")
        )
        self._action, self._detect = detect, QPushButton()
        self._late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self.setMinimumWidth(_LEAST)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show_collection()

    @property
    def counts(self) -> str:
        """How many videos there are, and how many are to be reviewed, in words."""
        return self._counts.text()

    def set_theme(self, theme: Theme) -> None:
        """Dress what paints itself."""
        self._theme = theme
        self._delegate.set_theme(theme)
        self.list.viewport().update()
        self._show_order()

    def begin_search(self) -> None:
        """Let the person type a part of a name."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that lead from the search into the list."""
        if (
            watched is self.search
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
        ):
            if event.key() == Qt.Key.Key_Down:
                self._into_list()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.search.clear()
                self._into_list()
                return True
        return super().eventFilter(watched, event)

    # Inside

    def _show_collection(self) -> None:
        self._show_rows()
        self.list.scrollToTop()
        self._show_current()

    def _show_rows(self) -> None:
        """Other members are shown, or in another order; what is seen stays where it can."""
        found = bool(self._library.shown)
        words = self._library.order.words.strip()
        self._empty.setText("" if found else tr("No video is called like “{words}”.", words=words))
        self._stack.setCurrentIndex(0 if found else 1)
        scrolled = self.list.verticalScrollBar().value()
        row = self._model.row_of(self._library.current)
        if row is not None:
            self.list.setCurrentIndex(self._model.index(row, 0))
            self.list.verticalScrollBar().setValue(scrolled)
        self._count()

    def _show_current(self) -> None:
        """The open member is where the keys go on from, and is seen."""
        row = self._model.row_of(self._library.current)
        if row is not None:
            index = self._model.index(row, 0)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
        self.list.viewport().update()

    def _show_order(self) -> None:
        order = self._library.order
        self._sorted_by.setCurrentIndex(SORTED_BY.index(order.sorted_by))
        if order.sorted_by == "name":
            told = tr("From Z to A") if order.descending else tr("From A to Z")
        else:
            told = tr("Most first") if order.descending else tr("Least first")
        told = tr("{order}; click to turn it round", order=told)
        self._direction.setToolTip(told)
        self._direction.setAccessibleName(told)
        name = "descending" if order.descending else "ascending"
        self._direction.setIcon(icon(name, self._theme))

    def _count(self) -> None:
        library = self._library
        members = library.collection.members if library.collection is not None else ()
        if len(library.shown) < len(members):
            shown, total = grouped(len(library.shown)), grouped(len(members))
            videos = tr("{shown} of {total} videos", shown=shown, total=total)
        else:
            videos = tr("{count} in all", count=grouped(len(members)))
        self._counts.setText(" · ".join([videos, *self._to_do()]))
        self._offer()
        self._library.look_first(self._model.member(row).folder for row in self.list.seen_rows())

    def _count_soon(self) -> None:
        # Not begun anew each time: while projects are looked into it would never be.
        if not self._late.isActive():
            self._late.start()

    def _to_do(self) -> list[str]:
        library = self._library
        if library.left:
            return [tr_n("{count} to look into", "{count} to look into", library.left)]
        members = library.collection.members if library.collection is not None else ()
        known = [library.overview(member.folder) for member in members]
        found = [overview for overview in known if overview is not None]
        to_do = sum(1 for overview in found if overview.to_do)
        if to_do:
            return [tr_n("{count} to review", "{count} to review", to_do)]
        if found and len(found) == len(known):
            return [tr("all reviewed")]
        return [tr("none detected yet")] if not found else []

    def _into_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._model.rowCount() and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self._model.index(0, 0))

    def _search(self, words: str) -> None:
        self._order(replace(self._library.order, words=words))

    def _sort(self) -> None:
        self._order(self._library.order.by(self._sorted_by.currentData()))

    def _turn(self) -> None:
        order = self._library.order
        self._order(replace(order, descending=not order.descending))

    def _order(self, order: ListOrder) -> None:
        self._library.set_order(order)
        self._show_order()
        self.list.scrollToTop()

    def _search_on(self, typed: str) -> None:
        """What was typed in the list begins a search."""
        self.search.setText(typed)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, row: int) -> None:
        self.open_requested.emit(self._model.member(row))

    def _choose_first(self) -> None:
        if self._model.rowCount():
            self._choose(0)

    def _offer(self) -> None:
        """Offer to detect where some videos wait for it that can be read, as far as is known."""
        library, action = self._library, self._action
        members = library.collection.members if library.collection is not None else ()
        waiting = [member.folder for member in members if library.lacks_run(member.folder)]
        good = not library.left and any(not library.problem(folder) for folder in waiting)
        count = len(waiting)
        self._detect.setText(tr_n("Detect in {count} video", "Detect in {count} videos", count))
        self._detect.setVisible(action is not None and action.isEnabled() and good)
        self._hint.setVisible(self._detect.isVisibleTo(self) and count == len(members))
        self._detect.setToolTip(action.toolTip() if action is not None else "")

    def _connect(self) -> None:
        library = self._library
        if self._action is not None:
            self._action.changed.connect(self._offer)
            self._detect.clicked.connect(self._action.trigger)
        library.changed.connect(self.search.clear)
        library.changed.connect(self._show_collection)
        library.changed.connect(self._show_order)
        library.order_changed.connect(self._show_rows)
        library.current_changed.connect(self._show_current)
        for changed in (library.overview_changed, library.looked, self.list.seen_changed):
            changed.connect(self._count_soon)
        self._late.timeout.connect(self._count)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        self._sorted_by.activated.connect(self._sort)
        self._direction.clicked.connect(self._turn)
        self.list.chosen.connect(self._choose)
        self.list.typed.connect(self._search_on)

    def _lay_out(self) -> None:
        title = QLabel(tr("Videos"))
        title.setProperty("role", "heading")
        header = QHBoxLayout()
        header.addWidget(title)
        header.addStretch()
        header.addWidget(self._counts)
        order = QHBoxLayout()
        order.setSpacing(4)
        order.addWidget(self._sorted_by, 1)
        order.addWidget(self._direction)
        empty = QWidget(self)
        around = QVBoxLayout(empty)
        around.setContentsMargins(24, 24, 24, 24)
        around.addWidget(self._empty)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self.search)
        layout.addLayout(order)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self._hint)
        layout.addWidget(self._detect)
        self._hint.hide()
        self._detect.hide()
