"""Progress of long work on a terminal, on standard error so that results stay clean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from core.errors import UserError
from core.headless import Report


class _AmountColumn(ProgressColumn):
    """How much is done, in items or in bytes."""

    _items, _bytes = MofNCompleteColumn(), DownloadColumn()

    def render(self, task: Task) -> RenderableType:
        column = self._bytes if task.fields["unit"] == "bytes" else self._items
        return column.render(task)


@contextmanager
def progress(quiet: bool) -> Iterator[Report]:
    """A bar for each stage of work.

    Args:
        quiet: Show nothing, as for a caller that reads JSON.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        _AmountColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    bars = Progress(*columns, console=Console(stderr=True), disable=quiet)
    tasks: dict[str, TaskID] = {}

    def report(
        stage: str,
        done: int,
        total: int,
        fps: float | None = None,
        *,
        unit: Literal["items", "bytes"] = "items",
    ) -> None:
        if stage not in tasks:
            bars.start()
            tasks[stage] = bars.add_task(stage, total=total, rate="", unit=unit)
        rate = "" if fps is None else f"{fps:.1f} fps"
        bars.update(tasks[stage], completed=done, total=total, rate=rate)

    stop = bars.stop
    try:
        yield report
    except UserError:
        # One sentence follows, and nothing else: neither bars nor the empty line after them.
        bars.live.transient = True
        stop = bars.live.stop
        raise
    finally:
        if tasks:
            stop()
