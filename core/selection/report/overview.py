"""The first two parts: what was asked for and chosen, and what it comes to."""

import math

from core.selection.pool import Picks, Pool
from core.selection.report.content import Block, Listing, Paragraph, Section, Table, Tile, Tiles
from core.selection.report.measures import (
    DRAWS,
    Cover,
    class_shares,
    cover_of,
    known_mean,
    means_of,
)
from core.selection.report.text import count, listed, name, number, percent, ratio, short, titled
from core.selection.report.words import column_title, in_words
from core.selection.request import Balance, SelectRequest
from core.words import grouped

_CLASSES = 20
_MEASURES = ("flickering", "objectness_least_confidence", "missed_boxes", "boxes")


def subtitle_of(pool: Pool, picks: Picks) -> str:
    """How many frames of how many, and of which videos."""
    total = sum(video.frame_count for video in pool.videos)
    names = listed(tuple(name(video.name) for video in pool.videos))
    return f"{grouped(len(picks.rows))} of {count(total, 'frame')} of {names}"


def request_section(pool: Pool, picks: Picks, request: SelectRequest) -> Section:
    """What was asked for, and how far it could be followed."""
    blocks: list[Block] = [Listing(in_words(request, pool))]
    said = [f"{count(picks.candidates, 'frame')} could be chosen."]
    if picks.included:
        were = "was" if picks.included == 1 else "were"
        said.append(f"{count(picks.included, 'frame')} of the choice {were} included by hand.")
    blocks.append(Paragraph(" ".join([*said, *filter(None, [picks.stopped]), *picks.notes])))
    if picks.reasons:
        blocks.append(_decided(picks))
    return Section("What was asked for", tuple(blocks))


def _decided(picks: Picks) -> Table:
    rows = tuple(
        (
            titled(column_title(reason.title)),
            short(reason.strength),
            number(known_mean(reason.value)),
            percent(known_mean(reason.share)),
        )
        for reason in picks.reasons
    )
    head = ("Strategy", "Strength", "Mean value", "Mean share")
    return Table("What decided, in the mean over the chosen frames", head, rows)


def result_section(pool: Pool, picks: Picks, request: SelectRequest) -> Section:
    """What the choice comes to, beside all frames and beside chance."""
    cover = cover_of(pool, picks.rows)
    blocks: list[Block] = [Tiles(_tiles(pool, picks, cover)), _means(pool, picks), *_cover(cover)]
    return Section("What was chosen", (*blocks, *_classes(pool, picks, request)))


def _tiles(pool: Pool, picks: Picks, cover: Cover | None) -> tuple[Tile, ...]:
    def tile(column: str, label: str) -> tuple[Tile, ...]:
        if column not in pool.columns:
            return ()
        means = means_of(pool.columns[column], picks.rows)
        return (Tile(number(means.chosen), label, f"all frames: {number(means.all)}"),)

    chosen = grouped(len(picks.rows))
    far = (
        ()
        if cover is None
        else (
            Tile(
                number(cover.chosen),
                "Distance to the nearest",
                f"at random: {number(cover.random)}",
            ),
        )
    )
    return (
        Tile(chosen, "Chosen frames", f"all frames: {grouped(len(pool))}"),
        *tile("flickering", "Mean flickering"),
        *tile("missed_boxes", "Missed boxes a frame"),
        *far,
    )


def _means(pool: Pool, picks: Picks) -> Table:
    rows = []
    for column in _MEASURES:
        if column in pool.columns:
            means = means_of(pool.columns[column], picks.rows)
            times = ratio(means.chosen, means.all)
            rows.append((column_title(column), number(means.all), number(means.chosen), times))
    head = ("", "All frames", "Chosen frames", "Ratio")
    return Table("Means over the frames", head, tuple(rows))


def _cover(cover: Cover | None) -> tuple[Block, ...]:
    if cover is None:
        return (Paragraph("Nobody has embedded the chosen frames, so their cover is not known."),)
    row = (
        "Mean distance of a frame to the nearest chosen one",
        number(cover.random),
        number(cover.chosen),
        ratio(cover.chosen, cover.random),
    )
    head = ("", "At random", "Chosen frames", "Ratio")
    over = count(cover.of, "frame")
    if cover.of < cover.all:
        over = f"an even sample of {over} of {grouped(cover.all)}"
    said = (
        f"Cover: Euclidean distance between embeddings of length 1, 0 to 2, over {over}; "
        f"at random is the mean of {DRAWS} draws of as many frames"
    )
    return (Table(said, head, (row,)),)


def _classes(pool: Pool, picks: Picks, request: SelectRequest) -> tuple[Block, ...]:
    shares = class_shares(pool, picks.rows, _CLASSES)
    if not shares:
        return (Paragraph("The detector saw no boxes, so there are no classes to compare."),)
    target = wanted_shares(request)
    head = ("Class", "Boxes, all", "Share, all", "Boxes, chosen", "Share, chosen")
    rows = tuple(
        (
            name(each.name),
            grouped(each.all),
            percent(each.all_share),
            grouped(each.chosen),
            percent(each.chosen_share),
            *((percent(target.get(each.name, math.nan)),) if target else ()),
        )
        for each in shares
    )
    return (Table("Class balance", (*head, *(("Wanted",) if target else ())), rows),)


def wanted_shares(request: SelectRequest) -> dict[str, float]:
    """The shares that a class balance wants, by class; empty without one."""
    asked = [each.target for each in request.strategies if isinstance(each, Balance)]
    return dict(asked[0]) if asked else {}
