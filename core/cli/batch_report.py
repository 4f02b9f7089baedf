"""What became of a batch, on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.batch.result import BatchResult
    from core.batch.steps import Outcome

_MOST_ROWS = 20
"""Of more videos only those are listed that flicker most."""
_FLICKERING = 10
_WIDTH = 160
"""Characters of a line in a file or pipe: enough for long names."""
_COLUMNS = ("frames", "flagged_frames", "imputed_boxes", "selected", "exported")


def print_result(result: BatchResult, out: str) -> None:
    """Print a table of videos and totals, failures with their reasons, and where results are.

    Args:
        result: What became of the batch.
        out: Where the results are.
    """
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDTH
    done = [outcome for outcome in result.outcomes if outcome.state == "done"]
    if done:
        console.print(_table(result, done))
    for title, lines in _lists(result).items():
        if lines:
            console.print(f"{title}:")
            for line in lines:
                console.print(f"  {line}", soft_wrap=True)
    console.print(f"Results are in {out}; open one with `flickerscope PROJECT`.", soft_wrap=True)
    if result.failed:
        console.print("Once that is mended, the same command with --retry-failed tries again.")


def _table(result: BatchResult, done: Sequence[Outcome]) -> Table:
    shown, title = done, None
    if len(done) > _MOST_ROWS:
        shown = sorted(done, key=_flickering, reverse=True)[:_FLICKERING]
        title = f"The {_FLICKERING} videos of {len(done):,} that flicker most"
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("video", overflow="fold")
    for column in (*_COLUMNS, "seconds"):
        table.add_column(column.replace("_", " "), justify="right")
    for outcome in shown:
        table.add_row(outcome.item.name, *_cells(outcome.counts or {}, outcome.seconds))
    if len(done) > 1:
        seconds = sum(outcome.seconds for outcome in done)
        table.add_row("together", *_cells(result.counts, seconds), style="bold")
    return table


def _cells(counts: Mapping[str, int], seconds: float) -> list[str]:
    return [*(f"{counts.get(column, 0):,}" for column in _COLUMNS), f"{seconds:,.1f}"]


def _lists(result: BatchResult) -> dict[str, list[str]]:
    return {
        "Failed": [f"{outcome.item.source}: {outcome.reason}" for outcome in result.failed],
        "Not readable": [each.reason for each in result.unreadable],
        "Copies, done once": [
            f"{copy} is {outcome.item.source}"
            for outcome in result.outcomes
            for copy in result.copies.get(outcome.item.key, ())
        ],
        "To know": [
            f"{outcome.item.name}: {notice}"
            for outcome in result.outcomes
            for notice in outcome.notices
        ],
    }


def _flickering(outcome: Outcome) -> float:
    counts = outcome.counts or {}
    return counts.get("flagged_frames", 0) / max(counts.get("frames", 0), 1)
