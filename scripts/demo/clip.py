"""Renders the choreographed clip to an H.264 file."""

from fractions import Fraction
from pathlib import Path

import av

from scripts.demo.render import HEIGHT, WIDTH, render
from scripts.demo.world import clip_scene

FPS = 25
FRAMES = 250
_KEYFRAME_EVERY = 25


def write_clip(target: Path, seed: int) -> None:
    """Render FRAMES frames to `target`, a keyframe every second, so that seeking is quick."""
    scene = clip_scene(seed)
    options = {
        "crf": "27",
        "preset": "slow",
        "g": str(_KEYFRAME_EVERY),
        # One thread and no banner: the same frames must give the same file.
        "x264-params": "threads=1:sliced-threads=0",
    }
    with av.open(str(target), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(render(scene, number / FPS).picture, "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
