"""What the chosen frames are like beside all frames, in numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.selection.pool import Column, Pool, Vectors

DRAWS = 5
"""Random draws of as many frames that the choice is compared with."""
_MOST = 20_000
"""Frames whose distances are looked at; of more, so many evenly taken ones."""
_BLOCK = 2048


@dataclass(frozen=True)
class Cover:
    """How far a frame is from the nearest chosen one, 0 to 2, in the mean."""

    chosen: float
    random: float
    """The same for frames drawn at random, in the mean over `DRAWS` draws."""
    of: int
    """Frames that were looked at."""
    all: int
    """Frames that could have been: all that have an embedding."""


def cover_of(pool: Pool, rows: NDArray[np.int64]) -> Cover | None:
    """The cover of chosen rows; None without embeddings of any of them."""
    if pool.embeddings is None:
        return None
    embedded = np.flatnonzero(pool.embeddings.any(axis=1))
    chosen = rows[np.isin(rows, embedded)]
    if not len(chosen):
        return None
    step = -(-len(embedded) // _MOST)
    looked = pool.embeddings[embedded[::step]]
    draws = [
        np.random.default_rng(seed).choice(embedded, len(chosen), replace=False)
        for seed in range(DRAWS)
    ]
    return Cover(
        mean_distance(looked, pool.embeddings[chosen]),
        float(np.mean([mean_distance(looked, pool.embeddings[draw]) for draw in draws])),
        len(looked),
        len(embedded),
    )


def mean_distance(vectors: Vectors, chosen: Vectors) -> float:
    """Mean Euclidean distance of unit vectors to the nearest one of others."""
    return float(np.concatenate(list(_distances(vectors, chosen))).mean())


def _distances(vectors: Vectors, chosen: Vectors) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(vectors), _BLOCK):
        nearest = (vectors[start : start + _BLOCK] @ chosen.T).max(axis=1)
        yield np.sqrt(np.maximum(2 - 2 * nearest, 0))


@dataclass(frozen=True)
class Means:
    """A column's mean over all frames and over the chosen ones; NaN where nobody knows any."""

    all: float
    chosen: float


def means_of(column: Column, rows: NDArray[np.int64]) -> Means:
    """The means of a column."""
    return Means(known_mean(column), known_mean(column[rows]))


def known_mean(values: Column) -> float:
    """Mean of the finite values; NaN without any."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


@dataclass(frozen=True)
class ClassShare:
    """Boxes of a class."""

    name: str
    all: int
    chosen: int
    all_share: float
    """Of the boxes of all frames."""
    chosen_share: float
    """Of the boxes of the chosen frames."""


def class_shares(pool: Pool, rows: NDArray[np.int64], most: int) -> tuple[ClassShare, ...]:
    """The classes that were seen, frequent ones first; those beyond `most` are summed up."""
    everywhere = pool.class_counts.sum(axis=0, dtype=np.int64)
    chosen = pool.class_counts[rows].sum(axis=0, dtype=np.int64)
    totals = max(1, int(everywhere.sum())), max(1, int(chosen.sum()))
    order = [at for at in np.argsort(-everywhere, kind="stable").tolist() if everywhere[at]]
    shown, rest = (order, []) if len(order) <= most else (order[: most - 1], order[most - 1 :])

    def share(name: str, places: list[int]) -> ClassShare:
        a, b = int(everywhere[places].sum()), int(chosen[places].sum())
        return ClassShare(name, a, b, a / totals[0], b / totals[1])

    found = [share(pool.class_names[at], [at]) for at in shown]
    return (*found, *([share(f"{len(rest)} other classes", rest)] if rest else []))
