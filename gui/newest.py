"""A thread that answers the newest request, and drops those that it overtook."""

from threading import Condition
from typing import Generic, TypeVar

from PySide6.QtCore import QThread

R = TypeVar("R")


class NewestFirst(QThread, Generic[R]):
    """Waits for requests; `answer` and `release` run in the thread."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: R | None = None
        self._stopping = False
        self._changed = Condition()

    def want(self, request: R) -> None:
        """Ask for something in the place of what was asked for and not begun yet."""
        with self._changed:
            self._wanted = request
            self._changed.notify()

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.wait()

    @property
    def stopping(self) -> bool:
        """Whether the thread is to end."""
        return self._stopping

    @property
    def overtaken(self) -> bool:
        """Whether nobody waits for the request that is being answered any more."""
        return self._stopping or self._wanted is not None

    def answer(self, request: R) -> None:
        """Answer a request."""
        raise NotImplementedError

    def release(self) -> None:
        """Let go of what the answers needed; the thread ends."""

    def run(self) -> None:
        try:
            while (request := self._next()) is not None:
                self.answer(request)
        finally:
            self.release()

    def _next(self) -> R | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._wanted is not None)
            request, self._wanted = self._wanted, None
            return None if self._stopping else request
