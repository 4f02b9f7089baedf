"""The pictures of lanes and of counted detections, one number a device pixel."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.theme import ACCEPTED, DETECTION, IMPUTED, REJECTED, Theme
from gui.timeline.lanes import GAP_STATES, Code, Codes
from gui.timeline.painting import blank, image, mixed, rgb
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.rows import LANE
from gui.timeline.types import MarkState

_PERIOD = 24
"""Logical pixels after which every stroke repeats, except where it begins."""
_COLUMNS = 2 * _PERIOD
"""Kept of each stroke: its begin, and what is repeated from then on."""
_ROWS = round(LANE)
_PLAIN, _FOCUSED = 0, 1


def lanes_image(
    codes: Codes, phase: NDArray[np.intp], focused: int | None, ratio: float, theme: Theme
) -> QImage:
    """Visible lanes below each other.

    Args:
        codes: `Code`, lanes x width.
        phase: Device pixels into what the code shows, lanes x width.
        focused: Row of `codes` to be lit.
        ratio: Device pixels per logical pixel.
        theme: Of the well.
    """
    lanes, width = codes.shape
    period = round(_PERIOD * ratio)
    ground = np.zeros((lanes, 1), np.intp)
    if focused is not None:
        ground[focused] = _FOCUSED
    column = np.where(phase < period, phase, period + phase % period)
    index = (ground * len(_CODES) + codes) * 2 * period + column
    height = round(LANE * ratio)
    picture, flat = blank(width, lanes * height)
    pixels = flat.reshape(lanes, height, width)
    drawn: dict[bytes, NDArray[np.uint32]] = {}
    for y, colours in enumerate(_strokes(ratio, theme)):
        # Most of a lane's lines are alike.
        key = colours.tobytes()
        if key not in drawn:
            drawn[key] = colours[index]
        pixels[:, y] = drawn[key]
    return picture


def counts_image(
    counts: ScorePyramid,
    visible: tuple[float, float],
    size: tuple[int, int],
    line: int,
    theme: Theme,
) -> QImage:
    """A stepped curve of counts 0..1 over a faint ground, `line` device pixels thick."""
    width, height = size
    level = np.rint(np.nan_to_num(counts.columns(*visible, width)) * (height - 4 * line))
    before = np.append(level[:1], level[:-1])
    up = height - 1 - np.arange(height)[:, np.newaxis]
    curve = (up >= np.minimum(level, before)) & (up < np.maximum(level, before) + line)
    ground, faint, ink = (rgb(mixed(theme.well_text, theme.well, s)) for s in (0.0, 0.14, 0.62))
    return image(np.where(curve, ink, np.where(up < level, faint, ground)))


_CODES = range(Code.GAP + GAP_STATES)


@lru_cache(maxsize=8)
def _strokes(ratio: float, theme: Theme) -> NDArray[np.uint32]:
    """Colours by line of a lane, then by ground, code and phase in device pixels."""
    grounds = {_PLAIN: theme.well, _FOCUSED: theme.well_raised}
    table = np.empty((_ROWS, len(grounds), len(_CODES), _COLUMNS), np.uint32)
    for ground, colour in grounds.items():
        table[:, ground] = rgb(colour)
        for code in _CODES:
            ink = rgb(_ink(code, theme))
            for x in range(_COLUMNS):
                table[_inked(code, x), ground, code, x] = ink
    lines = (np.arange(round(LANE * ratio)) / ratio).astype(np.intp)
    columns = (np.arange(2 * round(_PERIOD * ratio)) / ratio).astype(np.intp)
    return table[lines][..., columns].reshape(len(lines), -1)


def _ink(code: int, theme: Theme) -> str:
    match code:
        case Code.NOTHING:
            return theme.well
        case Code.LINK:
            return mixed(theme.well_text, theme.well, 0.5)
        case Code.SEEN:
            return DETECTION
    return {
        MarkState.TO_DO: IMPUTED,
        MarkState.EDITED: ACCEPTED,
        MarkState.ACCEPTED: ACCEPTED,
        MarkState.REJECTED: REJECTED,
    }[MarkState(code - Code.GAP)]


def _inked(code: int, x: int) -> list[int]:
    """Which lines of a lane, 0..15, a stroke covers `x` logical pixels after its begin."""
    whole, double = [5, 6, 7, 8, 9, 10], [5, 6, 9, 10]
    match code:
        case Code.LINK:
            return [8] if x % 4 < 2 else []
        case Code.SEEN:
            return whole
    match code - Code.GAP:
        case MarkState.TO_DO:
            # Its begin stands out, which is all of it that is left when it is narrow.
            return list(range(3, 13)) if x < 2 else whole if x % 8 < 5 else []
        case MarkState.EDITED:
            return whole if x % 6 < 2 else double
        case MarkState.ACCEPTED:
            return double
        case MarkState.REJECTED:
            return [7, 8] if x % 6 < 2 else []
    return []
