"""Which part of the queue is shown: by state, kind, class, track under review and selection."""

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.i18n import tr
from gui.icons import icon
from gui.review.choices import Choices
from gui.review.controls import Manners, describe
from gui.session import Session
from gui.theme import Theme


class FilterBar(QWidget):
    """Edits the session's view of its queue."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        manners = Manners(self)
        self._choices = Choices(manners)
        self._choices.chosen.connect(self._choose)
        self._track = QToolButton()
        self._track.setText(tr("Track"))
        self._track.setCheckable(True)
        self._selected = QToolButton()
        self._selected.setCheckable(True)
        for widget, name, tip in (
            (self._track, tr("This track only"), tr("Show only the track under review")),
            (
                self._selected,
                tr("Selected frames only"),
                tr("Show only violations in frames that were selected for labeling"),
            ),
        ):
            describe(widget, name, tip, manners)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._choices, 1)
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
        kinds = {queue.kinds[number] for number in set(queue.kind.tolist())}
        names = {
            queue.class_names[number] for number in set(queue.class_id.tolist()) if number >= 0
        }
        self._choices.show_view(kinds, names, view)
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
                self._choices.applied_to(view),
                track=track if self._track.isChecked() and track >= 0 else None,
                selected=self._session.selected if self._selected.isChecked() else None,
            )
        )

    def _focused_track(self) -> int:
        number = self._session.queue.number_of(self._session.focused)
        return -1 if number is None else self._session.queue[number].track
