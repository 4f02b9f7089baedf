"""The cividis colour map, readable with every kind of colour vision."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@cache
def table() -> NDArray[np.uint8]:
    """256 x 3 red, green, blue; row 0 is score 0, row 255 is score 1. Read-only."""
    source = files("resources").joinpath("styles", "cividis.txt").read_text(encoding="ascii")
    rows = [bytes.fromhex(line) for line in source.splitlines() if not line.startswith("#")]
    colours = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(256, 3)
    colours.flags.writeable = False
    return colours


def argb(scores: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Opaque ``0xAARRGGBB`` for scores 0..1; NaN comes out as score 0."""
    index = (np.nan_to_num(scores).clip(0.0, 1.0) * 255 + 0.5).astype(np.intp)
    red, green, blue = table()[index].astype(np.uint32).T
    packed: NDArray[np.uint32] = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
    return packed
