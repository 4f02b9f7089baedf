"""What chosen frames are worth: against random ones and every k-th, at the same number.

    python benchmarks/selection.py --work WORK [MEDIA] [--model M] [--every N] [--speed] [--json]

MEDIA holds clips; `../shared/media` by default. A project of each is made in WORK, and used again
the next time. Random is the mean over 20 draws with seeds 0 to 19.

- misses: on PETS09-S2L1, true boxes a frame that the run of WORK missed and whose object it saw
  before and after, 1 to 20 frames missing in a row (`benchmarks/ground_truth.py`);
- cover: over all clips as one pool, the mean distance of every frame to the nearest chosen one,
  between unit embeddings as they are in the pool;
- balance: over the same, the distance of the classes' shares of the chosen frames' boxes to equal
  shares (half the sum of differences, 0 to 1), of the classes with at least 1 % of all boxes.

--speed chooses 1,000 of 100,000 frames with 128 numbers each in the process that the window uses,
while a thread here ticks every 10 ms.
"""

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

# `python benchmarks/selection.py` puts benchmarks/ on the path, not the folder that holds it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import Goal
from benchmarks.selection_pools import (
    Column,
    projects_of,
    recoverable_misses,
    source,
    synthetic,
)
from core.selection.engine import select
from core.selection.gather import pool_of
from core.selection.pool import Pool
from core.selection.process import Chooser
from core.selection.request import (
    TUTORIAL,
    Balance,
    Diversity,
    SelectRequest,
    Strategy,
    Typicality,
    Weighting,
)
from core.terminal import progress

Rows = NDArray[np.int64]

CLIPS = (
    "bikes_cuts.mp4", "dashcam_city_bframes.mp4", "dashcam_highway.mp4", "overhead_cars.mp4",
    "pets09_s2l1.avi",
)  # fmt: skip
PETS, TRUTH = "pets09_s2l1.avi", "tracks/PETS09-S2L1"
DRAWS = 20
DEFAULT, RANDOM, KTH, BALANCED = "default", "random", "every k-th", "default and balance"
LEAST_SHARE = 0.01
STRATEGIES: dict[str, tuple[Strategy, ...]] = {
    DEFAULT: TUTORIAL,
    "diversity": (Diversity(),),
    "diversity and typicality": (Diversity(), Typicality(0.5)),
    "uncertainty": (Weighting("objectness_least_confidence"),),
    "uncertainty, margin": (Weighting("uncertainty_margin"),),
    "uncertainty, entropy": (Weighting("uncertainty_entropy"),),
    "object frequency": (Weighting("object_frequency"),),
    "flickering": (Weighting("flickering"),),
    "flickering, tutorial": (Weighting("flickering_tutorial"),),
    "missed boxes": (Weighting("missed_boxes"),),
    "typicality": (Typicality(),),
}
MISSES, COVER, UNEQUAL = "misses a frame, PETS", "cover", "distance to equal shares"
FRAMES, WIDTH, CHOSEN = 100_000, 128, 1_000
TICK_SECONDS, IDLE_SECONDS = 0.01, 5.0
STARTED, LONGEST = "s, with the start of the process", "longest gap between ticks, ms"
MOST_MS = 100
"""Gap that a person takes for a stop."""


@dataclass(frozen=True)
class Figure:
    """A mean, and its spread over draws; 0 for what is chosen in one way only."""

    mean: float
    spread: float = 0.0


def chosen(pool: Pool, n: int, further: Mapping[str, tuple[Strategy, ...]]) -> dict[str, Rows]:
    """The rows that each way of choosing chooses, but random."""
    ways = {**STRATEGIES, **further}
    found = {
        name: select(pool, SelectRequest(n, None, strategies)).rows
        for name, strategies in ways.items()
    }
    return {**found, KTH: np.linspace(0, len(pool) - 1, n).round().astype(np.int64)}


