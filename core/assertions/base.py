"""What an assertion is given, and what it gives: violations, and the boxes it says are missing."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.calibration import Calibration
from core.detections import Detections
from core.imputation import Gaps, find_gaps
from core.tracks.linking import LONGEST_GAP, Tracks
from core.tracks.pairs import Rows


@dataclass(frozen=True, eq=False)
class Scene:
    """A run of a detector over a video, as assertions see it."""

    detections: Detections
    class_names: tuple[str, ...]
    size: tuple[int, int]
    """Width and height of the upright picture, px."""
    seconds: NDArray[np.float64]
    """(frames,) when each frame shows."""
    tracks: Tracks
    min_score: float = -math.inf
    """Boxes with a lower score do not count as detections."""
    calibration: Calibration | None = None
    """None for the shipped one."""

    @cached_property
    def gaps(self) -> Gaps:
        """Every gap of every track."""
        return find_gaps(
            self.detections, self.tracks, self.size, min_score=self.min_score,
            longest=LONGEST_GAP, calibration=self.calibration,
        )  # fmt: skip

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """(n,) whether a box counts as a detection."""
        return np.asarray(self.detections.score >= self.min_score)


@dataclass(frozen=True, eq=False)
class MissingBoxes:
    """Boxes that an assertion says are missing, in columns."""

    violation: Rows
    """(m,) the violation that each belongs to, ascending."""
    frame: Rows
    xyxy: NDArray[np.float64]
    """(m, 4) px, inside the picture."""
    class_id: NDArray[np.int16]
    plausibility: NDArray[np.float32]
    hidden: NDArray[np.bool_]
    """(m,) whether the object is behind another one."""
    source: Rows
    """(m,) detection of low score that the box is, or -1."""


@dataclass(frozen=True, eq=False)
class Violations:
    """Where one assertion is violated, in columns; `violations` is a short way to make them."""

    start: Rows
    """(v,) first frame."""
    stop: Rows
    """(v,) frame after the last one."""
    plausibility: NDArray[np.float32]
    """(v,) 0..1; for violations with missing boxes, of the likeliest one."""
    track: Rows
    """(v,) or -1."""
    class_id: NDArray[np.int16]
    """(v,) or -1."""
    overlap: NDArray[np.float32]
    """(v,) how much boxes overlap, where that is what it is about, else 0."""
    where: NDArray[np.float64]
    """(v, 4) the box in the first frame that it is about, px; NaN for none. Only violations
    without missing boxes need one."""
    missing: MissingBoxes | None = None

    def __len__(self) -> int:
        return len(self.start)


class Assertion(Protocol):
    """A rule over a scene. Register one in the entry-point group `flickerscope.assertions`."""

    def __call__(self, scene: Scene, /) -> Violations: ...


def violations(
    start: ArrayLike,
    stop: ArrayLike | None = None,
    *,
    plausibility: ArrayLike,
    track: ArrayLike = -1,
    class_id: ArrayLike = -1,
    overlap: ArrayLike = 0.0,
    where: ArrayLike = np.nan,
    missing: MissingBoxes | None = None,
) -> Violations:
    """Violations from columns or single values; `stop` is the frame after `start` by default."""
    first = np.atleast_1d(np.asarray(start, np.int64))

    def column(value: ArrayLike, kind: type[np.generic]) -> NDArray[Any]:
        return np.broadcast_to(np.asarray(value, kind), first.shape)

    return Violations(
        first,
        first + 1 if stop is None else column(stop, np.int64),
        column(plausibility, np.float32),
        column(track, np.int64),
        column(class_id, np.int16),
        column(overlap, np.float32),
        np.broadcast_to(np.asarray(where, np.float64), (len(first), 4)),
        missing,
    )
