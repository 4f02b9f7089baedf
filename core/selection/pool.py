"""The frames among which to choose, and all that is known of them, in columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.selection.request import FrameId

Column = NDArray[np.float64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class PoolVideo:
    """One of the videos that the frames come from."""

    name: str
    """Of the file."""
    path: Path
    project: Path
    frame_count: int
    """Of the whole video."""
    rate: float
    """Frames per second."""
    run: str
    """Id of the run that the columns come from."""
    model: str
    """What people call its detector."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Candidates in the order of videos and frames; `n` is their number.

    A candidate's row is its place in every array.
    """

    videos: tuple[PoolVideo, ...]
    video: NDArray[np.int32]
    """(n,) which of the videos."""
    frame: NDArray[np.int64]
    """(n,) frame index in that video."""
    columns: Mapping[str, Column]
    """(n,) each: numbers to weigh and to sort by; NaN where nobody knows. The program's own are
    named in `core.selection.columns.COLUMNS`; further ones are a person's metadata."""
    class_names: tuple[str, ...]
    """Of all detectors together."""
    class_counts: NDArray[np.int32]
    """(n, classes) boxes of each class in each frame."""
    embeddings: Vectors | None = None
    """(n, d) unit vectors of whole frames; None where nobody made them. A row of zeros is a frame
    that nobody has embedded."""
    objects: Vectors | None = None
    """(m, e) unit vectors of the boxes, by frame."""
    offsets: NDArray[np.int64] | None = None
    """(n + 1,) first row in `objects` of each frame, and their number at the end."""
    marks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """(n,) each, by `core.selection.request.Known`: which frames are labeled already."""
    violations: Mapping[str, Column] = field(default_factory=dict)
    """(n,) each, by kind of assertion: severity of what it found in each frame, the sum of
    plausibilities; 0 for nothing."""
    seconds: Column = field(default_factory=lambda: np.empty(0))
    """(n,) when each frame shows; empty where nobody asks."""
    notes: tuple[str, ...] = ()
    """What a person should know of the candidates, as sentences."""

    def __len__(self) -> int:
        return len(self.frame)

    def row(self, where: FrameId) -> int | None:
        """A frame's row, or None if it is no candidate."""
        first = int(np.searchsorted(self.video, where.video, "left"))
        last = int(np.searchsorted(self.video, where.video, "right"))
        row = first + int(np.searchsorted(self.frame[first:last], where.frame))
        return row if row < last and self.frame[row] == where.frame else None

    def where(self, row: int) -> FrameId:
        """The frame of a row."""
        return FrameId(int(self.video[row]), int(self.frame[row]))


@dataclass(frozen=True, eq=False)
class Reason:
    """What one strategy said of each chosen frame at the moment when it was chosen."""

    title: str
    """Of the strategy, such as `diversity of frames` or `flickering`."""
    strength: float
    value: Column
    """(k,) in the strategy's own unit: a distance to the nearest chosen frame, a column's value;
    NaN where there is none, as for frames that a person included."""
    share: Column
    """(k,) 0..1: its part in the choice, such that all strategies' parts are 1 together; NaN for
    frames that a person included."""


@dataclass(frozen=True, eq=False)
class Picks:
    """Chosen frames, in the order in which they were chosen; `k` is their number."""

    rows: NDArray[np.int64]
    """(k,) rows of the pool; those that a person included come first."""
    included: int
    """How many of them a person included."""
    reasons: tuple[Reason, ...]
    candidates: int
    """Frames that passed the thresholds and were not labeled before."""
    stopped: str = ""
    """Why they are fewer than asked for, as a sentence; empty where they are not."""
    notes: tuple[str, ...] = ()
    """What a person should know, as sentences."""

    def frames(self, pool: Pool, video: int = 0) -> tuple[int, ...]:
        """The chosen frames of one video, ascending."""
        rows = self.rows[pool.video[self.rows] == video]
        return tuple(sorted(pool.frame[rows].tolist()))
