"""What a batch costs beyond its work, and what more workers gain, in one run.

    python benchmarks/batch.py VIDEO... [--model M] [--clips 24] [--frames 60] [--rounds 3]
                               [--engine local|ray] [--place DIR] [--json]

Short clips are cut from the videos (such as `../shared/media/*`). Every contestant is a process of
its own, start included, that makes projects, selections and exports of all clips: a plain loop over
what the commands call, the batch with one worker (both with all cores), and the batch with one and
two workers of one core each. Their order turns from round to round; ratios are of medians. Where
other programs keep the machine busy, the processor time beside each figure tells more. What all of
them made must be the same, byte for byte: detections, embeddings and every exported file.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Annotated

import av
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.figures import Goal
from core.batch.request import DEFAULT_EXPORT
from core.detectors.base import DEFAULT_MODEL, DetectorConfig
from core.detectors.machine import CORES_VARIABLE, usable_cores
from core.export.manifest import MANIFEST
from core.headless import export_projects, process_video
from core.paths import project_stem
from core.selection.commands import select_frames
from core.selection.wishes import Wishes
from core.video import VideoReader

LOOP, ONE, NARROW, TWO = "loop", "batch, 1 worker", "1 worker, 1 core", "2 workers, 1 core each"
OVERHEAD = 0.05


@dataclass
class Measured:
    """What one contestant took, round by round."""

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    made: list[dict[str, str]] = field(default_factory=list)
    """See `made_in`."""


def main(
    videos: list[Path],
    model: Annotated[str, typer.Option(help="As for `process`.")] = DEFAULT_MODEL,
    clips: Annotated[int, typer.Option(help="How many short clips.")] = 24,
    frames: Annotated[int, typer.Option(help="Of each clip.")] = 60,
    rounds: Annotated[int, typer.Option(help="How often each contestant runs.")] = 3,
    engine: Annotated[str, typer.Option(help="local or ray.")] = "local",
    place: Annotated[Path | None, typer.Option(help="For clips and results.")] = None,
    only_loop: Annotated[Path | None, typer.Option(hidden=True)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run the contest."""
    if only_loop is not None:
        plain_loop(videos, model, only_loop)
        return
    with tempfile.TemporaryDirectory(dir=place) as temporary:
        folder = Path(temporary)
        cut = cut_clips(videos, folder / "clips", clips, frames)
        contestants = {
            LOOP: ([*us(), *map(str, cut), "--model", model, "--only-loop"], None),
            ONE: (batch_command(folder, model, engine, 1, None), None),
            NARROW: (batch_command(folder, model, engine, 1, 1), 1),
            TWO: (batch_command(folder, model, engine, 2, 1), 1),
        }
        measured = {name: Measured() for name in contestants}
        # Models are exported, and files read, before anything counts.
        loop = Measured()
        contest("warming up", *contestants[LOOP], folder, loop)
        for turn in range(rounds):
            names = list(contestants)[:: 1 if turn % 2 == 0 else -1]
            for name in names:
                contest(name, *contestants[name], folder, measured[name])
                if measured[name].made[-1] != loop.made[0]:
                    raise SystemExit(f"{name} has made something else than the loop")
    tell(measured, clips, frames, engine, as_json)


def plain_loop(clips: list[Path], model: str, out: Path) -> None:
    """What a person would write: the commands, one after another, for each video."""
    config = DetectorConfig(model)

    def silent(*args: object, **kwargs: object) -> None:
        """Nobody looks on."""

    for clip in clips:
        process_video(clip, config, out / "projects", silent)
        project = out / "projects" / f"{project_stem(clip)}.flickerscope"
        select_frames([project], Wishes(), out / "lists" / clip.stem, silent)
        export_projects([project], DEFAULT_EXPORT, out / "exports" / clip.stem, silent)


def us() -> list[str]:
    """This program."""
    return [sys.executable, str(Path(__file__).resolve())]


def batch_command(
    folder: Path, model: str, engine: str, workers: int, cpus: int | None
) -> list[str]:
    """A batch over all clips; where to is still to follow."""
    command = [sys.executable, "-m", "core.cli", "batch", str(folder / "clips"), "--model", model]
    command += ["--segment", "0", "--engine", engine, "--workers", str(workers)]
    if engine == "ray":
        command += ["--cpus", str(cpus or usable_cores())]
    return [*command, "--out"]


