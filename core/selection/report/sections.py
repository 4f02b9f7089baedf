"""All that the report says, in the order in which it says it."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from core.selection.pool import Picks, Pool
from core.selection.report import charts
from core.selection.report.command import LABELED_FILE, METADATA_FILE, command_of
from core.selection.report.contact import MOST, contact_section
from core.selection.report.content import Block, Code, Content, Paragraph, Section, Table
from core.selection.report.measures import class_shares
from core.selection.report.overview import (
    request_section,
    result_section,
    subtitle_of,
    wanted_shares,
)
from core.selection.report.text import count, name, number
from core.selection.report.thumbnails import take_shots
from core.selection.report.words import column_title, columns_of
from core.selection.request import SelectRequest
from core.words import grouped

Plane = NDArray[np.float32]

_BARS = 12
_STRIPS = 8
_PROGRAMS = ("flickerscope", "lightly-mundig", "numpy")


def steps_of(picks: Picks) -> int:
    """How often `content_of` calls `step`."""
    return min(MOST, len(picks.rows)) + 4


def content_of(
    pool: Pool,
    picks: Picks,
    request: SelectRequest,
    plane: Plane | None,
    now: datetime,
    step: Callable[[], None],
) -> Content:
    """Everything but its looks.

    Args:
        pool: The frames.
        picks: The chosen ones.
        request: What was asked for.
        plane: (n, 2) the frames' places in the embedding plot; None for no such plot.
        now: When the report is made.
        step: Called as the work goes on; may raise `Cancelled`.
    """
    step()
    sections = [request_section(pool, picks, request)]
    step()
    sections.append(result_section(pool, picks, request))
    step()
    sections.append(_distributions(pool, picks, request))
    step()
    sections.append(_plot(pool, picks, plane))
    shots = take_shots(pool, picks.rows[:MOST].tolist(), step)
    sections += [contact_section(pool, picks, shots), _settings(pool, picks, request)]
    made = f"Made {now:%Y-%m-%d %H:%M %Z}".rstrip() + f" by Flickerscope {version('flickerscope')}"
    return Content("Frames chosen for labeling", subtitle_of(pool, picks), made, tuple(sections))


def _distributions(pool: Pool, picks: Picks, request: SelectRequest) -> Section:
    blocks: list[Block] = []
    wanted = dict.fromkeys(["flickering", *columns_of(request), "boxes"])
    known = [column for column in wanted if np.isfinite(pool.columns.get(column, np.nan)).any()]
    if known:
        spreads = [(column_title(column), pool.columns[column]) for column in known]
        blocks.append(charts.histograms(spreads, picks.rows, "Share of frames with each value"))
    blocks += [
        Paragraph(f"“{column_title(column)}” has no value in any frame.")
        for column in wanted
        if column not in known
    ]
    shares = class_shares(pool, picks.rows, _BARS)
    if shares:
        target = wanted_shares(request)
        blocks.append(charts.class_bars(shares, target, caption="Share of boxes of each class"))
    return Section("Before and after", (*blocks, *_timelines(pool, picks)))


def _timelines(pool: Pool, picks: Picks) -> Iterator[Block]:
    if "flickering" not in pool.columns:
        return
    chosen = np.bincount(pool.video[picks.rows], minlength=len(pool.videos))
    places = [at for at in np.argsort(-chosen, kind="stable").tolist() if (pool.video == at).any()]
    shown = sorted(places[:_STRIPS])
    if shown:
        caption = "Flickering score along each video, and where the chosen frames lie"
        yield charts.timelines(pool, picks.rows, shown, caption=caption)
    if len(places) > len(shown):
        yield Paragraph(
            f"{count(len(places) - len(shown), 'further video')} with fewer chosen frames left out."
        )


def _plot(pool: Pool, picks: Picks, plane: Plane | None) -> Section:
    title = "Frames by what they look like"
    if plane is None or not np.isfinite(plane).all(axis=1).any():
        return Section(title, (Paragraph("Without embeddings there is no plot."),))
    caption = (
        "Embeddings in two dimensions: frames that look alike lie near each other. "
        "Only nearness means something; the axes have no unit."
    )
    return Section(title, (charts.embedding_plot(pool, plane, picks.rows, caption=caption),))


def _settings(pool: Pool, picks: Picks, request: SelectRequest) -> Section:
    chosen = np.bincount(pool.video[picks.rows], minlength=len(pool.videos)).tolist()
    videos = tuple(
        (
            name(video.name),
            name(video.model),
            name(video.run),
            grouped(video.frame_count),
            number(video.rate),
            grouped(chosen[at]),
        )
        for at, video in enumerate(pool.videos)
    )
    head = ("Video", "Model", "Run", "Frames", "Frames a second", "Chosen")
    versions = tuple((program, version(program)) for program in _PROGRAMS)
    return Section(
        "Settings and versions",
        (
            Table("Videos, their runs and models", head, videos, texts=3),
            Table("Programs", ("Program", "Version"), versions, texts=2),
            *_again(pool, request),
            Paragraph("The request:"),
            Code(_lines(request)),
        ),
    )


def _again(pool: Pool, request: SelectRequest) -> Iterator[Block]:
    """How to get the same frames once more."""
    yield Paragraph(
        "The same request chooses the same frames from the same runs with the same versions "
        f"(seed {request.seed})."
    )
    command = command_of(request, pool)
    if command is None:
        yield Paragraph("The options of the command line cannot say all of this request.")
        return
    said = ["To repeat it, run this in the folder of the projects. DIR is a new folder"]
    if f" {LABELED_FILE} " in command:
        said.append(f"{LABELED_FILE} a file that names the labeled frames")
    if f" {METADATA_FILE} " in command:
        said.append(f"{METADATA_FILE} the file with numbers of frames")
    yield Paragraph(f"{', '.join(said)}:")
    yield Code(name(command))


def _lines(request: SelectRequest) -> str:
    """JSON with a line for each key."""
    entries = (f"  {json.dumps(key)}: {_value(value)}" for key, value in request.to_json().items())
    return "{\n" + ",\n".join(entries) + "\n}"


def _value(value: object) -> str:
    """With a line for each strategy and threshold."""
    if not (isinstance(value, list | tuple) and value and isinstance(value[0], dict)):
        return json.dumps(value)
    return "[\n" + ",\n".join(f"    {json.dumps(each)}" for each in value) + "\n  ]"
