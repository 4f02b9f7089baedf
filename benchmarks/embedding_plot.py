"""How smooth the embedding plot is with 100,000 frames, in a real window.

    python benchmarks/embedding_plot.py [--json]

Mouse events drive the plot as a hand does, each as soon as the one before is painted: it is
dragged about, zoomed in and out about places of it, pointed at, and a lasso is drawn. Against
that, in turn, the same points as Matplotlib's scatter, drawn by Agg at the same size. Programs
beside it make the times longer, but hardly what they take of a processor, which is told as well.
Without a display, an Xvfb is started.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.display import display
from benchmarks.figures import Goal, Section, Times

FRAMES, CLUSTERS, SELECTED = 100_000, 40, 1_000
SIZE = 1000, 700
STEPS = 120
PLAIN_STEPS = 6
"""The same by Matplotlib, which takes long."""
RATE = 30.0
"""Frames a second that are smooth."""
LASSO_MS, HOVER_MS = 33.0, 33.0
PLAIN = "Matplotlib"


def main(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the plot, and Matplotlib's scatter of the same points."""
    with display():
        section = measured()
    rates = {kind: 1000 / section.ours[kind].mean for kind in ("panning", "zooming")}
    goals = [
        *(Goal(f"frames/s {kind}", rate, RATE, at_least=True) for kind, rate in rates.items()),
        Goal("p95 of pointing, ms", section.ours["pointing"].p95, HOVER_MS),
        Goal("p95 of a lasso's step, ms", section.ours["lasso"].p95, LASSO_MS),
    ]
    facts = {
        "frames": FRAMES,
        "size": SIZE,
        "selected": SELECTED,
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "frames_per_second": {kind: round(rate, 1) for kind, rate in rates.items()},
    }
    if as_json:
        met = {str(goal): goal.met for goal in goals}
        typer.echo(json.dumps({**facts, **section.to_json(), "goals": met}))
        return
    console = Console()
    console.print(facts)
    section.print(console)
    for goal in goals:
        console.print(f"{'met' if goal.met else 'MISSED'}: {goal} (is {goal.figure:.2f})")


def measured() -> Section:
    """Each gesture; needs a display."""
    from benchmarks.plot_driver import PlotDriver

    xy, scores = cloud()
    driver = PlotDriver(xy, scores, SELECTED, SIZE)
    first = driver.show()
    gestures = {
        "panning": driver.panning,
        "zooming": driver.zooming,
        "pointing": driver.pointing,
        "lasso": driver.lasso,
        "others selected": driver.selecting,
    }
    ours, busy = dict[str, Times](), dict[str, float]()
    for name, gesture in gestures.items():
        before = time.process_time()
        ours[name] = Times(gesture(STEPS))
        busy[name] = round((time.process_time() - before) * 1000 / STEPS, 1)
    notes: dict[str, object] = {
        "first picture, ms": round(first, 1),
        "points in the lasso": driver.inside,
        "of one processor, ms a step": busy,
    }
    driver.close()
    plain = {PLAIN: Times(list(matplotlib_times(xy, scores)))}
    title = f"{FRAMES:,} frames on {SIZE[0]} x {SIZE[1]}"
    return Section(title, "mean", ours, plain, notes)


def cloud() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Clusters of several sizes in the unit square, and a score a point."""
    random = np.random.default_rng(8)
    centres, spread = random.random((CLUSTERS, 2)), random.uniform(0.01, 0.06, CLUSTERS)
    cluster = random.integers(0, CLUSTERS, FRAMES)
    xy = centres[cluster] + random.normal(size=(FRAMES, 2)) * spread[cluster, np.newaxis]
    xy = (xy - xy.min(axis=0)) / np.ptp(xy, axis=0)
    return xy.astype(np.float32), random.beta(0.5, 2, FRAMES).astype(np.float32)


def matplotlib_times(xy: NDArray[np.float32], scores: NDArray[np.float32]) -> Iterator[float]:
    """Milliseconds of each of some views, half of them zoomed in."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.scatter(xy[:, 0], xy[:, 1], s=5, c=scores, cmap="cividis", linewidths=0)
    draw: Callable[[], None] = canvas.draw
    for step in range(PLAIN_STEPS):
        half = 0.5 if step % 2 else 0.25
        axes.set_xlim(0.5 - half + step / 100, 0.5 + half + step / 100)
        axes.set_ylim(0.5 - half, 0.5 + half)
        yield milliseconds(draw)


def milliseconds(do: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    typer.run(main)
