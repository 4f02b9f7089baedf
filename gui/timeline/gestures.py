"""What a press of the mouse begins, and what moving it then asks for. Free of Qt."""

from __future__ import annotations

from enum import Enum, auto

from gui.timeline.layout import TimelineLayout

Ends = tuple[int | None, int | None]
"""Start and stop of an in/out range, as far as they are set."""


class Drag(Enum):
    """What the mouse has seized."""

    NONE = auto()
    SCRUB = auto()
    MINIMAP = auto()
    LANES = auto()
    """The lanes' scroll bar."""
    START = auto()
    STOP = auto()
    """Handles of the in/out range."""


def bounds(ends: Ends, frames: int) -> tuple[int, int] | None:
    """The in/out range with both its ends, or None where neither is set."""
    start, stop = ends
    if start is None and stop is None:
        return None
    return start or 0, frames if stop is None else stop


def drag_at(layout: TimelineLayout, ends: Ends, x: float, y: float) -> Drag:
    """What a press there seizes."""
    inside = bounds(ends, layout.frames)
    if layout.minimap.contains_y(y):
        return Drag.MINIMAP
    if layout.thumb is not None and layout.thumb.contains(x, y, 3):
        return Drag.LANES
    if inside is not None:
        for drag, handle in zip(
            (Drag.START, Drag.STOP), layout.range_handles(*inside), strict=True
        ):
            if handle.contains(x, y):
                return drag
    return Drag.SCRUB


def grip(drag: Drag, layout: TimelineLayout, ends: Ends, x: float, y: float) -> float:
    """Where on what it has seized the mouse is, in the terms that the drag goes on with."""
    inside = bounds(ends, layout.frames)
    match drag:
        case Drag.MINIMAP:
            # A press beside the window brings it under the mouse.
            left, right = layout.minimap_window()
            on_window = left <= x <= right
            return layout.minimap_position(x) - layout.first if on_window else layout.span / 2
        case Drag.LANES:
            return y
        case Drag.START | Drag.STOP if inside is not None:
            return x - layout.edge_of(inside[drag is Drag.STOP])
    return 0.0


def dragged_range(drag: Drag, layout: TimelineLayout, ends: Ends, x: float) -> Ends:
    """The in/out range with the seized handle's edge at x; it holds at least one frame."""
    inside = bounds(ends, layout.frames)
    if inside is None:
        return ends
    start, stop = inside
    edge = round(layout.position_at(x))
    if drag is Drag.START:
        return min(max(edge, 0), stop - 1), ends[1]
    return ends[0], min(max(edge, start + 1), layout.frames)
