"""What a batch of so many hours takes, from what the steps of a batch take of some clips here.

    python benchmarks/sizing.py VIDEO... --model M [--hours 10000] [--rate 25] [--every 1]
        [--core-hour PRICE] [--tib-month PRICE] [--json]

Each clip is brought to its end as a worker of a batch does it, in this process. Processor seconds
are those of all threads, by stage; bytes are those that lie at the place afterwards, by kind. What
is taken once a worker (libraries, the model) is not counted to a frame. The last rows are the mean
over all frames of the clips, and the same times the frames of so many hours.
"""

import json
import os
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from core.batch.request import DEFAULT_EXPORT, BatchRequest
from core.batch.steps import Begin, Item, Outcome, Work
from core.batch.videos import list_videos
from core.batch.work import perform
from core.cloud.address import S3Way
from core.detectors.base import DetectorConfig, Sampling, model_reference
from core.paths import HOME_VARIABLE

_LOADING = "loading"
_STAGES = {
    "Detecting": "detect",
    "Indexing": "index",
    "Scoring": "score",
    "Choosing": "select",
    "Exporting": "export",
}
_KINDS = ("run", "embeddings", "hand-over", "rest")


@dataclass(frozen=True)
class Measured:
    """What one clip took."""

    name: str
    frames: int
    """Looked at."""
    boxes: int
    exported: int
    processor: dict[str, float]
    """Seconds by stage."""
    bytes: dict[str, int]
    """By kind."""

    def per_frame(self) -> dict[str, float]:
        """Processor milliseconds by stage, and bytes by kind, for each frame looked at."""
        times = {stage: 1000 * taken / self.frames for stage, taken in self.processor.items()}
        return times | {kind: taken / self.frames for kind, taken in self.bytes.items()}


class Stopwatch:
    """Processor time of all threads, by stage; what comes before the first frame is loading."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = defaultdict(float)
        self._stage, self._since = _LOADING, _processor()

    def tell(
        self,
        stage: str,
        done: int,
        total: int,
        fps: float | None = None,
        *,
        unit: Literal["items", "bytes"] = "items",
    ) -> None:
        """See `core.batch.steps.Tell`."""
        now = _processor()
        self.taken[self._stage] += now - self._since
        # The model is loaded between the index and the first frame.
        ended = stage == "Indexing" and done == total
        self._stage, self._since = _LOADING if ended else _STAGES.get(stage, _LOADING), now

    def seconds(self) -> dict[str, float]:
        """By stage."""
        self.tell("", 0, 0)
        return {stage: self.taken[stage] for stage in _STAGES.values()}


def measure(item: Item, work: Work) -> Measured:
    """Bring a clip to its end."""
    watch = Stopwatch()
    outcome = perform(Begin(item), work, watch.tell)
    if not isinstance(outcome, Outcome) or outcome.counts is None:
        reason = outcome.reason if isinstance(outcome, Outcome) else "it was divided"
        raise SystemExit(f"{item.source} did not come to its end: {reason}")
    counts = outcome.counts
    return Measured(
        item.name,
        counts["frames"],
        counts["detections"],
        counts["exported"],
        watch.seconds(),
        _bytes(Path(work.out), outcome),
    )


def joined(all_of: list[Measured]) -> Measured:
    """All clips as one."""
    return Measured(
        "mean",
        sum(one.frames for one in all_of),
        sum(one.boxes for one in all_of),
        sum(one.exported for one in all_of),
        {stage: sum(one.processor[stage] for one in all_of) for stage in _STAGES.values()},
        {kind: sum(one.bytes[kind] for one in all_of) for kind in _KINDS},
    )


def totals(mean: Measured, frames: float) -> dict[str, float]:
    """Core hours and TiB for so many frames."""
    core_hours = sum(mean.processor.values()) / mean.frames * frames / 3600
    tib = {kind: taken / mean.frames * frames / 2**40 for kind, taken in mean.bytes.items()}
    return {"core hours": core_hours, "TiB": sum(tib.values())} | {
        f"TiB, {kind}": taken for kind, taken in tib.items()
    }


def main(
    videos: Annotated[list[str], typer.Argument(help="Clips like those to come.")],
    model: Annotated[str, typer.Option(help="As of `flickerscope batch`.")],
    hours: Annotated[float, typer.Option(help="Of video.")] = 10_000,
    rate: Annotated[float, typer.Option(help="Frames per second of these.")] = 25,
    every: Annotated[int, typer.Option(help="Look at every n-th frame.")] = 1,
    core_hour: Annotated[float | None, typer.Option(help="Price of a core for an hour.")] = None,
    tib_month: Annotated[float | None, typer.Option(help="Price of a TiB for a month.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure, and multiply."""
    config = DetectorConfig(model_reference(model), sampling=Sampling(every=every))
    request = BatchRequest(config, export=replace(DEFAULT_EXPORT, picture="jpeg"))
    with _places() as (warm, out):
        items = list_videos(videos, S3Way()).items
        perform(Begin(items[0]), Work(request, str(warm)), Stopwatch().tell)  # loads and exports
        measured = [measure(item, Work(request, str(out))) for item in items]
    mean = joined(measured)
    frames = hours * 3600 * rate / every
    result = totals(mean, frames)
    if core_hour is not None:
        result["price of computing"] = result["core hours"] * core_hour
    if tib_month is not None:
        result["price of a month of storage"] = result["TiB"] * tib_month
    if as_json:
        found = {one.name: one.per_frame() for one in [*measured, mean]}
        print(json.dumps({"per_frame": found, "frames": frames, **result}))
        return
    _print(
        [*measured, mean],
        f"{hours:,.0f} h at {rate:g} fps, every {every}: {frames:,.0f} frames",
        result,
    )


def _print(rows: list[Measured], title: str, result: dict[str, float]) -> None:
    console = Console()
    table = Table("for each frame", *(row.name for row in rows), box=SIMPLE_HEAD, padding=(0, 1))
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("frames looked at", *(f"{row.frames:,}" for row in rows))
    table.add_row("boxes", *(f"{row.boxes / row.frames:.1f}" for row in rows))
    table.add_row("exported, %", *(f"{100 * row.exported / row.frames:.1f}" for row in rows))
    for stage in _STAGES.values():
        each = (f"{row.per_frame()[stage]:.2f}" for row in rows)
        table.add_row(f"{stage}, processor ms", *each)
    for kind in _KINDS:
        table.add_row(f"{kind}, bytes", *(f"{row.per_frame()[kind]:,.0f}" for row in rows))
    console.print(table)
    console.print(title)
    for name, value in result.items():
        console.print(f"{name}: {value:,.2f}")


def _bytes(out: Path, outcome: Outcome) -> dict[str, int]:
    project = out / outcome.project
    runs = project / "runs"
    kinds = {
        "run": _size(runs, "*.npz"),
        "embeddings": _size(runs, "*.f16"),
        "hand-over": _size(out / outcome.export, "*"),
    }
    return kinds | {"rest": _size(project, "*") - kinds["run"] - kinds["embeddings"]}


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def _places() -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME_VARIABLE] = str(Path(folder) / "home")  # not the person's own
        yield Path(folder) / "warm", Path(folder) / "out"


if __name__ == "__main__":
    typer.run(main)
