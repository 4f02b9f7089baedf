"""Wishes for a selection as a person types them, and what they mean."""

import re
from collections.abc import Collection, Sequence
from math import isfinite
from pathlib import Path

from core.errors import SelectionError
from core.selection.columns import COLUMNS
from core.selection.request import (
    OPERATIONS,
    Balance,
    Diversity,
    Operation,
    Strategy,
    Threshold,
    Typicality,
    Weighting,
)

STRATEGIES: dict[str, Strategy] = {
    "diversity": Diversity(),
    "diversity:objects": Diversity(of="objects"),
    "uncertainty": Weighting("objectness_least_confidence"),
    "uncertainty:margin": Weighting("uncertainty_margin"),
    "uncertainty:entropy": Weighting("uncertainty_entropy"),
    "object_frequency": Weighting("object_frequency"),
    "flickering": Weighting("flickering"),
    "flickering:tutorial": Weighting("flickering_tutorial"),
    "missed_boxes": Weighting("missed_boxes"),
    "typicality": Typicality(),
    "typicality:objects": Typicality(of="objects"),
}
"""By the names that a person types."""

_OWN = {column.name for column in COLUMNS}
_THRESHOLD = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*(.+)")
_MOST_SHARE = 1 + 1e-6
"""Shares such as 0.1 do not sum up exactly."""


def strategy(text: str, metadata: Collection[str] = ()) -> Strategy:
    """`NAME` or `NAME=STRENGTH`; a column of a person's metadata is a name, too.

    Raises:
        SelectionError: There is no such strategy, or the strength is no number from 0 on.
    """
    name, strength = text.strip(), 1.0
    if name not in metadata and "=" in name:
        name, _, said = name.rpartition("=")
        name = name.strip()
        strength = number(said, f'The strength of "{name}"', least=0)
    return _named(name, strength, metadata)


def threshold(text: str, metadata: Collection[str] = ()) -> Threshold:
    """A column, an operation and a value, such as `flickering>=0.6`.

    Raises:
        SelectionError: It is none, or there is no such column.
    """
    match = _THRESHOLD.fullmatch(text.strip())
    if match is None:
        raise SelectionError(
            f'"{text}" is no threshold',
            mend=f"give a column, one of {' '.join(OPERATIONS)}, and a value: flickering>=0.6",
        )
    name, operation, said = match.groups()
    value = number(said, f'The value of the threshold "{text}"')
    return Threshold(_column(name, metadata), _operation(operation), value)


def balance(text: str, class_names: Sequence[str], strength: float = 1.0) -> Balance:
    """Classes and their shares, such as `car 0.6, bus 0.4`, or `car=0.6,bus=0.4`.

    Raises:
        SelectionError: A class is unknown or there twice, or the shares are more than all.
    """
    shares: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, said = _class_and_share(part)
        if name not in class_names:
            raise SelectionError(
                f'The detector knows no class "{name}"', mend=f"choose {_listed(class_names)}"
            )
        if name in shares:
            raise SelectionError(f'"{text}" names {name} twice', mend="give each class one share")
        shares[name] = number(said, f'The share of "{name}"', least=0, most=1)
    if not shares:
        raise SelectionError(f'"{text}" names no class', mend="write it as car 0.6, bus 0.4")
    if sum(shares.values()) > _MOST_SHARE:
        raise SelectionError(
            f'The shares in "{text}" are {sum(shares.values()):g} together',
            mend="make them 1 at most; what is left is for all other classes",
        )
    return Balance(tuple(shares.items()), strength)


def number(text: str, what: str, least: float = float("-inf"), most: float = float("inf")) -> float:
    """A finite number within limits.

    Args:
        text: As typed.
        what: What it is, at the beginning of a sentence.
        least: Smallest that is allowed.
        most: Largest that is allowed.

    Raises:
        SelectionError: It is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (isfinite(value) and least <= value <= most):
        raise SelectionError(f'{what} is "{text.strip()}"', mend=f"give {_range(least, most)}")
    return value


def read_labeled(path: Path) -> list[str]:
    """Lines of a file that names frames, without empty ones and comments.

    Raises:
        SelectionError: It cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is no text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise SelectionError(
            f"The labeled frames in {path} cannot be read ({reason})",
            mend="give a text file with a file name, a frame or a range of frames a line",
        ) from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _named(name: str, strength: float, metadata: Collection[str]) -> Strategy:
    match STRATEGIES.get(name):
        case Diversity(of=of):
            return Diversity(strength, of)
        case Typicality(of=of):
            return Typicality(strength, of)
        case _:
            return Weighting(_column(name, metadata), strength)


def _column(name: str, metadata: Collection[str]) -> str:
    known = STRATEGIES.get(name)
    if name not in metadata and isinstance(known, Weighting):
        return known.column
    if name in metadata or name in _OWN:
        return name
    own = [*STRATEGIES, *(column.name for column in COLUMNS if column.name not in STRATEGIES)]
    raise SelectionError(
        f'There is no strategy or column "{name}"',
        mend=f"choose {_listed([*own, *metadata])}, or give --metadata a file that has it",
    )


def _class_and_share(part: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.+?)(?:\s*=\s*|\s+)(\S+)", part)
    if match is None:
        raise SelectionError(
            f'"{part}" is no class with a share', mend="write it as car 0.6, bus 0.4"
        )
    return match[1], match[2]


def _operation(text: str) -> Operation:
    return next(each for each in OPERATIONS if each == text)


def _listed(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if names else "another detector"


def _range(least: float, most: float) -> str:
    if isfinite(least) and isfinite(most):
        return f"a number from {least:g} to {most:g}"
    return f"a number from {least:g} on" if isfinite(least) else "a number"
