"""How soon the window appears, and how evenly it answers while the detector works.

    python benchmarks/responsiveness.py VIDEO --model yolov8n.pt [--json]

Start-up: from the start of the process to the first painted window, against a bare PySide6
window measured in the same way in turn. Heartbeat: gaps between the ticks of a 5 ms timer in the
real window, which steps through the video meanwhile. Without a DISPLAY it starts an Xvfb.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.display import display, run_until

STARTS = 5
IDLE_SECONDS = 5.0
TICK_MS = 5
STEP_MS = 100
MAX_RATIO, MAX_START_SECONDS = 3.0, 1.5
MAX_GAP_MS, MAX_P99_MS = 100.0, 33.0

_PAINTED = """
import os, time
from PySide6.QtCore import QTimer

def tell():
    print(time.time(), flush=True)
    os._exit(0)

def watched(kind):
    class Watched(kind):
        def paintEvent(self, event):
            super().paintEvent(event)
            # What was painted reaches the screen before the next event.
            QTimer.singleShot(0, tell)
    return Watched
"""
_BARE = f"""{_PAINTED}
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = watched(QWidget)()
window.resize(1360, 860)
window.show()
app.exec()
"""
_REAL = f"""{_PAINTED}
import sys
sys.argv = ["flickerscope"]
import gui.__main__, gui.main_window
gui.main_window.MainWindow = watched(gui.main_window.MainWindow)
gui.__main__.main()
"""

Row = dict[str, float]


def main(
    video: Annotated[Path, typer.Argument(help="A local video file.")],
    model: Annotated[str, typer.Option(help="Weights, as for `flickerscope process`.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure start-up and responsiveness of the real window."""
    with ExitStack() as stack:
        stack.enter_context(display())
        home = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["FLICKERSCOPE_HOME"] = home
        load = os.getloadavg()[0]
        start = measure_start()
        heartbeat = measure_heartbeat(video, model)
    result: dict[str, object] = {
        "video": video.name,
        "model": Path(model).name,
        "cpus": os.cpu_count(),
        "load_before": round(load, 2),
        "start": start,
        "heartbeat": heartbeat,
        "goals": _goals(start, heartbeat),
    }
    if as_json:
        typer.echo(json.dumps(result))
    else:
        _print_tables(result, start, heartbeat)


def measure_start() -> dict[str, object]:
    """Seconds to the first painted window, bare and real in turn; the first pair is a warm-up."""
    bare, real = [], []
    for number in range(STARTS + 1):
        pair = _seconds_to_paint(_BARE), _seconds_to_paint(_REAL)
        if number:
            bare.append(pair[0])
            real.append(pair[1])
    medians = statistics.median(bare), statistics.median(real)
    return {
        "bare_s": bare,
        "real_s": real,
        "bare_median_s": round(medians[0], 3),
        "real_median_s": round(medians[1], 3),
        "ratio": round(medians[1] / medians[0], 2),
    }


def _seconds_to_paint(code: str) -> float:
    began = time.time()
    child = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return round(float(child.stdout) - began, 3)


def measure_heartbeat(video: Path, model: str) -> dict[str, Row]:
    """Gaps between ticks by phase, in milliseconds."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from core.detectors.known_models import trust
    from core.settings import Settings
    from gui.application import favour_the_window
    from gui.main_window import MainWindow
    from gui.theme import apply_theme

    app = QApplication([])
    trust(model)
    favour_the_window()
    window = MainWindow(apply_theme(app, "light"), Settings(model=model))
    window.show()
    window.open_path(video)
    gaps: dict[str, list[float]] = {"idle": [], "loading the detector": [], "detecting": []}
    phase, last = "", time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        if phase:
            gaps[phase].append((now - last) * 1000)
        last = now

    def enter(name: str) -> None:
        nonlocal phase
        phase = name

    def step() -> None:
        session = window.session
        if session is not None:
            at_end = session.frame >= len(session.index) - 1
            window.actions_by_name["home" if at_end else "forward"].trigger()

    heart = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK_MS)
    heart.timeout.connect(tick)
    stepper = QTimer(interval=STEP_MS)
    stepper.timeout.connect(step)
    heart.start()

    def shown() -> bool:
        return window.workspace is not None and window.workspace.shown_frame is not None

    run_until(app, window, lambda: shown() or bool(window.banner.sentence))
    session = window.session
    if session is None:
        raise typer.BadParameter(window.banner.sentence)
    session.detection_progressed.connect(lambda _: enter("detecting"))
    session.detection_changed.connect(lambda: None if session.detecting else enter(""))
    stepper.start()
    until = time.monotonic() + IDLE_SECONDS
    enter("idle")
    run_until(app, window, lambda: time.monotonic() > until)
    enter("loading the detector")
    window.actions_by_name["detect"].trigger()
    run_until(app, window, lambda: not session.detecting)
    heart.stop()
    stepper.stop()
    problem, complete = window.banner.sentence, session.complete
    window.close()
    if not complete:
        raise typer.BadParameter(problem or "the detection did not see the whole video")
    return {name: _summary(values) for name, values in gaps.items()}


def _summary(gaps: list[float]) -> Row:
    import numpy as np

    p50, p95, p99 = np.percentile(gaps, [50, 95, 99]).tolist()
    return {
        "count": len(gaps),
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "p99_ms": round(p99, 1),
        "max_ms": round(max(gaps), 1),
    }


def _goals(start: dict[str, object], heartbeat: dict[str, Row]) -> dict[str, bool]:
    bare, real = float(str(start["bare_median_s"])), float(str(start["real_median_s"]))
    return {
        f"start at most {MAX_RATIO:g} times the bare window's": real <= MAX_RATIO * bare,
        f"start under {MAX_START_SECONDS:g} s": real < MAX_START_SECONDS,
        f"no gap over {MAX_GAP_MS:g} ms": all(
            row["max_ms"] <= MAX_GAP_MS for row in heartbeat.values()
        ),
        f"99 % of gaps under {MAX_P99_MS:g} ms": all(
            row["p99_ms"] <= MAX_P99_MS for row in heartbeat.values()
        ),
    }


def _print_tables(
    result: dict[str, object], start: dict[str, object], heartbeat: dict[str, Row]
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        f"{result['video']}, {result['model']}, {result['cpus']} CPUs, "
        f"load {result['load_before']} before"
    )
    table = Table("window", "runs, s", "median, s", title="Start to first painted window")
    for name in ("bare", "real"):
        table.add_row(name, str(start[f"{name}_s"]), str(start[f"{name}_median_s"]))
    table.add_row("ratio", "", str(start["ratio"]))
    console.print(table)
    table = Table(
        "phase", "ticks", "p50", "p95", "p99", "max", title=f"Gaps of a {TICK_MS} ms timer, ms"
    )
    for name, row in heartbeat.items():
        table.add_row(name, *(f"{value:g}" for value in row.values()))
    console.print(table)
    goals = result["goals"]
    for goal, met in goals.items() if isinstance(goals, dict) else ():
        console.print(f"{'met ' if met else 'MISS'}  {goal}")


if __name__ == "__main__":
    typer.run(main)
