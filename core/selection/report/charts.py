"""The figures of the report: distributions, classes, timelines and the embedding plot."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from core.selection.pool import Column, Pool
from core.selection.report.content import Figure
from core.selection.report.drawing import ALL, CHOSEN, INK, TARGET, WIDTH, drawn, quiet
from core.selection.report.fonts import drawable
from core.selection.report.measures import ClassShare
from core.selection.report.text import count, name, shortened
from core.words import grouped

_COLUMNS = 3
_BINS, _WHOLE = 24, 40
_STEPS = 900
"""Places along a timeline that can be told apart."""

_WANTED = "Wanted"
_FLICKERING = LinearSegmentedColormap.from_list("flickering", [ALL, TARGET])
"""Stands out from a light page and from a dark one."""

_FRAME_NUMBERS = FuncFormatter(lambda value, _: grouped(round(value)))


def histograms(
    spreads: Sequence[tuple[str, Column]], rows: NDArray[np.int64], caption: str
) -> Figure:
    """How often each value occurs, among all frames and among the chosen ones.

    Args:
        spreads: Title and (n,) values with at least one finite value, for every panel.
        rows: Of the chosen frames.
        caption: Of the figure.
    """
    lines = -(-len(spreads) // _COLUMNS)

    def draw(canvas: Canvas) -> None:
        grid = canvas.subplots(lines, _COLUMNS, squeeze=False).ravel().tolist()
        for axes, (title, values) in zip(grid, spreads, strict=False):
            _histogram(axes, values, values[rows])
            axes.set_title(drawable(shortened(title, 36)))
        for axes in grid[len(spreads) :]:
            axes.set_visible(False)
        _legend(canvas, grid[0])

    titles = ", ".join(title for title, _ in spreads)
    alt = f"Histograms of {titles}: share of all frames and share of the chosen frames."
    return drawn(0.25 + 1.45 * lines, draw, caption=caption, alt=alt)


def _histogram(axes: Axes, everywhere: Column, chosen: Column) -> None:
    known = everywhere[np.isfinite(everywhere)]
    edges = _edges(known)
    axes.stairs(_shares(everywhere, edges), edges, fill=True, color=ALL, label="All frames")
    axes.stairs(_shares(chosen, edges), edges, color=CHOSEN, linewidth=1.4, label="Chosen frames")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=_counted(known)))
    axes.margins(x=0.01)
    quiet(axes)


def _edges(known: Column) -> Column:
    low, high = float(known.min()), float(known.max())
    if _counted(known):
        return np.arange(low, high + 2) - 0.5
    if high - low <= 1e-9 * max(1.0, abs(high)):
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, _BINS + 1)


def _counted(known: Column) -> bool:
    """Whether they are whole numbers, few enough for a bin each."""
    return bool(0 < np.ptp(known) <= _WHOLE and (known == np.round(known)).all())


def _shares(values: Column, edges: Column) -> Column:
    counts, _ = np.histogram(values[np.isfinite(values)], edges)
    shares: Column = counts / max(1, counts.sum())
    return shares


def class_bars(shares: Sequence[ClassShare], target: dict[str, float], *, caption: str) -> Figure:
    """Each class's share of the boxes.

    Args:
        shares: The classes.
        target: Shares that were wanted, by class; may be empty.
        caption: Of the figure.
    """
    places = np.arange(len(shares))

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.barh(places - 0.19, [s.all_share for s in shares], 0.36, color=ALL, label="All frames")
        axes.barh(
            places + 0.19,
            [s.chosen_share for s in shares],
            0.36,
            color=CHOSEN,
            label="Chosen frames",
        )
        wanted = [(at, target[s.name]) for at, s in enumerate(shares) if s.name in target]
        if wanted:
            where, values = zip(*wanted, strict=True)
            axes.plot(values, where, "D", color=TARGET, markersize=4, linestyle="", label=_WANTED)
        axes.set_yticks(places, [drawable(shortened(name(s.name), 28)) for s in shares])
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        axes.set_xlabel("Share of the boxes")
        axes.spines["left"].set_visible(False)
        axes.tick_params(left=False)
        axes.set_xlim(left=0)
        _legend(canvas, axes)

    alt = f"Bars of {count(len(shares), 'class', 'classes')}: share of the boxes of all frames "
    alt += "and of the chosen frames, as in the table of classes."
    return drawn(0.75 + 0.3 * len(shares), draw, caption=caption, alt=alt)


def timelines(
    pool: Pool, rows: NDArray[np.int64], videos: Sequence[int], *, caption: str
) -> Figure:
    """The flickering score along each of some videos, and where the chosen frames lie."""
    chosen = np.zeros(len(pool), np.bool_)
    chosen[rows] = True

    def draw(canvas: Canvas) -> None:
        strips = canvas.subplots(len(videos), 1, squeeze=False).ravel().tolist()
        for axes, video in zip(strips, videos, strict=True):
            _timeline(axes, pool, pool.video == video, chosen)
            title = shortened(name(pool.videos[video].name), 72)
            axes.set_title(drawable(title))
        strips[-1].set_xlabel("Frame")
        _legend(canvas, strips[0])

    alt = f"Timelines of {count(len(videos), 'video')}: the flickering score of each frame, and "
    alt += "a mark below for each chosen frame."
    return drawn(0.5 + 0.85 * len(videos), draw, caption=caption, alt=alt)


def _timeline(
    axes: Axes, pool: Pool, of_video: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> None:
    length = pool.videos[int(pool.video[of_video][0])].frame_count if of_video.any() else 1
    score = np.nan_to_num(pool.columns["flickering"][of_video])
    bins = min(length, _STEPS)
    height = np.zeros(bins)
    np.maximum.at(height, pool.frame[of_video] * bins // length, score)
    axes.stairs(height, np.linspace(0, length, bins + 1), fill=True, color=ALL, label="Flickering")
    axes.eventplot(
        pool.frame[of_video & chosen] + 0.5,
        lineoffsets=-0.22,
        linelengths=0.3,
        linewidths=0.8,
        colors=CHOSEN,
        label="Chosen frames",
    )
    axes.set_xlim(0, length)
    axes.set_ylim(-0.4, 1.02)
    axes.set_yticks([0, 1])
    axes.xaxis.set_major_formatter(_FRAME_NUMBERS)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.spines["bottom"].set_visible(False)
    axes.axhline(0, color=INK, linewidth=0.6)
    quiet(axes, grid=False)


def embedding_plot(
    pool: Pool, plane: NDArray[np.float32], rows: NDArray[np.int64], *, caption: str
) -> Figure:
    """Frames by what they look like, coloured by flickering, the chosen ones ringed."""
    known = np.flatnonzero(np.isfinite(plane).all(axis=1))
    score = pool.columns.get("flickering", np.full(len(pool), np.nan))[known]
    order = np.argsort(np.nan_to_num(score), kind="stable")
    ringed = rows[np.isin(rows, known)]

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        size = float(np.clip(12_000 / max(1, len(known)), 0.8, 10))
        nobody = known[~np.isfinite(score)]
        axes.scatter(
            plane[nobody, 0], plane[nobody, 1], s=size, c=ALL, linewidths=0, rasterized=True
        )
        dots = axes.scatter(
            plane[known[order], 0],
            plane[known[order], 1],
            s=size,
            c=score[order],
            cmap=_FLICKERING,
            vmin=0,
            vmax=1,
            linewidths=0,
            rasterized=True,
        )
        axes.scatter(
            plane[ringed, 0],
            plane[ringed, 1],
            s=34,
            facecolors="none",
            edgecolors=CHOSEN,
            linewidths=1.0,
            label="Chosen frames",
        )
        axes.set_aspect("equal")
        axes.set_axis_off()
        if np.isfinite(score).any():
            bar = canvas.colorbar(dots, ax=axes, shrink=0.5, aspect=22, pad=0.02)
            bar.set_label("Flickering")
            bar.outline.set_visible(False)
        _legend(canvas, axes)

    alt = f"Plane of {count(len(known), 'frame')}, those that look alike near each other, "
    alt += f"coloured by flickering; {count(len(ringed), 'chosen frame')} with rings."
    return drawn(5.4, draw, caption=caption, alt=alt, width=WIDTH)


def _legend(canvas: Canvas, axes: Axes) -> None:
    shown = zip(*axes.get_legend_handles_labels(), strict=True)
    handles, labels = zip(*sorted(shown, key=lambda pair: pair[1] == _WANTED), strict=True)
    canvas.legend(handles, labels, loc="outside upper right", ncols=3, handlelength=1.4)
