"""The review panel beside the canvas."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.assertions.imputed import ImputedBox
from core.assertions.thresholds import Thresholds
from gui.review.limits import LimitsSection
from gui.review.queue_model import QueueModel
from gui.session import Session
from gui.text import grouped
from gui.theme import Theme, tabular


class ReviewPanel(QWidget):
    """Lists a session's imputed boxes and says why the focused one is there."""

    focus_requested = Signal(object)
    """The `ImputedBox` that was chosen in the list."""

    def __init__(
        self, session: Session, actions: list[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = QueueModel(self)
        self._table = _table(self._model, self)
        self._table.selectionModel().currentRowChanged.connect(self._choose)
        self._title = QLabel("Review")
        self._title.setProperty("role", "heading")
        self._progress = QLabel()
        self._progress.setProperty("role", "muted")
        self._progress.setFont(tabular(self._progress.font()))
        self._limits = LimitsSection(session)
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
        self._model.set_theme(theme)
        self._model.refresh()

    def show_boxes(self) -> None:
        """The session's boxes are other ones."""
        self._limits.show_thresholds()
        self._model.set_boxes(self._session.boxes, self._session.project.decisions)
        self._empty.setText(_what_is_missing(self._session))
        self._stack.setCurrentIndex(0 if self._model.rowCount() else 1)
        self.show_decisions()
        self.show_focus()

    def settle(self) -> None:
        """Tell the session at once what the person chose and it does not know yet."""
        self._limits.settle()

    def show_decisions(self) -> None:
        """A decision was made or taken back."""
        self._model.refresh()
        total = self._model.rowCount()
        done = self._model.reviewed()
        self._progress.setText(f"{grouped(done)} of {grouped(total)} done" if total else "")
        self.show_focus()

    def show_focus(self) -> None:
        """Another box is under review."""
        box = self._session.focused
        row = self._model.row_of(box)
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
        self._why.setText(_evidence(box) if box is not None else "")

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self.focus_requested.emit(self._model.box(current.row()))

    def _lay_out(self, actions: list[QAction]) -> None:
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
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self._limits)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self._why)
        layout.addLayout(buttons)


# Widths in digits, so that they grow with the font; the class gets what is left.
_COLUMN_DIGITS = (8, 0, 11, 13)


def _table(model: QueueModel, parent: QWidget) -> QTableView:
    table = QTableView(parent)
    table.setModel(model)
    table.setAccessibleName("Imputed boxes")
    table.setFont(tabular(table.font()))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(24)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    digit = table.fontMetrics().horizontalAdvance("0")
    for column, digits in enumerate(_COLUMN_DIGITS):
        header.resizeSection(column, digits * digit)
    table.setIconSize(QSize(14, 14))
    return table


def _what_is_missing(session: Session) -> str:
    if session.detecting:
        return "Detecting… boxes that the model missed appear here as they are found."
    if session.run is None:
        return "Detect (D) to see where the model flickers."
    if session.thresholds != Thresholds():
        return "No box is within these limits. Wider ones may show more."
    return "The model does not flicker in this video. A lower confidence may show more."


def _evidence(box: ImputedBox) -> str:
    why = box.evidence
    if why is None:
        return f"Decided in an earlier run, or outside the present limits: “{box.class_name}”."
    missing = why.stop - why.start
    before, after = grouped(why.start - 1), grouped(why.stop)
    gap = f"{missing} frames between do not" if missing > 1 else "the frame between does not"
    said = f"Frames {before} and {after} show “{box.class_name}”; {gap}."
    if why.score is not None:
        said += f" The box is the model's own, with score {why.score:.2f}."
    if why.hidden:
        said += " Another object is in front of it."
    return f"{said} About {box.plausibility:.0%} of such boxes are right."
