"""How chosen frames differ from all: shares by bin, and by class. Free of Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.selection.pool import Pool

_BINS = 20
_CLASSES = 6

Shares = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Comparison:
    """One small diagram; `b` is the number of its bars."""

    column: str
    """Of the pool; `classes` for classes of boxes."""
    labels: tuple[str, ...]
    """Of the bars, or of the first and the last one."""
    all: Shares
    """(b,) share of all frames, or of all boxes."""
    chosen: Shares
    """(b,) the same of the chosen ones."""
    means: tuple[float, float] | None = None
    """Of all and of the chosen frames; None for classes, and where no frame has a value."""


def compare_column(pool: Pool, column: str, rows: NDArray[np.int64]) -> Comparison:
    """A column's values in equal bins from its least to its greatest."""
    values = pool.columns[column]
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Comparison(column, (), np.zeros(0), np.zeros(0))
    low, high = float(finite.min()), float(finite.max())
    whole = bool(np.all(finite == np.round(finite)))
    bins = min(int(high - low) + 1, _BINS) if whole else _BINS
    chosen = values[rows]
    chosen = chosen[np.isfinite(chosen)]
    return Comparison(
        column,
        (f"{low:.3g}", f"{high:.3g}"),
        _shares(finite, bins, low, high),
        _shares(chosen, bins, low, high),
        (float(finite.mean()), float(chosen.mean())) if len(chosen) else None,
    )


def compare_classes(pool: Pool, rows: NDArray[np.int64]) -> Comparison:
    """The most frequent classes' shares of the boxes."""
    counts = pool.class_counts.sum(axis=0).astype(np.float64)
    chosen = pool.class_counts[rows].sum(axis=0).astype(np.float64)
    order = [at for at in np.argsort(-counts, kind="stable").tolist() if counts[at]][:_CLASSES]
    return Comparison(
        "classes",
        tuple(pool.class_names[at] for at in order),
        counts[order] / max(counts.sum(), 1),
        chosen[order] / max(chosen.sum(), 1),
    )


def comparisons(
    pool: Pool, rows: NDArray[np.int64], columns: Sequence[str]
) -> tuple[Comparison, ...]:
    """Those of the columns that the pool has, and of its classes."""
    found = [compare_column(pool, name, rows) for name in columns if name in pool.columns]
    return tuple(one for one in (*found, compare_classes(pool, rows)) if len(one.all))


def _shares(values: Shares, bins: int, low: float, high: float) -> Shares:
    span = (low - 0.5, low + 0.5) if low == high else (low, high)
    counts, _ = np.histogram(values, bins, span)
    return counts / max(len(values), 1)
