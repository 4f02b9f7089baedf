"""One project's share of a pool: what is known of its frames, without its boxes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.embeddings.embeddings import Embeddings
from core.embeddings.rows import EmbeddingFiles
from core.project.handover import Round
from core.selection.pool import Column, PoolVideo
from core.selection.request import Known

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Candidates of one video, by frame; `f` is their number."""

    video: PoolVideo
    frame: Rows
    """(f,) frame indexes, ascending."""
    seconds: Column
    """(f,) when each shows."""
    columns: Mapping[str, Column]
    """(f,) each; see `core.selection.columns`, without `object_frequency`, which needs all
    candidates of a pool."""
    class_names: tuple[str, ...]
    """Of the detector."""
    class_counts: NDArray[np.uint16]
    """(f, classes) boxes of each class in each frame."""
    violations: Mapping[str, Column]
    """(f,) each, by kind of assertion; see `core.selection.pool.Pool`."""
    first: Rows
    """(f,) row of each frame's first box in the run's detections."""
    last: Rows
    """(f,) the row after its last one."""
    seen: tuple[int, int]
    """Frames and boxes of the run, by which its embeddings are found."""
    known: Mapping[Known, tuple[int, ...]] = field(default_factory=dict)
    """Frames of the video that are labeled already."""
    rounds: tuple[Round, ...] = ()
    """Rounds of labeling that are over, oldest first."""
    embeddings: Embeddings | EmbeddingFiles | None = None
    """Of all frames and boxes of the run; parts of many projects leave them on disk."""

    def __len__(self) -> int:
        return len(self.frame)

    def every(self, step: int, also: Collection[int] = ()) -> "Part":
        """Every so many-th candidate, beginning with the first, and those of some frames."""
        if step == 1:
            return self
        rows = np.arange(0, len(self), step)
        if also:
            rows = np.union1d(rows, np.flatnonzero(np.isin(self.frame, list(also))))
        return replace(
            self,
            frame=self.frame[rows],
            seconds=self.seconds[rows],
            columns={name: column[rows] for name, column in self.columns.items()},
            class_counts=self.class_counts[rows],
            violations={kind: found[rows] for kind, found in self.violations.items()},
            first=self.first[rows],
            last=self.last[rows],
        )


def thinned(parts: Sequence[Part], most: int) -> tuple[list[Part], int]:
    """Every n-th candidate of each part, such that they are no more than `most` together.

    Args:
        parts: In any order.
        most: More than there are parts, of which each keeps its first candidate.

    Returns:
        The parts, and n: 1, 2, 4 and so on, so that what was thinned before can be thinned on.
    """
    step = 1
    while sum(-(-len(part) // step) for part in parts) > max(most, len(parts)):
        step *= 2
    return [part.every(step) for part in parts], step


MOST_FRAMES = 200_000
"""Candidates of a live choice: 1,000 of 1,000,000 take 43 s and laying them out 66 s, which is a
fifth here, and 0.1 GB instead of 0.5 GB in each of three processes (YOLOv8n)."""
MOST_OBJECTS = 500_000
"""Embeddings of objects of a live choice: 0.26 GB in each process (YOLOv8n)."""


def thinned_note(step: int) -> str:
    """What a person should know of parts that were thinned, as a sentence."""
    return (
        f"Of every {step} frames one is a candidate: to choose among more than {MOST_FRAMES:,} "
        "takes minutes."
    )
