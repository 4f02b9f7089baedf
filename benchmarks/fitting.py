"""Learn the numbers of `core.calibration` from sequences with true tracks."""

from collections.abc import Callable
from collections.abc import Sequence as Many
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.ground_truth import LONGEST_GAP, Imputed, Judged, Sequence, identities, judge
from core.assertions.appear import short_lives
from core.assertions.base import Scene
from core.assertions.multibox import triples
from core.calibration import APPEAR, LINK, MULTIBOX, PLAUSIBILITY, Calibration, probability
from core.imputation import Candidates, Reason, candidates, find_gaps
from core.tracks.linking import Ends, Linker, link
from core.tracks.pairs import Rows

Matrix = NDArray[np.float64]

START = Calibration(
    (4.0, -2.0, -1.0, -0.5, 1.0),
    (0.0,) * len(PLAUSIBILITY),
    (0.0,) * len(APPEAR),
    (0.0,) * len(MULTIBOX),
    0.0,
)
"""Where learning begins: which links are made decides which pairs are seen next."""
_ROUNDS = 3
_END_BOXES = 7
"""Boxes at the end of a track whose majority says which object it shows."""
_SHOWS = 0.35
"""IoU from which a box shows an object, here: badly placed boxes have an identity, too."""
_CUTS = np.arange(0.1, 0.65, 0.05)
_TOLERANCE = 0.01
"""Part of the best F1 that may be given up for recall."""


def fit(sequences: Many[Sequence]) -> Calibration:
    """Learn from all sequences, and choose the cut with the best mean F1 over them."""
    known = START
    for _ in range(_ROUNDS):
        known = replace(known, link=tuple(_logistic(*_link_examples(sequences, known), l2=1.0)))
    examples = [_box_examples(sequence, known) for sequence in sequences]
    features, right = (np.concatenate(column) for column in zip(*examples, strict=True))
    known = replace(known, plausibility=tuple(_logistic(features, right, l2=3.0)))
    known = replace(known, appear=_fit_on(sequences, known, _appear_examples))
    known = replace(known, multibox=_fit_on(sequences, known, _multibox_examples))
    return replace(known, cut=_best_cut(sequences, known))


def _fit_on(
    sequences: Many[Sequence],
    known: Calibration,
    examples_of: Callable[[Sequence, Calibration], tuple[Matrix, NDArray[np.bool_]]],
) -> tuple[float, ...]:
    examples = [examples_of(sequence, known) for sequence in sequences]
    features, true = (np.concatenate(column) for column in zip(*examples, strict=True))
    return tuple(_logistic(features, true, l2=3.0))


def impute(sequence: Sequence, calibration: Calibration | None = None) -> Imputed:
    """Every box that this program imputes, however implausible."""
    detections = sequence.detections
    tracks = link(detections, calibration=calibration)
    gaps = find_gaps(
        detections, tracks, sequence.size, longest=LONGEST_GAP, calibration=calibration
    )
    length = (gaps.stop - gaps.start)[gaps.gap]
    every = Imputed(gaps.frame, gaps.xyxy, length, gaps.plausibility.astype(np.float64))
    return every.at(gaps.reason == Reason.NONE)


