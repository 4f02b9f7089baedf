"""How long frames take to become PNG files, against a plain `ffmpeg` in the same run.

    python benchmarks/export.py [VIDEO] [--frames 10000] [--rounds 1] [--clips DIR] [--json]

Without VIDEO it draws one: 1080p H.264, looped to as many frames as are wanted. Both contestants
are processes of their own, start included, that write the same frames to the same disk; their order
turns from round to round. `ffmpeg` compresses at its quickest level with the filter that gives it
the smallest files then; ours also writes labels and manifest, and renames each file when it is
whole. A short run of ours before tells how much memory grows with the number of frames. What both
write is deleted at once; it takes a few MB a frame of DIR, or of the temporary folder.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.clips import PLAIN, loop_clip, make_clip
from benchmarks.figures import Goal, Section, Times
from core.export.base import ExportVideo, Labeled, LabeledFrame
from core.export.plan import ExportPlan
from core.export.registry import formats
from core.export.request import ExportRequest
from core.export.writing import write_export
from core.video import VideoReader

OURS, FFMPEG = "ours", "ffmpeg"
AS_SMALL = ["-compression_level", "1", "-pred", "up"]
RATIO, GROWTH_MB = 1.5, 50.0
SHORT_RUN = 200
"""Frames, after which all buffers are there."""


@dataclass
class Measured:
    """What one contestant took, round by round."""

    ms: list[float] = field(default_factory=list)
    """A frame."""
    cpu_ms: list[float] = field(default_factory=list)
    bytes: int = 0
    """Of all pictures."""
    peak_mb: float = 0.0


def main(
    video: Annotated[Path | None, typer.Argument(help="A local video file.")] = None,
    frames: Annotated[int, typer.Option(help="Frames to export.")] = 10_000,
    rounds: Annotated[int, typer.Option(help="Turns of each contestant.")] = 1,
    clips: Annotated[Path | None, typer.Option(help="Where clips and pictures go.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    only_ours: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure how long frames take to become PNG files."""
    if only_ours is not None:
        assert video is not None
        export(video, frames, only_ours)
        return
    ffmpeg = find_ffmpeg()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=clips) as folder:
        place = Path(folder)
        if video is None:
            drawn = make_clip(PLAIN, clips or place)
            video = loop_clip(drawn, place / "video.mp4", ceil(frames / PLAIN.frames))
        with VideoReader(video) as reader:
            if len(reader) < frames:
                raise typer.BadParameter(f"the video has {len(reader)} frames, not {frames}")
            size = f"{reader.info.width}x{reader.info.height}"
        short = Measured()
        few = min(frames, SHORT_RUN)
        contest(OURS, own_command(video, few, place), place, short, few)
        found = {OURS: Measured(), FFMPEG: Measured()}
        for number in range(rounds):
            for name in [OURS, FFMPEG] if number % 2 == 0 else [FFMPEG, OURS]:
                command = (
                    own_command(video, frames, place)
                    if name == OURS
                    else their_command(ffmpeg, video, frames, place)
                )
                contest(name, command, place, found[name], frames)
    ours, theirs = found[OURS], found[FFMPEG]
    section = Section(
        f"{frames} frames of {size} as PNG, a frame",
        "p50",
        {OURS: Times(ours.ms)},
        {FFMPEG: Times(theirs.ms)},
        {
            "processor ms a frame": {n: round(min(m.cpu_ms), 1) for n, m in found.items()},
            "MB in all": {n: round(m.bytes / 1e6) for n, m in found.items()},
            "peak memory, MB": {n: round(m.peak_mb) for n, m in found.items()},
            "cpus": os.cpu_count(),
            "load before": round(load, 2),
        },
    )
    goals = [
        Goal("times the speed of ffmpeg", section.ratio(OURS, FFMPEG), RATIO, at_least=True),
        Goal("of ffmpeg's bytes", ours.bytes / theirs.bytes, 1.0),
        Goal(f"MB more memory than for {SHORT_RUN}", ours.peak_mb - short.peak_mb, GROWTH_MB),
    ]
    if as_json:
        judged = {str(g): {"figure": round(g.figure, 2), "met": g.met} for g in goals}
        typer.echo(json.dumps(section.to_json() | {"video": video.name, "goals": judged}))
        return
    console = Console()
    section.print(console)
    for goal in goals:
        console.print(f"{'met ' if goal.met else 'MISS'}  {goal}: {goal.figure:.2f}")


def export(video: Path, frames: int, out: Path) -> None:
    """Export the first frames of a video, without boxes."""
    with VideoReader(video) as reader:
        index, info = reader.index, reader.info
    name = video.stem
    whole = ExportVideo(name, video, info.width, info.height, index, "run", "none")
    labeled = tuple(
        LabeledFrame(0, frame, frame, f"images/{name}-{frame:05d}.png", ())
        for frame in range(frames)
    )
    coco = formats()["coco"]
    plan = ExportPlan(
        ExportRequest(), coco, Labeled((whole,), labeled, ("car",), "frames"), "frames"
    )
    write_export(plan, out)


def own_command(video: Path, frames: int, place: Path) -> list[str]:
    """Ours, as a process that writes to `place`/out."""
    us = [sys.executable, str(Path(__file__).resolve()), str(video), "--frames", str(frames)]
    return [*us, "--only-ours", str(place / "out")]


def their_command(ffmpeg: str, video: Path, frames: int, place: Path) -> list[str]:
    """As above, by ffmpeg; the folder is there."""
    start = [ffmpeg, "-v", "error", "-nostdin", "-i", str(video), "-frames:v", str(frames)]
    return [*start, *AS_SMALL, str(place / "out" / "%05d.png")]


def contest(name: str, command: list[str], place: Path, into: Measured, frames: int) -> None:
    """Run one contestant, and delete what it wrote."""
    print(f"{time.strftime('%X')} {name}, {frames} frames", file=sys.stderr)
    out = place / "out"
    out.mkdir()
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=REPOSITORY)
    _, status, usage = os.wait4(process.pid, 0)
    into.ms.append((time.perf_counter() - began) * 1000 / frames)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} failed")
    into.cpu_ms.append((usage.ru_utime + usage.ru_stime) * 1000 / frames)
    into.peak_mb = max(into.peak_mb, usage.ru_maxrss / 1024)
    written = list(out.rglob("*.png"))
    into.bytes = sum(path.stat().st_size for path in written)
    if len(written) != frames:
        raise SystemExit(f"{name} wrote {len(written)} pictures, not {frames}")
    shutil.rmtree(out)


def find_ffmpeg() -> str:
    """The machine's, or that of the package `imageio-ffmpeg` where somebody has installed it."""
    found = shutil.which("ffmpeg")
    if found is None and find_spec("imageio_ffmpeg") is not None:
        from imageio_ffmpeg import get_ffmpeg_exe

        found = get_ffmpeg_exe()
    if found is None:
        raise SystemExit("there is no ffmpeg to compare with; install it, or imageio-ffmpeg")
    return found


if __name__ == "__main__":
    typer.run(main)
