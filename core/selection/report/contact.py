"""The contact sheet: every chosen frame with its reasons."""

import math

from core.selection.pool import Picks, Pool, Reason
from core.selection.report.content import Block, Paragraph, Part, Section, Sheet, Thumbnail
from core.selection.report.drawing import SERIES
from core.selection.report.text import count, name, number, percent, titled
from core.selection.report.thumbnails import Shots
from core.selection.report.words import column_title
from core.words import grouped, timecode

MOST = 200
"""Frames that are shown."""
_NO_SIZE = (320, 180)
"""Room for a picture that nobody has."""


def contact_section(pool: Pool, picks: Picks, shots: Shots) -> Section:
    """The chosen frames in the order in which they were chosen."""
    shown = picks.rows[:MOST]
    blocks: list[Block] = []
    if len(shown):
        blocks.append(Paragraph(_about(picks)))
    blocks += [Paragraph(sentence) for sentence in shots.missing]
    legend = tuple(
        (titled(column_title(reason.title)), _colour(at)) for at, reason in enumerate(picks.reasons)
    )
    cards = (_thumbnail(pool, picks, shots, place) for place in range(len(shown)))
    blocks.append(Sheet(legend, tuple(cards)))
    return Section("The chosen frames", tuple(blocks))


def _about(picks: Picks) -> str:
    said = (
        "In the order in which they were chosen. Each strategy is named with its value at that "
        "moment and its share in the choice; the bar shows the shares."
    )
    left = len(picks.rows) - MOST
    return f"{said} {count(left, 'further frame')} left out here." if left > 0 else said


def _thumbnail(pool: Pool, picks: Picks, shots: Shots, place: int) -> Thumbnail:
    where = pool.where(int(picks.rows[place]))
    video = pool.videos[where.video]
    shot = shots.found.get(where)
    seconds = where.frame / video.rate if shot is None else shot.seconds
    return Thumbnail(
        f"Frame {grouped(where.frame)}",
        timecode(seconds),
        name(video.name) if len(pool.videos) > 1 else "",
        tuple(_part(reason, place, at) for at, reason in enumerate(picks.reasons)),
        "Included by hand" if place < picks.included else "",
        shot.size if shot else _NO_SIZE,
        shot.jpeg if shot else None,
    )


def _part(reason: Reason, place: int, at: int) -> Part:
    share = float(reason.share[place])
    known = math.isfinite(share)
    return Part(
        titled(column_title(reason.title)),
        number(float(reason.value[place])),
        percent(share) if known else "",
        min(1.0, max(0.0, share)) if known else 0.0,
        _colour(at),
    )


def _colour(at: int) -> str:
    return SERIES[at % len(SERIES)]
