"""The arithmetic of moving, resizing and drawing boxes, free of Qt.

Every function that returns a box keeps it within the picture, its edges in order, at least one
pixel wide and high, and rounded to a tenth of a pixel.
"""

from __future__ import annotations

from enum import Enum

from gui.canvas.types import Box, Point, Size

SMALLEST = 1.0
"""Image pixels of the narrowest and the lowest box."""
SMALLEST_DRAWN = 2.0
"""Image pixels below which a drawn box was a slip of the hand."""
ROOM_FOR_HANDLES = 36.0
"""Logical pixels of a side within which the handles stand clear of each other and of the middle."""


class Handle(Enum):
    """What of a box is dragged: the sides that move, as -1, 0 or 1 across and down."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)
    BODY = (0, 0)
    """The whole box."""


GRIPS = tuple(handle for handle in Handle if handle is not Handle.BODY)
"""The eight handles that are shown."""


def grip_frame(rect: Box) -> Box:
    """Where the handles of a box stand: on its edges, or around a box that is small on screen."""
    grow_x = max(0.0, ROOM_FOR_HANDLES - (rect[2] - rect[0])) / 2
    grow_y = max(0.0, ROOM_FOR_HANDLES - (rect[3] - rect[1])) / 2
    return rect[0] - grow_x, rect[1] - grow_y, rect[2] + grow_x, rect[3] + grow_y


def grip_point(frame: Box, handle: Handle) -> Point:
    """The centre of a handle on a `grip_frame`."""
    across, down = handle.value
    return (
        (frame[0] + frame[2] + across * (frame[2] - frame[0])) / 2,
        (frame[1] + frame[3] + down * (frame[3] - frame[1])) / 2,
    )


def handle_at(rect: Box, point: Point, tolerance: float) -> Handle | None:
    """What of a box a press at `point` takes, or None beside it; all in logical pixels.

    Corners win over edges, and an edge can be taken along its whole length.
    """
    x1, y1, x2, y2 = grip_frame(rect)
    x, y = point
    if not (x1 - tolerance <= x <= x2 + tolerance and y1 - tolerance <= y <= y2 + tolerance):
        return None
    return Handle((_side(x, x1, x2, tolerance), _side(y, y1, y2, tolerance)))


def kept(box: Box, size: Size) -> Box:
    """A box brought into a picture of `size`, without being moved more than needed."""
    x1, x2 = _interval(box[0], box[2], size[0])
    y1, y2 = _interval(box[1], box[3], size[1])
    return x1, y1, x2, y2


def moved(box: Box, dx: float, dy: float, size: Size) -> Box:
    """A box of the picture moved up to the picture's edges; its width and height are kept."""
    # Rounded before they are added, so that both edges move alike.
    dx = min(max(round(dx, 1), -box[0]), size[0] - box[2])
    dy = min(max(round(dy, 1), -box[1]), size[1] - box[3])
    return kept((box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy), size)


def resized(box: Box, handle: Handle, dx: float, dy: float, size: Size) -> Box:
    """A box with the sides of `handle` moved; a side stops before the opposite one."""
    across, down = handle.value
    if handle is Handle.BODY:
        return moved(box, dx, dy, size)
    x1, x2 = _with_side_moved(box[0], box[2], across, dx)
    y1, y2 = _with_side_moved(box[1], box[3], down, dy)
    return kept((x1, y1, x2, y2), size)


def spanned(a: Point, b: Point, size: Size) -> Box:
    """The box between two corners, which may be any opposite two and lie outside the picture."""
    return kept((min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), size)


def middle_of(visible: Box, size: Size) -> Box:
    """A box in the middle of what is seen, a quarter as wide and high."""
    x1, y1, x2, y2 = visible
    inset_x, inset_y = (x2 - x1) * 3 / 8, (y2 - y1) * 3 / 8
    return kept((x1 + inset_x, y1 + inset_y, x2 - inset_x, y2 - inset_y), size)


def is_drawn(box: Box) -> bool:
    """Whether a box is large enough to have been meant."""
    return min(box[2] - box[0], box[3] - box[1]) >= SMALLEST_DRAWN - 1e-6


def readout(box: Box) -> str:
    """Place and size, such as ``x 12 y 40 · 120 × 64 px``."""
    values = (box[0], box[1], box[2] - box[0], box[3] - box[1])
    whole = all(abs(value - round(value)) < 0.05 for value in values)
    x, y, width, height = (f"{value:.{0 if whole else 1}f}" for value in values)
    return f"x {x} y {y} · {width} × {height} px"


def _side(value: float, low: float, high: float, tolerance: float) -> int:
    if abs(value - low) <= tolerance:
        return -1
    return 1 if abs(value - high) <= tolerance else 0


def _with_side_moved(low: float, high: float, side: int, by: float) -> tuple[float, float]:
    if side < 0:
        return min(low + by, high - SMALLEST), high
    if side > 0:
        return low, max(high + by, low + SMALLEST)
    return low, high


def _interval(low: float, high: float, extent: float) -> tuple[float, float]:
    """Both ends within 0 to `extent`, rounded, and at least `SMALLEST` apart."""
    low = round(min(max(low, 0.0), extent - SMALLEST), 1)
    high = round(min(max(high, low + SMALLEST), extent), 1)
    return low, high
