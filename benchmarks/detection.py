"""How fast detection is, against `yolo predict`, and whether every backend sees the same.

    python benchmarks/detection.py VIDEO --model yolov8n.pt [--rounds 3] [--json]

In each round, one after the other and nothing else: `yolo predict` (its command line, save=False,
with the same clip, model, image size, classes and confidence), this program's pipeline with the
same torch backend, with `auto`, with `auto` and the small copy for scrubbing that the window makes
on the way, and the window itself. Frames a second from the moment that the model is loaded to the
last frame; the median of the rounds counts. Without a DISPLAY it starts an Xvfb.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.detection_contenders import Job, Pass, pipeline, stage_times, window, yolo_predict
from benchmarks.display import display
from benchmarks.figures import Goal
from core.boxes import iou_matrix
from core.detections import Detections

PREDICT = "yolo predict"
TORCH, AUTO, COPYING, WINDOW = "pipeline, torch", "pipeline, auto", "auto + small copy", "window"
SURE, OVERLAP = 0.25, 0.9


@dataclass(frozen=True)
class Contest:
    """What was measured."""

    fps: dict[str, list[float]]
    passes: dict[str, Pass]
    """The last one of each."""
    stages: dict[str, dict[str, float]]
    """Milliseconds a frame of each stage alone."""

    def median(self, name: str) -> float:
        """Frames a second."""
        return statistics.median(self.fps[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as fast as another."""
        return self.median(name) / self.median(other)


def main(
    video: Annotated[Path, typer.Argument(help="A local video file.")],
    model: Annotated[str, typer.Option(help="Weights: a .pt file.")],
    rounds: Annotated[int, typer.Option(min=1, help="How often all of it.")] = 3,
    classes: Annotated[str | None, typer.Option(help="Keep only these, as 2,7 (ids).")] = None,
    image_size: Annotated[int | None, typer.Option(help="Longer side, px.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure detection."""
    ids = tuple(int(part) for part in classes.split(",")) if classes else None
    with ExitStack() as stack:
        stack.enter_context(display())
        os.environ["FLICKERSCOPE_HOME"] = stack.enter_context(tempfile.TemporaryDirectory())
        load = os.getloadavg()[0]
        began = time.monotonic()
        job = Job.of(video, str(Path(model).resolve()), image_size, ids)
        contest = run(job, rounds)
        result = report(job, contest) | {
            "load_before": round(load, 2),
            "seconds": round(time.monotonic() - began),
        }
    print(json.dumps(result)) if as_json else show(result)


def run(job: Job, rounds: int) -> Contest:
    """All contenders, in turn."""
    contenders: dict[str, Callable[[], Pass]] = {
        PREDICT: lambda: yolo_predict(job),
        TORCH: lambda: pipeline(job, "torch"),
        AUTO: lambda: pipeline(job, "auto"),
        COPYING: lambda: pipeline(job, "auto", copy=True),
        WINDOW: lambda: window(job),
    }
    fps: dict[str, list[float]] = {name: [] for name in contenders}
    passes: dict[str, Pass] = {}
    for _ in range(rounds):
        for name, contender in contenders.items():
            passes[name] = contender()
            fps[name].append(passes[name].fps)
    stages = {backend: stage_times(job, backend) for backend in ("torch", "auto")}
    return Contest(fps, passes, stages)


def agreement(reference: Detections, other: Detections) -> float:
    """Share of sure boxes that the other has, too: same class, and much the same place."""
    met = total = 0
    for frame in range(reference.frame_count):
        one, rows = reference.rows(frame), other.rows(frame)
        sure = reference.score[one] >= SURE
        overlap = iou_matrix(reference.xyxy[one][sure], other.xyxy[rows])
        same = reference.class_id[one][sure][:, None] == other.class_id[rows][None]
        met += int(((overlap >= OVERLAP) & same).any(axis=1).sum())
        total += int(sure.sum())
    return met / total if total else 1.0


def report(job: Job, contest: Contest) -> dict[str, object]:
    """All figures."""
    torch, auto = contest.passes[TORCH].detections, contest.passes[AUTO].detections
    if torch is None or auto is None:
        raise ValueError("the pipeline gives its detections")
    both = min(agreement(torch, auto), agreement(auto, torch))
    on_gpu = contest.passes[AUTO].device.startswith("cuda")
    goals = [
        Goal("auto, times yolo predict", contest.ratio(AUTO, PREDICT), 4 if on_gpu else 2.5, True),
        Goal("torch, times yolo predict", contest.ratio(TORCH, PREDICT), 1.15, True),
        Goal("agreement of auto and torch", both, 0.99, True),
        Goal("window, share of the pipeline with copy", contest.ratio(WINDOW, COPYING), 0.9, True),
        Goal("window, share of the bare pipeline", contest.ratio(WINDOW, AUTO), 0.9, True),
    ]
    return {
        "video": job.video.name,
        "frames": len(job.index),
        "model": Path(job.model).name,
        "cpus": os.cpu_count(),
        "vector_instructions": _vector_instructions(),
        "fps": {
            name: {
                "median": round(contest.median(name), 2),
                "rounds": [round(value, 2) for value in values],
                f"times {PREDICT}": round(contest.ratio(name, PREDICT), 2),
                "backend": contest.passes[name].backend,
                "device": contest.passes[name].device,
            }
            for name, values in contest.fps.items()
        },
        "ms_a_frame_of_each_stage_alone": contest.stages,
        "goals": {str(goal): [round(goal.figure, 4), goal.met] for goal in goals},
    }


def show(result: dict[str, object]) -> None:
    """As tables."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console()
    fps, stages, goals = (result[key] for key in ("fps", "ms_a_frame_of_each_stage_alone", "goals"))
    assert isinstance(fps, dict)
    assert isinstance(stages, dict)
    assert isinstance(goals, dict)
    console.print(
        f"{result['video']}, {result['frames']} frames, {result['model']}, {result['cpus']} CPUs "
        f"({result['vector_instructions']}), load {result['load_before']} before"
    )
    table = Table(
        "", "backend", "device", "fps", f"times {PREDICT}", "rounds",
        title="Frames a second", box=SIMPLE_HEAD,
    )  # fmt: skip
    for name, row in fps.items():
        table.add_row(
            name, row["backend"], row["device"], str(row["median"]), str(row[f"times {PREDICT}"]),
            ", ".join(map(str, row["rounds"])),
        )  # fmt: skip
    console.print(table)
    names = list(next(iter(stages.values())))
    table = Table("", *names, title="Milliseconds a frame, each stage alone", box=SIMPLE_HEAD)
    for backend, row in stages.items():
        table.add_row(backend, *(f"{row[name]:.1f}" for name in names))
    console.print(table)
    for goal, (figure, met) in goals.items():
        console.print(f"{'met ' if met else 'MISS'}  {goal}: {figure:g}")


def _vector_instructions() -> str:
    """What the processor's vector units offer, on which full precision depends most."""
    try:
        flags = Path("/proc/cpuinfo").read_text().split("flags")[1].splitlines()[0].split()
    except (OSError, IndexError):
        return "unknown"
    known = ("avx2", "avx512f", "avx512_bf16", "amx_tile")
    return ", ".join(name for name in known if name in flags) or "none known"


if __name__ == "__main__":
    typer.run(main)
