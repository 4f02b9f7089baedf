"""Stages that run at the same time: order, bounds, errors, and the end of their threads."""

import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from core.detectors.overlap import ahead, stage


def counting(stop: int, taken: list[int] | None = None, fail_at: int = -1) -> Iterator[int]:
    for i in range(stop):
        if i == fail_at:
            raise ValueError(f"no item {i}")
        if taken is not None:
            taken.append(i)
        yield i


def detecting_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("detect")]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_what_is_taken_ahead_is_the_same(count: int) -> None:
    with ahead(counting(count)) as items:
        assert list(items) == list(range(count))


def test_one_item_is_taken_ahead_and_no_more() -> None:
    taken: list[int] = []
    with ahead(counting(9, taken)) as items:
        assert next(items) == 0
        while len(taken) < 2:
            time.sleep(0.001)
        time.sleep(0.02)
        assert taken == [0, 1]


def test_an_error_comes_where_its_item_would_have_been() -> None:
    with ahead(counting(9, fail_at=3)) as items:
        assert list(islice(items, 3)) == [0, 1, 2]
        with pytest.raises(ValueError, match="no item 3"):
            next(items)


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 20])
def test_results_come_in_the_order_of_the_items(workers: int, count: int) -> None:
    def slow_at_first(item: int) -> int:
        time.sleep(0.01 if item % 3 == 0 else 0)
        return item * item

    with stage(slow_at_first, counting(count), workers) as results:
        assert list(results) == [i * i for i in range(count)]


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_items_are_taken_than_workers_and_one(workers: int) -> None:
    taken: list[int] = []
    with stage(lambda item: item, counting(50, taken), workers) as results:
        for used in range(1, 20):
            next(results)
            # One more is begun when a result is taken.
            assert len(taken) <= used + workers + 1


def test_workers_work_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=10)
    with stage(lambda item: together.wait() >= 0, counting(6), 3) as results:
        assert list(results) == [True] * 6


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_what_came_before_an_error_of_the_items_is_not_lost(workers: int) -> None:
    with stage(lambda item: item, counting(9, fail_at=4), workers) as results:
        assert list(islice(results, 4)) == [0, 1, 2, 3]
        with pytest.raises(ValueError, match="no item 4"):
            next(results)


def test_an_error_of_the_work_comes_after_the_results_before_it() -> None:
    def work(item: int) -> float:
        return 1 / (3 - item)

    with stage(work, counting(9), 2) as results:
        assert len(list(islice(results, 3))) == 3
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_leaving_early_ends_all_threads() -> None:
    with (
        ahead(counting(1000)) as items,
        stage(lambda item: item, items, 2) as first,
        stage(lambda item: item, first, 1) as second,
    ):
        assert next(second) == 0
        assert detecting_threads()
    assert detecting_threads() == []
