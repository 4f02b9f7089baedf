"""How soon the next violation is seen after the key that accepts one, with the decision on disk.

    python benchmarks/review.py VIDEO --model yolov8n.pt [--boxes 300] [--json]

The video is scaled to 1080p and looped, its detector's real boxes with it, and reviewed in the real
window, with the small copy of the video and without. Timed from the action of the key A until the
picture of the next violation is painted; the database is synchronised before that. Each decision is
made when the full picture is there, or ("flat out") at once. What a second reader finds on disk is
compared at the end. Without a DISPLAY it starts an Xvfb.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import av
import typer
from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.clips import HEIGHT, WIDTH, loop_clip
from benchmarks.display import display, run_until
from benchmarks.figures import Goal, Section, Times

TURNS = 2
GOP = 50
CONFIDENCE = 0.1
MOST_MS = 50.0
MOST_SECONDS = 10.0
_WITH, _FLAT_OUT, _WITHOUT = "with small copy", "the same, flat out", "without"


def main(
    video: Annotated[Path, typer.Argument(help="A local video file.")],
    model: Annotated[str, typer.Option(help="Weights, as for `flickerscope process`.")],
    boxes: Annotated[int, typer.Option(help="Decisions to time.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a review in the real window."""
    with ExitStack() as stack:
        stack.enter_context(display())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        load = os.getloadavg()[0]
        clip = make_clip(video, scratch)
        detected = scratch / "detected"
        detect(clip, model, detected)
        times = {}
        for name in (_WITH, _FLAT_OUT, _WITHOUT):
            home = Path(shutil.copytree(detected, scratch / name))
            small, wait = name != _WITHOUT, name != _FLAT_OUT
            times[name] = measure(clip, boxes, home, small_copy=small, wait=wait)
    section = Section(
        "Accept to next violation painted",
        "mean",
        {name: times[name] for name in (_WITH, _FLAT_OUT)},
        {_WITHOUT: times[_WITHOUT]},
        {"load before": round(load, 2), "cpus": os.cpu_count()},
    )
    goal = Goal("p95 with small copy, ms", times[_WITH].p95, MOST_MS)
    if as_json:
        typer.echo(json.dumps(section.to_json() | {"goals": {str(goal): goal.met}}))
    else:
        console = Console()
        section.print(console)
        console.print(f"{'met ' if goal.met else 'MISS'}  {goal}: {goal.figure:.1f}")


def make_clip(video: Path, folder: Path) -> Path:
    """The video at 1080p, with a keyframe every two seconds, looped."""
    once = folder / "once.mp4"
    with av.open(str(video)) as read, av.open(str(once), "w") as written:
        rate = Fraction(read.streams.video[0].average_rate or 25)
        stream = written.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "23", "preset": "veryfast", "g": str(GOP)}
        for number, frame in enumerate(read.decode(video=0)):
            scaled = frame.reformat(WIDTH, HEIGHT, "yuv420p")
            scaled.pts, scaled.time_base = number, 1 / rate
            written.mux(stream.encode(scaled))
        written.mux(stream.encode(None))
    return loop_clip(once, folder / "review-1080p.mp4", TURNS)


def detect(clip: Path, model: str, home: Path) -> None:
    """Detect the clip, which leaves its small copy, into a home of its own."""
    from core.detectors.base import DetectorConfig
    from core.detectors.known_models import trust
    from core.headless import process_video

    home.mkdir()
    os.environ["FLICKERSCOPE_HOME"] = str(home)
    trust(model)
    process_video(clip, DetectorConfig(model, CONFIDENCE), None, lambda *_, **__: None)


def measure(clip: Path, boxes: int, home: Path, *, small_copy: bool, wait: bool = True) -> Times:
    """Milliseconds of each decision.

    Args:
        clip: What is reviewed.
        boxes: Decisions at most.
        home: Where its project is.
        small_copy: Whether its small copy may be used.
        wait: Decide when the full picture is there, as a person does who looks at it; else at once,
            while that is still being decoded.

    Raises:
        AssertionError: What is on disk is not what was decided.
    """
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication

    from core.paths import default_project_dir
    from core.prelabels import Verdict
    from core.project import Project
    from core.settings import Settings
    from gui.application import favour_the_window
    from gui.canvas import CanvasWidget
    from gui.main_window import MainWindow
    from gui.theme import apply_theme

    os.environ["FLICKERSCOPE_HOME"] = str(home)
    settings = Settings() if small_copy else Settings(proxy_gib=0)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    favour_the_window()
    painted: list[float] = []
    paint = CanvasWidget.paintEvent

    def timed(self: CanvasWidget, event: QPaintEvent) -> None:
        paint(self, event)
        views, now = window.workspace, window.session
        if views is not None and now is not None and views.shown_frame == now.frame:
            painted.append(_now())

    # Before the first canvas is made: Qt's binding looks a method up only once.
    CanvasWidget.paintEvent = timed  # type: ignore[method-assign]
    window = MainWindow(apply_theme(app, "light"), settings)
    window.show()
    window.open_path(clip)
    run_until(app, window, lambda: window.session is not None)
    session, workspace = window.session, window.workspace
    assert session is not None
    assert workspace is not None
    run_until(app, window, lambda: workspace.shown_in_full)
    expected: list[str] = []
    ms: list[float] = []
    accept = window.actions_by_name["accept"]
    session.skip()
    run_until(app, window, lambda: workspace.shown_in_full)
    while len(ms) < boxes and session.focused is not None:
        if wait:
            run_until(app, window, lambda: workspace.shown_in_full)
        box = session.focused
        if session.verdict(box) is not None:
            break
        expected.append(box.key)
        painted.clear()
        began = _now()
        accept.trigger()
        if session.focused == box:
            break  # it was the last one
        # The first picture of another frame that is painted: the one under review has moved on.
        deadline = began + MOST_SECONDS
        while not painted:
            app.processEvents()
            if _now() > deadline:
                raise TimeoutError(f"frame {session.frame} was not painted after {box.key}")
        ms.append((painted[-1] - began) * 1000)
    CanvasWidget.paintEvent = paint  # type: ignore[method-assign]
    window.close()
    with closing(Project.open(default_project_dir(clip))) as project:
        kept = {key for key, d in project.decisions.items() if d.verdict is Verdict.ACCEPTED}
    assert kept == set(expected), (len(kept), len(expected))
    return Times(ms)


def _now() -> float:
    return time.perf_counter()


if __name__ == "__main__":
    typer.run(main)
