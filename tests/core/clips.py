"""Small clips of every kind, written and, where no muxer would do it, broken byte by byte."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from core.video import Picture
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH, indexed_picture

X264 = {"preset": "ultrafast", "x264-params": "scenecut=0:b-adapt=0"}
"""Keyframes and B-frames where the options put them, not where the encoder likes them."""


@dataclass(frozen=True)
class Clip:
    """What a clip should be like."""

    name: str
    codec: str = "libx264"
    options: Mapping[str, str] = field(default_factory=dict)
    frames: int = 90
    size: tuple[int, int] = (CLIP_WIDTH, CLIP_HEIGHT)
    pix_fmt: str = "yuv420p"
    rate: int = 25
    pts: Sequence[int] | None = None
    container: str | None = None
    """Format, where the name does not say it."""
    container_options: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None
    after: Callable[[Path], None] | None = None
    """What is done to the file then."""


def x264(**params: object) -> dict[str, str]:
    """Options of libx264 that leave nothing to chance."""
    texts = [f"{name.replace('_', '-')}={value}" for name, value in params.items()]
    return {**X264, "x264-params": ":".join([X264["x264-params"], *texts])}


def make_clip(folder: Path, clip: Clip) -> Path:
    """Write a clip of moving pictures that say their own index."""
    path = folder / clip.name
    pictures = (moving_picture(index) for index in range(clip.frames))
    with av.open(
        str(path), "w", format=clip.container, container_options=dict(clip.container_options)
    ) as output:
        stream = output.add_stream(clip.codec, rate=clip.rate, options=dict(clip.options))
        stream.width, stream.height, stream.pix_fmt = *clip.size, clip.pix_fmt
        if clip.tag is not None:
            stream.codec_context.codec_tag = clip.tag
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if clip.size != (CLIP_WIDTH, CLIP_HEIGHT):
                frame = frame.reformat(*clip.size)
            frame.pts = index if clip.pts is None else clip.pts[index]
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    if clip.after is not None:
        clip.after(path)
    return path


def moving_picture(index: int) -> Picture:
    """`indexed_picture` in grey, with coloured texture that moves over it."""
    texture = np.roll(_texture(), (2 * index, 3 * index), axis=(0, 1))
    return (40 + indexed_picture(index) * (175 / 255) + texture).astype(np.uint8)


@cache
def _texture() -> NDArray[np.float64]:
    noise = np.random.default_rng(11).normal(size=(CLIP_HEIGHT, CLIP_WIDTH, 3))
    for axis in (0, 1):
        noise = sum(np.roll(noise, shift, axis) for shift in range(-3, 4)) / 7
    return np.clip(noise * 150, -38, 38)


def digest(picture: Picture) -> bytes:
    """The picture in 16 bytes."""
    return blake2b(np.ascontiguousarray(picture).tobytes(), digest_size=16).digest()
