"""Two hours of video: how soon it opens, and whether scrubbing it takes more memory than a minute.

`seek.py` uses this; each video is opened in fresh processes, which run this file.
"""

import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.clips import PLAIN, RATE, loop_clip, make_clip
from benchmarks.contenders import decode_all
from core.opening import find, keep_index, open_reader
from core.project import Project
from core.video import VideoReader
from core.video.scrubber import Scrubber

MINUTES = 1, 120
REQUESTS = 5000
_LOOK_EVERY = 20
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Opened:
    """What one process saw."""

    frames: int
    seconds: float
    """Until the first frame was decoded."""
    growth_mb: float
    """Memory more than before opening, at most."""
    ms_per_request: float


@dataclass(frozen=True)
class Long:
    """A video opened for the first time and scrubbed, and opened again with its index kept."""

    minutes: int
    gigabytes: float
    first: Opened
    again: Opened
    decoding_seconds: float
    """Decoding all of it; estimated from the shortest one."""


def measure_long(clips: Path, folder: Path) -> list[Long]:
    """Measure a short and a long video, which are made in `folder` and deleted again.

    Args:
        clips: Where drawn clips are kept.
        folder: For what is large.

    Raises:
        OSError: There is not enough room.
    """
    if not _STATUS.exists():
        raise OSError(f"memory is measured by {_STATUS}, which only Linux has")
    source = make_clip(PLAIN, clips)
    turns = [minutes * 60 * RATE // PLAIN.frames for minutes in MINUTES]
    needed, free = 1.1 * source.stat().st_size * sum(turns), shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(f"{folder} has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} are needed")
    measured, per_frame = [], 0.0
    for minutes, count in zip(MINUTES, turns, strict=True):
        video = loop_clip(source, folder / f"{minutes}-minutes.mp4", count)
        if not per_frame:
            began = time.perf_counter()
            per_frame = 1 / decode_all(video) * (time.perf_counter() - began)
        first, again = _in_child(video, REQUESTS), _in_child(video, 0)
        size = video.stat().st_size / 1e9
        measured.append(Long(minutes, round(size, 2), first, again, per_frame * first.frames))
        video.unlink()
    return measured


def print_long(console: Console, measured: list[Long]) -> None:
    """A table of it."""
    heads = "first open, s", "again, s", "decoding all\ntakes", "MB more\nat most", "ms a request"
    title = f"Opening a long video, and scrubbing over {REQUESTS} random frames"
    table = Table("minutes", "frames", "GB", *heads, title=title, box=SIMPLE_HEAD, padding=0)
    for video in measured:
        table.add_row(
            f"{video.minutes}",
            f"{video.first.frames}",
            f"{video.gigabytes:g}",
            f"{video.first.seconds:.2f}",
            f"{video.again.seconds:.2f}",
            f"{video.decoding_seconds / video.first.seconds:.0f}×",
            f"{video.first.growth_mb:.0f}",
            f"{video.first.ms_per_request:.1f}",
        )
    console.print(table)


def open_and_scrub(path: Path, requests: int) -> Opened:
    """Open a video, ask a scrubber for random frames, and keep the index for the next time."""
    before = _resident_mb()
    began = time.perf_counter()
    target = find(path)
    with open_reader(target) as reader:
        opened = time.perf_counter() - began
        project = Project.open_or_create(target.folder, reader.info)
        project.close()
        keep_index(target.folder, reader.info.identity, reader.index)
        began = time.perf_counter()
        most = max(_resident_mb(), _scrub(reader, requests))
        each = (time.perf_counter() - began) / max(requests, 1)
        return Opened(len(reader), opened, most - before, each * 1000)


def _in_child(video: Path, requests: int) -> Opened:
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.long_video", str(video), str(requests)],
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Opened(**json.loads(child.stdout))


def _scrub(reader: VideoReader, requests: int) -> float:
    """The most MB that were resident meanwhile."""
    chosen, scrubber, most = random.Random(6), Scrubber(reader), 0.0
    for number in range(requests):
        scrubber.frame(chosen.randrange(len(reader)))
        if number % _LOOK_EVERY == 0:
            most = max(most, _resident_mb())
    return most


def _resident_mb() -> float:
    lines = _STATUS.read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) / 1000


if __name__ == "__main__":
    print(json.dumps(asdict(open_and_scrub(Path(sys.argv[1]).absolute(), int(sys.argv[2])))))
