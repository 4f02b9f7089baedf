"""Which frames Lightly is to choose, checked before anything is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from core.errors import CloudError
from core.lightly.names import TASK

STRONGEST = 1e9
"""Lightly takes no greater strength, nor one below its negative."""


@dataclass(frozen=True)
class SelectionRequest:
    """How many frames, and what makes a frame worth choosing; a strength of None is off."""

    n_samples: int | None = None
    """Frames to choose; either this or `proportion`."""
    proportion: float | None = None
    """Share of the frames to choose, above 0 and at most 1."""
    diversity: float | None = 1.0
    """Strength of choosing objects that look different."""
    uncertainty: float | None = 1.0
    """Strength of choosing frames whose boxes have low confidence."""
    flickering: float | None = 1.0
    """Strength of choosing frames that flicker."""
    balance: tuple[tuple[str, float], ...] = ()
    """Classes, and the share of the chosen boxes that each should have."""
    balance_strength: float = 1.0
    threshold: float | None = None
    """Leave out frames that flicker less; None for none."""


def selection_config(
    request: SelectionRequest, frame_count: int | None, class_names: Sequence[str] | None
) -> dict[str, Any]:
    """What Lightly's client takes as `selection_config`.

    Args:
        request: What a person asks for.
        frame_count: Frames there are in all; None where nobody knows.
        class_names: Classes of the detector; None where nobody knows.

    Raises:
        CloudError: The request contradicts itself or cannot be met.
    """
    strategies = list(_strategies(request, class_names))
    if not any(entry["strategy"]["type"] != "THRESHOLD" for entry in strategies):
        raise CloudError("No strategy is switched on", mend="switch at least one on")
    return {**_amount(request, frame_count), "strategies": strategies}


def _amount(request: SelectionRequest, frame_count: int | None) -> dict[str, Any]:
    n, share = request.n_samples, request.proportion
    if (n is None) == (share is None):
        raise CloudError(
            "Give either a number of frames or a share of them", mend="choose one of the two"
        )
    if share is not None:
        if not 0 < share <= 1:
            raise CloudError(
                f"The share of frames to select is {share:g}", mend="choose one above 0, at most 1"
            )
        return {"proportion_samples": float(share)}
    assert n is not None
    if n < 1 or (frame_count is not None and n > frame_count):
        limit = "at least 1" if frame_count is None else f"from 1 to {frame_count}"
        raise CloudError(f"{n} frames cannot be selected", mend=f"choose {limit}")
    return {"n_samples": n}


def _strategies(
    request: SelectionRequest, class_names: Sequence[str] | None
) -> Iterator[dict[str, Any]]:
    detections = {"task": TASK}
    if request.diversity is not None:
        strategy = _weighed("DIVERSITY", "diversity", request.diversity)
        yield {"input": {"type": "EMBEDDINGS", **detections}, "strategy": strategy}
    if request.uncertainty is not None:
        score = {"type": "SCORES", **detections, "score": "objectness_least_confidence"}
        yield {"input": score, "strategy": _weighed("WEIGHTS", "uncertainty", request.uncertainty)}
    metadata = {"type": "METADATA", "key": "flickering"}
    if request.flickering is not None:
        strategy = _weighed("WEIGHTS", "flickering", request.flickering)
        yield {"input": metadata, "strategy": strategy}
    if request.balance:
        classes = {"type": "PREDICTIONS", **detections, "name": "CLASS_DISTRIBUTION"}
        strategy = _weighed("BALANCE", "balance", request.balance_strength)
        yield {"input": classes, "strategy": {**strategy, "target": _target(request, class_names)}}
    if request.threshold is not None:
        yield {"input": metadata, "strategy": _threshold(request.threshold)}


def _weighed(kind: str, name: str, strength: float) -> dict[str, Any]:
    if not isfinite(strength) or strength == 0 or abs(strength) > STRONGEST:
        raise CloudError(
            f"The strength of {name} is {strength:g}",
            mend="switch it off, or choose a number other than 0 from -1e9 to 1e9",
        )
    return {"type": kind, "strength": float(strength)}


def _target(request: SelectionRequest, class_names: Sequence[str] | None) -> dict[str, float]:
    target: dict[str, float] = {}
    for name, share in request.balance:
        if class_names is not None and name not in class_names:
            known = ", ".join(class_names)
            raise CloudError(f"The detector knows no class {name!r}", mend=f"choose from {known}")
        if name in target:
            raise CloudError(f"The class {name!r} is balanced twice", mend="name it once")
        if not 0 < share <= 1:
            raise CloudError(
                f"The share of {name!r} is {share:g}", mend="choose one above 0, at most 1"
            )
        target[name] = float(share)
    if sum(target.values()) > 1 + 1e-9:
        raise CloudError(
            f"The shares of the classes are {sum(target.values()):g} together",
            mend="lower them to 1 at most",
        )
    return target


def _threshold(value: float) -> dict[str, Any]:
    if not isfinite(value) or not 0 <= value <= 1:
        raise CloudError(f"The threshold on flickering is {value:g}", mend="choose one from 0 to 1")
    return {"type": "THRESHOLD", "threshold": float(value), "operation": "BIGGER_EQUAL"}
