"""Background work: one thread a job, answers always in the window's thread."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from core.errors import Cancelled, UserError

log = logging.getLogger(__name__)

Report = Callable[[object], None]
"""Called in the job's thread; comes out as `Job.progressed` in the window's."""
IsCancelled = Callable[[], bool]

T = TypeVar("T")
Work = Callable[[Report, IsCancelled], T]


class _Thread(QThread):
    """Runs the work. Its signals cross over to the job, which lives in the window's thread."""

    reported = Signal(object)
    ended = Signal(object, object)

    def __init__(self, work: Work[object]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        result: object = None
        error: BaseException | None = None
        try:
            result = self._work(self.reported.emit, self.isInterruptionRequested)
        except BaseException as caught:
            # Nothing may leave run(): the thread would go on without ever ending its job.
            error = caught
        self.ended.emit(result, error)


class Job(QObject, Generic[T]):
    """One piece of work in a thread of its own.

    Emits exactly one of `succeeded`, `failed` and `cancelled`, then `finished`, all in the
    thread that made the job, also to slots that are lambdas.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    """The exception."""
    cancelled = Signal()
    finished = Signal()

    def __init__(self, work: Work[T], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = _Thread(work)
        self._thread.reported.connect(self._relay)
        self._thread.ended.connect(self._end)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to stop at its next chance."""
        self._thread.requestInterruption()

    def wait(self) -> None:
        """Return when the thread has ended; its last signals come with the next events."""
        self._thread.wait()

    @Slot(object)
    def _relay(self, report: object) -> None:
        self.progressed.emit(report)

    @Slot(object, object)
    def _end(self, result: object, error: BaseException | None) -> None:
        self._thread.wait()
        if error is None:
            self.succeeded.emit(result)
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            if isinstance(error, UserError):
                log.info("%s", error)
            else:
                log.error("a job failed", exc_info=error)
            self.failed.emit(error)
        self.finished.emit()
