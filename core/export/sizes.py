"""How large an export will be, about, before any picture is looked at."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.export.base import ExportVideo, Labeled
from core.export.request import OVERLAY_QUALITY, ExportRequest

PNG_SHARE = 0.85
"""Bytes of a PNG for each pixel: the median of five clips, which range from 0.44 to 1.41."""
JPEG_SHARES = {50: 0.056, 70: 0.074, 80: 0.092, 88: 0.124, 92: 0.151, 98: 0.295, 100: 0.45}
"""The same of JPEG by quality; the clips range from 0.6 to 1.7 of these."""
_FRAME = 200
"""Bytes that the label files say of a frame, and the manifest with them."""
_PRELABEL = 250
"""Bytes that they say of a box."""


def estimated_bytes(labeled: Labeled, request: ExportRequest) -> int:
    """About how many bytes are written; content may halve or double it.

    Args:
        labeled: All frames with their prelabels.
        request: What is asked for.
    """
    pixels = sum(_pixels(labeled.videos[frame.video]) for frame in labeled.frames)
    prelabels = sum(len(frame.prelabels) for frame in labeled.frames)
    size = _FRAME * len(labeled.frames) + _PRELABEL * prelabels
    if labeled.media == "frames":
        size += round(pixels * picture_share(request))
    elif labeled.media == "video":
        size += sum(_file_size(video.path) for video in labeled.videos)
    if "overlays" in request.extras:
        size += round(pixels * _jpeg_share(OVERLAY_QUALITY))
    return size


def picture_share(request: ExportRequest) -> float:
    """Bytes that one pixel takes in a picture."""
    return PNG_SHARE if request.picture == "png" else _jpeg_share(request.quality)


def _jpeg_share(quality: int) -> float:
    known: Sequence[int] = tuple(JPEG_SHARES)
    return float(np.interp(quality, known, tuple(JPEG_SHARES.values())))


def _pixels(video: ExportVideo) -> int:
    return video.width * video.height


def _file_size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
