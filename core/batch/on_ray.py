"""Workers of a Ray cluster; see `core.batch.engines.Engine`.

Every step is a task of Ray, which decides where and when, and does it again where a worker or a
node is gone. Nothing is kept here but the futures.
"""

import logging
import pickle
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any
from uuid import uuid4

from core.batch.engines import EngineChoice, OnTold
from core.batch.place import Place, place_of
from core.batch.ray_cluster import RETRIES, fitting, join
from core.batch.ray_node import Board, Errand, asking
from core.batch.steps import Result, Step, Work
from core.batch.weights import files_of, weights_of
from core.errors import BatchError, WorkerDiedError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.25
"""Between two looks at the board."""
_PATIENCE_SECONDS = 5.0
"""That the board is given for an answer."""
_CPUS = 1.0
"""Of a worker: one picture at a time on one core wastes least."""
CPUS_BESIDE_GPU = 2.0
"""Of a worker that has a share of a GPU, which it has to feed."""


class RayEngine:
    """See `Engine`.

    Raises:
        BatchError: There is no such cluster, or Ray is not installed.
        DetectorError: There are no such weights.
    """

    def __init__(self, choice: EngineChoice, work: Work, on_told: OnTold) -> None:
        if work.request.config.device == "cuda" and not choice.gpus:
            raise BatchError(
                "The device cuda was asked for, but no share of a GPU",
                mend="add --gpus 0.25, or leave the device to the program",
            )
        weights = weights_of(work.request.config)
        self._choice, self._on_told = choice, on_told
        self._cpus = choice.cpus or work.cores or (CPUS_BESIDE_GPU if choice.gpus else _CPUS)
        self._cores = work.cores or max(int(self._cpus), 1)
        self._token = _Token(work)
        self._ray, started_here = join(choice, self._cpus)
        try:
            self._token.write()
            self._expect_room(started_here)
            self._files = [self._ray.put(files_of(weights))] if weights is not None else []
            self._errand = partial(Errand, work=work, weights=weights, token=self._token.name)
            self._board = self._make_board()
            self._asked: Any = None
            """What the board was asked for and has not said yet."""
            self._task = self._ray.remote(
                num_cpus=self._cpus,
                num_gpus=choice.gpus,
                max_retries=RETRIES,
                max_calls=0,  # with a GPU, too: loading the libraries takes seconds
            )(asking(version("flickerscope")))
            self._lock = Lock()
            self._waiting: deque[tuple[Step, Future[Result]]] = deque()
            self._tasks: dict[Future[Result], Any] = {}
            self._ended: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
            self._thread = Thread(target=self._attend, name="ray", daemon=True)
            self._thread.start()
        except BaseException:
            self._leave()
            raise

    @property
    def workers(self) -> int:
        """See `Engine.workers`; as many as the nodes that are there have room for."""
        there = max(fitting(self._ray, self._cpus, self._choice.gpus), 1)
        return min(there, self._choice.workers or there)

    def submit(self, step: Step) -> Future[Result]:
        """See `Engine.submit`."""
        future: Future[Result] = Future()
        with self._lock:
            self._waiting.append((step, future))
        self._hand_over()
        return future

    def close(self) -> None:
        """See `Engine.close`."""
        self._ended.put(None)
        self._thread.join()
        with self._lock:
            open_ones = [*self._tasks, *(future for _, future in self._waiting)]
            self._waiting.clear()
        self._leave()  # the cluster ends the processes of who leaves
        for future in open_ones:
            future.cancel()

    def _leave(self) -> None:
        self._ray.shutdown()
        self._token.remove()

    def _expect_room(self, started_here: bool) -> None:
        if fitting(self._ray, self._cpus, self._choice.gpus):
            return
        wanted = f"{self._cpus:g} cores" + (
            f" and {self._choice.gpus:g} GPU" if self._choice.gpus else ""
        )
        if started_here:
            raise BatchError(
                f"This computer has no room for a worker with {wanted}", mend="ask for less"
            )
        log.warning("no node of the cluster has %s; one may come", wanted)

    def _make_board(self) -> Any:
        strategy = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            self._ray.get_runtime_context().get_node_id(), soft=True
        )
        options = {"num_cpus": 0, "max_restarts": -1, "scheduling_strategy": strategy}
        return self._ray.remote(Board).options(**options).remote()

    def _hand_over(self) -> None:
        """Give Ray the steps that wait, as many as a person allows at a time."""
        with self._lock:
            most = self._choice.workers
            while self._waiting and (most is None or len(self._tasks) < most):
                step, future = self._waiting.popleft()
                if future.cancelled():
                    continue
                self._tasks[future] = task = self._start(step)
                task.future().add_done_callback(partial(self._note_end, step, future))
                future.add_done_callback(self._taken_back)

    def _start(self, step: Step) -> Any:
        sent = pickle.dumps(self._errand(step))
        gpu = bool(self._choice.gpus)
        return self._task.remote(sent, self._cores, gpu, self._board, self._files)

    def _note_end(self, step: Step, future: Future[Result], done: Future[Any]) -> None:
        """In a thread of Ray, which nothing may keep waiting."""
        self._ended.put(partial(self._settle, step, future, done))

    def _taken_back(self, future: Future[Result]) -> None:
        task = self._tasks.get(future)
        if future.cancelled() and task is not None and self._ray.is_initialized():
            self._ray.cancel(task)

    def _attend(self) -> None:
        """In a thread of its own: pass on what ends, and what is told."""
        looked = monotonic()
        while True:
            with suppress(Empty):
                ended = self._ended.get(timeout=_POLL_SECONDS)
                if ended is None:
                    return
                ended()
            if monotonic() - looked >= _POLL_SECONDS:
                self._look_at_board()
                looked = monotonic()

    def _look_at_board(self) -> None:
        if self._asked is None:
            self._asked = self._board.take.remote()
        try:
            told = self._ray.get(self._asked, timeout=_PATIENCE_SECONDS)
        except self._ray.exceptions.GetTimeoutError:
            return  # what it will say is taken the next time
        except self._ray.exceptions.RayError as error:
            log.info("nobody knows how far the workers are: %s", error)
            told = []
        self._asked = None
        for message in told:
            self._on_told(message)

    def _settle(self, step: Step, future: Future[Result], done: Future[Any]) -> None:
        with self._lock:
            self._tasks.pop(future)
        self._hand_over()
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(self._result(step, done))
        except Exception as error:
            future.set_exception(error)

    def _result(self, step: Step, done: Future[Any]) -> Result:
        """What a task has given, with errors as they were raised."""
        errors = self._ray.exceptions
        try:
            answer = done.result()
        except errors.RayTaskError as error:
            log.info("%s: %s", step, error)
            raise error.cause from None
        except errors.OutOfMemoryError as error:
            raise _died(step, "its node has run out of memory", error) from None
        except (errors.WorkerCrashedError, errors.NodeDiedError) as error:
            raise _died(step, "its worker's process was gone", error) from None
        except errors.RayError as error:
            raise BatchError(
                f"The Ray cluster has given up on {step.item.source} ({_first_line(error)})",
                mend="run the same command again, which goes on",
            ) from error
        if isinstance(answer, tuple):
            raise _stranger(*answer)
        result: Result = answer
        return result


class _Token:
    """A file at the place, by which nodes know the folder; none for a place in S3."""

    def __init__(self, work: Work) -> None:
        self._place: Place | None = None if work.out.startswith("s3://") else place_of(work)
        self.name = f".work/seen-{uuid4().hex}" if self._place is not None else None

    def write(self) -> None:
        """Put it there."""
        if self._place is not None and self.name is not None:
            self._place.write(self.name, b"")

    def remove(self) -> None:
        """Take it away."""
        if self._place is not None and self.name is not None:
            self._place.remove(self.name)


def _died(step: Step, how: str, error: Exception) -> WorkerDiedError:
    log.warning("%s: %s", step, error)
    return WorkerDiedError(
        f"{step.item.source} was begun {RETRIES + 1} times and {how} each time",
        mend="try it again with --retry-failed, and with more --cpus if it needs more memory",
    )


def _stranger(node: str, there: str) -> BatchError:
    here = version("flickerscope")
    has = f"has Flickerscope {there}" if there else "has no Flickerscope"
    return BatchError(
        f"The node {node} {has}, and this computer {here}", mend="install the same on all nodes"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
