"""What the timeline is told about frames that carry imputed boxes."""

from __future__ import annotations

from enum import IntEnum


class MarkState(IntEnum):
    """What a person decided about an imputed box; stored as uint8 in arrays of marks."""

    TO_DO = 0
    ACCEPTED = 1
    REJECTED = 2
