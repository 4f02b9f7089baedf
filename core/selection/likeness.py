"""How much vectors resemble others: the numbers that lightly_mundig's Similarity and Typicality
give, in blocks of a bounded size, and for many vectors by a sample of them.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.selection.pool import Vectors

MOST_NEIGHBOURS = 2_048
"""Vectors among which typical ones are sought: among all of 100,000 it takes minutes."""

_MOST_VALUES = 2**24
"""Distances that are in memory at once."""
EQUAL = 1e-6
"""Squared distance of unit vectors that single precision cannot tell from 0."""


def similarity(vectors: Vectors, to: Vectors) -> NDArray[np.float64]:
    """(n,) exp(-d / mean d) with d the distance to the nearest of `to`; 1 for the same vector.

    Args:
        vectors: (n, d) unit vectors.
        to: (m, d) unit vectors, at least one.
    """
    nearest = np.concatenate([block.min(axis=1) for block in distances(vectors, to)])
    return np.exp(-nearest / (nearest.mean() or 1.0))


def typicality(vectors: Vectors, neighbours: int) -> NDArray[np.float64]:
    """(n,) mean over the nearest neighbours of exp(-d / mean d), with d their distances.

    Neighbours are sought among at most `MOST_NEIGHBOURS` vectors, evenly spread.

    Args:
        vectors: (n, d) unit vectors, at least two.
        neighbours: How many are looked at.
    """
    among = evenly(len(vectors), MOST_NEIGHBOURS)
    count = min(neighbours, len(among) - 1)
    nearest = np.empty((len(vectors), count))
    itself = np.full(len(vectors), -1)
    itself[among] = np.arange(len(among))
    first = 0
    for block in distances(vectors, vectors[among]):
        rows = np.arange(len(block))
        own = itself[first : first + len(block)]
        block[rows[own >= 0], own[own >= 0]] = np.inf
        nearest[first : first + len(block)] = np.partition(block, count - 1, axis=1)[:, :count]
        first += len(block)
    found: NDArray[np.float64] = np.exp(-nearest / (nearest.mean() or 1.0)).mean(axis=1)
    return found


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` of the numbers below `count`, ascending and evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def distances(vectors: Vectors, to: Vectors) -> Iterator[NDArray[np.float32]]:
    """Blocks of the (n, m) Euclidean distances, row after row.

    Args:
        vectors: (n, d).
        to: (m, d).
    """
    squared = np.einsum("ij,ij->i", to, to)
    size = max(1, _MOST_VALUES // max(1, len(to)))
    for first in range(0, len(vectors), size):
        block = vectors[first : first + size]
        own = np.einsum("ij,ij->i", block, block)
        found = own[:, np.newaxis] + squared - 2 * (block @ to.T)
        found[found < EQUAL] = 0
        yield np.sqrt(found, out=found)
