"""What a project has handed over: from the export's manifest, or by what it knows now."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.assertions.findings import Findings
from core.detections import Detections
from core.errors import LabelsError
from core.export.manifest import Manifest
from core.export.request import ExportRequest
from core.imported_runs import for_video
from core.importing.base import ForVideo
from core.prelabels import Decision, Prelabel, Source, prelabels_of_frame
from core.project import Project, Run
from core.project.runs import load_detections
from core.roundtrip.matching import Boxes
from core.roundtrip.places import Places


@dataclass(frozen=True, eq=False)
class Known:
    """What a project knows of its video; nothing of it changes any more."""

    path: Path
    """The video."""
    video: ForVideo
    run: Run
    """The one that is shown."""
    detections: Detections
    findings: Findings
    """All of the run, before any recalibration."""
    decisions: tuple[Decision, ...]
    runs: Mapping[str, Run]
    """Every run by its id."""
    run_file: Callable[[str], Path]


def known_of(project: Project, run: Run, detections: Detections, findings: Findings) -> Known:
    """A project as it is at this moment.

    Args:
        project: Which.
        run: The one that is shown.
        detections: Its boxes.
        findings: All of them, before any recalibration.
    """
    decisions, runs = tuple(project.decisions.values()), {each.id: each for each in project.runs}
    return Known(
        project.video.path, for_video(project), run, detections, findings, decisions, runs,
        project.run_file,
    )  # fmt: skip


def handed_over(known: Known, places: Places, frames: Iterable[int]) -> list[Prelabel]:
    """The boxes that annotators got to see in some frames of the video.

    With a manifest the imputed boxes are those in it; without one, those that the project would
    hand over now. The model's boxes are those of the run, from the export's least score on.

    Raises:
        ProjectError: The detections of the exported run cannot be read.
    """
    manifest = places.manifest
    request = manifest.request if manifest is not None else ExportRequest()
    run, detections = _run(known, places)
    by_frame: dict[int, list[Decision]] = {}
    for decision in known.decisions:
        by_frame.setdefault(decision.box.frame, []).append(decision)
    imputed = _of_manifest(manifest, places.own) if manifest is not None else None
    called, found = dict(request.classes), []
    for frame in sorted(frames):
        decisions = by_frame.get(frame, ())
        seen = prelabels_of_frame(frame, detections, run.info.class_names, decisions)
        for box in seen:
            name = called.get(box.class_name, box.class_name)
            is_handed = box.source is not Source.MODEL or box.score >= request.min_score
            if name and is_handed and not (box.kind and imputed is not None):
                found.append(replace(box, class_name=name))
        found += imputed.get(frame, ()) if imputed is not None else ()
    return found


def columns(boxes: Iterable[Prelabel]) -> Boxes:
    """The same boxes in columns."""
    rows = list(boxes)
    return Boxes(
        np.array([box.frame for box in rows], np.int64),
        np.array([box.xyxy for box in rows], np.float64).reshape(-1, 4),
        np.array([box.class_name for box in rows], np.str_),
    )


def check_classes(handed: Boxes, finished: Boxes, labels: Path) -> None:
    """Make sure that labels speak of the classes that were handed over.

    Raises:
        LabelsError: They do not: every box would count as relabeled.
    """
    ours, theirs = (sorted(set(boxes.class_name.tolist())) for boxes in (handed, finished))
    if ours and theirs and not set(ours) & set(theirs):
        raise LabelsError(
            f"The classes in {labels} ({_some(theirs)}) are none of those handed over "
            f"({_some(ours)})",
            mend="give labels with the same names of classes",
        )


def _run(known: Known, places: Places) -> tuple[Run, Detections]:
    """The run that was handed over: the shown one, unless the manifest names another."""
    named = places.manifest.videos[places.own].run if places.manifest is not None else ""
    if named == known.run.id or named not in known.runs:
        return known.run, known.detections
    return known.runs[named], load_detections(known.run_file(named))


def _of_manifest(manifest: Manifest, own: int) -> dict[int, list[Prelabel]]:
    """Its boxes by the frame of the video."""
    found: dict[int, list[Prelabel]] = {}
    for box in manifest.boxes:
        of = manifest.frames[box.frame]
        if of.video == own:
            prelabel = Prelabel(
                of.frame, box.xyxy, box.class_name, box.plausibility, Source.IMPUTED,
                kind=box.kind, key=box.key,
            )  # fmt: skip
            found.setdefault(of.frame, []).append(prelabel)
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
