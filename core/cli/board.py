"""How far a batch is, on standard error: a line for each worker, or one for each video."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from core.batch.commands import Board
from core.batch.steps import Item, Outcome, Told

_NAME = 32
"""Characters of a video's name beside a bar."""


@contextmanager
def board(quiet: bool) -> Iterator[Board]:
    """Bars on a terminal, plain lines elsewhere.

    Args:
        quiet: Show nothing, as for a caller that reads JSON.
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    if quiet:
        yield Lines(lambda line: None)
    elif console.is_terminal:
        bars = Bars(console)
        try:
            yield bars
        finally:
            bars.close()
    else:
        yield Lines(console.print)


class Lines:
    """One line for each video that came to an end."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._done, self._total = 0, 0

    def begin(self, to_do: Sequence[Item], before: Sequence[Outcome], workers: int) -> None:
        """See `Board`."""
        self._done, self._total = len(before), len(before) + len(to_do)
        self._say(_intention(to_do, before, workers))

    def told(self, told: Told) -> None:
        """See `Board`."""

    def ended(self, outcome: Outcome) -> None:
        """See `Board`."""
        self._done += 1
        number = f"{self._done:>{len(str(self._total))}}"
        self._say(f"[{number}/{self._total}] {outcome.item.name}: {_became(outcome)}")


class Bars:
    """A bar for each worker and one for all; failures stay above them."""

    def __init__(self, console: Console) -> None:
        self._workers = Progress(
            TextColumn("{task.fields[worker]:>3}"),
            TextColumn("{task.fields[name]}"),
            TextColumn("{task.description}"),
            BarColumn(20),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[rate]}"),
        )
        self._total = Progress(
            TextColumn("{task.fields[done]} of {task.fields[videos]} videos"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
        )
        self._live = Live(Group(self._workers, self._total), console=console, transient=True)
        self._rows: dict[str, TaskID] = {}
        self._all: TaskID | None = None
        self._done = 0

    def begin(self, to_do: Sequence[Item], before: Sequence[Outcome], workers: int) -> None:
        """See `Board`."""
        self._live.console.print(_intention(to_do, before, workers))
        # Bytes tell better than a number of videos how much is left.
        self._all = self._total.add_task(
            "", total=sum(item.bytes for item in to_do), done=0, videos=len(to_do)
        )
        self._live.start()

    def told(self, told: Told) -> None:
        """See `Board`."""
        if told.worker not in self._rows:
            self._rows[told.worker] = self._workers.add_task(
                "", worker=told.worker, name="", rate=""
            )
        self._workers.update(
            self._rows[told.worker],
            description=told.stage,
            name=_shortened(told.name),
            completed=told.done,
            total=max(told.total, 1),
            rate="" if told.fps is None else f"{told.fps:.1f} fps",
        )

    def ended(self, outcome: Outcome) -> None:
        """See `Board`."""
        self._done += 1
        if outcome.state == "failed":
            self._live.console.print(f"{outcome.item.name}: {_became(outcome)}")
        if self._all is not None:
            self._total.update(self._all, advance=outcome.item.bytes, done=self._done)

    def close(self) -> None:
        """Take the bars away."""
        self._live.stop()


def _intention(to_do: Sequence[Item], before: Sequence[Outcome], workers: int) -> str:
    by = "1 worker" if workers == 1 else f"{workers} workers"
    known = f"; {len(before):,} ended before" if before else ""
    return f"{_videos(len(to_do))} to do by {by}{known}"


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count:,} videos"


def _became(outcome: Outcome) -> str:
    if outcome.state == "failed":
        return f"failed: {outcome.reason}"
    counts = outcome.counts or {}
    return (
        f"{counts.get('frames', 0):,} frames, {counts.get('flagged_frames', 0):,} flagged, "
        f"{counts.get('exported', 0):,} exported, {outcome.seconds:.1f} s"
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"
