"""The review queue: violations in columns, what was decided about each, and which comes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.assertions.imputed import ImputedBox, ImputedBoxes, name_of
from core.frames import FrameRange
from core.prelabels import Decision, Verdict
from core.tracks.pairs import Rows


class ReviewState(IntEnum):
    """What was decided; where several boxes are one thing, the lowest of theirs is its own."""

    TO_DO = 0
    EDITED = 1
    ACCEPTED = 2
    REJECTED = 3


STATES = {
    Verdict.EDITED: ReviewState.EDITED,
    Verdict.ACCEPTED: ReviewState.ACCEPTED,
    Verdict.REJECTED: ReviewState.REJECTED,
}

SORTED_BY = ("gain", "start", "plausibility", "kind", "class_id", "track", "state")
"""Columns that a view can be sorted by."""


@dataclass(frozen=True)
class View:
    """Which violations a person wants to see in the queue, and in which order."""

    kind: str | None = None
    """None for all, as below."""
    class_name: str | None = None
    track: int | None = None
    state: ReviewState | None = None
    frames: FrameRange | None = None
    """Violations that touch these frames."""
    selected: tuple[int, ...] | None = None
    """Violations that touch any of these frames, which are ascending."""
    sorted_by: str = "gain"
    """One of `SORTED_BY`."""
    descending: bool = True


@dataclass(frozen=True)
class Item:
    """One violation of the queue."""

    number: int
    kind: str
    class_name: str
    """Empty for none."""
    track: int
    """Or -1."""
    start: int
    stop: int
    """The frame after the last one."""
    plausibility: float
    gain: float
    state: ReviewState
    boxes: int


class Queue:
    """Violations to review, numbered as in `ImputedBoxes.violation`.

    Args:
        boxes: All boxes to review.
        findings: Where those come from that the run has led to.
        decisions: A person's decisions by the key of their box.
    """

    def __init__(
        self,
        boxes: ImputedBoxes,
        findings: Findings | None = None,
        decisions: Mapping[str, Decision] | None = None,
    ) -> None:
        self._boxes = boxes
        self._order = np.argsort(boxes.violation, kind="stable")
        count = int(boxes.violation.max(initial=-1)) + 1
        self._offset = np.searchsorted(boxes.violation[self._order], np.arange(count + 1))
        self._take_columns(findings, count)
        self.box_state = np.zeros(len(boxes), np.uint8)
        """(m,) `ReviewState` of each box."""
        self.state = np.zeros(count, np.uint8)
        """(v,) `ReviewState` of each violation: to do while any of its boxes is."""
        self.update((d.box for d in (decisions or {}).values()), decisions or {})

    def _take_columns(self, findings: Findings | None, count: int) -> None:
        own = len(findings.violations) if findings is not None else 0
        more = [self._boxes[int(self._order[self._offset[v]])] for v in range(own, count)]
        known = findings.kinds if findings is not None else ()
        self.kinds = tuple(dict.fromkeys([*known, *(box.assertion for box in more)]))
        names = findings.class_names if findings is not None else ()
        self.class_names = tuple(dict.fromkeys([*names, *(box.class_name for box in more)]))

        def column(name: str, rest: Sequence[float], kind: type[np.generic]) -> Any:
            first = getattr(findings.violations, name) if findings is not None else ()
            return np.concatenate([np.asarray(first, kind), np.asarray(rest, kind)])

        self.start: Rows = column("start", [box.frame for box in more], np.int64)
        self.stop: Rows = column("stop", [box.frame + 1 for box in more], np.int64)
        self.track: Rows = column("track", [-1] * len(more), np.int64)
        classes = [self.class_names.index(box.class_name) for box in more]
        self.class_id: NDArray[np.int16] = column("class_id", classes, np.int16)
        plausible = [box.plausibility for box in more]
        self.plausibility: NDArray[np.float32] = column("plausibility", plausible, np.float32)
        kind = np.array([self.kinds.index(box.assertion) for box in more], np.int8)
        self.kind = np.concatenate([findings.kind, kind]) if findings is not None else kind
        self.gain = self.plausibility.astype(np.float64)
        """(v,) plausibility times impact: boxes, or doubtful frames, that are likely set right."""
        if findings is not None:
            self.gain[:own] = _gain(findings)

    def __len__(self) -> int:
        return len(self.state)

    def __getitem__(self, number: int) -> Item:
        return Item(
            number,
            self.kinds[self.kind[number]],
            name_of(self.class_names, int(self.class_id[number])),
            int(self.track[number]),
            int(self.start[number]),
            int(self.stop[number]),
            float(self.plausibility[number]),
            float(self.gain[number]),
            ReviewState(self.state[number]),
            int(self._offset[number + 1] - self._offset[number]),
        )

    @property
    def done(self) -> int:
        """Violations about which nothing is left to decide."""
        return int(np.count_nonzero(self.state))

    def boxes_of(self, number: int) -> tuple[ImputedBox, ...]:
        """The boxes of a violation, by frame."""
        return tuple(self._boxes[int(row)] for row in self._rows(number))

    def to_do_in(self, number: int) -> tuple[ImputedBox, ...]:
        """The boxes of a violation that nobody has decided about, by frame."""
        rows = self._rows(number)
        return tuple(self._boxes[int(row)] for row in rows[self.box_state[rows] == 0])

    def to_do_on(self, track: int) -> tuple[ImputedBox, ...]:
        """The missing boxes of a track that nobody has decided about."""
        of_track = np.flatnonzero((self.track == track) & (self.state == 0)).tolist()
        found = (box for number in of_track for box in self.to_do_in(number))
        return tuple(box for box in found if not box.doubted)

    def number_of(self, box: ImputedBox | None) -> int | None:
        """The violation that a box belongs to, or None."""
        row = None if box is None else self._boxes.row_of(box)
        return None if row is None else int(self._boxes.violation[row])

    def update(self, boxes: Iterable[ImputedBox], decisions: Mapping[str, Decision]) -> None:
        """Decisions about some boxes have changed."""
        changed = set()
        for box in boxes:
            decision = decisions.get(box.key)
            rows = self._rows_of(box)
            self.box_state[rows] = STATES[decision.verdict] if decision else ReviewState.TO_DO
            changed.update(self._boxes.violation[rows].tolist())
        for number in changed:
            self.state[number] = self.box_state[self._rows(number)].min()

    def shown(self, view: View) -> Rows:
        """Numbers of the violations of a view, in its order."""
        wanted = np.ones(len(self), np.bool_)
        if view.kind is not None:
            wanted &= self.kind == place_of(view.kind, self.kinds)
        if view.class_name is not None:
            wanted &= self.class_id == place_of(view.class_name, self.class_names)
        if view.track is not None:
            wanted &= self.track == view.track
        if view.state is not None:
            wanted &= self.state == view.state
        if view.frames is not None:
            wanted &= (self.start < view.frames.stop) & (self.stop > view.frames.start)
        if view.selected is not None:
            wanted &= self.touching(view.selected)
        found = np.flatnonzero(wanted)
        key = getattr(self, view.sorted_by)[found].astype(np.float64)
        order: Rows = np.lexsort((self.start[found], -key if view.descending else key))
        return found[order]

    def touching(self, frames: Sequence[int]) -> NDArray[np.bool_]:
        """(v,) whether a violation touches any of some frames, which are ascending."""
        before_start, before_stop = (np.searchsorted(frames, at) for at in (self.start, self.stop))
        return np.asarray(before_stop > before_start)

    def next_to_do(self, shown: Rows, after: int | None) -> int | None:
        """The next violation of a view to decide about, from its start again at its end.

        Args:
            shown: What `shown` has given.
            after: The violation to go on from, None for the start.
        """
        left = following(self.state, shown, after)
        return int(left[0]) if len(left) else None

    def marks(self) -> tuple[Rows, NDArray[np.uint8], NDArray[np.int8]]:
        """Frames that have a box, the state of each, and the kind of its first box."""
        frames, first = self._marked
        states = np.minimum.reduceat(self.box_state, first) if len(first) else self.box_state
        return frames, states, self.kind[self._boxes.violation[first]]

    @cached_property
    def _marked(self) -> tuple[Rows, Rows]:
        frames, first = np.unique(self._boxes.frame, return_index=True)
        return frames, first

    def _rows_of(self, box: ImputedBox) -> list[int]:
        """Rows of the boxes with the same key: several violations may ask for one box."""
        rows = self._boxes.rows(box.frame)
        return [row for row in range(rows.start, rows.stop) if self._boxes[row].key == box.key]

    def _rows(self, number: int) -> Rows:
        return self._order[self._offset[number] : self._offset[number + 1]]


def following(state: NDArray[np.uint8], shown: Rows, after: int | None) -> Rows:
    """What there is to do of a view after one of its rows, and from its start again at its end.

    Args:
        state: `ReviewState` of every row.
        shown: Rows of the view, in its order.
        after: The row to go on from, which is left out; None for the start.
    """
    at = np.flatnonzero(shown == after) if after is not None else np.empty(0, np.int64)
    first = int(at[0]) + 1 if len(at) else 0
    turned = np.concatenate([shown[first:], shown[:first]])
    left: Rows = turned[(state[turned] == ReviewState.TO_DO) & (turned != after)]
    return left


def place_of(name: str, names: tuple[str, ...]) -> int:
    """Where a name stands; a number that nothing has, if it is not there."""
    return names.index(name) if name in names else -2


def _gain(findings: Findings) -> NDArray[np.float64]:
    columns = findings.columns
    frames = np.where(columns.doubted, columns.stop - columns.start, 1)
    gain: NDArray[np.float64] = np.bincount(
        columns.violation, frames * columns.plausibility, minlength=len(findings.violations)
    ).astype(np.float64)
    return gain
