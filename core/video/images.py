"""A folder of numbered images as a video."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from core.errors import VideoError
from core.frames import FrameIndex
from core.words import natural

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
RATE = Fraction(25)
"""Frames per second: images do not say it."""


def is_image_folder(path: Path) -> bool:
    """Whether the path is a folder with images in it."""
    return path.is_dir() and any(_is_image(entry) for entry in path.iterdir())


def images_in(folder: Path) -> list[Path]:
    """The images of a folder, numbers in their names taken as numbers."""
    images = (entry for entry in folder.iterdir() if _is_image(entry))
    return sorted(images, key=lambda image: (natural(image.name), image.name))


def index_images(folder: Path) -> FrameIndex:
    """Every image is a keyframe, one after the other at `RATE`."""
    count = len(images_in(folder))
    return FrameIndex(np.arange(count, dtype=np.int64), np.ones(count, np.bool_), 1 / RATE)


def read_image(path: Path) -> av.VideoFrame:
    """Decode one image.

    Raises:
        VideoError: It cannot be decoded.
    """
    try:
        with av.open(str(path.absolute())) as container:
            return next(container.decode(video=0))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise VideoError(
            f"The image {path.name} cannot be decoded", mend="replace it, or take it away"
        ) from error


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
