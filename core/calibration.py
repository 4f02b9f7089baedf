"""The few numbers that linking and imputation learnt from videos with true tracks."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LINK = ("constant", "place_misfit", "size_misfit", "frames", "score")
"""What speaks for two ends of tracks being one object; see `core.tracks.linking.link_features`."""
PLAUSIBILITY = ("constant", "gap", "seen", "score", "own_overlap", "loose_overlap", "other_overlap")
"""What speaks for an imputed box being right; see `core.imputation.box_features`."""

APPEAR = ("constant", "frames", "score")
"""What speaks for a short life showing no object: log frames, mean score."""
MULTIBOX = ("constant", "overlap", "score")
"""What speaks for one of three overlapping boxes showing none: least IoU, score of the weakest."""


@dataclass(frozen=True)
class Calibration:
    """Log-odds for one unit of each feature, and where to cut."""

    link: tuple[float, ...]
    """One for each name in `LINK`."""
    plausibility: tuple[float, ...]
    """One for each name in `PLAUSIBILITY`."""
    appear: tuple[float, ...]
    """One for each name in `APPEAR`."""
    multibox: tuple[float, ...]
    """One for each name in `MULTIBOX`."""
    cut: float
    """Plausibility from which a box is shown unless the person says otherwise: the best F1."""


@cache
def shipped() -> Calibration:
    """What `scripts/fit_imputation.py` found."""
    path = Path(str(files("resources"))) / "imputation.json"
    known = json.loads(path.read_text())
    return Calibration(
        tuple(known["link"][name] for name in LINK),
        tuple(known["plausibility"][name] for name in PLAUSIBILITY),
        tuple(known["appear"][name] for name in APPEAR),
        tuple(known["multibox"][name] for name in MULTIBOX),
        known["cut"],
    )


def probability(features: NDArray[np.float64], weights: tuple[float, ...]) -> NDArray[np.float64]:
    """(n,) what (n, k) features are worth, by logistic regression."""
    return np.asarray(1 / (1 + np.exp(-np.clip(features @ np.array(weights), -30, 30))))
