"""What is drawn in each pixel of the tracks' lanes. Free of Qt.

A lane's pixel shows, of all that lies under it, what matters most: a gap to be decided before
one decided, any such gap before the track, the track before the line that joins its parts.
Nothing is ever narrower than a pixel, so that one frame in a million is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gui.timeline.layout import TimelineLayout
from gui.timeline.types import Lanes

Codes = NDArray[np.uint8]


class Code(IntEnum):
    """What a pixel shows; from `GAP` on, the `MarkState` of a gap is added."""

    NOTHING = 0
    LINK = 1
    """Between two parts of a track."""
    SEEN = 2
    GAP = 3


GAP_STATES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Runs ``[start, stop)`` of frames in lanes, sorted by lane, then by start."""

    lane: NDArray[np.int64]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    states: NDArray[np.uint8]
    order: NDArray[np.int64]
    """Where each row was before sorting."""
    stride: int
    """Keys of neighbouring lanes are so far apart."""
    begins: NDArray[np.int64]
    """Keys of starts, rising."""
    ends: NDArray[np.int64]
    """Keys of stops; rising, even where runs overlap."""

    @classmethod
    def of(
        cls,
        lane: NDArray[np.int32],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
        states: NDArray[np.uint8],
    ) -> Spans:
        """From rows in any order."""
        order = np.lexsort((start, lane))
        lanes, start, stop = lane[order].astype(np.int64), start[order], stop[order]
        stride = int(stop.max(initial=0)) + 1
        ends = np.maximum.accumulate(lanes * stride + stop)
        return cls(lanes, start, stop, states[order], order, stride, lanes * stride + start, ends)

    @classmethod
    def of_lanes(cls, lanes: Lanes) -> Spans:
        """The runs in which tracks are seen."""
        return cls.of(lanes.lane, lanes.start, lanes.stop, np.zeros(len(lanes.lane), np.uint8))

    def with_states(self, states: NDArray[np.uint8]) -> Spans:
        """Other states, in the order in which the rows came."""
        return replace(self, states=states[self.order])

    def rows_in(self, lanes: range, first: float, last: float) -> NDArray[np.int64]:
        """Rows of some lanes of which a part lies in ``[first, last)``."""
        base = np.arange(lanes.start, lanes.stop) * self.stride
        low, high = np.clip([np.floor(first), np.ceil(last)], 0, self.stride - 1).astype(np.int64)
        begin = np.searchsorted(self.ends, base + low, "right")
        count = np.searchsorted(self.begins, base + high) - begin
        skipped = np.repeat(begin - np.cumsum(count) + count, count)
        return np.asarray(np.arange(len(skipped)) + skipped)

    def extent(self, lanes: range) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First start and last stop of each of some lanes; both 0 for one without runs."""
        edges = np.searchsorted(self.lane, np.arange(lanes.start, lanes.stop + 1))
        some = edges[1:] > edges[:-1]
        if not len(self.lane):
            return np.zeros(len(lanes), np.int64), np.zeros(len(lanes), np.int64)
        first = np.where(some, self.start[np.minimum(edges[:-1], len(self.lane) - 1)], 0)
        last = np.where(some, self.ends[edges[1:] - 1] % self.stride, 0)
        return first, last


def lane_codes(
    seen: Spans, gaps: Spans, layout: TimelineLayout, ratio: float
) -> tuple[Codes, NDArray[np.intp]]:
    """What each device pixel of the visible lanes shows, and how far into it that is.

    Returns:
        `Code` and, in device pixels, the distance from where the gap under it begins, or from a
        place that stays with the frames while the view is panned; each lanes x width.
    """
    lanes = layout.rows.visible_lanes()
    width = max(1, round(layout.strip.width * ratio))
    scale = layout.pixels_per_frame * ratio
    shape = len(lanes), width
    rows = np.arange(len(lanes))
    codes = np.zeros(shape, np.uint8)
    phase = np.broadcast_to(np.arange(width) + round(layout.first * scale), shape).copy()

    def columns(frames: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.asarray(np.rint((frames - layout.first) * scale), np.int64)

    first, last = seen.extent(lanes)
    codes[_covered(rows, columns(first), columns(last), shape)] = Code.LINK
    row = seen.rows_in(lanes, layout.first, layout.last)
    begin, end = _wide_enough(columns(seen.start[row]), columns(seen.stop[row]), 1, width)
    codes[_covered(seen.lane[row] - lanes.start, begin, end, shape)] = Code.SEEN
    row = gaps.rows_in(lanes, layout.first, layout.last)
    narrowest = max(1, round(2 * ratio))
    begin, end = _wide_enough(columns(gaps.start[row]), columns(gaps.stop[row]), narrowest, width)
    for state in reversed(range(GAP_STATES)):
        of = np.flatnonzero(gaps.states[row] == state)
        if len(of):
            at = gaps.lane[row[of]] - lanes.start
            covered = _covered(at, begin[of], end[of], shape)
            codes[covered] = Code.GAP + state
            phase[covered] = _since_begin(at, begin[of], shape)[covered]
    return codes, phase


def _wide_enough(
    begin: NDArray[np.int64], end: NDArray[np.int64], narrowest: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns of runs that are at least `narrowest` wide, and in view."""
    begin = np.minimum(begin, width - narrowest)
    return begin, np.maximum(end, begin + narrowest)


def _covered(
    row: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Which pixels lie in any of the runs of columns."""
    rows, width = shape
    stride, size = width + 1, rows * (width + 1)
    opened = np.bincount(row * stride + begin.clip(0, width), minlength=size)
    closed = np.bincount(row * stride + end.clip(0, width), minlength=size)
    depth = (opened - closed).reshape(rows, stride).cumsum(axis=1)
    return np.asarray(depth[:, :width] > 0)


def _since_begin(
    row: NDArray[np.int64], begin: NDArray[np.int64], shape: tuple[int, int]
) -> NDArray[np.intp]:
    """Columns since the last run began; one that began out of view counts from where it did."""
    latest = np.full(shape, np.iinfo(np.int64).min // 2)
    latest[row, begin.clip(0, shape[1] - 1)] = begin
    return np.asarray(np.arange(shape[1]) - np.maximum.accumulate(latest, axis=1))
