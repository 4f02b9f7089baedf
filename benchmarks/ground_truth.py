"""True tracks and a detector's boxes beside them: what was missed, what could be recovered.

Folders as MOTChallenge has them: `gt/gt.txt`, one or more `det*/det.txt`, `seqinfo.ini`. Rows of
`gt.txt` with flag 0 are regions in which nothing counts.
"""

from configparser import ConfigParser
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from core.boxes import Boxes, area, iou_matrix
from core.detections import Detections
from core.importing.motchallenge import read_mot

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

MATCH = 0.5
"""IoU from which a box shows an object."""
LONGEST_GAP = 20
"""Frames missing in a row after which an object counts as lost."""
_IGNORED = 0.5
"""Part of an imputed box inside a region that does not count."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """One video's truth and detections; frames from 0, boxes xyxy px."""

    name: str
    home: Path
    file: Path
    """Its detections."""
    size: tuple[int, int]
    detections: Detections
    frame: Column
    """(g,) of each true box."""
    identity: Column
    xyxy: NDArray[np.float64]
    missed: Mask
    """(g,) whether no detection shows it."""
    gap: Column
    """(g,) frames missing in a row where it is recoverable, else 0."""
    ignored_frame: Column
    ignored: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Imputed:
    """What an engine imputes."""

    frame: Column
    xyxy: NDArray[np.float64]
    gap: Column
    """(m,) length of the gap that each box lies in."""
    plausibility: NDArray[np.float64]

    def at(self, keep: Mask) -> "Imputed":
        """Some of the boxes."""
        return Imputed(self.frame[keep], self.xyxy[keep], self.gap[keep], self.plausibility[keep])


@dataclass(frozen=True, eq=False)
class Judged:
    """Which imputed boxes are right, and which true boxes they recover."""

    right: Mask
    """(m,) overlaps a missed box, one to one."""
    counted: Mask
    """(m,) False where it lies in a region that does not count."""
    recovered: Mask
    """(g,) whether the true box was missed and is found."""


def sequences(folder: Path, detector: str | None = None) -> list[Sequence]:
    """Every sequence below a folder, with the detections of `detector` (a folder's name) or, where
    there are several, those with scores of a detector's own.
    """
    found = []
    for truth in sorted(folder.glob("*/gt/gt.txt")):
        home = truth.parent.parent
        files = sorted(home.glob(f"{detector or 'det*'}/det.txt"))
        if files:
            found.append(load(home, files[-1]))
    if not found:
        raise SystemExit(f"{folder} holds no */gt/gt.txt with detections beside it")
    return found


def load(home: Path, detections: Path, frames: slice | None = None) -> Sequence:
    """One sequence; of some of its frames if `frames` says so."""
    info = ConfigParser()
    info.read(home / "seqinfo.ini")
    about = info["Sequence"]
    length = int(about["seqLength"])
    start, stop, _ = (frames or slice(None)).indices(length)
    rows = np.loadtxt(home / "gt" / "gt.txt", delimiter=",", ndmin=2)
    rows = rows[(rows[:, 0] > start) & (rows[:, 0] <= stop)]
    true, ignored = rows[rows[:, 6] != 0], rows[rows[:, 6] == 0]
    seen = _cut(read_mot(detections, frame_count=length).detections, start, stop)
    frame, xyxy = true[:, 0].astype(np.int64) - 1 - start, _corners(true)
    missed = ~_detected(frame, xyxy, seen)
    name = home.name if frames is None else f"{home.name}[{start}:{stop}]"
    return Sequence(
        name,
        home,
        detections,
        (int(about["imWidth"]), int(about["imHeight"])),
        seen,
        frame,
        true[:, 1].astype(np.int64),
        xyxy,
        missed,
        _gaps(frame, true[:, 1], missed),
        ignored[:, 0].astype(np.int64) - 1 - start,
        _corners(ignored),
    )


