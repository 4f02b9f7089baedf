"""What the timeline is told about violations and tracks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class MarkState(IntEnum):
    """What a person decided about a violation; stored as uint8 in arrays of marks.

    Where marks coincide the lower state is shown.
    """

    TO_DO = 0
    EDITED = 1
    ACCEPTED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Where each track is seen: runs of frames, sorted by lane, then by start.

    What lies between two runs of one lane is a gap.
    """

    labels: tuple[str, ...]
    """One a lane, such as ``car #3``, from top to bottom."""
    lane: NDArray[np.int32]
    """(n,) index into `labels`."""
    start: NDArray[np.int64]
    """(n,) first frame of each run."""
    stop: NDArray[np.int64]
    """(n,) the frame after the last of each run."""

    @classmethod
    def none(cls) -> Lanes:
        """No lanes."""
        nothing = np.empty(0, np.int64)
        return cls((), nothing.astype(np.int32), nothing, nothing)
