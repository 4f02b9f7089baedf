"""The changes that a person makes to a project; see `Project.apply`."""

from dataclasses import dataclass

from core.assertions.imputed import ImputedBox
from core.assertions.thresholds import Thresholds
from core.prelabels import Verdict


@dataclass(frozen=True)
class SetVerdicts:
    """A change: give each box a verdict, or take it back with None."""

    verdicts: tuple[tuple[ImputedBox, Verdict | None], ...]


@dataclass(frozen=True)
class ChooseRun:
    """A change: which run is shown and handed over."""

    run_id: str


@dataclass(frozen=True)
class SetThresholds:
    """A change: what the person wants to see of what was found."""

    thresholds: Thresholds


Change = SetVerdicts | SetThresholds | ChooseRun
