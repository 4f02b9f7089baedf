"""Which frames can be chosen, and how many are to be."""

import math
import operator
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import NothingToSelectError, SelectionError
from core.selection.pool import Pool
from core.selection.request import FrameId, SelectRequest

Rows = NDArray[np.int64]

_OPERATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, eq=False)
class Candidates:
    """Rows of a pool by what may happen to them."""

    rows: Rows
    """Those that can be chosen, in the order in which ties are decided."""
    included: Rows
    """Those that a person wants in any case."""
    known: Rows
    """Those that are labeled already, without the included ones."""
    n: int
    """How many are asked for, included ones among them."""
    passed: int
    """Frames that passed the thresholds and were not labeled before."""

    @property
    def fixed(self) -> Rows:
        """Those from which others are to differ from the beginning."""
        return np.concatenate([self.known, self.included])

    @property
    def notes(self) -> list[str]:
        """What a person should know, as sentences."""
        included = len(self.included)
        if included <= self.n:
            return []
        return [f"All {included:,} included frames are chosen, more than the {self.n:,} asked for."]


def candidates_of(pool: Pool, request: SelectRequest) -> Candidates:
    """What a request makes of a pool.

    Raises:
        SelectionError: The request contradicts itself or the pool, or leaves no frame.
    """
    _check_number(request)
    if len(pool) == 0:
        raise SelectionError("There are no frames to choose from", mend="detect in a video first")
    included = _included(pool, request)
    passing = _passing(pool, request)
    known = np.zeros(len(pool), np.bool_)
    for name in request.known:
        known |= pool.marks.get(name, False)
    known[_rows(pool, request.labeled)] = True
    free = passing & ~known
    passed = int(free.sum())
    known[included] = False
    free[included] = False
    free[_rows(pool, request.exclude)] = False
    if not free.any() and not len(included):
        raise NothingToSelectError(
            "No frame passes the thresholds"
            if not passing.any()
            else "Every frame that passes the thresholds is excluded or labeled already",
            mend="loosen the thresholds, or choose among more frames",
        )
    rows = np.flatnonzero(free)
    if request.seed:
        rows = np.random.default_rng(request.seed).permutation(rows)
    return Candidates(
        rows, included, np.flatnonzero(known), _wanted(request, int(passing.sum())), passed
    )


def used_up(request: SelectRequest, taking: Candidates, chosen: int) -> str:
    """Why no more than so many candidates were chosen, as a sentence."""
    found = f"Only {len(taking.included) + chosen:,} of {taking.n:,} frames"
    if chosen < len(taking.rows):
        return (
            f"{found}: every other one is nearer than {request.apart:,} frames to a chosen or "
            "labeled one."
        )
    return f"{found}: there are no more to choose from."


def check_column(pool: Pool, name: str) -> None:
    """Make sure that the pool has a column.

    Raises:
        SelectionError: It has none of that name.
    """
    if name not in pool.columns:
        raise SelectionError(
            f"There is no column “{name}”", mend=f"name one of {', '.join(sorted(pool.columns))}"
        )


class Clearance:
    """Keeps chosen frames of one video apart.

    Args:
        pool: Where the rows are from.
        apart: Least frames from one to the next.
        rows: Those that are chosen from the beginning.
    """

    def __init__(self, pool: Pool, apart: int, rows: Rows) -> None:
        self.near = np.zeros(len(pool), np.bool_)
        """(n,) whether a row is nearer than allowed to a chosen one, or is one."""
        self._apart = apart
        # Frames of different videos are never near.
        self._place = pool.frame + pool.video.astype(np.int64) * (
            int(pool.frame.max(initial=0)) + apart + 1
        )
        for row in rows:
            self._take(int(row))

    def keep(self, rows: Iterable[int], most: int) -> list[int]:
        """Those of the rows, in their order, that are far enough from all kept before."""
        kept: list[int] = []
        for row in rows:
            if len(kept) == most:
                break
            if not self.near[row]:
                self._take(row)
                kept.append(row)
        return kept

    def _take(self, row: int) -> None:
        place = self._place[row]
        ends = [place - self._apart + 1, place + self._apart]
        first, last = np.searchsorted(self._place, ends)
        self.near[first:last] = True


def _check_number(request: SelectRequest) -> None:
    n, proportion = request.n, request.proportion
    if (n is None) == (proportion is None):
        raise SelectionError(
            "Either a number of frames or a proportion is to be given, not both or none",
            mend="give one of the two",
        )
    if n is not None and n < 1:
        raise SelectionError(f"{n} frames cannot be chosen", mend="choose at least 1")
    if proportion is not None and not 0 < proportion <= 1:
        raise SelectionError(
            f"A proportion of {proportion:g} is not possible",
            mend="give one above 0 and at most 1, such as 0.1",
        )
    if request.apart < 1:
        raise SelectionError(
            f"Frames cannot be {request.apart} frames apart",
            mend="give 1 to allow neighbours, or more",
        )


def _wanted(request: SelectRequest, passing: int) -> int:
    if request.n is not None:
        return request.n
    return max(1, round((request.proportion or 0) * passing))


def _included(pool: Pool, request: SelectRequest) -> Rows:
    both = set(request.include) & set(request.exclude)
    if both:
        raise SelectionError(
            f"{_named(pool, min(both))} is both included and excluded", mend="decide for one"
        )
    wanted = tuple(dict.fromkeys(request.include))
    for where in wanted:
        if pool.row(where) is None:
            raise SelectionError(
                f"{_named(pool, where)} cannot be included, because the run has not looked at it",
                mend="leave it out, or detect in every frame",
            )
    return _rows(pool, wanted)


def _passing(pool: Pool, request: SelectRequest) -> NDArray[np.bool_]:
    passing = np.ones(len(pool), np.bool_)
    for threshold in request.thresholds:
        check_column(pool, threshold.column)
        if not math.isfinite(threshold.value):
            raise SelectionError(
                f"The threshold of “{threshold.column}” is no number", mend="give a number"
            )
        # Comparing with NaN gives False: a frame without a value does not pass.
        passing &= _OPERATIONS[threshold.operation](pool.columns[threshold.column], threshold.value)
    return passing


def _rows(pool: Pool, frames: Iterable[FrameId]) -> Rows:
    found = [pool.row(where) for where in frames]
    return np.array([row for row in found if row is not None], np.int64)


def _named(pool: Pool, where: FrameId) -> str:
    if len(pool.videos) > 1 and 0 <= where.video < len(pool.videos):
        return f"Frame {where.frame:,} of {pool.videos[where.video].name}"
    return f"Frame {where.frame:,}"
