"""Which part of the queue is shown: by state, kind, class, track under review and selection."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from core.review import ReviewState
from gui.i18n import tr
from gui.icons import icon
from gui.review.controls import Manners, describe
from gui.review.queue_model import WORDS
from gui.session import Session
from gui.theme import Theme
from gui.words import kind_word


class FilterBar(QWidget):
    """Edits the session's view of its queue."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        manners = Manners(self)
        self._state = _choice()
        self._kind = _choice()
        self._class = _choice()
        self._track = QToolButton()
        self._track.setText(tr("Track"))
        self._track.setCheckable(True)
        self._selected = QToolButton()
        self._selected.setCheckable(True)
        for widget, name, tip in (
            (self._state, tr("State"), tr("Show what is to do, or what was decided")),
            (self._kind, tr("Kind"), tr("Show one kind of violation")),
            (self._class, tr("Class"), tr("Show one class")),
            (self._track, tr("This track only"), tr("Show only the track under review")),
            (
                self._selected,
                tr("Selected frames only"),
                tr("Show only violations in frames that were selected for labeling"),
            ),
        ):
            describe(widget, name, tip, manners)
        _fill(self._state, tr("State"), [(tr(WORDS[state]), state) for state in ReviewState], None)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for choice in (self._state, self._kind, self._class):
            row.addWidget(choice, 1)
            choice.activated.connect(self._choose)
        for button in (self._track, self._selected):
            row.addWidget(button)
            button.clicked.connect(self._choose)
        self.show_view()

    def set_theme(self, theme: Theme) -> None:
        """Colour of the bookmark."""
        self._selected.setIcon(icon("selected", theme))

    def show_view(self) -> None:
        """The queue, or the view of it, is another one."""
        queue, view = self._session.queue, self._session.view
        kinds = sorted({queue.kinds[number] for number in set(queue.kind.tolist())})
        names = {
            queue.class_names[number] for number in set(queue.class_id.tolist()) if number >= 0
        }
        _fill(self._kind, tr("Kind"), [(kind_word(kind), kind) for kind in kinds], view.kind)
        _fill(self._class, tr("Class"), [(name, name) for name in sorted(names)], view.class_name)
        _show(self._state, view.state)
        self._track.setChecked(view.track is not None)
        self._selected.setChecked(view.selected is not None)
        self._selected.setVisible(bool(self._session.selected) or view.selected is not None)
        self.show_focus()

    def show_focus(self) -> None:
        """Another box is under review: only a track that there is can be chosen."""
        self._track.setEnabled(self._session.view.track is not None or self._focused_track() >= 0)

    def _choose(self) -> None:
        view = self._session.view
        track = view.track if view.track is not None else self._focused_track()
        self._session.set_view(
            replace(
                view,
                state=self._state.currentData(),
                kind=self._kind.currentData(),
                class_name=self._class.currentData(),
                track=track if self._track.isChecked() and track >= 0 else None,
                selected=self._session.selected if self._selected.isChecked() else None,
            )
        )

    def _focused_track(self) -> int:
        number = self._session.queue.number_of(self._session.focused)
        return -1 if number is None else self._session.queue[number].track


def _choice() -> QComboBox:
    choice = QComboBox()
    # A long name must not widen the panel.
    choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return choice


def _fill(choice: QComboBox, every: str, entries: Sequence[tuple[str, Any]], chosen: Any) -> None:
    """Offer entries, and keep the chosen one even where there is none of it now."""
    if chosen is not None and all(value != chosen for _, value in entries):
        entries = [*entries, (str(chosen), chosen)]
    wanted = [every, *(text for text, _ in entries)]
    if [choice.itemText(at) for at in range(choice.count())] != wanted:
        with QSignalBlocker(choice):
            choice.clear()
            choice.addItem(every, None)
            for text, value in entries:
                choice.addItem(text, value)
    _show(choice, chosen)


def _show(choice: QComboBox, chosen: Any) -> None:
    values = [choice.itemData(at) for at in range(choice.count())]
    with QSignalBlocker(choice):
        choice.setCurrentIndex(values.index(chosen))