def judge(sequence: Sequence, imputed: Imputed) -> Judged:
    """Compare imputed boxes with what was missed."""
    right = np.zeros(len(imputed.frame), np.bool_)
    counted = np.ones(len(imputed.frame), np.bool_)
    recovered = np.zeros(len(sequence.frame), np.bool_)
    missed = np.flatnonzero(sequence.missed)
    for frame in np.unique(imputed.frame):
        boxes = np.flatnonzero(imputed.frame == frame)
        true = missed[sequence.frame[missed] == frame]
        row, column = match(imputed.xyxy[boxes], sequence.xyxy[true])
        right[boxes[row]], recovered[true[column]] = True, True
        regions = sequence.ignored[sequence.ignored_frame == frame]
        if len(regions):
            counted[boxes] = _share_inside(imputed.xyxy[boxes], regions) < _IGNORED
    return Judged(right, counted | right, recovered)


def identities(sequence: Sequence, least: float = MATCH) -> Column:
    """(n,) whom each detection shows, or -1."""
    seen = sequence.detections
    found = np.full(len(seen), -1)
    for frame in np.unique(sequence.frame):
        true = np.flatnonzero(sequence.frame == frame)
        rows = seen.rows(int(frame))
        left, right = match(sequence.xyxy[true], seen.xyxy[rows], least)
        found[rows.start + right] = sequence.identity[true[left]]
    return found


def match(left: Boxes, right: Boxes, least: float = MATCH) -> tuple[Column, Column]:
    """Optimal one-to-one matching of boxes with at least some IoU: rows of both sides."""
    overlap = iou_matrix(left, right)
    overlap[overlap < least] = 0
    row, column = linear_sum_assignment(-overlap)
    kept = overlap[row, column] > 0
    return row[kept], column[kept]


def _detected(frame: Column, xyxy: NDArray[np.float64], seen: Detections) -> Mask:
    found = np.zeros(len(frame), np.bool_)
    for at in np.unique(frame):
        true = np.flatnonzero(frame == at)
        row, _ = match(xyxy[true], seen.xyxy[seen.rows(int(at))])
        found[true[row]] = True
    return found


def _gaps(frame: Column, identity: NDArray[np.float64], missed: Mask) -> Column:
    gap = np.zeros(len(frame), np.int64)
    for one in np.unique(identity):
        rows = np.flatnonzero(identity == one)
        rows = rows[np.argsort(frame[rows])]
        known = rows[~missed[rows]]
        for before, after in pairwise(known):
            length = int(frame[after] - frame[before]) - 1
            if 1 <= length <= LONGEST_GAP:
                gap[rows[(frame[rows] > frame[before]) & (frame[rows] < frame[after])]] = length
    return gap


def _share_inside(boxes: NDArray[np.float64], regions: NDArray[np.float64]) -> NDArray[np.float64]:
    corner = np.maximum(boxes[:, None, :2], regions[None, :, :2])
    other = np.minimum(boxes[:, None, 2:], regions[None, :, 2:])
    common = np.clip(other - corner, 0, None).prod(axis=2)
    return np.asarray(common.max(axis=1) / np.maximum(area(boxes), 1e-9))


def _corners(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])


def _cut(detections: Detections, start: int, stop: int) -> Detections:
    first, last = int(detections.offsets[start]), int(detections.offsets[stop])
    return Detections(
        detections.xyxy[first:last],
        detections.score[first:last],
        detections.class_id[first:last],
        detections.offsets[start : stop + 1] - first,
    )


def halves(all_: list[Sequence]) -> tuple[list[Sequence], list[Sequence]]:
    """Two halves that share no video, as alike as can be: the videos of each kind (the name up to
    the first hyphen) in turns of first, second, first... by name; one alone is cut in time.
    """
    first: list[Sequence] = []
    second: list[Sequence] = []
    kinds: dict[str, list[Sequence]] = {}
    for sequence in all_:
        kinds.setdefault(sequence.name.split("-")[0], []).append(sequence)
    for members in kinds.values():
        if len(members) == 1:
            middle = members[0].detections.frame_count // 2
            first.append(load(members[0].home, members[0].file, slice(0, middle)))
            second.append(load(members[0].home, members[0].file, slice(middle, None)))
        else:
            first += members[::2]
            second += members[1::2]
    return first, second
