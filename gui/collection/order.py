"""Which members the media list shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from core.collection.collection import Collection, Member
    from core.collection.overview import Overview

SortedBy = Literal["flickering", "to_do", "name", "length", "progress"]
SORTED_BY: tuple[SortedBy, ...] = get_args(SortedBy)

_MOST_FIRST = frozenset({"flickering", "to_do", "length"})
_VALUES: Mapping[SortedBy, Callable[[Overview], float]] = {
    "flickering": lambda overview: overview.flickering,
    "to_do": lambda overview: overview.to_do,
    "length": lambda overview: overview.seconds,
    "progress": lambda overview: done_share(overview),
}


@dataclass(frozen=True)
class ListOrder:
    """What a person searches, and what they sort by."""

    words: str = ""
    """Members whose name has all of them, whatever the case."""
    sorted_by: SortedBy = "flickering"
    descending: bool = True

    def by(self, sorted_by: SortedBy) -> ListOrder:
        """Sorted by something else, in the direction that is usual for it."""
        return replace(self, sorted_by=sorted_by, descending=sorted_by in _MOST_FIRST)


def done_share(overview: Overview) -> float:
    """How much of a video's violations is decided, 0..1; all of none."""
    violations = overview.violations
    return 1 - overview.to_do / violations if violations else 1.0


def in_order(
    collection: Collection, overviews: Mapping[Path, Overview], order: ListOrder
) -> tuple[Member, ...]:
    """The members that pass the search; those of which nothing is known come last."""
    words = order.words.casefold().split()
    found = [m for m in collection.members if all(word in m.name.casefold() for word in words)]
    if order.sorted_by == "name":
        return tuple(reversed(found) if order.descending else found)
    value, sign = _VALUES[order.sorted_by], -1 if order.descending else 1

    def rank(member: Member) -> tuple[bool, float]:
        overview = overviews.get(member.folder)
        return overview is None, sign * value(overview) if overview is not None else 0.0

    return tuple(sorted(found, key=rank))
