"""The timeline's arithmetic, free of Qt.

x and y are logical pixels of the widget. Positions in time are float frames: frame ``i`` covers
``[i, i + 1)``, and is pointed at (playhead, marks, ticks) in the middle of that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gui.timeline.rows import RULER, Rows

MARGIN = 12.0
"""Left and right of the frames, so that the first and the last can be pointed at."""
HANDLE = 8.0
"""Width of a handle of the in/out range."""
MIN_VISIBLE = 8.0
"""Frames in view at the deepest zoom."""
_MARK_PITCH = 6.0
"""Marks of one state closer together than this many pixels are shown as one."""
_SELECTED_PITCH = 8.0
"""The same of marks of selected frames, which stay apart from each other."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of the widget."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def contains(self, x: float, y: float, reach: float = 0.0) -> bool:
        """Whether a point lies in it, or no farther than `reach` beside it."""
        return self.x - reach <= x < self.right + reach and self.contains_y(y)

    def contains_y(self, y: float) -> bool:
        return self.y <= y < self.bottom


@dataclass(frozen=True, slots=True)
class TimelineLayout:
    """Which frames are in view and where everything lies."""

    frames: int
    """In the whole video; at least 1."""
    first: float
    last: float
    """The visible range ``[first, last)``, in float frames."""
    width: float
    """Of the widget."""
    rows: Rows = Rows()  # noqa: RUF009 - frozen
    """What lies below what."""

    @classmethod
    def whole(cls, frames: int, width: float, rows: Rows | None = None) -> TimelineLayout:
        """All frames in view."""
        frames = max(frames, 1)
        return cls(frames, 0.0, float(frames), max(width, 2 * MARGIN + 1), rows or Rows())

    @property
    def span(self) -> float:
        """Frames in view."""
        return self.last - self.first

    @property
    def pixels_per_frame(self) -> float:
        return (self.width - 2 * MARGIN) / self.span

    @property
    def ruler(self) -> Rect:
        return self._row((0.0, RULER))

    @property
    def well(self) -> Rect:
        """Scores, marks, counts and lanes, which lie on one ground."""
        return self._row(self.rows.well)

    @property
    def selected(self) -> Rect:
        """Where frames that were chosen are marked."""
        return self._row(self.rows.selected_row)

    @property
    def strip(self) -> Rect:
        """Scores."""
        return self._row(self.rows.strip)

    @property
    def marks(self) -> Rect:
        return self._row(self.rows.marks)

    @property
    def states(self) -> Rect:
        """Where in `marks` the states are."""
        return self._row(self.rows.states)

    @property
    def counts(self) -> Rect:
        return self._row(self.rows.count_row)

    @property
    def lanes(self) -> Rect:
        """Where lanes are seen."""
        return self._row(self.rows.lane_area)

    @property
    def minimap(self) -> Rect:
        """The whole video, whatever is in view."""
        return self._row(self.rows.minimap)

    @property
    def thumb(self) -> Rect | None:
        """The moving part of the lanes' scroll bar, in the right margin."""
        if self.rows.thumb is None:
            return None
        top, height = self.rows.thumb
        return Rect(self.width - MARGIN + 3, top, MARGIN - 6, height)

    def range_handles(self, start: int, stop: int) -> tuple[Rect, Rect]:
        """Of the in/out range ``[start, stop)``; outside it, so that they never overlap."""
        top, height = self.ruler.bottom - 12, 14.0
        return (
            Rect(self.edge_of(start) - HANDLE, top, HANDLE, height),
            Rect(self.edge_of(stop), top, HANDLE, height),
        )

    def _row(self, part: tuple[float, float]) -> Rect:
        return Rect(MARGIN, part[0], self.width - 2 * MARGIN, part[1])

    def x_of(self, frame: float) -> float:
        """The middle of a frame; may lie outside the widget."""
        return self.edge_of(frame + 0.5)

    def edge_of(self, position: float) -> float:
        """Where a position in float frames lies: the left edge of a whole frame."""
        return MARGIN + (position - self.first) * self.pixels_per_frame

    def edges_of(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same of many."""
        return MARGIN + (positions - self.first) * self.pixels_per_frame

    def position_at(self, x: float) -> float:
        """The inverse of `edge_of`."""
        return self.first + (x - MARGIN) / self.pixels_per_frame

    def frame_at(self, x: float) -> int:
        """The frame under x; left and right of those in view, the outermost in view."""
        lowest = max(0, math.floor(self.first))
        highest = min(self.frames, math.ceil(self.last)) - 1
        return min(max(math.floor(self.position_at(x)), lowest), highest)

    def resized(self, width: float) -> TimelineLayout:
        """The same frames on another width."""
        return replace(self, width=max(width, 2 * MARGIN + 1))

    def arranged(self, rows: Rows) -> TimelineLayout:
        """The same frames with other parts, lanes scrolled no farther than there are any."""
        return replace(self, rows=rows.scrolled_to(rows.scroll))

    def zoomed_about(self, x: float, factor: float) -> TimelineLayout:
        """`factor` > 1 shows fewer frames; what is under x stays there if the ends allow it."""
        pivot = self.position_at(x)
        span = min(max(self.span / factor, min(MIN_VISIBLE, self.frames)), float(self.frames))
        return self._window(pivot - (pivot - self.first) * span / self.span, span)

    def panned(self, dx: float) -> TimelineLayout:
        """Moved by pixels; `dx` > 0 shows later frames."""
        return self._window(self.first + dx / self.pixels_per_frame, self.span)

    def starting_at(self, first: float) -> TimelineLayout:
        """The same number of frames, from `first` on or as near to that as the ends allow."""
        return self._window(first, self.span)

    def showing(self, frame: int) -> TimelineLayout:
        """Scrolled, only if it must be, so that a frame is in view.

        A frame just outside turns the page, which leaves the view still while a video plays;
        one farther off is brought to the middle.
        """
        if self.first <= frame and frame + 1 <= self.last:
            return self
        past, before = frame + 1 - self.last, self.first - frame
        if 0 < past < self.span:
            return self.starting_at(frame - 0.1 * self.span)
        if 0 < before < self.span:
            return self.starting_at(frame + 1 - 0.9 * self.span)
        return self.starting_at(frame + 0.5 - self.span / 2)

    def _window(self, first: float, span: float) -> TimelineLayout:
        first = min(max(first, 0.0), self.frames - span)
        return replace(self, first=first, last=first + span)

    def minimap_window(self) -> tuple[float, float]:
        """Left and right edge, on the minimap, of what is in view."""
        per_frame = self.minimap.width / self.frames
        return MARGIN + self.first * per_frame, MARGIN + self.last * per_frame

    def minimap_x(self, frame: float) -> float:
        """The middle of a frame on the minimap."""
        return MARGIN + (frame + 0.5) * self.minimap.width / self.frames

    def minimap_position(self, x: float) -> float:
        """The float frame at x on the minimap, unclamped."""
        return (x - MARGIN) * self.frames / self.minimap.width

    def visible_marks(
        self, frames: NDArray[np.int64], states: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """x and state of the marks to draw, at most one a state every few pixels.

        `frames` must be sorted. Lower states come last, so that what is left to do lies on top.
        """
        here = self.in_view(frames)
        frames, states = frames[here], states[here]
        cells = self.cells(frames, _MARK_PITCH)
        groups = [np.flatnonzero(states == state) for state in (3, 2, 1, 0)]
        kept = np.concatenate([group[np.diff(cells[group], prepend=-1) > 0] for group in groups])
        return self.edges_of(frames[kept] + 0.5), states[kept]

    def visible_selected(self, frames: NDArray[np.int64]) -> NDArray[np.float64]:
        """x of the marks of selected frames (ascending) to draw, so thinned that none overlap."""
        frames = frames[self.in_view(frames)]
        cells = self.cells(frames, _SELECTED_PITCH)
        first = np.diff(cells, prepend=-1) > 0
        return self.clear_of_each_other(frames[first], cells[first], _SELECTED_PITCH)

    def clear_of_each_other(
        self, frames: NDArray[np.int64], cells: NDArray[np.int64], pitch: float
    ) -> NDArray[np.float64]:
        """x of each frame; those nearer than `pitch` pixels move to the middle of their cell."""
        pitch = max(pitch / self.pixels_per_frame, 1.0)
        crowded = np.diff(frames) < pitch
        crowded = np.append(crowded, False) | np.insert(crowded, 0, False)
        return self.edges_of(np.where(crowded, (cells + 0.5) * pitch, frames + 0.5))

    def in_view(self, frames: NDArray[np.int64]) -> slice:
        """Where, in ascending frames, those are that are in view."""
        return slice(*np.searchsorted(frames, [math.floor(self.first), math.ceil(self.last)]))

    def cells(self, frames: NDArray[np.int64], pitch: float) -> NDArray[np.int64]:
        """Cells of `pitch` pixels, from frame 0 and not from the edge: panning makes none jump."""
        return (frames / max(pitch / self.pixels_per_frame, 1.0)).astype(np.int64)
