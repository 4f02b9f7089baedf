"""How soon the next violation is seen after a decision, when it lies in another video.

    python benchmarks/switching.py VIDEO VIDEO --model yolov8n.pt [--turns 20] [--json]

Both videos are detected, and all videos of their folder reviewed in the real window, in an order
in which each violation lies in the other video. Timed from the action that accepts the boxes of a
violation until the picture of the next one is painted: closing one project, opening the other, all
views of it. "Opened ahead" is what a person meets who looks at a violation for a moment; "anew"
forgets what was opened ahead. Without a DISPLAY it starts an Xvfb.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.display import display, run_until
from benchmarks.figures import Goal, Section, Times

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from core.collection.overview import Overview
    from gui.collection.library import Found
    from gui.main_window import MainWindow

CONFIDENCE = 0.1
MOST_MS = 300.0
MOST_SECONDS = 20.0


def main(
    videos: Annotated[list[Path], typer.Argument(help="Two local video files.")],
    model: Annotated[str, typer.Option(help="Weights, as for `flickerscope process`.")],
    turns: Annotated[int, typer.Option(help="Decisions to time, of each kind.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure going from video to video in the real window."""
    with ExitStack() as stack:
        stack.enter_context(display())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["FLICKERSCOPE_HOME"] = str(scratch / "home")
        folder = detected(videos, model, scratch / "videos")
        load = os.getloadavg()[0]
        ahead, anew = measured(folder, turns)
    section = Section(
        "Accept to next violation painted, in another video",
        "mean",
        {"opened ahead": ahead},
        {"anew": anew},
        {"load": round(load, 2), "cpus": os.cpu_count()},
    )
    goal = Goal("p95 opened ahead, ms", ahead.p95, MOST_MS)
    if as_json:
        typer.echo(json.dumps(section.to_json() | {"goals": {str(goal): goal.met}}))
        return
    console = Console()
    section.print(console)
    console.print(f"{'met ' if goal.met else 'MISS'}  {goal}: {goal.figure:.1f}")


def detected(videos: list[Path], model: str, folder: Path) -> Path:
    """A folder with copies of the videos and a project of each beside it."""
    from core.detectors.base import DetectorConfig
    from core.detectors.known_models import trust
    from core.headless import process_video

    folder.mkdir()
    trust(model)
    for number, video in enumerate(videos):
        copy = Path(shutil.copy2(video, folder / f"{number}-{video.name}"))
        process_video(copy, DetectorConfig(model, CONFIDENCE), folder, lambda *_, **__: None)
    return folder


def found(folder: Path) -> "Found":
    """The folder's collection; its gains let the next violation always be in the other video."""
    from core.collection.collection import collection_in
    from core.collection.looking import look_into
    from gui.collection.library import Found

    collection = collection_in(folder)
    assert collection is not None
    overviews: dict[Path, Overview] = {}
    for member in collection.members:
        overview = look_into(member.folder, "").overview
        assert overview is not None, f"nothing was found in {member.name}"
        overviews[member.folder] = overview
    return Found(collection, (), overviews)


def measured(folder: Path, turns: int) -> tuple[Times, Times]:
    """Milliseconds of each decision, opened ahead and anew."""
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication

    from core.settings import Settings
    from gui.application import favour_the_window
    from gui.canvas import CanvasWidget
    from gui.main_window import MainWindow
    from gui.theme import apply_theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    favour_the_window()
    painted: list[float] = []
    paint = CanvasWidget.paintEvent

    def timed(self: CanvasWidget, event: QPaintEvent) -> None:
        paint(self, event)
        views, now = window.workspace, window.session
        if views is None or now is None or views.canvas is not self:
            return
        if views.shown_frame == now.frame and now.focused is not None:
            painted.append(time.perf_counter())

    # Before the first canvas is made: Qt's binding looks a method up only once.
    CanvasWidget.paintEvent = timed  # type: ignore[method-assign]
    window = MainWindow(apply_theme(app, "light"), Settings())
    window.show()
    collection = found(folder)
    window.browsing.library.show(collection)
    window.open_path(collection.collection.members[0].folder)
    run_until(app, window, lambda: window.session is not None)
    window.across.review_all(True)
    times = [
        Times([_one(app, window, painted, opened_ahead=ahead) for _ in range(turns)])
        for ahead in (True, False)
    ]
    CanvasWidget.paintEvent = paint  # type: ignore[method-assign]
    window.close()
    return times[0], times[1]


def _one(
    app: "QApplication", window: "MainWindow", painted: list[float], *, opened_ahead: bool
) -> float:
    """Milliseconds until the first violation of the other video is seen."""
    rows, ahead = window.across.rows, window.jobs.opener.ahead
    assert rows.queue is not None
    assert rows.view is not None
    here, other = rows.member, 1 - (rows.member or 0)
    # The queue's order is not what is measured: only that the next one is elsewhere.
    order = rows.queue.shown(replace(rows.view, sorted_by="member"))
    of = rows.queue.member[order]
    shown = np.concatenate([order[of == here][:1], order[of == other], order[of == here][1:]])
    rows.shown = shown
    window.across.choose(int(shown[0]))
    folder = rows.folder_of(other)
    ahead.want([folder])
    _until(app, lambda: folder in ahead.kept)
    _until(app, lambda: window.workspace is not None and window.workspace.shown_in_full)
    if not opened_ahead:
        ahead.close()
    painted.clear()
    began = time.perf_counter()
    window.actions_by_name["skip"].trigger()
    _until(app, lambda: rows.member == other and bool(painted))
    return (painted[0] - began) * 1000


def _until(app: "QApplication", done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while not done():
        app.processEvents()
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing came of it in {MOST_SECONDS:g} s")


if __name__ == "__main__":
    typer.run(main)
