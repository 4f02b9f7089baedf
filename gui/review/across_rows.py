"""The violations of a window's collection as rows that follow what is found and decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from core.collection.queue import AcrossItem, AcrossQueue, ViolationColumns
    from core.review import View
    from core.tracks.pairs import Rows
    from gui.collection.library import Library
    from gui.session import Session

_LATE_MS = 400
"""Overviews that arrive one after the other are taken over at most so often."""
_MANY = 8
"""From so many changed videos on the queue is made anew, which costs less than changing it."""


class AcrossRows(QObject):
    """Made of overviews, and of the open project's own queue; empty until it is first wanted."""

    changed = Signal()
    """Other rows, other states or another order."""

    def __init__(self, library: Library, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self.queue: AcrossQueue | None = None
        self.view: View | None = None
        """Which part of the queue is shown; None before it is first wanted."""
        self.shown: Rows | None = None
        """The queue's rows of that part, in order."""
        self._session: Session | None = None
        self._places: dict[Path, int] = {}
        self._lost: set[Path] = set()
        self._stale: set[Path] = set()
        self._late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self._late.timeout.connect(self._catch_up)
        library.overview_changed.connect(self.note_stale)

    @property
    def member(self) -> int | None:
        """The place of the open video in the collection, if it has one."""
        return self._places.get(self._session.project.folder) if self._session else None

    @property
    def current(self) -> int | None:
        """The row of the violation under review."""
        member, session = self.member, self._session
        if self.queue is None or member is None or session is None:
            return None
        return self.queue.row_of(member, session.queue.number_of(session.focused))

    def has(self, folder: Path) -> bool:
        """Whether a project is one of the collection's."""
        return folder in self._places

    def folder_of(self, member: int) -> Path:
        """The project of a video of the queue."""
        collection = self._library.collection
        assert collection is not None  # without one there is no queue
        return collection.members[member].folder

    def name_of(self, member: int | Path) -> str:
        """What a video of the queue is called."""
        collection = self._library.collection
        place = self._places.get(member, -1) if isinstance(member, Path) else member
        return collection.members[place].name if collection is not None and place >= 0 else ""

    def attach(self, session: Session | None) -> None:
        """Take the rows of this session's project from its own queue from now on."""
        self._session = session
        if session is not None:
            self._lost.discard(session.project.folder)
        self.take_over()

    def gather(self) -> None:
        """Make the queue anew, of all that is known."""
        from core.collection.queue import AcrossQueue
        from core.review import View

        collection = self._library.collection
        folders = [member.folder for member in collection.members] if collection else []
        self._places = {folder: place for place, folder in enumerate(folders)}
        self._stale.clear()
        self.queue = AcrossQueue([self._known(folder) for folder in folders])
        self.view = self.view or View()
        self._look()

    def clear(self) -> None:
        """Forget all rows: there is another collection, or none."""
        self.queue = self.shown = None
        self._places.clear()
        self._lost.clear()
        self._stale.clear()

    def set_view(self, view: View) -> None:
        """Show another part of the queue, or sort it in another way."""
        if view != self.view:
            self.view = view
            self._look()

    def take_over(self, *, look: bool = True) -> None:
        """Let the rows of the open video be what its own queue says.

        Args:
            look: Whether what is shown follows; else it stays in its order while it can.
        """
        member, session = self.member, self._session
        if self.queue is None or member is None or session is None:
            return
        if self.queue.update(member, session.queue) or look:
            self._look()

    def lose(self, folder: Path) -> None:
        """Leave out a project that cannot be opened, until there is another collection."""
        self._lost.add(folder)
        if self.queue is not None and folder in self._places:
            self.queue.update(self._places[folder], None)
            self._look()

    def note_stale(self, folder: Path) -> None:
        """There is something new about a project."""
        self._stale.add(folder)
        # Not begun anew each time: while overviews keep arriving nothing would ever be shown.
        if self.queue is not None and not self._late.isActive():
            self._late.start()

    def row_like(self, item: AcrossItem) -> int | None:
        """The row of a violation, whose project may have been looked at anew since."""
        return self.queue.row_like(item) if self.queue is not None else None

    def _known(self, folder: Path) -> ViolationColumns | None:
        if folder in self._lost:
            return None
        if self._session is not None and folder == self._session.project.folder:
            return self._session.queue
        return self._library.overview(folder)

    def _look(self) -> None:
        if self.queue is not None and self.view is not None:
            self.shown = self.queue.shown(self.view)
            self.changed.emit()

    def _catch_up(self) -> None:
        if self.queue is None:
            return
        if len(self._stale) > _MANY:
            self.gather()
            return
        for folder in self._stale & self._places.keys():
            self.queue.update(self._places[folder], self._known(folder))
        self._stale.clear()
        self._look()
