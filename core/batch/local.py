"""Worker processes on this computer; see `core.batch.engines.Engine`."""

import logging
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Event

from core.batch.engines import EngineChoice, OnTold
from core.batch.steps import Result, Step, Told, Work
from core.batch.worker import Given, answer, begin_worker
from core.child import LastingChild
from core.detectors.base import DetectorConfig
from core.detectors.machine import has_graphics_device, memory_bytes, usable_cores
from core.errors import WorkerDiedError

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times that a step is tried whose workers die."""
_GRAPHICS_WORKERS = 2
"""On a graphics device: while the network of one runs, the other selects, exports and loads."""
_WORKER_BYTES = 3 << 29
"""Memory of the computer for each worker, at least: with yolov8n and small videos one was seen to
take 0.9 GiB."""


def worker_count(choice: EngineChoice, config: DetectorConfig) -> int:
    """How many steps are carried out at a time: by default one on each core."""
    if choice.workers is not None:
        return choice.workers
    count, memory = usable_cores(), memory_bytes()
    if config.device in ("cuda", "mps") or (config.device == "auto" and has_graphics_device()):
        count = min(count, _GRAPHICS_WORKERS)
    if memory is not None:
        count = min(count, memory // _WORKER_BYTES)
    return max(count, 1)


class LocalEngine:
    """See `Engine`. A thread waits for each worker's process, which lasts from step to step."""

    def __init__(self, choice: EngineChoice, work: Work, on_told: OnTold) -> None:
        self._count = worker_count(choice, work.request.config)
        share = work.cores or max(usable_cores() // self._count, 1)
        self._stopped = Event()
        self._workers = [
            _Worker(str(number), share, work, on_told) for number in range(1, self._count + 1)
        ]
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(self._count, "batch")

    @property
    def workers(self) -> int:
        """See `Engine.workers`."""
        return self._count

    def submit(self, step: Step) -> Future[Result]:
        """See `Engine.submit`."""
        return self._threads.submit(self._carry_out, step)

    def close(self) -> None:
        """See `Engine.close`."""
        self._stopped.set()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def _carry_out(self, step: Step) -> Result:
        worker = self._free.get()
        try:
            return worker.carry_out(step, self._stopped.is_set)
        finally:
            self._free.put(worker)


class _Worker:
    """A child process, and the one that takes its place when it dies."""

    def __init__(self, name: str, cores: int, work: Work, on_told: OnTold) -> None:
        self._name, self._on_told = name, on_told
        self._child: LastingChild[Given, Step, Result] = LastingChild(
            answer,
            Given(name, work),
            died=_died("A worker's process has ended unexpectedly"),
            begin=partial(begin_worker, name, cores),
        )

    def carry_out(self, step: Step, stopped: Callable[[], bool]) -> Result:
        """What the step gives.

        Raises:
            WorkerDiedError: It has ended its process every time.
            Cancelled: `stopped` said so.
        """
        try:
            for _ in range(ATTEMPTS):
                try:
                    return self._child.ask(step, stopped, self._on_told)
                except WorkerDiedError:
                    log.warning("worker %s %s at %s", self._name, self._how(), step)
        finally:
            self._on_told(Told(self._name, 0, ""))
        raise _died(f"Its worker's process {self._how()}, {ATTEMPTS} times")

    def close(self) -> None:
        """End the process, whatever it does."""
        self._child.close()

    def _how(self) -> str:
        code = self._child.exit_code
        if code is None or code >= 0:
            return f"has ended with code {code}"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"


def _died(problem: str) -> WorkerDiedError:
    return WorkerDiedError(
        problem, mend="try it again with fewer workers, which need less memory; the log says more"
    )