def draws(pool: Pool, n: int) -> list[Rows]:
    """The rows of each random draw."""
    return [
        np.random.default_rng(seed).choice(len(pool), n, replace=False) for seed in range(DRAWS)
    ]


def mean_distance(pool: Pool, rows: Rows) -> float:
    """Of every frame to the nearest chosen one, between unit vectors, 0 to 2."""
    if pool.embeddings is None:
        raise SystemExit("the runs have no embeddings; use another --model and a new --work")
    likeness = (pool.embeddings @ pool.embeddings[rows].T).max(axis=1)
    return float(np.sqrt(np.maximum(2 - 2 * likeness, 0)).mean())


def common_classes(pool: Pool) -> list[int]:
    """Classes with at least `LEAST_SHARE` of all boxes."""
    share = pool.class_counts.sum(axis=0) / max(1, pool.class_counts.sum())
    return [int(number) for number in np.flatnonzero(share >= LEAST_SHARE)]


def imbalance(pool: Pool, rows: Rows) -> float:
    """How far the common classes' shares of the boxes are from equal ones, 0 to 1."""
    counts = pool.class_counts[rows][:, common_classes(pool)].sum(axis=0)
    share = counts / max(1, counts.sum())
    return float(np.abs(share - 1 / len(share)).sum() / 2)


def equal_shares(pool: Pool) -> Balance:
    """The wish for equal shares of the common classes."""
    common = common_classes(pool)
    return Balance(tuple((pool.class_names[number], 1 / len(common)) for number in common))


def misses(folder: Path, truth: Path, n: int) -> dict[str, Figure]:
    """Recoverable misses a chosen frame."""
    pool, missed = pool_of([source(folder)]), recoverable_misses(folder, truth)
    value: Column = missed[pool.frame]
    found = {name: Figure(float(value[rows].mean())) for name, rows in chosen(pool, n, {}).items()}
    return found | {RANDOM: _mean([float(value[rows].mean()) for rows in draws(pool, n)])}


def spread_out(pool: Pool, n: int) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """Cover and balance."""
    further = {BALANCED: (*TUTORIAL, equal_shares(pool))}
    picked, drawn = chosen(pool, n, further), draws(pool, n)
    return (
        {name: Figure(mean_distance(pool, rows)) for name, rows in picked.items()}
        | {RANDOM: _mean([mean_distance(pool, rows) for rows in drawn])},
        {name: Figure(imbalance(pool, rows)) for name, rows in picked.items()}
        | {RANDOM: _mean([imbalance(pool, rows) for rows in drawn])},
    )


def speed() -> dict[str, float]:
    """Seconds to choose, and the gaps between ticks meanwhile."""
    pool, request = synthetic(FRAMES, WIDTH), SelectRequest(CHOSEN, None)
    with ticking() as idle:
        time.sleep(IDLE_SECONDS)
    worked = _children_seconds()
    with ticking() as gaps:
        began = time.perf_counter()
        chooser = Chooser(pool)
        try:
            first = chooser.select(request)
            started = time.perf_counter() - began
            began = time.perf_counter()
            again = chooser.select(request)
            seconds = time.perf_counter() - began
        finally:
            chooser.close()
    if len(first.rows) != CHOSEN or not np.array_equal(first.rows, again.rows):
        raise SystemExit("two answers to one request differ")
    return {
        STARTED: round(started, 1),
        "s, again": round(seconds, 1),
        "CPU s of the process, both times": round(_children_seconds() - worked, 1),
        LONGEST: round(1000 * max(gaps), 1),
        "99 % of gaps under, ms": round(1000 * float(np.percentile(gaps, 99)), 1),
        "longest gap while nothing is done, ms": round(1000 * max(idle), 1),
    }


@contextmanager
def ticking() -> Iterator[list[float]]:
    """Seconds between the ticks of a thread."""
    gaps: list[float] = []
    ended = threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not ended.wait(TICK_SECONDS):
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield gaps
    finally:
        ended.set()
        thread.join()


