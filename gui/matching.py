"""How well a few typed letters fit a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Weights:
    """What a letter's place is worth; the order of results is what matters, not the numbers."""

    start: float = 8.0
    """At the start of a word."""
    run: float = 9.0
    """Right after the letter before it; more than `start`, so that a whole word stays together."""
    letter: float = 1.0
    skipped: float = 0.1
    """Taken off for each letter that is left over."""


_WEIGHTS = _Weights()


def fit(query: str, name: str) -> float | None:
    """How well `query` fits `name`: higher is better, None for not at all.

    Its letters must come in `name` in their order. Starts of words and letters that stand together
    count most; spaces and case do not count.
    """
    letters = "".join(query.lower().split())
    name = name.lower()
    if not letters:
        return 0.0
    # best[i]: the best worth with the last letter so far at place i of the name.
    best: list[float | None] = [None] * len(name)
    for number, letter in enumerate(letters):
        best = _with_letter(letter, name, best, first=number == 0)
    found = [worth for worth in best if worth is not None]
    return max(found) - _WEIGHTS.skipped * (len(name) - len(letters)) if found else None


def _with_letter(
    letter: str, name: str, before: list[float | None], *, first: bool
) -> list[float | None]:
    after: list[float | None] = [None] * len(name)
    farther: float | None = 0.0 if first else None
    for i, there in enumerate(name):
        adjacent = before[i - 1] if i else None
        if there == letter:
            ways = [way for way in (farther, _plus(adjacent, _WEIGHTS.run)) if way is not None]
            if ways:
                starts = i == 0 or not name[i - 1].isalnum()
                worth = _WEIGHTS.start * (2 if i == 0 else 1) if starts else 0.0
                after[i] = max(ways) + _WEIGHTS.letter + worth
        if adjacent is not None and (farther is None or adjacent > farther):
            farther = adjacent
    return after


def _plus(worth: float | None, more: float) -> float | None:
    return None if worth is None else worth + more
