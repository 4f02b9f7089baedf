"""Appear: an object is seen for a moment only, and neither comes in nor goes out at an edge.

Source: Kang et al., MLSys 2020, section 2.2.
"""

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import Scene, Violations, violations
from core.calibration import probability, shipped
from core.tracks.linking import usual
from core.tracks.pairs import Rows

LONGEST_LIFE = 60
"""Frames after which nobody calls a life short."""
_EDGE = 0.02
"""A box this close to an edge, in parts of the picture, may be coming in or going out."""


def appear(scene: Scene) -> Violations:
    """One violation for each track of a short life."""
    tracks, features = short_lives(scene)
    paths, weights = scene.tracks.paths, (scene.calibration or shipped()).appear
    return violations(
        paths.first[tracks],
        paths.last[tracks] + 1,
        plausibility=probability(features, weights),
        track=tracks,
        class_id=scene.tracks.class_id[tracks],
        where=scene.tracks.boxes()[paths.offset[tracks]],
    )


def short_lives(scene: Scene) -> tuple[Rows, NDArray[np.float64]]:
    """Tracks of short lives, and (t, 3) what says that they show no object: see `calibration`."""
    paths, of = scene.tracks.paths, scene.tracks.of
    counts = np.bincount(of[scene.seen], minlength=len(scene.tracks))
    score = np.bincount(of, usual(scene.detections.score), len(scene.tracks))
    mean = score / np.maximum(np.bincount(of, minlength=len(scene.tracks)), 1)
    # A life that a cut or an end of the video has shortened says nothing.
    ends = np.array([0, *scene.detections.cuts, scene.detections.frame_count])
    begun = np.isin(paths.first, ends) | np.isin(paths.last + 1, ends)
    width, height = scene.size
    margin = _EDGE * np.array([width, height, width, height])
    boxes = scene.tracks.boxes()
    outer = np.array([0, 0, width, height])
    ends_of_life = np.stack([boxes[paths.offset], boxes[paths.end]], axis=1)
    touching = (np.abs(ends_of_life - outer) < margin).any(axis=(1, 2))
    short = (paths.length <= LONGEST_LIFE) & (counts > 0) & ~begun & ~touching
    tracks = np.flatnonzero(short)
    features = [np.ones(len(tracks)), np.log(paths.length[tracks]), mean[tracks]]
    return tracks, np.column_stack(features)
