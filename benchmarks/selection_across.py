"""What choosing over a collection costs in the window: time and memory, by its frames.

    python benchmarks/selection_across.py FRAMES... [--width D] [--whole]

Frames of videos of 1,000 frames each, with D random numbers as embeddings, 80 classes and no
objects; what is measured is the choice of 1,000 of those that the window takes as candidates
(`core.selection.part.MOST_FRAMES`), the plane and the plot; with --whole of all frames, too.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer

# `python benchmarks/selection_across.py` puts benchmarks/ on the path, not the folder above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.embeddings.embeddings import Embeddings
from core.selection.columns import COLUMNS
from core.selection.gather import joined
from core.selection.part import MOST_FRAMES, Part, thinned
from core.selection.pool import Pool, PoolVideo
from core.selection.process import Chooser
from core.selection.request import SelectRequest

EACH, CLASSES, CHOSEN = 1_000, 80, 1_000
T = TypeVar("T")


def part(number: int, width: int) -> Part:
    """One video's candidates."""
    chance = np.random.default_rng(number)
    name = f"cam{number}"
    nothing = np.zeros(EACH, np.int64)
    columns = {c.name: chance.random(EACH) for c in COLUMNS if c.name != "object_frequency"}
    vectors = chance.normal(size=(EACH, width)).astype(np.float16)
    video = PoolVideo(
        name, Path(f"{name}.mp4"), Path(f"{name}.flickerscope"), EACH, 25.0, "run", "net"
    )
    return Part(
        video, np.arange(EACH), np.arange(EACH) / 25, columns,
        tuple(map(str, range(CLASSES))), np.zeros((EACH, CLASSES), np.uint16), {},
        nothing, nothing, (EACH, 0), embeddings=Embeddings("net", vectors, None),
    )  # fmt: skip


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and in how many seconds."""
    began = time.perf_counter()
    found = work()
    return found, round(time.perf_counter() - began, 1)


def plot_ms(pool: Pool, plane: np.ndarray) -> dict[str, float]:
    """Milliseconds of the plot: to take the points, and to paint them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui.plot import Colours, EmbeddingPlot

    app = QApplication.instance() or QApplication([])
    plot = EmbeddingPlot()
    plot.resize(640, 480)
    scores = pool.columns["flickering"].astype(np.float32)
    _, taken = timed(lambda: plot.set_points(plane))
    plot.set_colours(Colours(title="", scores=scores))
    plot.grab()
    began = time.perf_counter()
    for _ in range(5):
        plot.zoom_by(1.1)
        plot.grab()
    painted = (time.perf_counter() - began) / 5
    del app
    return {"points, s": taken, "a redraw, ms": round(1000 * painted)}


def main(
    frames: Annotated[list[int], typer.Argument(help="Frames of the collections.")],
    width: Annotated[int, typer.Option(help="Numbers of an embedding.")] = 128,
    whole: Annotated[bool, typer.Option("--whole", help="Also without the bound.")] = False,
) -> None:
    """Print one JSON object for each number of frames, whole and as in the window."""
    for count in frames:
        parts = [part(number, width) for number in range(-(-count // EACH))]
        for most in (MOST_FRAMES, count)[: 1 + (whole and count > MOST_FRAMES)]:
            fewer, step = thinned(parts, most)
            pool, join = timed(partial(joined, fewer))
            chooser = Chooser(pool)
            try:
                picks, chosen = timed(partial(chooser.select, SelectRequest(CHOSEN, None)))
                plane, placed = timed(chooser.plane)
            finally:
                chooser.close()
            kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            said = {
                "frames": count, "candidates": len(pool), "every": step, "joined, s": join,
                "chosen with the start of the process, s": chosen, "plane, s": placed,
                **plot_ms(pool, plane), "picks": len(picks.rows),
                "most memory here, GB": round(kilobytes / 1e6, 1),
                "most memory of a child so far, GB": round(child / 1e6, 1),
            }  # fmt: skip
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    typer.run(main)
