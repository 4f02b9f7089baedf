"""What an assertion gives: violations, and the boxes it says are missing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.frames import FrameRange


@dataclass(frozen=True)
class ImputedBox:
    """A box that an assertion says should have been there.

    Two runs that lead to the same box give equal `key`s, so a person's decision about it holds
    for both.
    """

    frame: int
    xyxy: tuple[int, int, int, int]
    """Pixels of the upright picture, origin top left."""
    class_name: str
    plausibility: float
    """0..1, how well the evidence agrees; its meaning is the assertion's."""
    assertion: str
    """Name of the assertion that asks for the box, such as `tutorial`."""

    @property
    def key(self) -> str:
        """What makes this box the same one again: all but its plausibility."""
        corners = ",".join(map(str, self.xyxy))
        return f"{self.assertion}/{self.frame}/{corners}/{self.class_name}"


@dataclass(frozen=True)
class Violation:
    """One place where an assertion is violated."""

    kind: str
    """The assertion's kind, such as `flickering`."""
    frames: FrameRange
    plausibility: float
    """0..1, as in `ImputedBox`."""
    imputed: tuple[ImputedBox, ...] = ()
    track: int | None = None
    """Track that the violation lies in, for assertions over tracks."""


@dataclass(frozen=True, eq=False)
class Findings:
    """All that one assertion found in a run."""

    violations: tuple[Violation, ...]
    scores: NDArray[np.float32]
    """(frames,) flickering score of each frame, 0..1."""

    @cached_property
    def imputed(self) -> tuple[ImputedBox, ...]:
        """Every imputed box, in the order of violations."""
        return tuple(box for violation in self.violations for box in violation.imputed)

    @cached_property
    def flagged(self) -> NDArray[np.int64]:
        """The frames with a violation, ascending, each once."""
        spans = (range(v.frames.start, v.frames.stop) for v in self.violations)
        # Not np.unique: its first call imports numpy.ma, for a tenth of a second of the window's.
        return np.array(sorted(set().union(*spans)), np.int64)


Assertion = Callable[[Detections, tuple[str, ...]], Findings]
"""A rule over a run's detections; the second argument names its classes by id."""
