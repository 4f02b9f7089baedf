"""Which rows of sorted columns to compare, and who is whose best, without a loop over frames."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

_BLOCK = 200_000
"""Rows whose partners are compared at once; bounds the memory, not the result."""


def spans(start: Rows, stop: Rows) -> tuple[Rows, Rows]:
    """All pairs (i, j) with `start[i] <= j < stop[i]`."""
    count = np.maximum(stop - start, 0)
    first = np.repeat(np.arange(len(start)), count)
    return first, np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - start, count)


def pairs_in_time(
    time: NDArray[Any], other: NDArray[Any], earliest: int, latest: int
) -> Iterator[tuple[Rows, Rows]]:
    """Blocks of all pairs (i, j) with `time[i] + earliest <= other[j] <= time[i] + latest`.

    Args:
        time: (n,) frames, in any order.
        other: (m,) frames, ascending.
        earliest: Frames from `time` to `other`, at least.
        latest: Frames from `time` to `other`, at most.
    """
    for at in range(0, len(time), _BLOCK):
        block = time[at : at + _BLOCK]
        start = np.searchsorted(other, block + earliest)
        i, j = spans(start, np.searchsorted(other, block + latest, side="right"))
        yield i + at, j


def best(key: Rows, value: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(count,) the largest value of each key; -inf for a key without a row."""
    found = np.full(count, -np.inf)
    np.maximum.at(found, key, value)
    return found


def best_two(
    key: Rows, value: NDArray[np.float64], count: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which rows are their key's best (the first one of equals), and each key's second best."""
    order = np.lexsort((-value, key))
    sorted_key = key[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = sorted_key[1:] != sorted_key[:-1]
    second = np.zeros(len(key), np.bool_)
    second[1:] = first[:-1] & ~first[1:]
    runner_up = np.full(count, -np.inf)
    runner_up[sorted_key[second]] = value[order[second]]
    is_best = np.zeros(len(key), np.bool_)
    is_best[order[first]] = True
    return is_best, runner_up


def mutual_best(left: Rows, right: Rows, value: NDArray[np.float64], count: int) -> Rows:
    """One-to-one matching: pairs that are each other's best are taken, again and again.

    Args:
        left: (m,) one side of each pair, below `count`.
        right: (m,) the other side, below `count`.
        value: (m,) how good the pair is.
        count: Members of each side.

    Returns:
        Rows of the pairs taken, ascending.
    """
    taken = []
    rest = np.arange(len(left))
    while len(rest):
        best_of_left, _ = best_two(left[rest], value[rest], count)
        best_of_right, _ = best_two(right[rest], value[rest], count)
        chosen = rest[best_of_left & best_of_right]
        taken.append(chosen)
        left_used = np.zeros(count, np.bool_)
        right_used = np.zeros(count, np.bool_)
        left_used[left[chosen]] = True
        right_used[right[chosen]] = True
        rest = rest[~(left_used[left[rest]] | right_used[right[rest]])]
    return np.sort(np.concatenate(taken)) if taken else np.empty(0, np.int64)


def dense(labels: Rows) -> Rows:
    """Labels counted from 0 in their order, for labels that are sorted."""
    new = np.ones(len(labels), np.int64)
    new[:1] = 0
    new[1:] = labels[1:] != labels[:-1]
    return np.cumsum(new)
