"""Going to another video of a review for something that is to be done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from core.assertions.imputed import ImputedBox
    from gui.opening import Opener
    from gui.session import Session


@dataclass(frozen=True)
class Errand:
    """One way to another video."""

    folder: Path
    """The project to open."""
    name: str
    """Of its video, for people."""
    do: Callable[[], None]
    """What is to be done there, once it is open."""
    came_from: Session | None
    box: ImputedBox | None
    """What was under review there."""


class Errands(QObject):
    """Has the window open projects, one at a time; of several wishes the newest counts."""

    ended = Signal()
    """The video was not opened after all; what was under review is so again."""
    _set_out = Signal()

    def __init__(self, opener: Opener, parent: QObject) -> None:
        super().__init__(parent)
        self._opener = opener
        self._session: Session | None = None
        self.now: Errand | None = None
        """What is under way."""
        # After whatever led to it, which still needs its session, and before the next key.
        self._set_out.connect(self._open, Qt.ConnectionType.QueuedConnection)
        opener.ended.connect(self.end)

    def go(self, folder: Path, name: str, do: Callable[[], None]) -> None:
        """Open a project, and do something there."""
        session = self._session
        before = self.now
        # On the way from one wish to the next nothing is under review.
        box = before.box if before is not None else session.focused if session is not None else None
        self.now = Errand(folder, name, do, session, box)
        if session is not None:
            # A key that comes meanwhile is not meant for what was decided just now.
            session.unfocus()
        self._set_out.emit()

    def arrive(self, session: Session | None) -> None:
        """A session has begun: do what its project was opened for."""
        self._session = session
        errand = self.now
        if session is not None and errand is not None and errand.folder == session.project.folder:
            self.now = None
            errand.do()

    def end(self) -> None:
        """Nothing more is being opened: an errand that is left came to nothing."""
        errand, self.now = self.now, None
        if errand is None:
            return
        if errand.box is not None and errand.came_from is self._session is not None:
            self._session.focus(errand.box)
        self.ended.emit()

    def _open(self) -> None:
        if self.now is not None:
            self._opener.open(self.now.folder)
