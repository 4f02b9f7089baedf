"""Clips for the benchmarks: drawn from a fixed seed, or looped to any length without encoding."""

from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from core.paths import write_atomically

WIDTH, HEIGHT = 1920, 1080
RATE = 25
_ROOM = 320
"""Pixels that the camera has on each side to move about."""


@dataclass(frozen=True)
class Clip:
    """What a clip is like."""

    name: str
    frames: int
    gop: int
    """Frames from one keyframe to the next."""
    grain: float
    """Noise of the camera in grey levels: more makes the file larger, and slower to decode."""

    x264: dict[str, str]
    """Options of the encoder beyond those that all clips have."""


DETAILED = Clip("detailed-gop250", frames=1000, gop=250, grain=6.0, x264={"crf": "23"})
_QUICK = {"crf": "25", "tune": "fastdecode"}
PLAIN = Clip("plain-gop25", frames=250, gop=25, grain=0.0, x264=_QUICK)
"""Quick to decode, so that thousands of frames can be asked for."""


def make_clip(clip: Clip, folder: Path) -> Path:
    """Draw and encode a clip as H.264 with B-frames, unless the folder holds it already."""
    path = folder / f"{clip.name}.mp4"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda temporary: _encode(clip, temporary))
    return path


def loop_clip(source: Path, target: Path, turns: int) -> Path:
    """Write a video of some turns of another one; its packets are copied as they are."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        into = written.add_stream_from_template(read.streams.video[0])
        packets = [packet for packet in read.demux(read.streams.video[0]) if packet.size]
        base = packets[0].time_base
        times = [(packet.pts or 0, packet.dts or 0) for packet in packets]
        shown = sorted(pts for pts, _ in times)
        length = shown[-1] - shown[0] + shown[1] - shown[0]
        for turn in range(turns):
            for packet, (pts, dts) in zip(packets, times, strict=True):
                packet.stream = into
                # Writing changes these to the units of the new file.
                packet.time_base = base
                packet.pts, packet.dts = pts + turn * length, dts + turn * length
                written.mux(packet)
    return target


def _encode(clip: Clip, path: Path) -> None:
    gop = f"keyint={clip.gop}:min-keyint={clip.gop}:scenecut=0"
    options = clip.x264 | {"preset": "veryfast", "bf": "3", "x264-params": gop}
    scene, random = _scene(), np.random.default_rng(2)
    grain = random.normal(0, clip.grain, (HEIGHT + _ROOM, WIDTH + _ROOM, 1)).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(clip.frames):
            x, y = random.integers(0, _ROOM, 2)
            noisy = _drawn(scene, number) + grain[y : y + HEIGHT, x : x + WIDTH]
            picture = noisy.clip(0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _scene() -> NDArray[np.uint8]:
    """Coloured clouds of several sizes, wider than the picture."""
    random = np.random.default_rng(1)
    size = HEIGHT + 2 * _ROOM, WIDTH + 2 * _ROOM, 3
    noise = random.integers(0, 256, size, np.uint8)
    fine = cv2.GaussianBlur(noise, (0, 0), 3).astype(np.float32)
    scene = fine + 2 * cv2.GaussianBlur(noise, (0, 0), 25).astype(np.float32)
    return np.asarray(cv2.normalize(scene, None, 0, 255, cv2.NORM_MINMAX), np.uint8)


def _drawn(scene: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """One frame: the camera sways over the scene, and eight boxes cross it."""
    x = round(_ROOM * (1 + np.sin(number / 60)))
    y = round(_ROOM * (1 + np.sin(number / 45)) / 2)
    picture = scene[y : y + HEIGHT, x : x + WIDTH].copy()
    for k in range(8):
        left, top = number * (3 + k) + k * 230, 100 + k * 110
        corner = left % (WIDTH - 20), top
        colour = (40 * k % 255, 255 - 20 * k, 90 + k * 15)
        cv2.rectangle(picture, corner, (corner[0] + 90, top + 60), colour, -1)
    return picture