def contest(name: str, command: list[str], cores: int | None, folder: Path, into: Measured) -> None:
    """Run one contestant, and delete what it made."""
    print(f"{time.strftime('%X')} {name}", file=sys.stderr)
    out = folder / "out"
    environment = os.environ | {"FLICKERSCOPE_HOME": str(folder / "home")}
    if cores is not None:
        environment[CORES_VARIABLE] = str(cores)
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, str(out)],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    into.seconds.append(time.perf_counter() - began)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} failed")
    into.cpu_seconds.append(usage.ru_utime + usage.ru_stime)
    into.made.append(made_in(out))
    shutil.rmtree(out)


def made_in(out: Path) -> dict[str, str]:
    """Digests of what was exported and detected; ids of runs, and what names them, are left out."""
    exported = (out / "exports").rglob("*")
    found = {
        path.relative_to(out).as_posix(): path
        for path in exported
        if path.is_file() and path.name != MANIFEST
    }
    for project in (out / "projects").iterdir():
        for path in (project / "runs").iterdir():
            found[f"{project.name} {path.name.partition('.')[2]}"] = path
    return {name: sha256(path.read_bytes()).hexdigest() for name, path in sorted(found.items())}


def cut_clips(videos: list[Path], folder: Path, count: int, frames: int) -> list[Path]:
    """Write clips of consecutive frames, from each video in turn."""
    folder.mkdir(parents=True)
    made = []
    for number in range(count):
        video = videos[number % len(videos)]
        with VideoReader(video) as reader:
            start = (number // len(videos)) * frames % max(len(reader) - frames, 1)
            made.append(_cut(reader, folder / f"{video.stem}_{number:02}.mp4", start, frames))
    return made


def _cut(reader: VideoReader, path: Path, start: int, frames: int) -> Path:
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "crf": "18"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height = reader.info.width, reader.info.height
        stream.pix_fmt = "yuv420p"
        for number, (_, picture) in enumerate(reader.frames_in_range(start, start + frames)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def tell(
    measured: dict[str, Measured], clips: int, frames: int, engine: str, as_json: bool
) -> None:
    """The figures, and whether they are as they should be."""
    medians = {name: median(each.seconds) for name, each in measured.items()}
    cpu = {name: median(each.cpu_seconds) for name, each in measured.items()}
    overhead = medians[ONE] / medians[LOOP] - 1
    goal = Goal("overhead of the batch against a plain loop", round(overhead, 3), OVERHEAD)
    found = {
        "engine": engine,
        "clips": clips,
        "equal_files": min(len(made) for its in measured.values() for made in its.made),
        "frames_a_clip": frames,
        "cores": usable_cores(),
        "load": [round(each, 1) for each in os.getloadavg()],
        **{
            name: {
                "seconds": [round(each, 2) for each in its.seconds],
                "cpu_seconds": [round(each, 2) for each in its.cpu_seconds],
                "seconds_a_video": round(medians[name] / clips, 3),
            }
            for name, its in measured.items()
        },
        "overhead": goal.figure,
        "overhead_seconds_a_video": round((medians[ONE] - medians[LOOP]) / clips, 3),
        "overhead_of_processor_time": round(cpu[ONE] / cpu[LOOP] - 1, 3),
        "scaling": round(medians[NARROW] / medians[TWO], 2),
        "two_narrow_against_one_wide": round(medians[ONE] / medians[TWO], 2),
        "met": goal.met,
    }
    if as_json:
        print(json.dumps(found))
        return
    title = f"{clips} clips of {frames} frames, engine {engine}, {usable_cores()} cores"
    table = Table("", "median s", "s a video", "processor s", title=title, box=SIMPLE_HEAD)
    for name, seconds in medians.items():
        table.add_row(name, f"{seconds:.1f}", f"{seconds / clips:.2f}", f"{cpu[name]:.1f}")
    console = Console()
    console.print(table)
    for name in ("overhead", "overhead_of_processor_time", "scaling", "load"):
        console.print(f"{name.replace('_', ' ')}: {found[name]}")
    console.print(f"files that all of them made alike: {found['equal_files']}")
    console.print(f"{goal}: {'met' if goal.met else 'not met'}")


if __name__ == "__main__":
    typer.run(main)
