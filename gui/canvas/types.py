"""What the canvas is told to show: boxes in image pixels, and the state each is in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Box = tuple[float, float, float, float]
"""``x1, y1, x2, y2``; the origin is the top left corner, y grows downwards."""
Point = tuple[float, float]
Size = tuple[float, float]


class BoxState(Enum):
    """Where a box comes from and what a person decided; each has a colour and a stroke."""

    DETECTION = "detection"
    IMPUTED = "imputed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


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
