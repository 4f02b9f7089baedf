"""How long the queue of many videos takes: to be made, to be looked through, to go on.

    python benchmarks/across_queue.py [--videos 1000] [--violations 200] [--json]

"Made" is what a collection costs when its overviews are read; "next" is what a decision costs: the
states of its video are taken over, the next violation is looked for, and the list is filtered anew
by what is to do. Against that, what a plain program would do after a decision: sort the rows of all
videos as Python objects.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.figures import Goal, Section, Times
from core.collection.overview import Overview
from core.collection.queue import AcrossQueue
from core.review import ReviewState, View

KINDS = ("flickering", "appear", "multibox")
CLASSES = tuple(f"class {number}" for number in range(80))
FRAMES = 10_000
MADE_MS, NEXT_MS = 200.0, 5.0
ROUNDS, DECISIONS, PLAIN = 10, 300, 5


def main(
    videos: Annotated[int, typer.Option(help="Members of the collection.")] = 1000,
    violations: Annotated[int, typer.Option(help="In each of them.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the queue of many videos."""
    known = [overview(number, violations) for number in range(videos)]
    made = Times([_ms(lambda: AcrossQueue(known).shown(View())) for _ in range(ROUNDS)])
    replaced = Times([_ms(_update(known, number)) for number in range(ROUNDS)])
    section = Section(
        f"Queue of {videos:,} videos with {violations} violations each",
        "mean",
        {"made and sorted": made, "one video looked at anew, sorted": replaced, **decide(known)},
        {"sorted as objects": Times([_ms(lambda: plain(known)) for _ in range(PLAIN)])},
        {"load": round(os.getloadavg()[0], 2), "cpus": os.cpu_count()},
    )
    goals = [
        Goal("mean to make, ms", made.mean, MADE_MS),
        Goal("p95 to the next, ms", section.ours["next"].p95, NEXT_MS),
    ]
    if as_json:
        typer.echo(json.dumps(section.to_json() | {"goals": {str(g): g.met for g in goals}}))
        return
    console = Console()
    section.print(console)
    for goal in goals:
        console.print(f"{'met ' if goal.met else 'MISS'}  {goal}: {goal.figure:.1f}")


def overview(seed: int, count: int) -> Overview:
    """A video with violations of all kinds and classes, and some decisions."""
    any_ = np.random.default_rng(seed)
    start = np.sort(any_.integers(0, FRAMES, count))
    return Overview(
        stamp="", frames=FRAMES, seconds=FRAMES / 25, width=1920, height=1080, model="paper",
        seen=FRAMES, complete=True, flagged=count, flickering=1.0,
        strip=np.zeros(512, np.float16), kinds=KINDS, class_names=CLASSES, start=start,
        stop=start + 3, kind=any_.integers(0, len(KINDS), count).astype(np.int8),
        class_id=any_.integers(-1, len(CLASSES), count).astype(np.int16), track=start,
        plausibility=any_.random(count, np.float32), gain=any_.gamma(2.0, 1.0, count),
        state=np.where(any_.random(count) < 0.2, any_.integers(1, 4, count), 0).astype(np.uint8),
    )  # fmt: skip


def decide(known: list[Overview]) -> dict[str, Times]:
    """Decisions one after the other, as a person makes them: each leads to the next."""
    queue = AcrossQueue(known)
    view = View(state=ReviewState.TO_DO)
    shown = queue.shown(view)
    row = queue.next_to_do(shown, None)
    going, filtering = [], []
    for _ in range(DECISIONS):
        if row is None:
            break
        item = queue[row]
        state = known[item.member].state.copy()
        state[item.number] = ReviewState.ACCEPTED
        known[item.member] = replace(known[item.member], state=state)
        began = time.perf_counter()
        queue.update(item.member, known[item.member])
        row = queue.next_to_do(shown, row)
        found = time.perf_counter()
        shown = queue.shown(view)
        going.append((found - began) * 1000)
        filtering.append((time.perf_counter() - found) * 1000)
    return {"next": Times(going), "list filtered anew": Times(filtering)}


def plain(known: list[Overview]) -> list[tuple[float, int, int]]:
    """The next violations of all videos, as a program without columns would sort them."""
    rows = [
        (-gain, member, start)
        for member, one in enumerate(known)
        for gain, start, state in zip(
            one.gain.tolist(), one.start.tolist(), one.state.tolist(), strict=True
        )
        if not state
    ]
    return sorted(rows)


def _update(known: list[Overview], number: int) -> Callable[[], object]:
    queue = AcrossQueue(known)
    anew = overview(len(known) + number, len(known[number].start) + 7)

    def look() -> object:
        queue.update(number, anew)
        return queue.shown(View())

    return look


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    typer.run(main)
