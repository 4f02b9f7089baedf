"""A folder of videos, cut from the demo, and what a batch makes of them."""

import subprocess
import sys
from pathlib import Path

import av

from core.demo import demo_config, demo_video
from core.video.index import build_index

_DRIVES = {
    "north/monday-1.mp4": (0, 120),
    "north/monday-2.mp4": (48, 192),
    "north/tuesday.mp4": (144, 250),
    "south/monday.mp4": (24, 96),
    "south/tuesday.mp4": (96, 216),
    "south/wednesday.mp4": (72, 250),
}
"""Frames of the demo: from a keyframe to before another, or its end."""


def detect_drives(folder: Path, seconds: int) -> Path:
    """Cut the videos into a folder, and give the folder with a batch's results.

    Raises:
        subprocess.CalledProcessError: The batch failed; its message was printed.
    """
    drives, out = folder / "drives", folder / "work"
    for name, (start, stop) in _DRIVES.items():
        (drives / name).parent.mkdir(parents=True, exist_ok=True)
        _cut(demo_video(), drives / name, start, stop)
    command = [sys.executable, "-m", "gui", "batch", str(drives), "--out", str(out), "--no-export"]
    subprocess.run(
        [*command, "--model", demo_config().model], check=True, timeout=seconds, capture_output=True
    )
    return out


def _cut(source: Path, target: Path, start: int, stop: int) -> None:
    """Copy the packets of some frames."""
    pts = build_index(source).pts
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        into = written.add_stream_from_template(read.streams.video[0])
        end = pts[stop] if stop < len(pts) else pts[-1] + 1
        for packet in read.demux(read.streams.video[0]):
            if packet.pts is not None and pts[start] <= packet.pts < end:
                packet.stream = into
                written.mux(packet)
