"""Whether detection lasts: memory over a long video, and runs that are killed again and again.

    python benchmarks/detection_endurance.py VIDEO --model yolov8n.pt [--frames 20000] [--kills 20]

The long video is the given one, its packets joined end to end without encoding anew. The network's
input is small (--image-size), because frames and not pixels are what may leak. Kills are SIGKILL to
`flickerscope process` at random moments of its detection, with resumption each time; the run that
comes of it is compared with an undisturbed one, byte by byte.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import av
import numpy as np
import typer

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.figures import Goal
from core.detections import Detections, DetectionsBuilder
from core.detectors.base import DetectorConfig
from core.detectors.stream import Chunk, DetectRequest, stream_detections
from core.frames import FrameRange
from core.paths import ProxyPlace
from core.pipeline import current_run
from core.project import Project
from core.settings import Settings
from core.video import VideoReader

SETTLED = 500
"""Frames after which memory should not grow any more."""


def main(
    video: Annotated[Path, typer.Argument(help="A local video file without B-frames.")],
    model: Annotated[str, typer.Option(help="Weights.")],
    frames: Annotated[int, typer.Option(help="Of the long video; 0 for none.")] = 20_000,
    kills: Annotated[int, typer.Option(help="Of the killed run; 0 for none.")] = 20,
    image_size: Annotated[int, typer.Option(help="Longer side of the long video's input.")] = 160,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure endurance."""
    model = str(Path(model).resolve())
    result: dict[str, object] = {"video": video.name, "model": Path(model).name}
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FLICKERSCOPE_HOME"] = folder
        if frames:
            memory = measure_memory(video, model, frames, image_size, Path(folder))
            result["memory"] = memory
            goals.append(Goal("growth after the first 500 frames, MB", memory["growth_mb"], 50))
        if kills:
            killed = measure_kills(video.resolve(), model, kills, Path(folder))
            result["killed"] = killed
            goals.append(Goal("columns that differ", float(str(killed["differing"])), 0))
    result["goals"] = {str(goal): [goal.figure, goal.met] for goal in goals}
    print(json.dumps(result, indent=None if as_json else 2))


def measure_memory(
    video: Path, model: str, frames: int, image_size: int, folder: Path
) -> dict[str, float]:
    """Resident memory of a process that detects in a long video, as the headless program does."""
    path = folder / f"long{video.suffix}"
    _lengthen(video, path, frames)
    with VideoReader(path) as reader:
        index = reader.index
    request = DetectRequest(
        path,
        index,
        DetectorConfig(model, image_size=image_size),
        FrameRange(0, len(index)),
        ProxyPlace(folder / "proxies", Settings().proxy_limit),
    )
    builder = DetectionsBuilder()
    settled = most = 0.0
    began = time.perf_counter()
    for message in stream_detections(request):
        if not isinstance(message, Chunk):
            continue
        builder.extend(message.frames)
        if builder.frame_count % 50 == 0:
            now = _resident_mb()
            if builder.frame_count <= SETTLED:
                settled = max(settled, now)
            most = max(most, now)
    took = time.perf_counter() - began
    return {
        "frames": builder.frame_count,
        "fps": round(builder.frame_count / took, 1),
        "settled_mb": round(settled, 1),
        "most_mb": round(most, 1),
        "growth_mb": round(most - settled, 1),
        "detections": len(builder.snapshot()),
    }


def measure_kills(video: Path, model: str, kills: int, folder: Path) -> dict[str, object]:
    """Kill a run again and again, and compare what comes of it."""
    undisturbed = _begin(video, model, folder / "whole")
    began = time.perf_counter()
    said, _ = undisturbed.communicate()
    whole_seconds = time.perf_counter() - began
    if undisturbed.returncode:
        raise RuntimeError(said)
    loading = whole_seconds - json.loads(said)["frames"] / json.loads(said)["fps"]
    reached: list[int] = []
    random.seed(1)
    for _ in range(kills):
        program = _begin(video, model, folder / "killed")
        # Into loading, and into detection up to and beyond the first time that it saves.
        time.sleep(random.uniform(0.3 * loading, loading + 7))
        os.killpg(program.pid, signal.SIGKILL)
        program.communicate()
        reached.append(_seen(folder / "killed")[1])
    _begin(video, model, folder / "killed").communicate()
    (runs, _, expected), (runs_killed, _, found) = _seen(folder / "whole"), _seen(folder / "killed")
    assert expected is not None
    assert found is not None
    differing = [
        column.name
        for column in fields(Detections)
        if not np.array_equal(getattr(expected, column.name), getattr(found, column.name))
    ]
    return {
        "kills": kills,
        "frames_saved_after_each": reached,
        "runs": [runs, runs_killed],
        "boxes": [len(expected), len(found)],
        "differing": len(differing),
    }


def _begin(video: Path, model: str, out: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "core.cli", "process", video, "--model", model, "--out", out,
         "--json"],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip


def _seen(out: Path) -> tuple[int, int, Detections | None]:
    """Runs of the project, frames of the last one, and what it saw."""
    folder = next(iter(out.glob("*.flickerscope")), None)
    if folder is None:
        return 0, 0, None
    with closing(Project.open(folder)) as project:
        if not project.runs:
            return 0, 0, None
        detections = current_run(project)[1]
        return len(project.runs), detections.frame_count, detections


def _lengthen(video: Path, path: Path, frames: int) -> None:
    """The same packets again and again."""
    written = shift = 0
    with av.open(str(path), "w") as target:
        stream = None
        while written < frames:
            with av.open(str(video)) as source:
                track = source.streams.video[0]
                stream = stream or target.add_stream_from_template(track)
                length = 0
                for packet in source.demux(track):
                    if packet.dts is None or packet.pts is None:
                        continue
                    length = max(length, packet.pts + (packet.duration or 1))
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    target.mux(packet)
                    written += 1
                shift += length


def _resident_mb() -> float:
    with Path("/proc/self/statm").open() as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    typer.run(main)
