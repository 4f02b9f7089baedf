"""The score strip's picture: one bar a device pixel, its height and colour both the score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.theme import Theme
from gui.timeline.cividis import argb
from gui.timeline.painting import image, rgb
from gui.timeline.pyramid import ScorePyramid

_HATCH_PITCH = 6.0
_GAP_FROM = 6.0
"""Logical pixels a frame from which bars of neighbouring frames stand apart."""


def strip_image(
    pyramid: ScorePyramid,
    visible: tuple[float, float],
    size: tuple[int, int],
    ratio: float,
    theme: Theme,
) -> QImage:
    """Bars for the frames ``visible = [first, last)``; hatched where no score is known yet.

    `size` is width and height in device pixels, `ratio` device pixels per logical pixel.
    """
    width, height = size
    scores = pyramid.columns(*visible, width)
    known = ~np.isnan(scores)
    # Two device pixels at least: a scored frame is told from an empty one even at score 0.
    bars = np.where(known, np.maximum(np.rint(scores * height), 2), 0)
    bars[_gaps(visible, width, ratio)] = 0
    rows = np.arange(height)[:, np.newaxis]
    pixels = np.where(rows >= height - bars, argb(scores), rgb(theme.well))
    if not known.all():
        unknown = np.flatnonzero(~known)
        hatched = (unknown + rows) % round(_HATCH_PITCH * ratio) < ratio
        pixels[:, unknown] = np.where(hatched, rgb(theme.well_line), rgb(theme.well))
    return image(pixels)


def _gaps(visible: tuple[float, float], width: int, ratio: float) -> NDArray[np.bool_]:
    """Columns that hold the last pixel of a frame, where frames are wide enough to spare it."""
    if width / ratio < _GAP_FROM * (visible[1] - visible[0]):
        return np.zeros(width, dtype=np.bool_)
    edges = np.floor(np.linspace(*visible, width + 1) + 1e-9)
    last: NDArray[np.bool_] = edges[1:] > edges[:-1]
    return last
