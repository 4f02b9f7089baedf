"""What the canvas is told to show: boxes in image pixels, the state each is in, and the tool."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Box = tuple[float, float, float, float]
"""``x1, y1, x2, y2``; the origin is the top left corner, y grows downwards."""
Point = tuple[float, float]
Size = tuple[float, float]


class BoxState(Enum):
    """Where a box comes from and what a person decided; each has a stroke and badge of its own."""

    DETECTION = "detection"
    DOUBTED = "doubted"
    """A detection that an assertion doubts."""
    IMPUTED = "imputed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EDITED = "edited"
    """An imputed box or a detection that a person corrected."""
    DRAWN = "drawn"
    """A box that a person drew."""
    GHOST_BEFORE = "ghost before"
    """A box of the previous frame."""
    GHOST_AFTER = "ghost after"
    """A box of the next frame."""


class Tool(Enum):
    """What the mouse does on the canvas."""

    LOOK = "look"
    """Clicks take boxes."""
    EDIT = "edit"
    """One box is moved and resized."""
    DRAW = "draw"
    """Drags make boxes."""


@dataclass(frozen=True, slots=True)
class CanvasBox:
    """One box on the picture."""

    xyxy: Box
    """Image pixels."""
    label: str
    """What the chip says, such as ``car 0.93``; empty for no chip."""
    state: BoxState
    focused: bool = False
    """The box under review."""
    key: object | None = None
    """What `CanvasWidget.box_clicked` reports; a box without a key cannot be clicked."""
