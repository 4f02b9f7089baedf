"""Flickering: an object is seen, then not, then again.

Source: Kang, Raghavan, Bailis and Zaharia, Model Assertions for Monitoring and Improving ML
Models, MLSys 2020, section 2.2; the boxes are imputed by `core.imputation`.
"""

import numpy as np

from core.assertions.base import MissingBoxes, Scene, Violations, violations
from core.imputation import Reason
from core.tracks.pairs import best


def flickering(scene: Scene) -> Violations:
    """One violation for each gap of a track in which at least one box is missing."""
    gaps, tracks = scene.gaps, scene.tracks
    imputed = np.flatnonzero(gaps.reason == Reason.NONE)
    found, violation = np.unique(gaps.gap[imputed], return_inverse=True)
    classes = tracks.class_id[gaps.track]
    missing = MissingBoxes(
        violation,
        gaps.frame[imputed],
        gaps.xyxy[imputed],
        classes[gaps.gap[imputed]],
        gaps.plausibility[imputed],
        gaps.hidden[imputed],
        gaps.source[imputed],
    )
    likeliest = best(violation, missing.plausibility.astype(np.float64), len(found))
    return violations(
        gaps.start[found],
        gaps.stop[found],
        plausibility=likeliest,
        track=gaps.track[found],
        class_id=classes[found],
        missing=missing,
    )