def main(
    work: Annotated[Path, typer.Option(help="Folder that keeps the projects.")],
    media: Annotated[Path | None, typer.Argument(help="Folder of the clips.")] = None,
    model: Annotated[str, typer.Option(help="As for `flickerscope process`.")] = "yolov8n.pt",
    every: Annotated[int, typer.Option(min=1, help="Look at every n-th frame.")] = 1,
    n: Annotated[int, typer.Option("-n", help="Frames to choose.")] = 50,
    with_speed: Annotated[bool, typer.Option("--speed", help="Time 100,000 frames.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge chosen frames."""
    shared = Path(os.environ.get("FLICKERSCOPE_TEST_DATA", "../shared"))
    folder = media or shared / "media"
    with progress(as_json) as report:
        projects = projects_of([folder / clip for clip in CLIPS], model, every, work, report)
    pool = pool_of([source(project) for project in projects])
    cover, balance = spread_out(pool, n)
    figures = {COVER: cover, UNEQUAL: balance}
    if every == 1:  # gaps of single frames show in whole videos only
        truth = shared / TRUTH
        figures[MISSES] = misses(projects[CLIPS.index(PETS)], truth, n)
    ticks = speed() if with_speed else {}
    goals = goals_of(figures, ticks)
    if as_json:
        said = {
            title: {name: [round(figure.mean, 4), round(figure.spread, 4)] for name, figure in
                    of.items()}
            for title, of in figures.items()
        }  # fmt: skip
        facts = {"n": n, "frames": len(pool), "model": pool.videos[0].model, "speed": ticks}
        met = {str(goal): [round(goal.figure, 3), goal.met] for goal in goals}
        print(json.dumps({**facts, **said, "goals": met}))
        return
    _print(Console(), f"{n} of {len(pool):,} frames, {pool.videos[0].model}", figures)
    print(*(f"{value:g} {name}" for name, value in ticks.items()), sep="\n")
    for goal in goals:
        print(f"{'met ' if goal.met else 'MISS'}  {goal}: {goal.figure:.2f}")


def goals_of(figures: Mapping[str, Mapping[str, Figure]], ticks: Mapping[str, float]) -> list[Goal]:
    """What the figures should be."""

    def ratio(title: str, name: str = DEFAULT) -> float:
        return figures[title][name].mean / figures[title][RANDOM].mean

    goals = [
        Goal(f"{COVER}, times random", ratio(COVER), 0.85),
        Goal(f"{UNEQUAL}, times random", ratio(UNEQUAL), 1),
        Goal(f"{UNEQUAL} with balance, times random", ratio(UNEQUAL, BALANCED), 1),
    ]
    if MISSES in figures:
        goals.append(Goal(f"{MISSES}, times random", ratio(MISSES), 2, at_least=True))
    if ticks:
        goals += [Goal(STARTED, ticks[STARTED], 60), Goal(LONGEST, ticks[LONGEST], MOST_MS)]
    return goals


def _children_seconds() -> float:
    """Processor time of the children that have ended."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def _mean(values: list[float]) -> Figure:
    return Figure(float(np.mean(values)), float(np.std(values)))


def _print(console: Console, title: str, figures: Mapping[str, Mapping[str, Figure]]) -> None:
    table = Table("", title=title, title_justify="left")
    for name in figures:
        table.add_column(f"{name}\n(times random)", justify="right")
    ways = dict.fromkeys(name for of in figures.values() for name in of)
    for way in ways:
        cells = []
        for of in figures.values():
            figure = of.get(way)
            spread = f" ± {figure.spread:.3f}" if figure and figure.spread else ""
            cells.append(
                f"{figure.mean:.3f}{spread} ({figure.mean / of[RANDOM].mean:.2f})" if figure else ""
            )
        table.add_row(way, *cells, style="bold" if way == DEFAULT else "")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
