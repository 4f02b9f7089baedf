"""What would be chosen now: gathered and chosen in a thread, for the newest request only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.errors import Cancelled, UserError
from core.project import Round
from core.selection.pool import Picks, Pool
from core.selection.request import SelectRequest
from gui.newest import NewestFirst

log = logging.getLogger(__name__)

_DEBOUNCE_MS = 150
_PATIENCE_SECONDS = 2.0
"""An answer that nobody waits for any more is let come for so long: to begin a new process takes
longer than most answers."""

Gather = Callable[[], Pool]
"""Reads the frames to choose from; runs in a thread."""


class Choosing(Protocol):
    """What `core.selection.process.Chooser` does for the page."""

    def select(
        self, request: SelectRequest, rounds: Sequence[Round], cancelled: Callable[[], bool]
    ) -> Picks:
        """The frames that a request chooses."""

    def plane(self, cancelled: Callable[[], bool]) -> NDArray[np.float32]:
        """(n, 2) where each frame of the pool lies in the plot."""

    def close(self) -> None:
        """Let go of its process."""


MakeChoosing = Callable[[Pool], Choosing]


@dataclass(frozen=True, eq=False)
class Chosen:
    """What a request has chosen."""

    pool: Pool
    request: SelectRequest
    picks: Picks


@dataclass(frozen=True, eq=False)
class _Order:
    gather: Gather
    request: SelectRequest
    rounds: tuple[Round, ...]


class Preview(QObject):
    """Answers requests; one that a newer one overtakes is dropped."""

    gathered = Signal(object)
    """The `Pool`, once for each `look_at`."""
    chosen = Signal(object)
    """A `Chosen`."""
    placed = Signal(object, object)
    """A `Pool`, and where its frames lie in the plot."""
    failed = Signal(str)
    """Why nothing could be chosen, as a sentence."""
    busy_changed = Signal(bool)

    def __init__(
        self, make_choosing: MakeChoosing | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        make_choosing = make_choosing or _chooser
        self._gather: Gather | None = None
        self._order: _Order | None = None
        self._unplaced: Pool | None = None
        self.busy = False
        """Whether an answer is on its way."""
        self._chooser = _Chooser(make_choosing)
        self._chooser.gathered.connect(self._take_pool)
        self._chooser.answered.connect(self._take)
        self._chooser.refused.connect(self._refuse)
        self._placer = _Placer(make_choosing)
        self._placer.placed.connect(self.placed)
        self._late = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._late.timeout.connect(self._send)

    def look_at(self, gather: Gather | None) -> None:
        """Choose among other frames from the next `ask` on; None for nothing to choose from."""
        self._gather = gather
        if gather is None:
            self._late.stop()
            self._order = None
            self._show_busy(False)

    @property
    def looks(self) -> bool:
        """Whether there is something to choose from."""
        return self._gather is not None

    def ask(self, request: SelectRequest, rounds: Sequence[Round]) -> None:
        """Choose, once nothing was asked for a moment."""
        if self._gather is None:
            raise ValueError("nothing to choose from was named")
        self._order = _Order(self._gather, request, tuple(rounds))
        self._late.start()
        self._show_busy(True)

    def close(self) -> None:
        """End the threads and their processes."""
        self._late.stop()
        self._order = None
        for thread in (self._chooser, self._placer):
            if thread.isRunning():
                thread.stop()

    def _send(self) -> None:
        if self._order is not None:
            for thread in (self._chooser, self._placer):
                if not thread.isRunning():
                    thread.start()
            self._chooser.want(self._order)

    @Slot(object)
    def _take_pool(self, pool: Pool) -> None:
        self.gathered.emit(pool)
        self._unplaced = pool if pool.embeddings is not None and len(pool) else None

    @Slot(object, object)
    def _take(self, order: _Order, chosen: Chosen) -> None:
        if order is self._order:
            self._show_busy(False)
            self.chosen.emit(chosen)
            self._place()

    @Slot(object, str)
    def _refuse(self, order: _Order, sentence: str) -> None:
        if order is self._order:
            self._show_busy(False)
            self.failed.emit(sentence)
            self._place()

    def _place(self) -> None:
        """Lay out, once the choice is there: both together would take longer to come."""
        if self._unplaced is not None:
            self._placer.want(self._unplaced)
            self._unplaced = None

    def _show_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)


class _Chooser(NewestFirst[_Order]):
    """Gathers where that was not done, and chooses."""

    gathered = Signal(object)
    answered = Signal(object, object)
    refused = Signal(object, str)

    def __init__(self, make_choosing: MakeChoosing) -> None:
        super().__init__()
        self._make = make_choosing
        self._gather: Gather | None = None
        self._pool: Pool | None = None
        self._choosing: Choosing | None = None

    def answer(self, order: _Order) -> None:
        try:
            pool, choosing = self._at(order.gather)
            until = time.monotonic() + _PATIENCE_SECONDS
            picks = choosing.select(order.request, order.rounds, partial(self._in_vain, until))
        except Cancelled:
            return
        except UserError as error:
            self.refused.emit(order, str(error))
        except Exception as error:
            log.exception("choosing frames")
            self.refused.emit(order, f"{type(error).__name__}: {error}")
        else:
            self.answered.emit(order, Chosen(pool, order.request, picks))

    def _in_vain(self, until: float) -> bool:
        return self.stopping or (self.overtaken and time.monotonic() > until)

    def release(self) -> None:
        if self._choosing is not None:
            self._choosing.close()
        self._gather = self._pool = self._choosing = None

    def _at(self, gather: Gather) -> tuple[Pool, Choosing]:
        if gather is not self._gather or self._pool is None or self._choosing is None:
            self.release()
            self._pool = gather()
            self._choosing = self._make(self._pool)
            self._gather = gather
            self.gathered.emit(self._pool)
        return self._pool, self._choosing


class _Placer(NewestFirst[Pool]):
    """Lays the frames out for the plot, in a process of its own: it takes seconds."""

    placed = Signal(object, object)

    def __init__(self, make_choosing: MakeChoosing) -> None:
        super().__init__()
        self._make = make_choosing
        self._last: tuple[Pool, NDArray[np.float32]] | None = None

    def answer(self, pool: Pool) -> None:
        if self._last is not None and _alike(self._last[0], pool):
            self.placed.emit(pool, self._last[1])
            return
        choosing = self._make(pool)
        try:
            plane = choosing.plane(lambda: self.overtaken)
            self._last = pool, plane
            self.placed.emit(pool, plane)
        except Cancelled:
            log.info("the frames to lay out are other ones now")
        except Exception:
            # The choice needs no plot.
            log.exception("laying out %d frames", len(pool))
        finally:
            choosing.close()


def _alike(one: Pool, other: Pool) -> bool:
    """Whether the frames of two pools lie at the same places."""
    if one.embeddings is None or other.embeddings is None:
        return False
    return np.array_equal(one.embeddings, other.embeddings)


def _chooser(pool: Pool) -> Choosing:
    from core.selection.process import Chooser

    return Chooser(pool)
