"""MOTChallenge text: `frame, id, x, y, w, h, score, ...`, frames and ids counted from 1.

Source: Milan et al., MOT16: A Benchmark for Multi-Object Tracking (2016), section 3.4.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.errors import ImportedDetectionsError

_COLUMNS = ("frame", "id", "x", "y", "w", "h", "score")
_FRAME, _X, _WIDTH, _HEIGHT, _SCORE = 0, 2, 4, 5, 6
_MOST_FRAMES = 10**8


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
    rows = _read(path)
    _check(path, rows)
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


def _read(path: Path) -> NDArray[np.float64]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ImportedDetectionsError(
            f"{path} cannot be read ({reason})", mend="give a MOTChallenge text file"
        ) from error
    width = len(_COLUMNS)
    if not any(line.strip() for line in lines):
        return np.empty((0, width))
    try:
        rows = np.loadtxt(lines, delimiter=",", usecols=range(width), ndmin=2, comments=None)
    except ValueError:
        _find_unreadable(path, lines)
        raise
    return np.asarray(rows, np.float64)


def _find_unreadable(path: Path, lines: list[str]) -> None:
    """Raise for the first line that is not made of enough numbers."""
    for number, line in enumerate(lines, start=1):
        fields = line.split(",")
        if not line.strip():
            continue
        if len(fields) < len(_COLUMNS):
            raise _wrong(path, number, f"has {len(fields)} fields, not at least {len(_COLUMNS)}")
        for name, field in zip(_COLUMNS, fields, strict=False):
            try:
                float(field)
            except ValueError:
                raise _wrong(path, number, f"has {name} {field.strip()!r}, no number") from None


def _check(path: Path, rows: NDArray[np.float64]) -> None:
    frame = rows[:, _FRAME]
    rules = (
        (~np.isfinite(rows).all(axis=1), "has a value that is not finite"),
        ((frame < 1) | (frame != np.floor(frame)), "has a frame that is no whole number from 1"),
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
    filled = [n for n, line in enumerate(path.read_text().splitlines(), 1) if line.strip()]
    values = ", ".join(f"{name} {value:g}" for name, value in zip(_COLUMNS, rows[row], strict=True))
    raise _wrong(path, filled[row], f"{says} ({values})")


def _wrong(path: Path, line: int, says: str) -> ImportedDetectionsError:
    return ImportedDetectionsError(
        f"Line {line} of {path.name} {says}",
        mend=f"correct it; a line is {', '.join(_COLUMNS)}",
    )
