"""Imputed boxes: one, and all of a run in columns that read as a sequence of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from core.tracks.pairs import Rows

Xyxy = tuple[float, float, float, float]

MODEL = "model"
"""Stands for an assertion in boxes that the detector gave itself."""
DRAWN = "drawn"
"""Stands for an assertion in boxes that a person drew."""


@dataclass(frozen=True)
class ImputedBox:
    """A box that a person decides about: as a rule one that an assertion says is missing.

    Boxes that a person decides about unasked have the same form: the detector's own (`MODEL`) and
    those that the person drew (`DRAWN`). Two runs that lead to the same box give equal `key`s, so
    a person's decision about it holds for both.
    """

    frame: int
    xyxy: Xyxy
    """Pixels of the upright picture, origin top left, in steps of 0.1."""
    class_name: str
    plausibility: float
    """0..1, the probability that the box is right; its meaning is the assertion's."""
    assertion: str
    """Name of the assertion that asks for the box, such as `flickering`."""
    doubted: bool = False
    """Whether the assertion doubts what the detector saw here, and asks for no box."""
    evidence: "Evidence | None" = field(default=None, compare=False)
    """What speaks for it, or None for a box of an earlier run."""

    @property
    def key(self) -> str:
        """What makes this box the same one again: all but its plausibility."""
        corners = ",".join(f"{corner:g}" for corner in self.xyxy)
        return f"{self.assertion}/{self.frame}/{corners}/{self.class_name}"


@dataclass(frozen=True)
class Evidence:
    """Why a box is imputed."""

    track: int
    start: int
    """First frame of the gap."""
    stop: int
    """Frame after the gap."""
    score: float | None
    """The detector's own score, where the box is one of its own of low score."""
    hidden: bool
    """Whether the object is behind another one."""


@dataclass(frozen=True, eq=False)
class ImputedColumns:
    """Imputed boxes in columns, by frame."""

    frame: Rows
    """(m,) ascending."""
    xyxy: NDArray[np.float64]
    """(m, 4) as in `ImputedBox`."""
    class_id: NDArray[np.int16]
    plausibility: NDArray[np.float32]
    kind: NDArray[np.int8]
    """(m,) index into `kinds`."""
    start: Rows
    stop: Rows
    track: Rows
    hidden: NDArray[np.bool_]
    score: NDArray[np.float32]
    """(m,) the detector's own, or NaN."""
    violation: Rows
    """(m,) number of the violation that each belongs to."""
    doubted: NDArray[np.bool_]
    class_names: tuple[str, ...]
    kinds: tuple[str, ...]

    def box(self, row: int) -> ImputedBox:
        """One of them."""
        score = float(self.score[row])
        return ImputedBox(
            int(self.frame[row]),
            tuple(self.xyxy[row].tolist()),
            name_of(self.class_names, int(self.class_id[row])),
            round(float(self.plausibility[row]), 4),
            self.kinds[self.kind[row]],
            bool(self.doubted[row]),
            Evidence(
                int(self.track[row]),
                int(self.start[row]),
                int(self.stop[row]),
                None if np.isnan(score) else score,
                bool(self.hidden[row]),
            ),
        )


def name_of(class_names: Sequence[str], class_id: int) -> str:
    """The name of a class; empty for -1, which stands for none."""
    return class_names[class_id] if class_id >= 0 else ""


class ImputedBoxes(Sequence[ImputedBox]):
    """The boxes of a run to review and those decided about in earlier ones, by frame.

    Boxes become objects when they are asked for: a run may have a million.
    """

    def __init__(
        self, columns: ImputedColumns | None = None, decided: Iterable[ImputedBox] = ()
    ) -> None:
        self._columns = columns
        self._own = columns.frame if columns is not None else np.empty(0, np.int64)
        self._more = tuple(
            box
            for box in decided
            if box.assertion not in (MODEL, DRAWN) and self._find_own(box) is None
        )
        frame = np.concatenate([self._own, np.array([b.frame for b in self._more], np.int64)])
        self._place = np.argsort(frame, kind="stable")
        self.frame: Rows = frame[self._place]
        """(m,) frame of each box, ascending."""
        first = int(columns.violation.max(initial=-1)) + 1 if columns is not None else 0
        own = columns.violation if columns is not None else self._own
        violation = np.concatenate([own, first + np.arange(len(self._more))])
        self.violation: Rows = violation[self._place]
        """(m,) number of each box's violation; a box of an earlier run is one by itself."""

    def __len__(self) -> int:
        return len(self._place)

    @overload
    def __getitem__(self, row: int) -> ImputedBox: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[ImputedBox, ...]: ...
    def __getitem__(self, row: int | slice) -> ImputedBox | tuple[ImputedBox, ...]:
        if isinstance(row, slice):
            return tuple(self[at] for at in range(*row.indices(len(self))))
        place = int(self._place[row])
        if place >= len(self._own) or self._columns is None:
            return self._more[place - len(self._own)]
        return self._columns.box(place)

    def __iter__(self) -> Iterator[ImputedBox]:
        return (self[row] for row in range(len(self)))

    def in_frame(self, frame: int) -> tuple[ImputedBox, ...]:
        """The boxes of one frame."""
        return self[self.rows(frame)]

    def rows(self, frame: int) -> slice:
        """The rows of one frame."""
        first, last = np.searchsorted(self.frame, [frame, frame + 1])
        return slice(int(first), int(last))

    def row_of(self, box: ImputedBox) -> int | None:
        """The row of the box with the same key, or None."""
        rows = self.rows(box.frame)
        same = (row for row in range(rows.start, rows.stop) if self[row].key == box.key)
        return next(same, None)

    @cached_property
    def frames(self) -> Rows:
        """The frames that have a box, ascending, each once."""
        new = np.ones(len(self.frame), np.bool_)
        new[1:] = self.frame[1:] != self.frame[:-1]
        return self.frame[new]

    def _find_own(self, box: ImputedBox) -> int | None:
        if self._columns is None:
            return None
        first, last = np.searchsorted(self._own, [box.frame, box.frame + 1])
        same = (row for row in range(first, last) if self._columns.box(row).key == box.key)
        return next(same, None)