def f1(judged: Many[tuple[Sequence, Judged]]) -> float:
    """F1 over all gaps of some sequences together."""
    right = sum(int((one.right & one.counted).sum()) for _, one in judged)
    counted = sum(int(one.counted.sum()) for _, one in judged)
    found = sum(int((one.recovered & (sequence.gap > 0)).sum()) for sequence, one in judged)
    wanted = sum(int((sequence.gap > 0).sum()) for sequence, _ in judged)
    precision, recall = right / max(counted, 1), found / max(wanted, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _best_cut(sequences: Many[Sequence], known: Calibration) -> float:
    """The lowest cut with nearly the best mean F1 over the kinds of videos (names up to the first
    hyphen): a person rejects a wrong box with one key, but never sees one that was cut.
    """
    kinds: dict[str, list[tuple[Sequence, Imputed]]] = {}
    for sequence in sequences:
        kind = sequence.name.split("-")[0]
        kinds.setdefault(kind, []).append((sequence, impute(sequence, known)))
    means = [
        np.mean(
            [
                f1([(s, judge(s, all_.at(all_.plausibility >= cut))) for s, all_ in members])
                for members in kinds.values()
            ]
        )
        for cut in _CUTS
    ]
    good = np.flatnonzero(np.array(means) >= (1 - _TOLERANCE) * max(means))
    return round(float(_CUTS[good[0]]), 2)


def _link_examples(
    sequences: Many[Sequence], known: Calibration
) -> tuple[Matrix, NDArray[np.bool_]]:
    features, same = [np.empty((0, len(LINK)))], [np.empty(0, np.bool_)]
    for sequence in sequences:
        identity = identities(sequence, _SHOWS)

        def observe(ends: Ends, before: Rows, after: Rows, found: Matrix) -> None:
            tail = _identity_of_ends(identity, ends, last=True)  # noqa: B023 - called at once
            head = _identity_of_ends(identity, ends, last=False)  # noqa: B023
            gap = ends.paths.first[after] - ends.paths.last[before] - 1
            near = gap <= LONGEST_GAP
            features.append(found[near])
            same.append(((tail[before] == head[after]) & (tail[before] >= 0))[near])

        Linker(sequence.detections, known, observe).tracks()
    return np.concatenate(features), np.concatenate(same)


def _identity_of_ends(identity: Rows, ends: Ends, *, last: bool) -> Rows:
    found = np.full(len(ends.boxes), -1)
    start = np.cumsum(ends.boxes) - ends.boxes
    for track, (first, count) in enumerate(zip(start, ends.boxes, strict=True)):
        some = min(count, _END_BOXES)
        rows = (
            ends.rows[first + count - some : first + count]
            if last
            else (ends.rows[first : first + some])
        )
        names, votes = np.unique(identity[rows], return_counts=True)
        if votes.max() * 2 > some:
            found[track] = names[votes.argmax()]
    return found


def _box_examples(sequence: Sequence, known: Calibration) -> tuple[Matrix, NDArray[np.bool_]]:
    tracks = link(sequence.detections, calibration=known)
    found: Candidates = candidates(sequence.detections, tracks, sequence.size, longest=LONGEST_GAP)
    open_ = found.reason == Reason.NONE
    length = found.cells.length[open_]
    boxes = Imputed(found.cells.frame[open_], found.xyxy[open_], length, np.zeros(len(length)))
    judged = judge(sequence, boxes)
    return found.features[open_][judged.counted], judged.right[judged.counted]


def _appear_examples(sequence: Sequence, known: Calibration) -> tuple[Matrix, NDArray[np.bool_]]:
    """Tracks of short lives, and whether most of their boxes show no true object."""
    scene = _scene(sequence, known)
    tracks, features = short_lives(scene)
    nobody = identities(sequence, _SHOWS) < 0
    boxes = np.bincount(scene.tracks.of, minlength=len(scene.tracks))
    false = np.bincount(scene.tracks.of, nobody, len(scene.tracks)) * 2 > boxes
    return features, false[tracks]


def _multibox_examples(sequence: Sequence, known: Calibration) -> tuple[Matrix, NDArray[np.bool_]]:
    """The weakest box of each three, and whether it shows no true object."""
    row, _, features = triples(_scene(sequence, known))
    return features, identities(sequence, _SHOWS)[row] < 0


def _scene(sequence: Sequence, known: Calibration) -> Scene:
    detections = sequence.detections
    tracks = link(detections, calibration=known)
    seconds = np.arange(detections.frame_count, dtype=np.float64)
    return Scene(detections, ("object",), sequence.size, seconds, tracks, calibration=known)


def _logistic(features: Matrix, true: NDArray[np.bool_], *, l2: float) -> Matrix:
    """Ridge logistic regression by Newton's method; the constant comes first and is free."""
    weights = np.zeros(features.shape[1])
    ridge = np.full(features.shape[1], l2)
    ridge[0] = 1e-6
    for _ in range(40):
        expected = probability(features, tuple(weights))
        curvature = expected * (1 - expected) + 1e-9
        hessian = (features.T * curvature) @ features + np.diag(ridge)
        weights = weights + np.linalg.solve(
            hessian, features.T @ (true - expected) - ridge * weights
        )
    return weights
