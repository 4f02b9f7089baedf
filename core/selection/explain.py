"""Why each frame was chosen: what every strategy said of it at the moment of the choice.

lightly_mundig's potentials, as found by measuring it (0.1.16), with "chosen" for all frames that
are chosen or labeled by then:

- weights: their sum over the chosen and this frame;
- distances: for each chosen vector, its squared distance to the nearest other chosen one, summed,
  and this frame's: the mean over its vectors of the squared distance to the nearest chosen one;
- shares: 1 / cross-entropy of the wanted shares and those of the chosen with this frame.

A strategy's lead is strength * log(potential of the frame / mean potential of the candidates):
how much it wanted this frame rather than any. The share of a strategy is its part in the sum of all
leads that are above 0; where none is, all strategies have a part by their strength.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.selection.candidates import Rows
from core.selection.likeness import EQUAL, distances, evenly
from core.selection.pool import Column, Reason, Vectors
from core.selection.terms import Distances, Shares, Term, Weights

_LEAST = 1e-8
"""Keeps the logarithm of a potential of 0 finite, as the engine does."""
_LEAST_SHARE = 1e-10
_MOST_COMPARED = 1_024
"""Candidates that stand for all where their mean potential is wanted."""


def reasons(
    terms: Sequence[Term], fixed: Rows, included: int, chosen: Rows, candidates: Rows
) -> tuple[Reason, ...]:
    """What the strategies said of each chosen frame; nothing of those that a person included.

    Args:
        terms: The strategies.
        fixed: Rows that were labeled before, then those that a person included.
        included: How many of the latter.
        chosen: Further rows in the order of choice.
        candidates: Rows that took part; their mean is what a frame is compared with.
    """
    sample = np.sort(candidates)[evenly(len(candidates), _MOST_COMPARED)]
    order = np.concatenate([fixed, chosen])
    traces = [trace(term, order, len(fixed), sample) for term in terms]
    leads = np.array([term.strength * lead for term, (_, lead) in zip(terms, traces, strict=True)])
    shares = _shares(leads, np.array([term.strength for term in terms]))
    unknown = np.full(included, np.nan)
    return tuple(
        Reason(
            term.title,
            term.strength,
            np.concatenate([unknown, value]),
            np.concatenate([unknown, share]),
        )
        for term, (value, _), share in zip(terms, traces, shares, strict=True)
    )


def trace(term: Term, order: Rows, first: int, sample: Rows) -> tuple[Column, Column]:
    """What a strategy says of `order[first:]`, each chosen after all those before it.

    Returns:
        Its values in the strategy's own unit, and log(potential / mean potential of the sample).
    """
    match term:
        case Weights():
            return _weights(term, order, first, sample)
        case Distances():
            return _distances(term, order, first, sample)
        case Shares():
            return _class_shares(term, order, first, sample)


def _shares(leads: NDArray[np.float64], strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    ahead = np.maximum(leads, 0)
    total = ahead.sum(axis=0)
    alike = np.broadcast_to((strengths / strengths.sum())[:, np.newaxis], leads.shape)
    found: NDArray[np.float64] = np.where(total > 0, ahead / np.where(total > 0, total, 1), alike)
    return found


def _weights(term: Weights, order: Rows, first: int, sample: Rows) -> tuple[Column, Column]:
    own = term.weight[order]
    before = np.cumsum(own) - own + _LEAST
    lead = np.log((before + own) / (before + term.weight[sample].mean()))
    return term.value[order[first:]], lead[first:]


def _distances(term: Distances, order: Rows, first: int, sample: Rows) -> tuple[Column, Column]:
    row, at = term.of(order)
    chosen, ends = term.vectors[at], np.searchsorted(row, np.arange(first, len(order) + 1))
    sample_row, sample_at = term.of(sample)
    counts = np.bincount(sample_row, minlength=len(sample))
    weight = 1 / (np.maximum(counts, 1) * len(sample))[sample_row]
    start = int(ends[0])
    points = np.concatenate([chosen[start:], term.vectors[sample_at]])
    to_points, to_chosen = _squared(points), _squared(chosen)
    near = _nearest(points, chosen[:start])
    gap = np.full(len(chosen), np.inf)
    gap[:start] = _nearest(chosen[:start], chosen[:start], others=True)
    value, lead = np.full(len(order) - first, np.nan), np.zeros(len(order) - first)
    for pick, (begin, end) in enumerate(pairwise(ends.tolist())):
        if begin:
            own = near[begin - start : end - start]
            distance = float(own.mean()) if len(own) else 0.0
            before = float(gap[:begin][np.isfinite(gap[:begin])].sum()) + _LEAST
            mean = float(weight @ near[len(chosen) - start :])
            value[pick] = np.sqrt(distance)
            lead[pick] = np.log((before + distance) / (before + mean))
        for place in range(begin, end):
            near = np.minimum(near, to_points(chosen[place]))
            found = to_chosen(chosen[place])[:place]
            gap[:place] = np.minimum(gap[:place], found)
            gap[place] = found.min(initial=np.inf)
    return value, lead


def _nearest(points: Vectors, to: Vectors, *, others: bool = False) -> NDArray[np.float64]:
    """(n,) squared distance to the nearest one, or to the nearest but itself; inf without any."""
    if not len(to):
        return np.full(len(points), np.inf)
    found, first = [], 0
    for block in distances(points, to):
        if others:
            rows = np.arange(len(block))
            block[rows, first + rows] = np.inf
        found.append(block.min(axis=1).astype(np.float64) ** 2)
        first += len(block)
    return np.concatenate([np.empty(0), *found])


def _squared(points: Vectors) -> Callable[[Vectors], NDArray[np.float64]]:
    """A function that gives the squared distances of all points to one vector."""
    lengths = np.einsum("ij,ij->i", points, points)

    def to(vector: Vectors) -> NDArray[np.float64]:
        found = lengths + vector @ vector - 2 * (points @ vector)
        return np.where(found < EQUAL, 0, found).astype(np.float64)

    return to


def _class_shares(term: Shares, order: Rows, first: int, sample: Rows) -> tuple[Column, Column]:
    total = np.cumsum(term.counts[order], axis=0, dtype=np.float64)
    target = np.array(term.target)
    own = _potential(total[first:], target)
    before = total[first:] - term.counts[order[first:]]
    mean = [_potential(each + term.counts[sample], target).mean() for each in before]
    shares = _parts(total[first:])
    return np.abs(shares - target).sum(axis=1) / 2, np.log(own / np.array(mean))


def _potential(counts: NDArray[np.float64], target: NDArray[np.float64]) -> Column:
    entropy = -(target * np.log(np.maximum(_parts(counts), _LEAST_SHARE))).sum(axis=1)
    found: Column = 1 / (entropy + _LEAST)
    return found


def _parts(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, c) shares of the classes; 0 where there is no box."""
    found: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12)
    return found
