"""How the timeline's height is shared; free of Qt. All lengths are logical pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

MIN_HEIGHT = 132.0
"""Room for ruler, scores, marks and minimap."""
LANE = 16.0
RULER = 26.0
_TOP = 28.0
_MINIMAP = 20.0
_SPACE = 8.0
"""Above and below the minimap."""
_STRIP_AND_MARKS = 68.0
_STATES = 20.0
_KINDS = 14.0
_SELECTED = 14.0
_COUNTS = 18.0
_LANES_PADDING = 4.0
"""Above the first lane."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The parts from top to bottom: ruler, selected, scores, marks, counts, lanes, minimap.

    What is missing or has no room has height 0. Scores take what is left over.
    """

    height: float = MIN_HEIGHT
    """Of the widget."""
    lanes: int = 0
    """How many there are."""
    kinds: bool = False
    """Whether marks are of several kinds, which a row of its own tells apart."""
    counts: bool = False
    """Whether detections have been counted."""
    scroll: float = 0.0
    """Pixels of lanes that are scrolled out at the top."""
    selected: bool = False
    """Whether frames were chosen for labeling, which a row of its own shows."""

    @property
    def minimap(self) -> tuple[float, float]:
        """Top and height, as of every part."""
        return max(self.height, MIN_HEIGHT) - _SPACE - _MINIMAP, _MINIMAP

    @property
    def selected_row(self) -> tuple[float, float]:
        return _TOP, self._selected_height

    @property
    def strip(self) -> tuple[float, float]:
        below = self._marks_height + self._counts_height + self._lanes_room
        top, height = self.selected_row
        return top + height, self._well_height - height - below

    @property
    def marks(self) -> tuple[float, float]:
        """Kinds, if there are several, and states below them."""
        top, height = self.strip
        return top + height, self._marks_height

    @property
    def states(self) -> tuple[float, float]:
        """The lower part of `marks`."""
        top, height = self.marks
        return top + height - _STATES, _STATES

    @property
    def count_row(self) -> tuple[float, float]:
        top, height = self.marks
        return top + height, self._counts_height

    @property
    def lane_area(self) -> tuple[float, float]:
        """Where lanes are seen; they are cut off at both ends."""
        top, height = self.count_row
        padding = min(_LANES_PADDING, self._lanes_room)
        return top + height + padding, self._lanes_room - padding

    @property
    def well(self) -> tuple[float, float]:
        """All but ruler and minimap."""
        return _TOP, self._well_height

    @property
    def most_scroll(self) -> float:
        return max(0.0, self.lanes * LANE - self.lane_area[1])

    def scrolled_to(self, scroll: float) -> Rows:
        """Lanes scrolled, as far as there are any."""
        return replace(self, scroll=min(max(scroll, 0.0), self.most_scroll))

    def showing(self, lane: int) -> Rows:
        """Scrolled, only if it must be, so that a lane is in view."""
        top, room = lane * LANE, self.lane_area[1]
        return self.scrolled_to(min(max(self.scroll, top + LANE - room), top))

    def lane_top(self, lane: int) -> float:
        return self.lane_area[0] + lane * LANE - self.scroll

    def visible_lanes(self) -> range:
        """Every lane of which a part is in view."""
        room = self.lane_area[1]
        if not room:
            return range(0)
        return range(
            int(self.scroll // LANE), min(self.lanes, int(-(-(self.scroll + room) // LANE)))
        )

    def lane_at(self, y: float) -> int | None:
        """The lane at y, if there is one."""
        top, room = self.lane_area
        lane = int((y - top + self.scroll) // LANE)
        return lane if top <= y < top + room and lane < self.lanes else None

    @property
    def thumb(self) -> tuple[float, float] | None:
        """The scroll bar's moving part; None where all lanes are in view."""
        top, room = self.lane_area
        if not room or not self.most_scroll:
            return None
        height = max(16.0, room * room / (self.lanes * LANE))
        return top + (room - height) * self.scroll / self.most_scroll, height

    def dragged(self, dy: float) -> Rows:
        """The scroll bar's moving part moved by pixels."""
        if self.thumb is None:
            return self
        way = self.lane_area[1] - self.thumb[1]
        return self.scrolled_to(self.scroll + dy * self.most_scroll / way) if way > 0 else self

    @property
    def _well_height(self) -> float:
        return self.minimap[0] - _SPACE - _TOP

    @property
    def _marks_height(self) -> float:
        return _STATES + _KINDS * self.kinds

    @property
    def _selected_height(self) -> float:
        return _SELECTED * self.selected

    @property
    def _counts_height(self) -> float:
        return _COUNTS if self.counts and self._spare >= _COUNTS else 0.0

    @property
    def _lanes_room(self) -> float:
        room = self._spare - self._counts_height
        if not self.lanes or room < _LANES_PADDING + LANE:
            return 0.0
        return min(self.lanes * LANE + _LANES_PADDING, room)

    @property
    def _spare(self) -> float:
        return self._well_height - _STRIP_AND_MARKS - self._selected_height
