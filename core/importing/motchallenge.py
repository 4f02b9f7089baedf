"""MOTChallenge text: `frame, id, x, y, w, h, score, ...`, frames and ids counted from 1.

Source: Milan et al., MOT16: A Benchmark for Multi-Object Tracking (2016), section 3.4.
"""

import math
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.errors import ImportedDetectionsError
from core.importing.base import Boxes, ForVideo, Imported, ImportOptions, decoded, fit, read_bytes
from core.importing.frame_numbers import frames_of

_COLUMNS = ("frame", "id", "x", "y", "w", "h", "score")
_FRAME, _X, _WIDTH, _HEIGHT, _SCORE = 0, 2, 4, 5, 6
_MOST_FRAMES = 10**8
_FIRST_FRAME = 1
_UNKNOWN_SCORE = -1
_MEND = "give a MOTChallenge text file"


@dataclass(frozen=True, eq=False)
class MotDetections:
    """What a file holds, in this program's terms: frames from 0, boxes by their corners."""

    detections: Detections
    """Every box has class 0: the format knows none."""
    size: tuple[float, float]
    """Right and lower edge of all boxes, px: a lower bound of the picture's size."""


def read_mot(path: Path, min_score: float = -math.inf, frame_count: int = 0) -> MotDetections:
    """Read detections.

    Args:
        path: A text file.
        min_score: Leave out boxes with a lower score.
        frame_count: Frames of the video, if it has more than boxes tell.

    Raises:
        ImportedDetectionsError: The file cannot be read, or a line is not a box; names the line.
    """
    rows, lines = _parse(path, decoded(read_bytes(path, _MEND), path, _MEND))
    _check(path, rows, lines, _FIRST_FRAME)
    rows = rows[np.argsort(rows[:, _FRAME], kind="stable")]
    kept = rows[rows[:, _SCORE] >= min_score]
    frames = max(int(rows[:, _FRAME].max(initial=0)), frame_count)
    corner, size = kept[:, _X : _X + 2], kept[:, _WIDTH : _HEIGHT + 1]
    counts = np.bincount(kept[:, _FRAME].astype(np.int64) - 1, minlength=frames)
    detections = Detections(
        np.hstack([corner, corner + size]).astype(np.float32),
        kept[:, _SCORE].astype(np.float32),
        np.zeros(len(kept), np.int16),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )
    edges = (rows[:, _X : _X + 2] + rows[:, _WIDTH : _HEIGHT + 1]).max(axis=0, initial=0.0)
    return MotDetections(detections, (float(edges[0]), float(edges[1])))


def import_mot(path: Path, video: ForVideo, options: ImportOptions) -> Imported:
    """Read the detections of a video; all of one class, as the format knows none.

    A score of -1 is unknown and becomes 1; others must be within 0..1. Ids are left out.

    Raises:
        ImportedDetectionsError: The file cannot be read, or a line is not a box in the video;
            names the line.
    """
    data = read_bytes(path, _MEND)
    rows, lines = _parse(path, decoded(data, path, _MEND))
    # Some programs count from 0.
    _check(path, rows, lines, 0)

    def where(row: int) -> str:
        return f"Line {lines[row]} of {path.name}"

    numbers = rows[:, _FRAME].astype(np.int64).tolist()
    frames = frames_of(numbers, video, options, _FIRST_FRAME, where)
    corner, size = rows[:, _X : _X + 2], rows[:, _WIDTH : _HEIGHT + 1]
    with np.errstate(over="ignore"):
        xyxy = np.hstack([corner, corner + size])
    score = np.where(rows[:, _SCORE] == _UNKNOWN_SCORE, 1.0, rows[:, _SCORE])
    boxes = Boxes(np.array(frames, np.int64), xyxy, score, np.zeros(len(rows), np.int64), where)
    detections = fit(boxes, video, options.min_score)
    return Imported(detections, options.class_names or ("object",), "mot", sha256(data).hexdigest())


def _parse(path: Path, text: str) -> tuple[NDArray[np.float64], list[int]]:
    """The rows of a file, and the line of each."""
    lines = text.splitlines()
    filled = [number for number, line in enumerate(lines, start=1) if line.strip()]
    width = len(_COLUMNS)
    if not filled:
        return np.empty((0, width)), filled
    try:
        rows = np.loadtxt(
            [lines[number - 1] for number in filled],
            delimiter=",", usecols=range(width), ndmin=2, comments=None,
        )  # fmt: skip
    except ValueError:
        _find_unreadable(path, lines)
        raise
    return np.asarray(rows, np.float64), filled


def _find_unreadable(path: Path, lines: list[str]) -> None:
    """Raise for the first line that is not made of enough numbers."""
    for number, line in enumerate(lines, start=1):
        fields = line.split(",")
        if not line.strip():
            continue
        if len(fields) < len(_COLUMNS):
            raise _wrong(path, number, f"has {len(fields)} fields, not at least {len(_COLUMNS)}")
        for name, field in zip(_COLUMNS, fields, strict=False):
            if not _is_number(field):
                raise _wrong(path, number, f"has {name} {field.strip()!r}, no number")


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    # Python reads these; numpy, which reads the file, does not.
    return field.isascii() and "_" not in field


def _check(path: Path, rows: NDArray[np.float64], lines: list[int], first_frame: int) -> None:
    frame = rows[:, _FRAME]
    rules = (
        (~np.isfinite(rows).all(axis=1), "has a value that is not finite"),
        (
            (frame < first_frame) | (frame != np.floor(frame)),
            f"has a frame that is no whole number from {first_frame}",
        ),
        (frame > _MOST_FRAMES, f"has a frame beyond {_MOST_FRAMES:,}"),
        (rows[:, _WIDTH] <= 0, "has a width that is not positive"),
        (rows[:, _HEIGHT] <= 0, "has a height that is not positive"),
    )
    first = min(
        ((int(np.argmax(broken)), says) for broken, says in rules if broken.any()), default=None
    )
    if first is None:
        return
    row, says = first
    values = ", ".join(f"{name} {value:g}" for name, value in zip(_COLUMNS, rows[row], strict=True))
    raise _wrong(path, lines[row], f"{says} ({values})")


def _wrong(path: Path, line: int, says: str) -> ImportedDetectionsError:
    return ImportedDetectionsError(
        f"Line {line} of {path.name} {says}",
        mend=f"correct it; a line is {', '.join(_COLUMNS)}",
    )
