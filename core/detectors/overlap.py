"""Stages of a pipeline that run at the same time, each in its own threads, in order and bounded."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_END = object()


@contextmanager
def ahead(items: Iterator[Item]) -> Iterator[Iterator[Item]]:
    """The same items, each taken by another thread while the one before is being used.

    An error of `items` is raised where its item would have been.
    """

    def taken(thread: ThreadPoolExecutor) -> Iterator[Item]:
        pending = thread.submit(next, items, _END)
        while (item := pending.result()) is not _END:
            pending = thread.submit(next, items, _END)
            yield item  # type: ignore[misc]

    with _threads(1) as thread:
        yield taken(thread)


@contextmanager
def stage(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int = 1
) -> Iterator[Iterator[Result]]:
    """What `work` makes of the items, in their order, by `workers` threads.

    At most `workers + 1` items are under way or waiting to be taken, so memory is bounded whoever
    is slow. An error, also one of `items`, is raised where its result would have been.
    """

    def under_way(threads: ThreadPoolExecutor) -> Iterator[Future[Result]]:
        try:
            for item in items:
                yield threads.submit(work, item)
        except Exception as error:
            # What was taken before it is still to come.
            failed: Future[Result] = Future()
            failed.set_exception(error)
            yield failed

    def results(threads: ThreadPoolExecutor) -> Iterator[Result]:
        begun = under_way(threads)
        pending = deque(islice(begun, workers + 1))
        while pending:
            done = pending.popleft().result()
            pending.extend(islice(begun, 1))
            yield done

    with _threads(workers) as threads:
        yield results(threads)


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(count, "detect")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
