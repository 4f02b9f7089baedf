"""What the colours of points mean. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.text import THIN_SPACE
from gui.timeline.cividis import table

OKABE_ITO = "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"
"""For the most frequent categories."""
GREY = "#6b6f76"
"""For all others, and where nothing is known."""
_LOWEST = 64
"""Row of the colour map for score 0: what lies below cannot be told from the dark ground."""

Table = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Colours:
    """What to colour n points by: `scores`, or `categories` with their `names`."""

    title: str
    scores: NDArray[np.float32] | None = None
    """(n,) 0..1; NaN where nobody knows."""
    ends: tuple[float, float] = (0.0, 1.0)
    """What people know scores 0 and 1 as, such as 3 and 41 boxes."""
    categories: NDArray[np.int16] | None = None
    """(n,) indices into `names`; -1 for none."""
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.scores is None) == (self.categories is None):
            raise ValueError("expected either scores or categories")
        if self.categories is not None and self.categories.max(initial=-1) >= len(self.names):
            raise ValueError(f"expected categories below {len(self.names)}")

    def __len__(self) -> int:
        return len(self._values)

    def value(self, row: int) -> str | None:
        """A row's score as people know it, or its category's name; None where nobody knows."""
        if self.scores is not None:
            score = float(self.scores[row])
            return None if np.isnan(score) else self.written(score)
        category = int(self._values[row])
        return self.names[category] if category >= 0 else None

    @cached_property
    def palette(self) -> Palette:
        """The same, ready to be drawn."""
        return Palette.of(self)

    def written(self, score: float) -> str:
        """As people know it, with as many decimals as colours can tell apart."""
        low, high = self.ends
        decimals = 2 if high - low <= 2 else 1 if high - low <= 20 else 0
        return f"{low + score * (high - low):,.{decimals}f}".replace(",", THIN_SPACE)

    @property
    def _values(self) -> NDArray[np.float32] | NDArray[np.int16]:
        values = self.scores if self.scores is not None else self.categories
        assert values is not None
        return values


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend; its name may have to be translated."""

    name: str
    colour: str
    kind: Literal["named", "others", "unknown", "none"] = "named"


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours, ready to be drawn."""

    table: Table
    """(m, 3) red, green, blue."""
    index: NDArray[np.int64]
    """(n,) row of the table of each point."""
    order: NDArray[np.int64]
    """(n,) rows in the order in which they are drawn: what matters more comes last."""
    rank: NDArray[np.int64]
    """(n,) where in `order` each row is."""
    unknown: NDArray[np.bool_]
    """(n,) which of them have no value."""
    keys: tuple[Key, ...]
    """Of the legend, but for the bar of scores."""

    @classmethod
    def plain(cls, count: int) -> Palette:
        """All points alike, where nobody said how to colour them."""
        zeros = np.zeros(count, np.int64)
        return cls._ordered(_rgb([OKABE_ITO[1]]), zeros, zeros, zeros > 0, ())

    @classmethod
    def of(cls, colours: Colours) -> Palette:
        """High scores above low ones, rare categories above frequent ones."""
        if colours.scores is not None:
            return cls._of_scores(colours.scores)
        assert colours.categories is not None
        return cls._of_categories(colours.categories, colours.names)

    @classmethod
    def _of_scores(cls, scores: NDArray[np.float32]) -> Palette:
        unknown = np.isnan(scores)
        bar = score_table()
        level = np.rint(np.nan_to_num(scores).clip(0, 1) * (len(bar) - 1)).astype(np.int64)
        keys = (Key("", GREY, "unknown"),) if unknown.any() else ()
        return cls._ordered(
            np.concatenate([bar, _rgb([GREY])]),
            np.where(unknown, len(bar), level),
            np.where(unknown, -1, level),
            unknown,
            keys,
        )

    @classmethod
    def _of_categories(cls, categories: NDArray[np.int16], names: tuple[str, ...]) -> Palette:
        counts = np.bincount(categories[categories >= 0], minlength=len(names))
        frequent = np.argsort(-counts, kind="stable")[: len(OKABE_ITO)]
        frequent = frequent[counts[frequent] > 0]
        # The last place is that of -1.
        colour = np.full(len(names) + 1, len(OKABE_ITO))
        colour[frequent] = np.arange(len(frequent))
        keys = [Key(names[name], OKABE_ITO[place]) for place, name in enumerate(frequent.tolist())]
        index = colour[categories]
        unknown, grey = categories < 0, index == len(OKABE_ITO)
        if (grey & ~unknown).any():
            keys.append(Key("", GREY, "others"))
        if unknown.any():
            keys.append(Key("", GREY, "none"))
        above = np.where(grey, -1, index)
        return cls._ordered(_rgb([*OKABE_ITO, GREY]), index, above, unknown, tuple(keys))

    @classmethod
    def _ordered(
        cls,
        table: Table,
        index: NDArray[np.int64],
        above: NDArray[np.int64],
        unknown: NDArray[np.bool_],
        keys: tuple[Key, ...],
    ) -> Palette:
        order = np.argsort(above, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return cls(table, index, order, rank, unknown, keys)


def score_table() -> Table:
    """Colours of scores from 0 to 1, (m, 3)."""
    return table()[_LOWEST:]


def _rgb(colours: list[str]) -> Table:
    return np.array([list(bytes.fromhex(colour[1:])) for colour in colours], np.uint8)
