"""How the report writes numbers, times and names that somebody else gave."""

import math

from core.words import THIN_SPACE, grouped

_UNKNOWN = "–"
REPLACEMENT = "\ufffd"
"""Stands for a character that cannot be shown."""


def number(value: float) -> str:
    """A number with three significant digits; a dash where nobody knows it."""
    if not math.isfinite(value):
        return _UNKNOWN
    if abs(value) >= 1000:
        return grouped(round(value)).replace("-", "−")
    digits = 2 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(digits, 4)}f}".replace("-", "−")


def short(value: float) -> str:
    """A number that a person gave, as short as it can be said."""
    return f"{value:.6g}".replace("-", "−")


def percent(share: float) -> str:
    """A share of 1 in per cent, with a decimal below ten; a dash where nobody knows it."""
    if not math.isfinite(share):
        return _UNKNOWN
    digits = 1 if 0 < share < 0.0995 else 0
    return f"{100 * share:.{digits}f}{THIN_SPACE}%"


def ratio(value: float, base: float) -> str:
    """How many times `base` a value is; a dash where that means nothing."""
    known = math.isfinite(value) and math.isfinite(base) and base > 0
    return f"{value / base:.2f}{THIN_SPACE}×" if known else _UNKNOWN


def count(n: int, one: str, many: str = "") -> str:
    """A number of things, such as ``1 frame`` or ``1 204 frames``."""
    return f"{grouped(n)} {one if n == 1 else many or one + 's'}"


def listed(names: tuple[str, ...], most: int = 3) -> str:
    """Names in a sentence; how many more there are where they are many."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def name(given: str) -> str:
    """A name from outside without characters that are invisible or mean a command: controls,
    changes of direction, bytes that are no text."""
    return "".join(c if c.isprintable() else REPLACEMENT for c in given)


def shortened(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis in the middle."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def titled(text: str) -> str:
    """With a capital letter first."""
    return text[:1].upper() + text[1:]
