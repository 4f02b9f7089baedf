"""What today's tools impute: the tutorial's rule, and trackers with straight lines over gaps."""

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from benchmarks.ground_truth import LONGEST_GAP, Imputed, Sequence, identities, match
from core.assertions.tutorial import flickering_columns
from core.boxes import truncated_xyxy

Labels = NDArray[np.int64]
"""(n,) track of each detection, or -1."""


def tutorial(sequence: Sequence) -> Imputed:
    """The rule of `core.assertions.tutorial`, each box once."""
    detections = sequence.detections
    found = flickering_columns(truncated_xyxy(detections.xyxy), detections.offsets)
    _, first = np.unique(np.column_stack([found.frame, found.xyxy]), axis=0, return_index=True)
    return _imputed(found.frame[first], found.xyxy[first], np.ones(len(first), np.int64))


def iou_tracker(sequence: Sequence) -> Imputed:
    """Each box joins the track whose last box it overlaps best (Hungarian, IoU >= 0.5)."""
    detections = sequence.detections
    labels, tracks = np.full(len(detections), -1), dict[int, tuple[int, int]]()
    count = 0
    for frame in range(detections.frame_count):
        rows = detections.rows(frame)
        tracks = {t: last for t, last in tracks.items() if frame - last[1] <= LONGEST_GAP + 1}
        names = list(tracks)
        before = detections.xyxy[[tracks[name][0] for name in names]].reshape(-1, 4)
        left, right = match(before, detections.xyxy[rows])
        joined = dict(zip(right.tolist(), (names[i] for i in left), strict=True))
        for place in range(rows.stop - rows.start):
            name = joined.get(place, count)
            count += place not in joined
            labels[rows.start + place] = name
            tracks[name] = rows.start + place, frame
    return lines(sequence, labels)


def bytetrack(sequence: Sequence) -> Imputed:
    """ByteTrack as ultralytics has it, with its own settings (Zhang et al., ECCV 2022)."""
    from ultralytics.engine.results import Boxes
    from ultralytics.trackers.byte_tracker import BYTETracker
    from ultralytics.utils import YAML
    from ultralytics.utils.checks import check_yaml

    tracker = BYTETracker(SimpleNamespace(**YAML.load(check_yaml("bytetrack.yaml"))))
    detections = sequence.detections
    labels = np.full(len(detections), -1)
    width, height = sequence.size
    for frame in range(detections.frame_count):
        rows = detections.rows(frame)
        score = detections.score[rows, None]
        table = np.hstack([detections.xyxy[rows], score, np.zeros_like(score)])
        for track in tracker.update(Boxes(table.astype(np.float32), (height, width))):
            labels[rows.start + int(track[7])] = int(track[4])
    return lines(sequence, labels)


def true_identity(sequence: Sequence) -> Imputed:
    """The ceiling for straight lines: linked by whom each box truly shows."""
    return lines(sequence, identities(sequence))


def lines(sequence: Sequence, labels: Labels) -> Imputed:
    """Straight lines over the gaps of tracks."""
    detections = sequence.detections
    frame, xyxy = detections.frame, detections.xyxy.astype(np.float64)
    order = np.lexsort((frame, labels))
    order = order[labels[order] >= 0]
    frames, boxes, gaps = [], [], []
    for before, after in pairwise(order.tolist()):
        gap = int(frame[after] - frame[before]) - 1
        if labels[before] != labels[after] or not 1 <= gap <= LONGEST_GAP:
            continue
        for step in range(1, gap + 1):
            share = step / (gap + 1)
            frames.append(int(frame[before]) + step)
            boxes.append((1 - share) * xyxy[before] + share * xyxy[after])
            gaps.append(gap)
    return _imputed(np.array(frames, np.int64), np.array(boxes), np.array(gaps, np.int64))


def _imputed(frame: Labels, xyxy: NDArray[np.generic], gap: Labels) -> Imputed:
    return Imputed(frame, xyxy.astype(np.float64).reshape(-1, 4), gap, np.ones(len(frame)))


RIVALS: dict[str, Callable[[Sequence], Imputed]] = {
    "tutorial's rule": tutorial,
    "IoU tracker + lines": iou_tracker,
    "ByteTrack + lines": bytetrack,
}
CEILING = "true identity + lines"
