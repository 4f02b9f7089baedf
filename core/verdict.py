"""What a person may decide about a box; apart, because the window's actions need no more."""

from enum import StrEnum


class Verdict(StrEnum):
    """What a person decided about a box."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EDITED = "edited"
    """Accepted with a correction."""
