"""Impute what a detector missed, from its boxes alone: `flickerscope impute`."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.assertions.assess import ask, scene_of
from core.assertions.base import Scene
from core.assertions.findings import Findings
from core.assertions.flickering import flickering
from core.assertions.thresholds import Thresholds
from core.calibration import shipped
from core.errors import ImportedDetectionsError
from core.importing.motchallenge import MotDetections, read_mot
from core.imputation import Reason
from core.paths import write_atomically

HEADER = ("frame", "track", "x", "y", "w", "h", "plausibility", "gap")


@dataclass(frozen=True)
class ImputeRequest:
    """What to impute."""

    detections: Path
    """MOTChallenge text."""
    out: Path
    """The CSV file to write; one that is there is replaced."""
    max_gap: int = 20
    """Longest gap, frames."""
    min_score: float = -math.inf
    """Boxes with a lower score do not count as detections; one that fits is imputed."""
    min_plausibility: float | None = None
    """Least plausibility of a box; None for the cut that the calibration found best."""
    hidden: bool = True
    """Whether to impute boxes of objects behind others, as MOTChallenge labels them."""
    size: tuple[int, int] | None = None
    """Width and height of the picture, px; by default as far as the boxes reach."""


def impute_file(request: ImputeRequest) -> dict[str, object]:
    """Read detections, write the imputed boxes, and tell how many there are.

    Frames are counted from 1, as in the input, tracks from 1; a line an imputed box.

    Raises:
        ImportedDetectionsError: The input cannot be read or the output cannot be written.
    """
    scene = _scene(request, read_mot(request.detections))
    cut = request.min_plausibility
    thresholds = Thresholds(
        max_gap=request.max_gap,
        plausibility=shipped().cut if cut is None else cut,
        hidden=request.hidden,
    )
    found = ask(scene, {"flickering": flickering}).within(thresholds)
    try:
        write_atomically(request.out, lambda temporary: _write(temporary, found))
    except OSError as error:
        raise ImportedDetectionsError(
            f"{request.out} cannot be written ({error.strerror or error})",
            mend="choose another file with --out",
        ) from error
    return {
        "out": str(request.out),
        "frames": scene.detections.frame_count,
        "detections": len(scene.detections),
        "tracks": len(scene.tracks),
        "gaps": len(found.violations),
        "imputed_boxes": len(found.missing.frame),
        "not_imputed": _not_imputed(scene, thresholds),
    }


def _scene(request: ImputeRequest, given: MotDetections) -> Scene:
    width, height = request.size or (int(np.ceil(edge)) for edge in given.size)
    seconds = np.arange(given.detections.frame_count, dtype=np.float64)
    return scene_of(given.detections, ("object",), (width, height), seconds, request.min_score)


def _not_imputed(scene: Scene, thresholds: Thresholds) -> dict[str, int]:
    """Frames of gaps that get no box, by reason."""
    gaps = scene.gaps
    short = (gaps.stop - gaps.start <= thresholds.max_gap)[gaps.gap]
    counts = {
        reason.name.lower(): int((short & (gaps.reason == reason)).sum())
        for reason in (Reason.SHOWN, Reason.OUTSIDE, Reason.DOUBLE)
    }
    open_ = short & (gaps.reason == Reason.NONE)
    hidden = open_ & gaps.hidden & (not thresholds.hidden)
    counts["hidden"] = int(hidden.sum())
    implausible = open_ & ~hidden & (gaps.plausibility < thresholds.plausibility)
    return {**counts, "implausible": int(implausible.sum())}


def _write(path: Path, found: Findings) -> None:
    missing, of = found.missing, found.violations
    order = np.lexsort((of.track[missing.violation], missing.frame))
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        for row in order:
            x0, y0, x1, y1 = missing.xyxy[row].tolist()
            violation = missing.violation[row]
            lines.writerow(
                (
                    int(missing.frame[row]) + 1,
                    int(of.track[violation]) + 1,
                    *(f"{side:.2f}" for side in (x0, y0, x1 - x0, y1 - y0)),
                    f"{missing.plausibility[row]:.4f}",
                    int(of.stop[violation] - of.start[violation]),
                )
            )
