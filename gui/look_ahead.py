"""Opening ahead what will probably be wanted next, so that going there takes no time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.jobs import Job, Work

if TYPE_CHECKING:
    from gui.opening import Opened

_KEPT = 4
"""Videos that are kept open at most: a long one with its findings takes some 100 MB."""


class LookAhead(QObject):
    """Opens one thing at a time in a thread, and keeps what came of it for a while.

    Args:
        work: Makes the work of opening a path.
        still_so: Whether nothing has changed since something was opened.
    """

    def __init__(
        self,
        work: Callable[[Path], Work[Opened]],
        still_so: Callable[[Opened], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work, self._still_so = work, still_so
        self._kept: OrderedDict[Path, Opened] = OrderedDict()
        self._wanted: list[Path] = []
        self._failed: set[Path] = set()
        """Whoever really opens one of these learns why; here it would be tried over and over."""
        self._job: Job[Opened] | None = None
        self._path: Path | None = None

    @property
    def kept(self) -> tuple[Path, ...]:
        """What is open ahead, the one that is let go of first at the beginning."""
        return tuple(self._kept)

    def want(self, paths: Sequence[Path]) -> None:
        """These will probably be opened next, in this order; earlier wishes are forgotten."""
        for path in reversed(paths):
            if path in self._kept:
                self._kept.move_to_end(path)
        self._wanted = [path for path in paths if path not in self._kept][:_KEPT]
        self._begin()

    def keep(self, opened: Opened) -> None:
        """Keep what is open already, for when the person comes back to it."""
        self._kept[opened.asked_for] = opened
        self._kept.move_to_end(opened.asked_for)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def take(self, path: Path) -> Opened | None:
        """What was opened ahead, if it is still so; it is not kept any longer."""
        opened = self._kept.pop(path, None)
        return opened if opened is not None and self._still_so(opened) else None

    def hand_over(self, path: Path) -> Job[Opened] | None:
        """The job that is opening a path now, for somebody else to follow and to delete."""
        if path != self._path or self._job is None:
            return None
        job = self._job
        job.succeeded.disconnect(self._succeed)
        job.failed.disconnect(self._fail)
        job.finished.disconnect(self._finish)
        job.setParent(None)
        self._job = self._path = None
        return job

    def close(self) -> None:
        """Wait until nothing is being opened, and keep nothing."""
        self._wanted.clear()
        self._kept.clear()
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()
            self._job = self._path = None

    def _begin(self) -> None:
        if self._job is not None:
            return
        left = [path for path in self._wanted if path not in self._failed]
        if not left:
            return
        self._path, self._wanted = left[0], left[1:]
        self._job = Job(self._work(self._path), self)
        self._job.succeeded.connect(self._succeed)
        self._job.failed.connect(self._fail)
        self._job.finished.connect(self._finish)
        self._job.start()

    def _succeed(self, opened: Opened) -> None:
        self.keep(opened)

    def _fail(self, _: BaseException) -> None:
        if self._path is not None:
            self._failed.add(self._path)

    def _finish(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
        self._job = self._path = None
        self._begin()
