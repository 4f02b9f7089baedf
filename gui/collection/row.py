"""What a row of the media list says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from gui.i18n import tr, tr_n
from gui.text import clock, grouped, percent

if TYPE_CHECKING:
    from core.collection.collection import Member
    from core.collection.overview import Overview


class Mark(Enum):
    """The sign of a row's state."""

    NONE = auto()
    TO_DO = auto()
    DONE = auto()
    PROBLEM = auto()


@dataclass(frozen=True)
class Row:
    """The words of one member."""

    name: str
    mark: Mark
    state: str
    """What is to be done."""
    length: str
    flickering: str
    """Missed boxes in so many frames."""
    told: str
    """All of it in sentences, for the tooltip and for those who hear the list."""


def row_of(
    member: Member,
    overview: Overview | None,
    problem: str,
    *,
    looking: bool,
    detecting: float | None = None,
) -> Row:
    """The words of a member.

    Args:
        member: The member.
        overview: What is known of it.
        problem: What is wrong with it; empty for nothing.
        looking: Whether nobody has looked into its project yet.
        detecting: How far detection in it is, 0..1; None if none is under way.
    """
    under_way = tr("Detecting {share}", share=percent(detecting)) if detecting is not None else ""
    if overview is None:
        if under_way:
            return Row(member.name, Mark.NONE, "", under_way, "", f"{member.name}\n{under_way}")
        if problem:
            short = tr("Cannot be read")
        else:
            short = tr("Looking into it…") if looking else tr("Not detected yet")
        told = f"{problem}." if problem else short
        mark = Mark.PROBLEM if problem else Mark.NONE
        return Row(member.name, mark, "", short, "", f"{member.name}\n{told}")
    state, mark = (under_way, Mark.NONE) if under_way else _state(overview)
    flickering = _number(overview.flickering)
    lines = [
        member.name,
        f"{_length(overview)}, {overview.width} × {overview.height}, {overview.model}",
        tr(
            "{state}; about {number} missed boxes in 1,000 frames",
            state=state,
            number=flickering,
        ),
    ]
    if problem:
        lines.append(f"{problem}.")
        mark = Mark.PROBLEM
    rate = tr("{number} per {frames}", number=flickering, frames=grouped(1000))
    return Row(member.name, mark, state, _length(overview), rate, "\n".join(lines))


def _state(overview: Overview) -> tuple[str, Mark]:
    total, to_do = overview.violations, overview.to_do
    if not total:
        return tr("No violation"), Mark.NONE
    if not to_do:
        return tr("{count} reviewed", count=grouped(total)), Mark.DONE
    return tr("{count} of {total} to do", count=grouped(to_do), total=grouped(total)), Mark.TO_DO


def _length(overview: Overview) -> str:
    frames = tr_n("{count} frame", "{count} frames", overview.frames)
    parts = [clock(overview.seconds), frames]
    if not overview.complete:
        parts.append(tr("{share} seen", share=percent(overview.seen / max(overview.frames, 1))))
    return " · ".join(parts)


def _number(flickering: float) -> str:
    return grouped(round(flickering)) if flickering >= 99.5 else f"{flickering:.1f}"
