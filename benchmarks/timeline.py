"""How long the timeline takes to paint a million frames with 200 tracks.

    python benchmarks/timeline.py [--json]

The widget itself is painted onto a picture of 1,920 pixels' width, without a display. Cached: the
playhead moves. Zooming: every painting shows other frames, from all to a few. Against that, in
turn, what a plain program would do: a bar for each frame in view, a rectangle for each run of each
track in view, a mark for each violation in view, on the same picture and for the same views.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

os.environ["QT_QPA_PLATFORM"] = "offscreen"
REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from benchmarks.figures import Goal, Section, Times
from gui.theme import DARK, DETECTION
from gui.timeline import TimelineWidget
from gui.timeline.cividis import table
from gui.timeline.glyphs import paint_mark
from gui.timeline.types import MarkState
from tests.gui.timeline_scenes import Scene, fill, made

FRAMES, TRACKS, RUNS = 1_000_000, 200, 500
WIDTH = 1920
HEIGHTS = {"usual height": 220, "tall, 45 lanes in view": 880}
CACHED_MS, ZOOMING_MS = 4.0, 16.0
ROUNDS = 4
PLAIN_EVERY = 12
"""The plain drawing takes long, and is measured at every so manieth view."""


def main(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure painting of the timeline, cached and while zooming."""
    app = QApplication.instance() or QApplication([])
    scene = made(FRAMES, TRACKS, runs=RUNS)
    sections = {name: measured(scene, height) for name, height in HEIGHTS.items()}
    goals = [
        Goal(f"p95 of {kind}, {name}", section.ours[kind].p95, limit)
        for name, section in sections.items()
        for kind, limit in (("cached", CACHED_MS), ("zooming", ZOOMING_MS))
    ]
    facts = {
        "frames": FRAMES,
        "tracks": TRACKS,
        "runs": len(scene.lanes.lane),
        "violations": len(scene.frames),
        "width": WIDTH,
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }
    if as_json:
        parts = {name: section.to_json() for name, section in sections.items()}
        met = {str(goal): goal.met for goal in goals}
        typer.echo(json.dumps({**facts, "sections": parts, "goals": met}))
    else:
        console = Console()
        console.print(facts)
        for section in sections.values():
            section.print(console)
        for goal in goals:
            console.print(f"{'met' if goal.met else 'MISSED'}: {goal} (is {goal.figure:.2f})")
    app.quit()


def measured(scene: Scene, height: int) -> Section:
    """Both kinds of painting at one height, and the plain drawing of the same views."""
    timeline = TimelineWidget()
    timeline.set_theme(DARK)
    timeline.resize(WIDTH, height)
    fill(timeline, scene)
    picture = QImage(WIDTH, height, QImage.Format.Format_RGB32)
    cached, zooming, plain = list[float](), list[float](), list[float]()
    _milliseconds(lambda: timeline.render(picture))
    for number in range(ROUNDS):
        timeline.show_all()
        playhead = int(FRAMES * (0.2 + 0.15 * number))
        timeline.set_playhead(playhead)
        for factor in [1.25] * 50 + [0.8] * 50:
            timeline.zoom_by(factor)
            zooming.append(_milliseconds(lambda: timeline.render(picture)))
            playhead += 1
            timeline.set_playhead(playhead)
            cached.append(_milliseconds(lambda: timeline.render(picture)))
            if not len(zooming) % PLAIN_EVERY:
                plain_paint = partial(paint_plainly, picture, scene, timeline.visible_range())
                plain.append(_milliseconds(plain_paint))
    timeline.deleteLater()
    title = f"Painting {WIDTH} x {height}"
    return Section(
        title,
        "mean",
        {"cached": Times(cached), "zooming": Times(zooming)},
        {"a shape for each": Times(plain)},
    )


def paint_plainly(picture: QImage, scene: Scene, view: tuple[float, float]) -> None:
    """Every frame, run and violation in view on its own, into the parts of the real timeline."""
    first, last = view
    low, high = int(first), int(np.ceil(last))
    scale = picture.width() / (last - first)
    painter = QPainter(picture)
    painter.fillRect(picture.rect(), QColor(DARK.well))
    colours = [QColor(*row) for row in table().tolist()]
    for frame, score in enumerate(scene.scores[low:high].tolist(), low):
        height = score * 36
        bar = QRectF((frame - first) * scale, 64 - height, scale, height)
        painter.fillRect(bar, colours[int(score * 255)])
    blue, lanes = QColor(DETECTION), scene.lanes
    most = (picture.height() - 150) // 16
    seen = np.flatnonzero((lanes.lane < most) & (lanes.start < high) & (lanes.stop > low))
    for row in seen.tolist():
        start, stop = int(lanes.start[row]), int(lanes.stop[row])
        x, y = (start - first) * scale, 119 + 16 * int(lanes.lane[row])
        painter.fillRect(QRectF(x, y, (stop - start) * scale, 6), blue)
    shown = np.flatnonzero((scene.frames >= low) & (scene.frames < high))
    for row in shown.tolist():
        x = (int(scene.frames[row]) + 0.5 - first) * scale
        paint_mark(painter, QPointF(x, 86), MarkState(int(scene.states[row])))
    painter.end()


def _milliseconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    typer.run(main)
