"""Gaps in tracks, the boxes that belong there, and how sure that is.

A gap is a run of frames inside a track in which no box shows the object well. Each of its frames
gets the box of the track's smooth path, or the detector's own box of low score that fits it, or
the reason why it gets none.
"""

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.boxes import Boxes, area, clip, paired_iou
from core.calibration import Calibration, probability, shipped
from core.detections import Detections
from core.tracks.linking import Tracks, usual
from core.tracks.pairs import Rows, best, pairs_in_time

_SHOWN = 0.5
"""A detection with at least this IoU shows the object."""
_SAME_PLACE = 0.8
"""IoU with another object's box from which both are one."""
_OUTSIDE = 0.5
"""Part of a box outside the picture from which the object counts as gone."""
_HIDDEN = 0.9
"""Part of a box behind another track's from which the object counts as hidden."""
_SETTLED = 5
"""A track with so many boxes is an object of its own."""
_LITTLE = 0.3
"""Overlap that says nothing."""
_MOST_SEEN = 20
"""Boxes of a track on one side of a gap after which more say nothing new."""


class Reason(IntEnum):
    """Why a frame of a gap gets no box."""

    NONE = 0
    """It gets one."""
    SHOWN = 1
    """A detection shows the object, if in another track."""
    OUTSIDE = 2
    """The object left the picture."""
    DOUBLE = 3
    """Another track's imputed box, more plausible, is in the same place."""


@dataclass(frozen=True, eq=False)
class Gaps:
    """Every gap of every track, and the frames in it."""

    track: Rows
    """(g,) ascending."""
    start: Rows
    """(g,) first frame without a box."""
    stop: Rows
    """(g,) frame after the last one without."""
    gap: Rows
    """(m,) gap that each frame lies in, ascending."""
    frame: Rows
    """(m,) the frame."""
    xyxy: NDArray[np.float64]
    """(m, 4) where the object should be, inside the picture."""
    plausibility: NDArray[np.float32]
    """(m,) probability that this box is right."""
    reason: NDArray[np.int8]
    """(m,) `Reason`: why there is no box after all; `NONE` for an imputed one."""
    hidden: NDArray[np.bool_]
    """(m,) whether the object is behind another track's."""
    source: Rows
    """(m,) detection of low score that the box is, or -1 for the path's."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Frames of gaps, as cells of the tracks' paths."""

    cell: Rows
    frame: Rows
    track: Rows
    before: Rows
    """The cell of the last box before the gap."""
    after: Rows

    @property
    def length(self) -> Rows:
        return self.after - self.before - 1


@dataclass(frozen=True, eq=False)
class Candidates:
    """The frames of all gaps before anything is known of their plausibility."""

    cells: Cells
    xyxy: NDArray[np.float64]
    """(m, 4) where the object should be, inside the picture."""
    source: Rows
    """(m,) see `Gaps.source`."""
    features: NDArray[np.float64]
    """(m, 7) what speaks for each box, in the order of `core.calibration.PLAUSIBILITY`."""
    reason: NDArray[np.int8]
    """(m,) see `Gaps.reason`; no box is known to be a double yet."""
    hidden: NDArray[np.bool_]
    """(m,) see `Gaps.hidden`."""


def find_gaps(
    detections: Detections,
    tracks: Tracks,
    size: tuple[int, int],
    *,
    min_score: float = -math.inf,
    longest: int,
    calibration: Calibration | None = None,
) -> Gaps:
    """Find all gaps.

    Args:
        detections: What was linked.
        tracks: See `core.tracks.linking`.
        size: Width and height of the picture, px.
        min_score: Boxes with a lower score do not count as detections; one that fits is imputed.
        longest: Gaps of more frames are left out.
        calibration: The shipped one by default.
    """
    found = candidates(detections, tracks, size, min_score=min_score, longest=longest)
    plausibility = probability(found.features, (calibration or shipped()).plausibility)
    reason = found.reason.copy()
    open_ = np.flatnonzero(reason == Reason.NONE)
    cells = found.cells
    doubles = _doubles(
        cells.frame[open_], cells.track[open_], found.xyxy[open_], plausibility[open_]
    )
    reason[open_[doubles]] = Reason.DOUBLE
    gap, head = _runs(cells)
    start = cells.frame[head]
    return Gaps(
        cells.track[head],
        start,
        start + cells.length[head],
        gap,
        cells.frame,
        found.xyxy,
        plausibility.astype(np.float32),
        reason,
        found.hidden,
        found.source,
    )


def candidates(
    detections: Detections,
    tracks: Tracks,
    size: tuple[int, int],
    *,
    min_score: float = -math.inf,
    longest: int,
) -> Candidates:
    """Every frame of every gap, with what speaks for and against a box there; see `find_gaps`."""
    strong = detections.score >= min_score
    seen = tracks.agrees & strong
    whole = tracks.boxes()
    path = clip(whole, *size)
    has = _seen_cells(detections, tracks, seen)
    cells = _missing(tracks, has, longest)
    xyxy, source = _with_low_scores(detections, tracks, cells, path[cells.cell], seen)
    features, shown = _features(detections, tracks, cells, xyxy, seen, strong, has)
    reason = np.zeros(len(cells.cell), np.int8)
    reason[shown] = Reason.SHOWN
    reason[_outside(whole[cells.cell], size)] = Reason.OUTSIDE
    return Candidates(cells, xyxy, source, features, reason, _hidden(tracks, cells, xyxy, path))


