"""Scores pooled by their maximum, so that one frame's spike is seen at every zoom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_UNSCORED = np.float32(-1.0)
"""Stands for NaN inside the pyramid: a plain maximum then ignores it, and runs faster."""
_FINENESS = 4
"""Blocks a column must at least span, which bounds the smear of a spike to a quarter column."""


@dataclass(frozen=True, slots=True)
class ScorePyramid:
    """Level k holds the maximum of each run of ``2**k`` frames."""

    levels: tuple[NDArray[np.float32], ...]

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> ScorePyramid:
        """From one score a frame, 0..1, or NaN for a frame that has none yet."""
        base = np.where(np.isnan(scores), _UNSCORED, scores).astype(np.float32, copy=False)
        levels = [base]
        while len(levels[-1]) > 1:
            levels.append(_halved(levels[-1]))
        return cls(tuple(levels))

    def __len__(self) -> int:
        return len(self.levels[0])

    def columns(self, first: float, last: float, width: int) -> NDArray[np.float32]:
        """The maximum under each of `width` equal columns of the frames ``[first, last)``.

        NaN where no frame under the column is scored. A column covers every frame that it
        touches, and where it spans many frames up to a quarter of a column more on each side.
        """
        if not len(self) or width <= 0:
            return np.full(max(width, 0), np.nan, dtype=np.float32)
        span = (last - first) / width
        level = min(max(int(np.log2(max(span / _FINENESS, 1.0))), 0), len(self.levels) - 1)
        edges = np.linspace(first, last, width + 1) / 2**level
        starts = np.floor(edges[:-1]).astype(np.int64)
        stops = np.maximum(np.ceil(edges[1:]).astype(np.int64), starts + 1)
        found = _maxima(self.levels[level], starts, stops)
        return np.where(found < 0, np.float32(np.nan), found)


def _halved(level: NDArray[np.float32]) -> NDArray[np.float32]:
    pairs = len(level) // 2 * 2
    result = np.maximum(level[0:pairs:2], level[1:pairs:2])
    return result if pairs == len(level) else np.append(result, level[-1])


def _maxima(
    values: NDArray[np.float32], starts: NDArray[np.int64], stops: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The maximum of each ``values[start:stop]``; starts must not be past the end."""
    begin = int(starts[0])
    # Only what is looked at is copied: the finest level of a long video is large.
    padded = np.append(values[begin : int(stops[-1])], _UNSCORED)
    bounds = (np.stack((starts, stops), axis=1) - begin).clip(0, len(padded) - 1).ravel()
    maxima: NDArray[np.float32] = np.maximum.reduceat(padded, bounds)[::2]
    return maxima
