"""Violations by frame: sorted, thinned for drawing, found under the mouse. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gui.timeline.layout import TimelineLayout

KIND_PITCH = 14.0
"""Logical pixels that a kind's glyph takes with the space beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """One row a violated frame and kind, sorted by frame."""

    frames: NDArray[np.int64]
    states: NDArray[np.uint8]
    """`MarkState`."""
    kinds: NDArray[np.int8]
    """Index into `kind_names`."""
    kind_names: tuple[str, ...]
    order: NDArray[np.int64]
    """Where each row was before sorting."""

    @classmethod
    def of(
        cls,
        frames: NDArray[np.int64],
        states: NDArray[np.uint8],
        kinds: NDArray[np.int8],
        kind_names: tuple[str, ...],
    ) -> Marks:
        """From rows in any order."""
        order = np.argsort(frames, kind="stable")
        return cls(frames[order], states[order], kinds[order], kind_names, order)

    @classmethod
    def none(cls) -> Marks:
        """No violations."""
        nothing = np.empty(0, np.int64)
        return cls.of(nothing, nothing.astype(np.uint8), nothing.astype(np.int8), ())

    def with_states(self, states: NDArray[np.uint8]) -> Marks:
        """Other states, in the order in which the rows came."""
        return replace(self, states=states[self.order])

    @property
    def of_several_kinds(self) -> bool:
        return len(self.kinds) > 0 and bool((self.kinds != self.kinds[0]).any())

    def kinds_in(self, frame: int) -> dict[str, int]:
        """How many violations of each kind a frame has, in the order of the names."""
        start, stop = np.searchsorted(self.frames, [frame, frame + 1])
        numbers, counts = np.unique(self.kinds[start:stop], return_counts=True)
        return {self.kind_names[n]: int(c) for n, c in zip(numbers, counts, strict=True)}

    def visible_kinds(self, layout: TimelineLayout) -> list[tuple[float, list[int]]]:
        """x and kinds of the glyphs to draw, so thinned that none overlap.

        A place where more kinds meet than there is room for has them all listed nevertheless.
        """
        here = layout.in_view(self.frames)
        frames, kinds = self.frames[here], self.kinds[here].astype(np.int64)
        if not len(frames):
            return []
        cells = layout.cells(frames, KIND_PITCH)
        begin = np.flatnonzero(np.diff(cells, prepend=-1))
        found = np.bitwise_or.reduceat(np.int64(1) << kinds, begin)
        xs = layout.clear_of_each_other(frames[begin], cells[begin], KIND_PITCH)
        return [
            (x, [kind for kind in range(len(self.kind_names)) if bits >> kind & 1])
            for x, bits in zip(xs.tolist(), found.tolist(), strict=True)
        ]


def nearest(
    frames: NDArray[np.int64], layout: TimelineLayout, x: float, reach: float
) -> int | None:
    """The one of some frames (ascending) in view that is nearest to x, within `reach` pixels."""
    at = int(np.searchsorted(frames, layout.position_at(x) - 0.5))
    near = frames[max(at - 1, 0) : at + 1].tolist()
    if not near:
        return None
    frame = int(min(near, key=lambda frame: abs(layout.x_of(frame) - x)))
    in_view = layout.first < frame + 1 and frame < layout.last
    return frame if in_view and abs(layout.x_of(frame) - x) <= reach else None
