"""Offline linking: which detections show one object, by what comes before and after.

1. Boxes of neighbouring frames are linked where they overlap and beat every rival by a margin. A
   second time they are moved along the velocities found first, and the camera's shake is taken out.
2. Ends of the tracks are linked to beginnings, over longer and longer gaps, one to one: the
   log-odds that two ends show one object come from how far the motion of both misses a meeting
   in the middle, and rivals lower them.
3. All tracks are smoothed once more, and boxes that disagree with their track's path are set
   aside: in crowds, detectors give boxes between two people.

Boxes of every score are linked; a low one counts as evidence, and how much is learnt. Everything is
symmetric in time, and nothing loops over frames.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from core.boxes import Boxes, paired_iou
from core.calibration import Calibration, shipped
from core.detections import Detections
from core.tracks.motion import PLACE, SIZE, States, size_of, to_boxes, to_states
from core.tracks.pairs import Rows, best_two, dense, mutual_best, pairs_in_time
from core.tracks.shake import Shift, shake
from core.tracks.smooth import Paths, smooth

LONGEST_GAP = 60
"""Frames missing in a row over which tracks are linked at most."""

_STEP_OVERLAP = 0.4
"""IoU of boxes of one object in neighbouring frames, at least..."""
_STEP_MARGIN = 0.1
"""...and by how much it beats that with the next best partner."""
_OTHER_CLASS = 0.5
"""What the overlap with a box of another class counts."""
_STEP_PASSES = 2
_GAPS = (0, 3, 20, LONGEST_GAP)
"""Gaps linked in turn, frames at most."""
_LIKELY = 0.1
"""Probability from which two ends are linked."""
_AGREEING = 0.6
"""IoU of a box with its track's path, at least, for a box that shows the object well."""
_REACH, _REACH_A_FRAME, _REACH_SIZE = 0.5, 0.15, 1.0
"""Ends further apart are not looked at: in sizes of the object, the same a frame, in log size."""
_GOING_ON = 0.3
"""Part of a change of size that goes on over a gap."""
_USUAL_SCORE = 0.8
"""Quantile of all scores that counts as 1."""


@dataclass(frozen=True, eq=False)
class Tracks:
    """Which object each detection shows, and the smooth path of each."""

    of: Rows
    """(n,) track of each detection, 0, 1, 2... by first appearance."""
    agrees: NDArray[np.bool_]
    """(n,) whether the box lies on its track's path."""
    class_id: NDArray[np.int16]
    """(tracks,) the class that most of its boxes have, weighted by score."""
    paths: Paths
    """Every track from its first box to its last, in a picture without camera shake."""
    shift: Shift
    """(frames, 2) where a standing scene lies in each frame, px."""

    def __len__(self) -> int:
        return len(self.class_id)

    def boxes(self) -> NDArray[np.float64]:
        """(cells, 4) the paths as boxes in the picture as it is; cells as in `paths`."""
        return to_boxes(self.paths.states) + np.tile(self.shift, 2)[self.paths.frame]


