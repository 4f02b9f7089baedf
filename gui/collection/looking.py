"""A thread that has every project of a collection looked into, those that are seen first."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Condition

from PySide6.QtCore import QObject, QThread, Signal

from core.errors import Cancelled


class Looking(QThread):
    """Starts with the first project; what it has found is told in the window's thread."""

    looked = Signal(object)
    """A `core.collection.looking.Looked`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: dict[Path, str] = {}
        self._first: tuple[Path, ...] = ()
        self._stopping = False
        self._changed = Condition()

    def want(self, projects: Mapping[Path, str], *, only: bool = False) -> None:
        """Look into these projects.

        Args:
            projects: With the stamp of the overview that is known of each; empty for none.
            only: Forget what was wanted before.
        """
        with self._changed:
            if only:
                self._wanted.clear()
            self._wanted.update(projects)
            self._changed.notify()
        if projects and not self.isRunning():
            self.start()

    def first(self, folders: Iterable[Path]) -> None:
        """Look into these before the others, where they are wanted at all."""
        self._first = tuple(folders)

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        # Here and not above: the window is there before numpy is.
        from core.collection.looking import Looker

        looker = Looker()
        try:
            while (request := self._next()) is not None:
                self.looked.emit(looker.look(*request, lambda: self._stopping))
                if not self._wanted:
                    looker.close()
        except Cancelled:
            pass  # stopped
        finally:
            looker.close()

    def _next(self) -> tuple[Path, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._wanted))
            if self._stopping:
                return None
            seen = (folder for folder in self._first if folder in self._wanted)
            folder = next(seen, None) or next(iter(self._wanted))
            return folder, self._wanted.pop(folder)
