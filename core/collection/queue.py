"""The review queue of many videos: violations of all members in columns, and which comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.assertions.imputed import name_of
from core.review import SORTED_BY as WITHIN
from core.review import ReviewState, View, following, place_of
from core.tracks.pairs import Rows

SORTED_BY = ("member", *WITHIN)
"""Columns that a view of many videos can be sorted by."""
_COLUMNS = ("start", "stop", "kind", "class_id", "track", "plausibility", "gain", "state")
_NEAR = 1000
"""Violations to come among which `AcrossQueue.next_members` looks: a person decides about fewer
in the time in which a project is opened."""


class ViolationColumns(Protocol):
    """A video's violations in columns: an `Overview`, or the `Queue` of an open project."""

    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def start(self) -> Rows: ...
    @property
    def stop(self) -> Rows: ...
    @property
    def kind(self) -> NDArray[np.int8]: ...
    @property
    def class_id(self) -> NDArray[np.int16]: ...
    @property
    def track(self) -> Rows: ...
    @property
    def plausibility(self) -> NDArray[np.float32]: ...
    @property
    def gain(self) -> NDArray[np.float64]: ...
    @property
    def state(self) -> NDArray[np.uint8]: ...


@dataclass(frozen=True)
class AcrossItem:
    """One violation of one of the videos."""

    member: int
    """The video's place in the collection."""
    number: int
    """The violation's, as in `core.review.Queue`."""
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