def usual(score: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scores in units of what this detector usually gives, 0 to 1.

    Where most are not positive (some detectors give -1 for "unknown"), all count as usual.
    """
    scale = float(np.quantile(score, _USUAL_SCORE)) if len(score) else 0.0
    if scale <= 0:
        return np.ones(len(score))
    return np.clip(score.astype(np.float64) / scale, 0, 1)


def link(detections: Detections, *, calibration: Calibration | None = None) -> Tracks:
    """Link all detections of a video.

    Args:
        detections: Boxes of any score; where their `moved` and `cut` are known, the camera's motion
            is taken out, and no track goes on over a cut. The camera's shake is found without.
        calibration: The shipped one by default.
    """
    return Linker(detections, calibration or shipped()).tracks()


@dataclass(frozen=True, eq=False)
class Ends:
    """What is known of each track so far, above all where it begins and where it ends."""

    paths: Paths
    rows: Rows
    """(n,) detections by track and frame."""
    cell: Rows
    """(n,) their cells in `paths`."""
    boxes: Rows
    """(t,) number of boxes of each track."""
    score: NDArray[np.float64]
    """(t,) mean score, see `usual`."""
    head: Rows
    """(t,) detection that each track begins with."""
    tail: Rows
    """(t,) detection that it ends with."""
    class_id: NDArray[np.int16]
    """(t,) the class that most of its boxes have, weighted by score."""
    velocity: States
    """(cells, 4) a frame; of changes of size only the part that goes on."""


Observer = Callable[[Ends, Rows, Rows, NDArray[np.float64]], None]
"""Told the tracks so far, pairs (before, after) that might be linked, and their features."""


class Linker:
    """The stages of `link`, with an eye for whoever learns from them."""

    def __init__(
        self,
        detections: Detections,
        calibration: Calibration,
        observe: Observer = lambda ends, before, after, features: None,
    ) -> None:
        self._frames = detections.frame_count
        self._xyxy, self._frame = detections.xyxy, detections.frame
        self._class, self._confidence = detections.class_id, detections.score
        self._score = usual(detections.score)
        self._weights = np.array(calibration.link)
        self._observe = observe
        self._scene = np.searchsorted(detections.cuts, self._frame, "right")
        self._raw = to_states(detections.xyxy)
        self._camera = detections.camera
        self._shift = self._camera
        self._links: list[tuple[Rows, Rows]] = []

    def tracks(self) -> Tracks:
        """Link everything."""
        velocity = np.zeros((len(self._raw), 2))
        for pass_ in range(_STEP_PASSES):
            if pass_:
                steadied = self._raw - _for_states(self._camera)[self._frame]
                jerks = shake(self._labels(), self._frame, steadied, self._frames)
                self._shift = self._camera + jerks
                ends = self._ends()
                velocity[ends.rows] = ends.paths.velocity()[ends.cell, :2]
            self._links = [self._neighbours(velocity)]
        for gap in _GAPS:
            self._links.append(self._over_gaps(gap))
        return self._finished()

    @property
    def _states(self) -> States:
        return self._raw - _for_states(self._shift)[self._frame]

    def _labels(self) -> Rows:
        """Tracks by first appearance."""
        first = np.concatenate([first for first, _ in self._links])
        then = np.concatenate([then for _, then in self._links])
        count = len(self._frame)
        graph = coo_array((np.ones(len(first), np.bool_), (first, then)), (count, count))
        labels: Rows = connected_components(graph, directed=False)[1].astype(np.int64)
        return labels

    def _by_track(self) -> tuple[Rows, Rows]:
        """All detections by track and frame, and the track of each, 0, 1, 2..."""
        labels = self._labels()
        rows = np.lexsort((self._frame, labels))
        return rows, dense(labels[rows])

    def _neighbours(self, velocity: NDArray[np.float64]) -> tuple[Rows, Rows]:
        """Links from each frame to the next, of boxes moved to the moment between both."""
        half = _for_states(velocity / 2)
        ahead, back = to_boxes(self._states + half), to_boxes(self._states - half)
        found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        for i, j in pairs_in_time(self._frame, self._frame, 1, 1):
            found.append(self._overlapping(ahead, back, i, j))
        i, j, overlap = map(np.concatenate, zip(*found, strict=True))
        best_i, next_i = best_two(i, overlap, len(self._frame))
        best_j, next_j = best_two(j, overlap, len(self._frame))
        rival = np.maximum(next_i[i], next_j[j])
        sure = best_i & best_j & (overlap >= _STEP_OVERLAP) & (overlap - rival >= _STEP_MARGIN)
        return i[sure], j[sure]

    def _overlapping(
        self, ahead: Boxes, back: Boxes, i: Rows, j: Rows
    ) -> tuple[Rows, Rows, NDArray[np.float64]]:
        near = (ahead[i, 0] < back[j, 2]) & (back[j, 0] < ahead[i, 2])
        near &= self._scene[i] == self._scene[j]
        i, j = i[near], j[near]
        overlap = paired_iou(ahead[i], back[j])
        overlap = np.where(self._class[i] == self._class[j], 1, _OTHER_CLASS) * overlap
        some = overlap >= _STEP_OVERLAP - _STEP_MARGIN
        return i[some], j[some], overlap[some]

    def _ends(self) -> Ends:
        rows, track = self._by_track()
        paths = smooth(track, self._frame[rows], self._states[rows])
        boxes = np.bincount(track, minlength=len(paths.first))
        head = np.cumsum(boxes) - boxes
        return Ends(
            paths,
            rows,
            paths.cell(track, self._frame[rows]),
            boxes,
            np.bincount(track, self._score[rows], len(boxes)) / boxes,
            rows[head],
            rows[head + boxes - 1],
            _majority(track, self._class[rows], self._confidence[rows], len(boxes)),
            paths.velocity() * (1, 1, _GOING_ON, _GOING_ON),
        )

    def _over_gaps(self, longest: int) -> tuple[Rows, Rows]:
        ends = self._ends()
        before, after = self._candidates(ends, longest)
        features = link_features(ends, before, after)
        self._observe(ends, before, after, features)
        odds = _against_rivals(features @ self._weights, before, after, len(ends.boxes))
        likely = odds >= np.log(_LIKELY / (1 - _LIKELY))
        before, after, odds = before[likely], after[likely], odds[likely]
        taken = mutual_best(before, after, odds, len(ends.boxes))
        return ends.tail[before[taken]], ends.head[after[taken]]

    def _candidates(self, ends: Ends, longest: int) -> tuple[Rows, Rows]:
        """Pairs (before, after) of tracks of one class and scene, not too far apart."""
        paths = ends.paths
        by_start = np.argsort(paths.first, kind="stable")
        found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for i, j in pairs_in_time(paths.last, paths.first[by_start], 1, longest + 1):
            j = by_start[j]
            away = np.abs(paths.states[paths.end[i]] - paths.states[paths.offset[j]])
            scale = size_of(paths.states[paths.end[i]]) * size_of(paths.states[paths.offset[j]])
            reach = np.sqrt(scale) * (_REACH + _REACH_A_FRAME * (paths.first[j] - paths.last[i]))
            near = (away[:, :2].max(axis=1) < reach) & (away[:, 2:].max(axis=1) < _REACH_SIZE)
            a, b = ends.tail[i], ends.head[j]
            near &= (ends.class_id[i] == ends.class_id[j]) & (self._scene[a] == self._scene[b])
            found.append((i[near], j[near]))
        before, after = zip(*found, strict=True)
        return np.concatenate(before), np.concatenate(after)

    def _finished(self) -> Tracks:
        order, track = self._by_track()
        frame, states = self._frame[order], self._states[order]
        agrees = np.ones(len(order), np.bool_)
        for _ in range(2):
            paths = smooth(track, frame, states, weight=np.where(agrees, 1.0, 1e-3))
            path = to_boxes(paths.states[paths.cell(track, frame)])
            agrees = paired_iou(path, to_boxes(states)) >= _AGREEING
        paths = smooth(track, frame, states, weight=np.where(agrees, 1.0, 1e-3), rounds=1)
        of, on_path = np.empty(len(order), np.int64), np.empty(len(order), np.bool_)
        of[order], on_path[order] = track, agrees
        classes = _majority(of, self._class, self._confidence, len(paths.first))
        return Tracks(of, on_path, classes, paths, self._shift)


def link_features(ends: Ends, before: Rows, after: Rows) -> NDArray[np.float64]:
    """(pairs, 5) what speaks for one object, in the order of `core.calibration.LINK`."""
    paths = ends.paths
    frames = (paths.first[after] - paths.last[before]).astype(np.float64)
    half = frames[:, None] / 2
    tail, head = paths.end[before], paths.offset[after]
    miss = paths.states[tail] + ends.velocity[tail] * half
    miss -= paths.states[head] - ends.velocity[head] * half
    scale = size_of((paths.states[tail] + paths.states[head]) / 2)
    place, size = (
        sum(motion.spread(ends.boxes[side], frames / 2) for side in (before, after))
        for motion in (PLACE, SIZE)
    )
    place_misfit = (miss[:, :2] ** 2).sum(axis=1) / scale**2 / place
    size_misfit = (miss[:, 2:] ** 2).sum(axis=1) / size
    return np.column_stack(
        [
            np.ones(len(before)),
            np.log1p(place_misfit / 4),
            np.log1p(size_misfit / 4),
            np.log(frames),
            np.minimum(ends.score[before], ends.score[after]),
        ]
    )


def _against_rivals(
    odds: NDArray[np.float64], before: Rows, after: Rows, count: int
) -> NDArray[np.float64]:
    """Log-odds given that a track has one predecessor and one successor at most."""
    odds = np.clip(odds, -20, 20)
    weight = np.exp(odds)
    rivals = sum(
        np.maximum(np.bincount(side, weight, count)[side] - weight, 0) for side in (before, after)
    )
    return np.asarray(odds - np.log1p(rivals))


def _majority(
    track: Rows, class_id: NDArray[np.int16], score: NDArray[np.float32], count: int
) -> NDArray[np.int16]:
    classes = int(class_id.max(initial=0)) + 1
    votes = np.bincount(track * classes + class_id, score, count * classes)
    majority: NDArray[np.int16] = votes.reshape(count, classes).argmax(axis=1).astype(np.int16)
    return majority


def _for_states(place: NDArray[np.float64]) -> States:
    """Places or ways as states, without a change of size."""
    return np.hstack([place, np.zeros_like(place)])