def _seen_cells(
    detections: Detections, tracks: Tracks, seen: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(cells,) whether a box shows the object."""
    has = np.zeros(len(tracks.paths.states), np.bool_)
    has[tracks.paths.cell(tracks.of[seen], detections.frame[seen])] = True
    return has


def _missing(tracks: Tracks, has: NDArray[np.bool_], longest: int) -> Cells:
    paths = tracks.paths
    count, index = len(has), np.arange(len(has))
    before = np.maximum.accumulate(np.where(has, index, -1))
    after = np.minimum.accumulate(np.where(has, index, count)[::-1])[::-1]
    track = paths.track
    inside = ~has & (before >= paths.offset[track]) & (after <= paths.end[track])
    cell = np.flatnonzero(inside & (after - before - 1 <= longest))
    return Cells(cell, paths.frame[cell], track[cell], before[cell], after[cell])


def _with_low_scores(
    detections: Detections,
    tracks: Tracks,
    cells: Cells,
    path: Boxes,
    seen: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], Rows]:
    """The path's boxes, or the track's own boxes of low score where they lie on the path."""
    at = np.full(len(tracks.paths.states), -1)
    low = np.flatnonzero(tracks.agrees & ~seen)
    at[tracks.paths.cell(tracks.of[low], detections.frame[low])] = low
    source = at[cells.cell]
    xyxy = path.astype(np.float64)
    found = source >= 0
    xyxy[found] = detections.xyxy[source[found]]
    return xyxy, source


def _features(
    detections: Detections,
    tracks: Tracks,
    cells: Cells,
    xyxy: Boxes,
    seen: NDArray[np.bool_],
    strong: NDArray[np.bool_],
    has: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(m, 7) what speaks for each box, in the order of `core.calibration.PLAUSIBILITY`, and (m,)
    whether a detection shows its object.
    """
    count, paths = len(cells.cell), tracks.paths
    rows = np.flatnonzero(strong)
    frame = detections.frame[rows]
    boxes = np.bincount(tracks.of[seen], minlength=len(tracks))
    own, other, loose = np.zeros(count), np.zeros(count), np.zeros(count)
    for i, j in pairs_in_time(cells.frame, frame, 0, 0):
        overlap = paired_iou(xyxy[i], detections.xyxy[rows[j]])
        touching = overlap > 0
        i, row, overlap = i[touching], rows[j[touching]], overlap[touching]
        of = tracks.of[row]
        mine = of == cells.track[i]
        settled = seen[row] & (boxes[of] >= _SETTLED) & ~mine
        for column, chosen in ((own, mine), (other, settled), (loose, ~mine & ~settled)):
            np.maximum(column, best(i[chosen], overlap[chosen], count), out=column)
    so_far = np.cumsum(has)
    first, last = paths.offset[cells.track], paths.end[cells.track]
    earlier = so_far[cells.before] - so_far[first] + has[first]
    later = so_far[last] - so_far[cells.after] + 1
    total = np.bincount(tracks.of[seen], usual(detections.score)[seen], len(tracks))
    score = total / np.maximum(boxes, 1)
    features = np.column_stack(
        [
            np.ones(count),
            np.log(cells.length),
            np.log(np.clip(np.minimum(earlier, later), 1, _MOST_SEEN)),
            score[cells.track],
            *(2 * np.clip(overlap - _LITTLE, 0, 1) for overlap in (own, loose, other)),
        ]
    )
    # In a crowd another object's box may well cover half of this one, but not nearly all.
    shown = (own >= _SHOWN) | ((loose >= _SHOWN) & (loose >= other))
    return features, shown | (other >= _SAME_PLACE)


def _outside(whole: Boxes, size: tuple[int, int]) -> NDArray[np.bool_]:
    return area(clip(whole, *size)) <= (1 - _OUTSIDE) * area(whole)


def _hidden(tracks: Tracks, cells: Cells, xyxy: Boxes, path: Boxes) -> NDArray[np.bool_]:
    """Behind another track: nearly all of the box is inside one whose lower edge is lower."""
    paths = tracks.paths
    settled = np.flatnonzero((paths.length >= _SETTLED)[paths.track])
    by_frame = settled[np.argsort(paths.frame[settled], kind="stable")]
    hidden = np.zeros(len(xyxy), np.bool_)
    for i, j in pairs_in_time(cells.frame, paths.frame[by_frame], 0, 0):
        j = by_frame[j]
        nearer = (path[j, 3] > xyxy[i, 3]) & (paths.track[j] != cells.track[i])
        i, front = i[nearer], path[j[nearer]]
        common = np.hstack(
            [np.maximum(xyxy[i, :2], front[:, :2]), np.minimum(xyxy[i, 2:], front[:, 2:])]
        )
        hidden[i[area(common) >= _HIDDEN * np.maximum(area(xyxy[i]), 1e-9)]] = True
    return hidden


def _doubles(frame: Rows, track: Rows, xyxy: Boxes, plausibility: NDArray[np.float64]) -> Rows:
    """Rows that lie on a likelier box of another track."""
    by_frame = np.argsort(frame, kind="stable")
    lost = [np.empty(0, np.int64)]
    for i, j in pairs_in_time(frame, frame[by_frame], 0, 0):
        j = by_frame[j]
        i, j = i[track[i] != track[j]], j[track[i] != track[j]]
        weaker = (plausibility[i] < plausibility[j]) | (
            (plausibility[i] == plausibility[j]) & (track[i] > track[j])
        )
        i, j = i[weaker], j[weaker]
        lost.append(i[paired_iou(xyxy[i], xyxy[j]) >= _SHOWN])
    return np.unique(np.concatenate(lost))


def _runs(cells: Cells) -> tuple[Rows, Rows]:
    """Number of the gap that each cell lies in, and the first cell of each gap."""
    new = np.ones(len(cells.cell), np.int64)
    new[1:] = np.diff(cells.before) != 0
    return np.cumsum(new) - 1, np.flatnonzero(new)