class AcrossQueue:
    """Violations of many videos, a row each: by member, then by number.

    Args:
        members: What is known of each video, by its place in the collection; None for nothing.
    """

    start: Rows
    """(v,) as are the next, which are those of `core.review.Queue`."""
    stop: Rows
    track: Rows
    kind: NDArray[np.int8]
    """Index into `kinds`."""
    class_id: NDArray[np.int16]
    """Index into `class_names`, or -1."""
    plausibility: NDArray[np.float32]
    gain: NDArray[np.float64]
    state: NDArray[np.uint8]

    def __init__(self, members: Sequence[ViolationColumns | None]) -> None:
        self.kinds: tuple[str, ...] = ()
        """Of all videos."""
        self.class_names: tuple[str, ...] = ()
        self._orders: dict[tuple[str, bool], Rows] = {}
        parts = [self._translated(member) for member in members]
        for name in _COLUMNS:
            setattr(self, name, np.concatenate([part[name] for part in [_NOTHING, *parts]]))
        self._count([len(part["start"]) for part in parts])

    def __len__(self) -> int:
        return len(self.state)

    def __getitem__(self, row: int) -> AcrossItem:
        return AcrossItem(
            int(self.member[row]),
            int(self.number[row]),
            self.kinds[self.kind[row]],
            name_of(self.class_names, int(self.class_id[row])),
            int(self.track[row]),
            int(self.start[row]),
            int(self.stop[row]),
            float(self.plausibility[row]),
            float(self.gain[row]),
            ReviewState(self.state[row]),
        )

    @property
    def done(self) -> int:
        """Violations about which nothing is left to decide."""
        return int(np.count_nonzero(self.state))

    @property
    def videos(self) -> int:
        """Members that have a violation."""
        return int(np.count_nonzero(np.diff(self._offset)))

    def row_of(self, member: int, number: int | None) -> int | None:
        """The row of a member's violation, or None if it has no such one."""
        if number is None or not 0 <= number < self._offset[member + 1] - self._offset[member]:
            return None
        return int(self._offset[member]) + number

    def row_like(self, item: AcrossItem) -> int | None:
        """The row of a violation whose video may have been looked at anew; None if it is gone."""
        own = slice(self._offset[item.member], self._offset[item.member + 1])
        alike = (self.start[own] == item.start) & (self.stop[own] == item.stop)
        found = [int(own.start) + row for row in np.flatnonzero(alike).tolist()]
        same = [
            row for row in found
            if (self[row].kind, self[row].class_name) == (item.kind, item.class_name)
        ]  # fmt: skip
        before = self.row_of(item.member, item.number)
        return before if before in same else next(iter(same), None)

    def update(self, member: int, violations: ViolationColumns | None) -> bool:
        """What is known of one video has changed.

        Returns:
            Whether there are other violations now; else some may have another state.
        """
        new = self._translated(violations)
        at = slice(int(self._offset[member]), int(self._offset[member + 1]))
        if all(np.array_equal(getattr(self, name)[at], new[name]) for name in _COLUMNS[:-1]):
            self.state[at] = new["state"]
            self._orders = {key: rows for key, rows in self._orders.items() if key[0] != "state"}
            return False
        for name in _COLUMNS:
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old[: at.start], new[name], old[at.stop :]]))
        counts = np.diff(self._offset)
        counts[member] = len(new["start"])
        self._count(counts)
        return True

    def shown(self, view: View) -> Rows:
        """Rows of a view, in its order; of equals those of one video stand together, by frame.

        What a view says about one video (track, frames, selected ones) is not asked here.

        Args:
            view: Sorted by one of `SORTED_BY`.
        """
        order = self._order(view.sorted_by, descending=view.descending)
        wanted = np.ones(len(self), np.bool_)
        if view.kind is not None:
            wanted &= self.kind == place_of(view.kind, self.kinds)
        if view.class_name is not None:
            wanted &= self.class_id == place_of(view.class_name, self.class_names)
        if view.state is not None:
            wanted &= self.state == view.state
        return order[wanted[order]]

    def next_to_do(self, shown: Rows, after: int | None) -> int | None:
        """The next row of a view to decide about, from its start again at its end.

        Args:
            shown: What `shown` has given.
            after: The row to go on from, None for the start.
        """
        left = following(self.state, shown, after)
        return int(left[0]) if len(left) else None

    def next_members(self, shown: Rows, after: int | None, most: int) -> list[int]:
        """The videos in which the next violations to do lie, but for the one of `after`."""
        near = self.member[following(self.state, shown, after)[:_NEAR]].tolist()
        own = int(self.member[after]) if after is not None else None
        return [member for member in dict.fromkeys(near) if member != own][:most]

    # Inside

    def _count(self, counts: Sequence[int] | Rows) -> None:
        self._offset = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        self.member: Rows = np.repeat(np.arange(len(counts)), counts)
        """(v,) the video of each violation, as its place in the collection."""
        self.number: Rows = np.arange(len(self)) - np.repeat(self._offset[:-1], counts)
        """(v,) what `core.review.Queue` of its video calls it."""
        self.kinds_found = _used(self.kind, self.kinds)
        """Kinds that a violation has; `kinds` may name more."""
        self.class_names_found = _used(self.class_id, self.class_names)
        self._orders.clear()

    def _translated(self, violations: ViolationColumns | None) -> dict[str, NDArray[Any]]:
        """A video's columns, with kinds and classes as they are counted here."""
        if violations is None:
            return _NOTHING
        columns = {name: getattr(violations, name) for name in _COLUMNS}
        self.kinds, kinds = _joined(self.kinds, violations.kinds)
        self.class_names, names = _joined(self.class_names, violations.class_names)
        columns["kind"] = kinds.astype(np.int8)[violations.kind]
        # -1, which is no class, finds the last one.
        columns["class_id"] = np.append(names, -1).astype(np.int16)[violations.class_id]
        return columns

    def _order(self, name: str, *, descending: bool) -> Rows:
        if (name, descending) not in self._orders:
            key = getattr(self, name).astype(np.float64)
            keys = (self.start, self.member, -key if descending else key)
            self._orders[name, descending] = np.lexsort(keys)
        return self._orders[name, descending]


def _used(places: NDArray[Any], names: tuple[str, ...]) -> tuple[str, ...]:
    counts = np.bincount(places[places >= 0], minlength=len(names))
    return tuple(name for name, count in zip(names, counts.tolist(), strict=True) if count)


def _joined(names: tuple[str, ...], more: tuple[str, ...]) -> tuple[tuple[str, ...], Rows]:
    """All names, and where each of the second ones stands among them."""
    if more != names[: len(more)]:
        names = tuple(dict.fromkeys([*names, *more]))
    places = {name: place for place, name in enumerate(names)} if more else {}
    return names, np.array([places[name] for name in more], np.int64)


_NOTHING: dict[str, NDArray[Any]] = {
    "start": np.empty(0, np.int64),
    "stop": np.empty(0, np.int64),
    "kind": np.empty(0, np.int8),
    "class_id": np.empty(0, np.int16),
    "track": np.empty(0, np.int64),
    "plausibility": np.empty(0, np.float32),
    "gain": np.empty(0, np.float64),
    "state": np.empty(0, np.uint8),
}
