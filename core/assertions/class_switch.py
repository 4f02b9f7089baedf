"""Class switch: one track, changing class.

Source: Kang et al., MLSys 2020, section 2.2.
"""

import numpy as np

from core.assertions.base import Scene, Violations, violations


def class_switch(scene: Scene) -> Violations:
    """One violation for each run of boxes of a track that have another class than most of it.

    The plausibility is the rule of succession over the track's scores for both classes: nothing
    was learnt here, for want of true tracks of several classes.
    """
    tracks = scene.tracks
    rows = np.flatnonzero(scene.seen)
    rows = rows[np.lexsort((scene.detections.frame[rows], tracks.of[rows]))]
    track, class_id = tracks.of[rows], scene.detections.class_id[rows]
    odd = class_id != tracks.class_id[track]
    begins = odd.copy()
    begins[1:] &= ~odd[:-1] | (track[1:] != track[:-1]) | (class_id[1:] != class_id[:-1])
    run = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    count = len(first)
    last = np.zeros(count, np.int64)
    np.maximum.at(last, run[odd], np.flatnonzero(odd))
    score = scene.detections.score[rows].astype(np.float64)
    against = np.bincount(run[odd], score[odd], count)
    total = np.bincount(track, np.where(odd, 0, score), len(tracks))[track[first]]
    frame = scene.detections.frame[rows]
    return violations(
        frame[first],
        frame[last] + 1,
        plausibility=(total + 1) / (total + against + 2),
        track=track[first],
        class_id=tracks.class_id[track[first]],
        where=scene.detections.xyxy[rows[first]],
    )
