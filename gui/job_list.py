"""Which jobs are under way and how the last ones ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

_ENDED = 8


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as the person sees it."""

    title: str
    text: str = ""
    """How far it is, or how it ended."""
    done: int = 0
    total: int = 0
    """Of `done`; 0 while nothing is known of the progress."""
    stop: Callable[[], None] | None = None
    """None once it has ended."""
    pause: Callable[[], None] | None = None
    """Pauses it, or lets it go on; None for one that cannot pause."""
    paused: bool = False


class JobList(QObject):
    """The jobs of one window, by kind: of each there is one at a time."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.under_way: dict[str, JobLine] = {}
        self.ended: deque[JobLine] = deque(maxlen=_ENDED)
        """Newest first."""

    def begin(
        self,
        kind: str,
        title: str,
        stop: Callable[[], None],
        pause: Callable[[], None] | None = None,
    ) -> None:
        """A job began, or one that was begun is called otherwise now."""
        self.under_way[kind] = JobLine(title, stop=stop, pause=pause)
        self.changed.emit()

    def progress(
        self, kind: str, text: str, done: int, total: int, *, paused: bool = False
    ) -> None:
        """How far a job is; of one that is not under way nothing is taken down."""
        line = self.under_way.get(kind)
        if line is not None:
            self.under_way[kind] = replace(line, text=text, done=done, total=total, paused=paused)
            self.changed.emit()

    def end(self, kind: str, outcome: str) -> None:
        """A job ended; one that is not under way has ended before."""
        line = self.under_way.pop(kind, None)
        if line is not None:
            self.ended.appendleft(JobLine(line.title, outcome))
            self.changed.emit()
