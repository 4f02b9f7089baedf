"""The whole round trip: read finished labels, compare, learn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import LabelsError
from core.export.manifest import MANIFEST, read_manifest
from core.roundtrip.evidence import brier, cross_validated, evidence_of, learnt, rejected_in
from core.roundtrip.handed import Known, asked_for, check_classes, columns, gaps, handed_over
from core.roundtrip.matching import match
from core.roundtrip.places import Places, places_of
from core.roundtrip.reading import read_labels
from core.roundtrip.recalibration import Recalibration
from core.roundtrip.report import Report, reliability, tallies


@dataclass(frozen=True, eq=False)
class RoundTrip:
    """What came back."""

    report: Report
    recalibration: Recalibration | None
    """What it speaks for; None if it says nothing about plausibilities."""


def compare(known: Known, labels: Path, export: Path | None = None) -> RoundTrip:
    """Find out what annotators made of the boxes that a project handed over.

    Args:
        known: The project.
        labels: What the annotation tool has exported.
        export: The folder that was handed over, or its manifest. Without it the manifest beside
            the labels serves, or else pictures must be called as Lightly calls frames.

    Raises:
        LabelsError: The labels cannot be read, or are of something else.
        ExportError: The manifest cannot be read.
        UserError: See `core.errors`.
    """
    manifest_at = export or manifest_beside(labels)
    manifest = read_manifest(manifest_at) if manifest_at is not None else None
    places = places_of(known.path, known.video, known.runs, manifest)
    finished = read_labels(labels, places)
    handed = handed_over(known, places, finished.frames)
    if not handed:
        raise LabelsError(
            f"No box was handed over in the labeled frames of {known.path.name} "
            f"({len(finished.frames):,})",
            mend="accept imputed boxes and export them first",
        )
    boxes = columns(handed)
    check_classes(boxes, finished.boxes, labels)
    matching = match(boxes, finished.boxes)
    rows = [row for row, box in enumerate(handed) if box.kind]
    imputed = [handed[row] for row in rows]
    judged = [(box.frame, box.key) for box in imputed]
    judged += [(box.frame, box.key) for box in rejected_in(known)]
    asked = asked_for(known.findings, judged)
    gap = np.full(len(handed), -1)
    gap[rows] = gaps([box.key for box in imputed], asked)
    added = finished.boxes.at(matching.added)
    evidence = evidence_of(known, imputed, matching.outcome[rows], added, asked)
    overall, by_kind, model = tallies(handed, matching, gap)
    held_out = cross_validated(evidence)
    report = Report(
        str(labels),
        finished.format,
        len(finished.frames),
        _not_labeled(places, finished.frames),
        overall,
        by_kind,
        model,
        int(matching.added.sum()),
        reliability(evidence),
        brier(evidence, evidence.plausibility),
        brier(evidence, held_out) if held_out is not None else None,
    )
    return RoundTrip(report, learnt(evidence))


def manifest_beside(labels: Path) -> Path | None:
    """The manifest in the folder of finished labels, as where they were edited in place."""
    folder = labels if labels.is_dir() else labels.parent
    return folder / MANIFEST if (folder / MANIFEST).is_file() else None


def _not_labeled(places: Places, labeled: frozenset[int]) -> int:
    frames = places.manifest.frames if places.manifest is not None else ()
    return len({each.frame for each in frames if each.video == places.own} - labeled)
