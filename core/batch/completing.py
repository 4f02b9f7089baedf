"""All that follows detection in one video: findings, the choice of frames, and the export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.assertions.findings import Findings
from core.batch.request import BatchRequest
from core.batch.steps import Tell
from core.collection.overview import overview_of, save_overview
from core.detections import Detections
from core.errors import NothingToExportError, NothingToSelectError
from core.export import plan_export
from core.export import source_of as export_source_of
from core.export.request import ExportRequest
from core.export.writing import ExportResult, write_export
from core.pipeline import findings_of
from core.project import Project, Run, Selection, SetExporting, SetSelecting, SetSelection
from core.project.exported import with_exported
from core.project.runs import load_detections
from core.selection.engine import select
from core.selection.gather import joined, part_of
from core.selection.gather import source_of as selection_source_of
from core.selection.part import Part
from core.selection.part_store import keep_part
from core.selection.request import SelectRequest
from core.video import VideoReader

SELECTION = "batch"
"""What the choice of a batch is called in its projects."""


@dataclass(frozen=True)
class Made:
    """What one video has given, still in its scratch folder."""

    project: Path
    export: Path | None
    """A folder or a zip file; None where nothing was to be exported."""
    counts: Mapping[str, int]
    notices: tuple[str, ...]


def complete(
    project: Project,
    run: Run,
    reader: VideoReader,
    request: BatchRequest,
    scratch: Path,
    notices: Sequence[str],
    tell: Tell,
) -> Made:
    """Find what flickers, choose frames and export them, as the commands do one after the other.

    Args:
        project: Open; it is in the scratch folder.
        run: A complete run, which is the chosen one.
        reader: Its video.
        request: What is asked for.
        scratch: Receives the export.
        notices: What is to be said already.
        tell: Told how far it is.

    Raises:
        UserError: As the commands would.
    """
    tell("Scoring", 0, 1)
    detections = load_detections(project.run_file(run.id))
    everything = findings_of(project, run, detections, reader.index)
    shown = everything.within(project.thresholds)
    said = list(notices)
    rate = float(reader.info.rate)
    part = part_of(selection_source_of(project, run, detections, shown, rate))
    chosen = 0
    if request.select is not None:
        chosen = _select(project, part, request.select, said, tell)
    result = None
    if request.export is not None:
        result = _export(
            project, run, detections, everything, reader, request.export, scratch, said, tell
        )
    # Nobody who lists this video or selects over many has to find all this again.
    save_overview(project.folder, overview_of(project, run, everything, reader.index))
    keep_part(project, part)
    counts = {
        "frames": len(run.config.sampling.frames(detections.frame_count)),
        "detections": len(detections),
        "flagged_frames": len(shown.flagged),
        "imputed_boxes": len(shown.imputed),
        "selected": chosen,
        "exported": result.frames if result is not None else 0,
        "prelabels": result.prelabels if result is not None else 0,
    }
    return Made(project.folder, result.folder if result is not None else None, counts, tuple(said))


def _select(
    project: Project, part: Part, request: SelectRequest, notices: list[str], tell: Tell
) -> int:
    """How many frames were chosen; that there are none to choose is no failure."""
    tell("Choosing", 0, 1)
    pool = joined([part])
    try:
        picks = select(pool, request)
    except NothingToSelectError as nothing:
        notices.append(f"{nothing.problem}: nothing was selected.")
        return 0
    notices += [note for note in (picks.stopped, *picks.notes) if note]
    frames = picks.frames(pool)
    project.apply(SetSelection(Selection(SELECTION, "flickerscope", frames)))
    return len(frames)


def _export(
    project: Project,
    run: Run,
    detections: Detections,
    everything: Findings,
    reader: VideoReader,
    request: ExportRequest,
    scratch: Path,
    notices: list[str],
    tell: Tell,
) -> ExportResult | None:
    """What was written; that there is nothing to write is no failure."""
    source = export_source_of(project, run, detections, everything, reader.index)
    out = scratch / ("export.zip" if request.zip else "export")
    try:
        plan = plan_export([source], request)
    except NothingToExportError as nothing:
        notices.append(f"{nothing.problem}: nothing was exported.")
        return None
    result = write_export(
        plan,
        out,
        on_progress=lambda done, total: tell("Exporting", done, total),
        overwrite=True,
    )
    if result.left_out:
        notices.append(f"{result.left_out} frames cannot be decoded and were left out")
    handed_over = [frame.frame for frame in result.labeled.of_video(0) if not frame.context]
    project.apply(SetExporting(request))
    project.apply(SetSelecting(with_exported(project.selecting, handed_over)))
    return result
