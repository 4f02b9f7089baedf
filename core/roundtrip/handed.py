"""What a project has handed over: from the export's manifest, or by what it knows now."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.assertions.imputed import ImputedBox
from core.boxes import clip
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
    listed: list[Prelabel] = []
    found: list[Prelabel] = []
    for frame in sorted(frames):
        decisions = by_frame.get(frame, ())
        seen = prelabels_of_frame(frame, detections, run.info.class_names, decisions)
        handed = [b for b in seen if b.source is not Source.MODEL or b.score >= request.min_score]
        if imputed is None:
            found += handed
        else:
            found += [box for box in handed if not box.kind]
            listed += imputed.get(frame, ())
    return [*_fitted(found, dict(request.classes), known.video), *listed]


def columns(boxes: Iterable[Prelabel]) -> Boxes:
    """The same boxes in columns."""
    rows = list(boxes)
    return Boxes(
        np.array([box.frame for box in rows], np.int64),
        np.array([box.xyxy for box in rows], np.float64).reshape(-1, 4),
        np.array([box.class_name for box in rows], np.str_),
    )


def asked_for(findings: Findings, boxes: Iterable[tuple[int, str]]) -> dict[str, ImputedBox]:
    """Imputed boxes as the run shown has them, by key; those that it does not have are left out.

    Args:
        findings: All of the run, before any recalibration.
        boxes: Frame and key of each.
    """
    wanted = list(boxes)
    keys, frames = {key for _, key in wanted}, sorted({frame for frame, _ in wanted})
    found = (box for frame in frames for box in findings.imputed.in_frame(frame))
    return {box.key: box for box in found if box.key in keys}


def gaps(keys: Sequence[str], asked: Mapping[str, ImputedBox]) -> NDArray[np.int64]:
    """(n,) a number for each box that all boxes of its gap share.

    Args:
        keys: Of the boxes; one that no gap is known of is a gap by itself.
        asked: What `asked_for` has found.
    """
    found = [_gap(asked.get(key), key) for key in keys]
    numbers = {gap: number for number, gap in enumerate(dict.fromkeys(found))}
    return np.array([numbers[gap] for gap in found], np.int64)


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


def _gap(box: ImputedBox | None, key: str) -> tuple[str, int, int]:
    if box is None or box.evidence is None:
        return key, 0, 0
    return box.assertion, box.evidence.track, box.evidence.start


def _run(known: Known, places: Places) -> tuple[Run, Detections]:
    """The run that was handed over: the shown one, unless the manifest names another."""
    named = places.manifest.videos[places.own].run if places.manifest is not None else ""
    if named == known.run.id or named not in known.runs:
        return known.run, known.detections
    return known.runs[named], load_detections(known.run_file(named))


def _fitted(
    boxes: Sequence[Prelabel], called: Mapping[str, str], video: ForVideo
) -> Iterator[Prelabel]:
    """The boxes as they were handed over: cut to the picture, under the export's class names."""
    corners = clip(columns(boxes).xyxy, video.width, video.height).tolist()
    for box, (x0, y0, x1, y1) in zip(boxes, corners, strict=True):
        name = called.get(box.class_name, box.class_name)
        if name and x1 > x0 and y1 > y0:
            yield replace(box, xyxy=(x0, y0, x1, y1), class_name=name)


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
