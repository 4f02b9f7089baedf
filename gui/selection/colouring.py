"""What the plot's points are coloured by. Free of widgets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.selection.columns import COLUMNS
from core.selection.pool import Pool
from gui.i18n import tr
from gui.plot import Colours
from gui.selection.offers import Offers
from gui.selection.words import column_title

CLASSES, CHOSEN, VIDEOS = "class", "chosen", "video"
"""What is no column."""


@dataclass(frozen=True)
class Choice:
    """One of the things that points can be coloured by."""

    key: str
    """A column's name, `CLASSES`, `CHOSEN` or `VIDEOS`."""
    title: str


def choices(offers: Offers, videos: int = 1) -> list[Choice]:
    """All of them: the program's own first, then a person's metadata."""
    own = [spec.name for spec in COLUMNS if spec.name in offers.columns]
    others = [name for name in offers.columns if name not in own]
    columns = [Choice(f"column {name}", column_title(name)) for name in (*own, *others)]
    classes = [Choice(CLASSES, tr("Most frequent class"))] if offers.classes else []
    several = [Choice(VIDEOS, tr("Video"))] if videos > 1 else []
    return [*columns[:1], *classes, *several, Choice(CHOSEN, tr("Chosen")), *columns[1:]]


def colours(pool: Pool, choice: Choice, chosen: NDArray[np.int64]) -> Colours:
    """A pool's colours; columns are stretched from their least value to their greatest."""
    if choice.key == CLASSES:
        return _by_class(pool, choice.title)
    if choice.key == VIDEOS:
        names = tuple(video.name for video in pool.videos)
        return Colours(title=choice.title, categories=pool.video.astype(np.int16), names=names)
    if choice.key == CHOSEN:
        found = np.full(len(pool), -1, np.int16)
        found[chosen] = 0
        return Colours(title=choice.title, categories=found, names=(tr("chosen"),))
    return _by_value(pool.columns[choice.key.removeprefix("column ")], choice.title)


def _by_class(pool: Pool, title: str) -> Colours:
    most = np.where(pool.class_counts.any(axis=1), pool.class_counts.argmax(axis=1), -1).astype(
        np.int16
    )
    return Colours(title=title, categories=most, names=pool.class_names)


def _by_value(values: NDArray[np.float64], title: str) -> Colours:
    """Those from 0 to 1 as they are."""
    finite = np.isfinite(values)
    scores = np.where(finite, values, np.nan)
    low, high = 0.0, 1.0
    if finite.any() and (values[finite].min() < 0 or values[finite].max() > 1):
        low, high = float(values[finite].min()), float(values[finite].max())
        scores = (scores - low) / ((high - low) or 1.0)
    return Colours(title=title, scores=scores.astype(np.float32), ends=(low, high))
