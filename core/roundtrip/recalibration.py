"""Correcting plausibilities by what became of the boxes: logistic regression on their log-odds.

After J. Platt, *Probabilistic outputs for support vector machines*, 1999: two numbers, a slope and
an offset, here with a Gaussian prior towards no change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings

PRIOR = 0.2
"""Standard deviation of slope and offset before anything is known: about a hundred gaps weigh as
much as the prior, so five hardly move a plausibility. Judged against true tracks of MOTChallenge,
less lost most of what there was to gain, and more lost elsewhere than it gained."""
ENOUGH = 30
"""Gaps from which a kind gets numbers of its own; kinds with fewer share those of all."""
_LEAST_SLOPE = 0.1
"""So that the likelier box stays the likelier one."""
_NEAREST = 1e-4
"""Plausibilities nearer to 0 or 1 have no log-odds of use."""


@dataclass(frozen=True)
class Recalibration:
    """How plausibilities of a project are corrected."""

    by_kind: Mapping[str, tuple[float, float]]
    """Slope and offset of the log-odds; kinds that are not there stay as they are."""
    boxes: int
    """How many it was learnt from."""
    made: str
    """When, in ISO 8601."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Recalibration":
        """What `to_json` gave."""
        by_kind = {kind: (slope, offset) for kind, (slope, offset) in found["by_kind"].items()}
        return cls(by_kind, found["boxes"], found["made"])


def recalibrated(findings: Findings, recalibration: Recalibration | None) -> Findings:
    """The findings with corrected plausibilities; the same without a recalibration."""
    if recalibration is None:
        return findings
    found, missing = findings.violations, findings.missing
    shared = findings.kind[missing.violation]
    violations = replace(
        found,
        plausibility=_by_kind(found.plausibility, findings.kind, findings.kinds, recalibration),
        missing=replace(
            missing,
            plausibility=_by_kind(missing.plausibility, shared, findings.kinds, recalibration),
        ),
    )
    return replace(findings, violations=violations)


def fit(
    plausibility: NDArray[np.float64], right: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and offset that make plausibilities what they should be.

    Args:
        plausibility: (n,) as the assertions gave it.
        right: (n,) whether the box was right.
        weight: (n,) what each counts.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    odds = _log_odds(plausibility)
    features = np.stack([odds, np.ones_like(odds)], axis=1)
    usual = np.array([1.0, 0.0])

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score, off = features @ values, values - usual
        missed = weight @ (np.logaddexp(0, score) - right * score)
        slope = features.T @ (weight * (expit(score) - right))
        return missed + off @ off / (2 * PRIOR**2), slope + off / PRIOR**2

    limits = [(_LEAST_SLOPE, None), (None, None)]
    found = minimize(loss, usual, jac=True, method="L-BFGS-B", bounds=limits)
    slope, offset = found.x.tolist()
    return slope, offset


def corrected(
    plausibility: NDArray[np.floating[Any]], slope: float, offset: float
) -> NDArray[np.float64]:
    """(n,) plausibilities after a correction of their log-odds."""
    score = slope * _log_odds(plausibility.astype(np.float64)) + offset
    return np.asarray(1 / (1 + np.exp(-score)))


def examples(
    recalibration: Recalibration, kind: str, plausibilities: Sequence[float]
) -> list[tuple[float, float]]:
    """Some plausibilities of a kind, each before and after."""
    after = corrected(np.array(plausibilities), *recalibration.by_kind[kind]).tolist()
    return list(zip(plausibilities, after, strict=True))


def _by_kind(
    plausibility: NDArray[np.float32],
    kind: NDArray[np.int8],
    kinds: tuple[str, ...],
    recalibration: Recalibration,
) -> NDArray[np.float32]:
    result = plausibility.copy()
    for number, name in enumerate(kinds):
        if name in recalibration.by_kind:
            rows = kind == number
            result[rows] = corrected(plausibility[rows], *recalibration.by_kind[name])
    return result


def _log_odds(plausibility: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(plausibility, _NEAREST, 1 - _NEAREST)
    return np.asarray(np.log(inside / (1 - inside)))
