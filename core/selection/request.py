"""What a person asks for: how many frames, and what makes a frame worth labeling."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, get_args

Of = Literal["frames", "objects"]
"""Whose embeddings are compared: whole frames', or those of the objects in them."""
Operation = Literal["<", "<=", ">", ">="]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
Known = Literal["exported", "reviewed"]
"""Frames that are labeled already: handed over before, or with a box that a person accepted."""
KNOWN: tuple[Known, ...] = get_args(Known)


class FrameId(NamedTuple):
    """A frame of one of several videos."""

    video: int
    """Its place among the videos, from 0."""
    frame: int


@dataclass(frozen=True)
class Diversity:
    """Frames unlike each other: each is far from all that are chosen."""

    strength: float = 1.0
    of: Of = "frames"
    min_distance: float | None = None
    """Stop when the next frame would be nearer than this to a chosen one; None for never.
    Euclidean, between unit vectors: 0 to 2."""


@dataclass(frozen=True)
class Weighting:
    """Frames with a high value in a column; see `core.selection.columns`."""

    column: str
    strength: float = 1.0


@dataclass(frozen=True)
class Balance:
    """Classes of the chosen frames' boxes near to wanted shares."""

    target: tuple[tuple[str, float], ...]
    """Classes and their shares of the boxes; what is left of 1 is for all others."""
    strength: float = 1.0


@dataclass(frozen=True)
class Typicality:
    """Frames that many others resemble."""

    strength: float = 1.0
    of: Of = "frames"
    neighbours: int = 20


@dataclass(frozen=True)
class Similarity:
    """Frames that resemble some that a person points at."""

    to: tuple[FrameId, ...]
    strength: float = 1.0
    of: Of = "frames"


@dataclass(frozen=True)
class Bal:
    """Bandit over assertions across rounds of labeling (Kang et al., MLSys 2020, algorithm 1).

    It chooses alone: other strategies beside it are refused.
    """

    explore: float = 0.25
    """Share of frames taken from all assertions alike, 0..1."""
    least_reduction: float = 0.01
    """Relative marginal reduction of violations under which an assertion counts as exhausted."""
    otherwise: str = "objectness_least_confidence"
    """Column that chooses where every assertion is exhausted."""


Strategy = Diversity | Weighting | Balance | Typicality | Similarity | Bal

_KINDS: dict[str, type[Strategy]] = {
    kind.__name__.lower(): kind
    for kind in (Diversity, Weighting, Balance, Typicality, Similarity, Bal)
}

TUTORIAL: tuple[Strategy, ...] = (
    Diversity(),
    Weighting("objectness_least_confidence"),
    Weighting("flickering"),
)
"""The three strategies of the tutorial."""


@dataclass(frozen=True)
class Threshold:
    """Only frames whose value in a column passes; a frame without a value does not."""

    column: str
    operation: Operation
    value: float


@dataclass(frozen=True)
class SelectRequest:
    """All that decides which frames are chosen; the same request chooses the same frames."""

    n: int | None = None
    """New frames to choose; either this or `proportion`."""
    proportion: float | None = 0.1
    """Share of the frames that pass the thresholds, above 0 and at most 1."""
    strategies: tuple[Strategy, ...] = TUTORIAL
    thresholds: tuple[Threshold, ...] = ()
    apart: int = 1
    """Least frames from one chosen frame to the next in a video; 1 allows neighbours."""
    include: tuple[FrameId, ...] = ()
    """Chosen in any case; they count."""
    exclude: tuple[FrameId, ...] = ()
    """Never chosen."""
    known: tuple[Known, ...] = ()
    """Frames that are labeled already: never chosen, and others are to differ from them."""
    labeled: tuple[FrameId, ...] = ()
    """More such frames."""
    seed: int = 0
    """Decides between frames that are worth the same."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `from_json` reads it."""
        found = asdict(self)
        found["strategies"] = [
            {"kind": type(strategy).__name__.lower(), **asdict(strategy)}
            for strategy in self.strategies
        ]
        return found

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "SelectRequest":
        """What `to_json` gave."""
        values = {key: _tuples(value) for key, value in found.items()}
        values["strategies"] = tuple(_strategy(entry) for entry in found["strategies"])
        values["thresholds"] = tuple(Threshold(**entry) for entry in found["thresholds"])
        for name in ("include", "exclude", "labeled"):
            values[name] = _frames(found[name])
        return cls(**values)


DEFAULT_REQUEST = SelectRequest()


def _strategy(entry: Mapping[str, Any]) -> Strategy:
    values = {key: _tuples(value) for key, value in entry.items() if key != "kind"}
    if "to" in values:
        values["to"] = _frames(entry["to"])
    return _KINDS[entry["kind"]](**values)


def _frames(found: list[list[int]]) -> tuple[FrameId, ...]:
    return tuple(FrameId(*pair) for pair in found)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list | tuple) else value
