"""What the controls say, and the request that it comes to. Free of Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from core.selection.request import (
    TUTORIAL,
    Bal,
    Balance,
    Diversity,
    SelectRequest,
    Similarity,
    Strategy,
    Typicality,
    Weighting,
)
from core.selection.wishes import renumbered

Key = Literal[
    "frames", "objects", "uncertainty", "flickering", "balance", "typicality", "similarity"
]
"""The strategies that have a row of their own, in the order in which they are shown."""
KEYS: tuple[Key, ...] = get_args(Key)
DIVERSITIES: tuple[Key, ...] = ("frames", "objects")
UNCERTAINTIES = (
    "objectness_least_confidence", "uncertainty_margin", "uncertainty_entropy", "object_frequency",
)  # fmt: skip
FLICKERINGS = ("flickering", "flickering_tutorial", "missed_boxes")
"""Columns that share a row with others of their kind."""

_STANDARD: dict[Key, Strategy] = {
    "frames": Diversity(),
    "objects": Diversity(of="objects"),
    "uncertainty": Weighting(UNCERTAINTIES[0]),
    "flickering": Weighting(FLICKERINGS[0]),
    "balance": Balance(()),
    "typicality": Typicality(),
    "similarity": Similarity(()),
}

_BARE = SelectRequest(strategies=())


@dataclass(frozen=True)
class Part:
    """A strategy, which counts while it is on."""

    strategy: Strategy
    on: bool = False


@dataclass(frozen=True)
class Form:
    """Everything that a person has set, also what does not count now."""

    parts: Mapping[Key, Part]
    further: tuple[Strategy, ...]
    """Strategies without a row of their own: other columns, and second ones of a kind."""
    bal: Bal
    in_rounds: bool
    """Whether `bal` chooses instead of all others."""
    n: int
    share: float
    """Of the frames, 0..1."""
    by_share: bool
    """Which of the two counts."""
    rest: SelectRequest
    """Limits, frames that were pointed at, seed; the other fields do not count."""

    @classmethod
    def of(cls, request: SelectRequest, n: int = 100) -> "Form":
        """The form that comes to a request.

        Args:
            request: Its strategies are as `Form.request` gives them: without `Bal`, or that alone.
            n: A number of frames for a person who wants a number instead of a share.
        """
        parts: dict[Key, Part] = {}
        further = []
        bal = next((one for one in request.strategies if isinstance(one, Bal)), None)
        for strategy in request.strategies if bal is None else TUTORIAL:
            key = key_of(strategy)
            if key is None or key in parts:
                further.append(strategy)
            else:
                parts[key] = Part(strategy, on=True)
        off = {key: Part(strategy) for key, strategy in _STANDARD.items() if key not in parts}
        return cls(
            parts={**parts, **off},
            further=tuple(further),
            bal=bal or Bal(),
            in_rounds=bal is not None,
            n=n if request.n is None else request.n,
            share=0.1 if request.proportion is None else request.proportion,
            by_share=request.n is None,
            rest=replace(request, strategies=(), n=None, proportion=None),
        )

    def request(self) -> SelectRequest:
        """What is asked for."""
        return replace(
            self.rest,
            n=None if self.by_share else self.n,
            proportion=self.share if self.by_share else None,
            strategies=(self.bal,) if self.in_rounds else self._strategies(),
        )

    def with_part(self, key: Key, part: Part) -> "Form":
        """Another strategy in a row."""
        return replace(self, parts={**self.parts, key: part})

    def renumbered(self, videos: Mapping[int, int]) -> "Form":
        """The same of the same videos in another order; see `core.selection.wishes`."""
        parts = {}
        for key, part in self.parts.items():
            [strategy] = renumbered(replace(_BARE, strategies=(part.strategy,)), videos).strategies
            parts[key] = replace(part, strategy=strategy)
        further = renumbered(replace(_BARE, strategies=self.further), videos).strategies
        return replace(self, parts=parts, further=further, rest=renumbered(self.rest, videos))

    @property
    def min_distance(self) -> float | None:
        """Where the diversity that counts stops, None for nowhere."""
        found = (self.parts[key] for key in DIVERSITIES)
        distances = (
            part.strategy.min_distance for part in found if isinstance(part.strategy, Diversity)
        )
        return next((distance for distance in distances if distance is not None), None)

    def stopping_at(self, min_distance: float | None) -> "Form":
        """Every diversity stops at the same distance."""
        form = self
        for key, part in self.parts.items():
            if isinstance(part.strategy, Diversity):
                strategy = replace(part.strategy, min_distance=min_distance)
                form = form.with_part(key, replace(part, strategy=strategy))
        return form

    def _strategies(self) -> tuple[Strategy, ...]:
        on = (self.parts[key] for key in KEYS if self.parts[key].on)
        return (*(part.strategy for part in on), *self.further)


def strength_of(strategy: Strategy) -> float:
    """How much a strategy counts; 1 for the one that chooses alone."""
    return 1.0 if isinstance(strategy, Bal) else strategy.strength


def with_strength(strategy: Strategy, strength: float) -> Strategy:
    """The same, counting more or less."""
    return strategy if isinstance(strategy, Bal) else replace(strategy, strength=strength)


def key_of(strategy: Strategy) -> Key | None:
    """The row that a strategy belongs to, None for none."""
    match strategy:
        case Diversity():
            return "frames" if strategy.of == "frames" else "objects"
        case Weighting() if strategy.column in UNCERTAINTIES:
            return "uncertainty"
        case Weighting() if strategy.column in FLICKERINGS:
            return "flickering"
        case Balance():
            return "balance"
        case Typicality():
            return "typicality"
        case Similarity():
            return "similarity"
    return None
