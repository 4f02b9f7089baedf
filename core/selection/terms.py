"""Strategies as the engine takes them: what each adds to the choice.

lightly_mundig chooses one frame after another: always the one for which the sum over the
strategies of strength * log(potential) is greatest, where a potential tells how good the chosen
frames would be together with this one. `core.selection.explain` has the potentials.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SelectionError
from core.selection.candidates import Rows, check_column
from core.selection.likeness import similarity, typicality
from core.selection.pool import Column, Pool, Vectors
from core.selection.request import (
    Balance,
    Diversity,
    Of,
    Similarity,
    Strategy,
    Typicality,
    Weighting,
)
from core.tracks.pairs import spans

_MOST_WORK = 2e10
"""Numbers compared for the diversity of objects; more would take minutes."""


@dataclass(frozen=True, eq=False)
class Weights:
    """Frames with a high weight."""

    title: str
    strength: float
    value: Column
    """(n,) what people see."""
    weight: Column
    """(n,) 0..1."""

    def add_to(self, selection: Any, rows: Rows) -> None:
        """Give the weights of some rows to a `lightly_mundig.Selection`."""
        selection.add_weighting_strategy(self.weight[rows].astype(np.float32), self.strength)


@dataclass(frozen=True, eq=False)
class Distances:
    """Frames, or objects, far from those that are chosen."""

    title: str
    strength: float
    vectors: Vectors
    offsets: Rows | None
    """(n + 1,) first object of each frame; None where each vector is a frame."""
    min_distance: float | None
    most: int | None = None
    """Objects of a frame that are looked at, the first ones; None for all."""

    def add_to(self, selection: Any, rows: Rows) -> None:
        """Give the vectors of some rows to a `lightly_mundig.Selection`."""
        row, found = self.of(rows)
        if self.offsets is None:
            selection.add_diversifying_strategy(
                self.vectors[found], self.strength, self.min_distance
            )
            return
        ends = np.searchsorted(row, np.arange(len(rows) + 1)).tolist()
        objects = [list(range(*pair)) for pair in pairwise(ends)]
        selection.add_subpart_diversifying_strategy(
            self.vectors[found], objects, self.strength, self.min_distance
        )

    def of(self, rows: Rows) -> tuple[Rows, Rows]:
        """The vectors of some rows: for each, which of the rows has it, and where it is."""
        if self.offsets is None:
            return np.arange(len(rows)), rows
        first, last = self.offsets[rows], self.offsets[rows + 1]
        return spans(first, last if self.most is None else np.minimum(last, first + self.most))


@dataclass(frozen=True, eq=False)
class Shares:
    """Frames that bring the classes near to wanted shares."""

    title: str
    strength: float
    counts: NDArray[np.float32]
    """(n, c) boxes of the wanted classes, and of all others."""
    target: tuple[float, ...]
    """(c,) 1 together."""

    def add_to(self, selection: Any, rows: Rows) -> None:
        """Give the boxes of some rows to a `lightly_mundig.Selection`."""
        selection.add_balancing_strategy(self.counts[rows], list(self.target), self.strength)


Term = Weights | Distances | Shares


def terms_of(
    pool: Pool, strategies: Sequence[Strategy], rows: Rows, n: int
) -> tuple[list[Term], list[str]]:
    """What the strategies mean for some rows of a pool.

    Args:
        pool: The pool.
        strategies: None of them `Bal`.
        rows: All that take part: candidates, and those chosen or known from the beginning.
        n: How many of them are chosen in the end.

    Returns:
        The terms, and what a person should know.

    Raises:
        SelectionError: A strategy is not possible, or there is none.
    """
    if not strategies:
        raise SelectionError("There is no strategy to choose by", mend="add one, such as diversity")
    for strategy in strategies:
        _check_strength(strategy)
    strong = [s for s in strategies if getattr(s, "strength", 0) > 0]
    if not strong:
        raise SelectionError("Every strategy has the strength 0", mend="give one of them more")
    notes: list[str] = []
    return [_term(pool, strategy, rows, n, notes) for strategy in strong], notes


def embedded(pool: Pool, strategies: Sequence[Strategy]) -> NDArray[np.bool_]:
    """(n,) frames that the strategies can compare.

    Raises:
        SelectionError: They compare by embeddings, and there are none.
    """
    found = np.ones(len(pool), np.bool_)
    for strategy in strategies:
        if isinstance(strategy, Diversity | Typicality | Similarity) and strategy.strength:
            vectors, offsets = _vectors(pool, strategy.of)
            if offsets is None:
                found &= vectors.any(axis=1)
    return found


def _term(pool: Pool, strategy: Strategy, rows: Rows, n: int, notes: list[str]) -> Term:
    match strategy:
        case Diversity():
            return _diversity(pool, strategy, rows, n, notes)
        case Weighting(column, strength):
            check_column(pool, column)
            weight, note = _weights(pool.columns[column], rows, column)
            notes += note
            return Weights(column, strength, pool.columns[column], weight)
        case Balance():
            return _balance(pool, strategy)
        case Typicality(strength, of, neighbours):
            vectors, offsets = _vectors(pool, of)
            if neighbours < 1:
                raise SelectionError(
                    f"{neighbours} neighbours tell nothing", mend="look at 1 or more"
                )
            found = typicality(vectors, neighbours) if len(vectors) > 1 else np.ones(len(vectors))
            value = _of_frames(found, offsets, np.add, mean=True)
            return Weights(f"typicality of {of}", strength, value, value)
        case Similarity(_, strength, of):
            vectors, offsets = _vectors(pool, of)
            found = similarity(vectors, _wanted(pool, strategy, vectors, offsets))
            value = _of_frames(found, offsets, np.maximum)
            return Weights(f"similarity of {of}", strength, value, value)
    raise TypeError(f"no such strategy here: {strategy}")


def _check_strength(strategy: Strategy) -> None:
    strength = getattr(strategy, "strength", 0.0)
    if not (math.isfinite(strength) and strength >= 0):
        raise SelectionError(
            f"A strength of {strength} is not possible", mend="give a number from 0 on"
        )


def _diversity(pool: Pool, strategy: Diversity, rows: Rows, n: int, notes: list[str]) -> Distances:
    vectors, offsets = _vectors(pool, strategy.of)
    least = strategy.min_distance
    if least is not None and not (math.isfinite(least) and least >= 0):
        raise SelectionError(
            f"A least distance of {least} is not possible", mend="give a number from 0 to 2"
        )
    most = None
    if offsets is not None:
        bound = math.sqrt(_MOST_WORK / max(1, min(n, len(rows)) * len(rows) * vectors.shape[1]))
        if np.diff(offsets)[rows].mean() > bound:
            most = max(1, int(bound))
            notes.append(
                "There are too many objects to compare all of them: only the first "
                f"{most} of each frame, as the detector gave them, are compared."
            )
    title = f"diversity of {strategy.of}"
    return Distances(title, strategy.strength, vectors, offsets, least, most)


def _weights(value: Column, rows: Rows, name: str) -> tuple[Column, list[str]]:
    """Weights of 0..1 in proportion to the values, and what a person should know."""
    known = np.isfinite(value)
    if not known[rows].any():
        raise SelectionError(
            f"No frame has a value in “{name}”", mend="choose another column, or other frames"
        )
    low, high = value[rows][known[rows]].min(), value[rows][known[rows]].max()
    filled = np.where(known, value, low) - min(low, 0)
    scale = high - min(low, 0)
    weight = np.clip(filled / (scale if scale > 0 else 1), 0, 1)
    unknown = int((~known[rows]).sum())
    frames = f"{unknown:,} frame has" if unknown == 1 else f"{unknown:,} frames have"
    note = f"{frames} no value in “{name}” and count{'s' * (unknown == 1)} as the lowest."
    return weight, [note] if unknown else []


def _balance(pool: Pool, strategy: Balance) -> Shares:
    names = [name for name, _ in strategy.target]
    shares = [share for _, share in strategy.target]
    for name in names:
        if name not in pool.class_names:
            raise SelectionError(
                f"No detector here knows the class “{name}”",
                mend=f"name one of {', '.join(pool.class_names)}",
            )
    if len(set(names)) < len(names):
        raise SelectionError("A class has two shares", mend="give each class one")
    total = sum(shares)
    if not all(share >= 0 for share in shares) or not 0 < total <= 1 + 1e-6:
        raise SelectionError(
            f"The shares of the classes are {total:g} together",
            mend="give shares from 0 on that are above 0 and at most 1 together",
        )
    own = pool.class_counts[:, [pool.class_names.index(name) for name in names]]
    others = pool.class_counts.sum(axis=1, keepdims=True) - own.sum(axis=1, keepdims=True)
    counts = np.hstack([own, others]).astype(np.float32)
    return Shares("class balance", strategy.strength, counts, (*shares, max(0.0, 1 - total)))


def _vectors(pool: Pool, of: Of) -> tuple[Vectors, Rows | None]:
    """The embeddings, and the first of each frame where they are objects'."""
    vectors = pool.embeddings if of == "frames" else pool.objects
    if vectors is None or not vectors.any():
        several = len(pool.videos) > 1
        videos = f"{len(pool.videos)} videos" if several else pool.videos[0].name
        raise SelectionError(
            f"The {of} of {videos} have no embeddings{' of one model' * several} by which to "
            "compare them",
            mend="run `flickerscope embed PROJECT --model resnet18`, or detect again",
        )
    return vectors, pool.offsets if of == "objects" else None


def _wanted(pool: Pool, strategy: Similarity, vectors: Vectors, offsets: Rows | None) -> Vectors:
    rows = [row for where in strategy.to if (row := pool.row(where)) is not None]
    wanted = np.array(rows, np.int64)
    if offsets is not None:
        wanted = spans(offsets[wanted], offsets[wanted + 1])[1]
    found = vectors[wanted]
    found = found[found.any(axis=1)]
    if not len(found):
        raise SelectionError(
            f"There are no {strategy.of} to resemble", mend="point at frames that a run has seen"
        )
    return found


def _of_frames(
    values: Column, offsets: Rows | None, gather: np.ufunc, *, mean: bool = False
) -> Column:
    """(n,) what the values of objects are for their frames; 0 without any."""
    if offsets is None:
        return values
    counts = np.diff(offsets)
    found = np.zeros(len(counts))
    gather.at(found, np.repeat(np.arange(len(counts)), counts), values)
    return found / np.maximum(counts, 1) if mean else found
