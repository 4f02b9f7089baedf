"""Go to: one line that takes a frame, a time, a share, or so far on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gui.i18n import tr
from gui.places import place
from gui.sheet import Sheet
from gui.text import grouped, timecode
from gui.theme import tabular

if TYPE_CHECKING:
    from gui.session import Session

_HINT = "1204 · 0:08.840 · 8.84s · 50% · +100 · -2s"


class GoTo(Sheet):
    """Asks where to go in the video."""

    chosen = Signal(int)
    """A frame."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, tr("Go to"))
        self._session: Session | None = None
        self._field = QLineEdit()
        self._field.setMaxLength(32)
        self._field.setMinimumWidth(400)
        self._field.setFont(tabular(self._field.font()))
        self._field.setPlaceholderText(tr("Frame, time, share, or so far on"))
        self._field.setAccessibleName(tr("Frame, time, share, or so far on"))
        self._field.textChanged.connect(self._check)
        self._field.returnPressed.connect(self._go)
        self._said = QLabel()
        self._said.setProperty("role", "muted")
        self._said.setFont(tabular(self._said.font()))
        self.rows.addWidget(self._field)
        self.rows.addWidget(self._said)

    def ask(self, session: Session) -> None:
        """Ask where to go in the video of this session."""
        self._session = session
        self.open()

    def prepare(self) -> None:
        self._field.clear()
        self._check()

    def first_focus(self) -> QWidget:
        return self._field

    def _check(self) -> None:
        self._show(*self._meant())

    def _meant(self) -> tuple[int | None, str]:
        """The frame that is meant, and what to say."""
        session, text = self._session, self._field.text()
        if session is None or not text.strip():
            return None, _HINT
        try:
            frame = place(text, session.frame, session.index)
        except ValueError as error:
            return None, str(error)
        return frame, tr(
            "Frame {frame} · {time}",
            frame=grouped(frame),
            time=timecode(session.index.timestamp(frame)),
        )

    def _show(self, frame: int | None, said: str) -> None:
        self._said.setText(said)
        self._field.setAccessibleDescription(said)
        self._field.setProperty("invalid", frame is None and bool(self._field.text().strip()))
        self._field.style().unpolish(self._field)
        self._field.style().polish(self._field)

    def _go(self) -> None:
        frame, _ = self._meant()
        if frame is not None:
            self.hide()
            self.chosen.emit(frame)
