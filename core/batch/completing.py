"""All that follows detection in one video: findings, the choice of frames, and the export."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.assertions.findings import Findings
from core.batch.place import Place
from core.batch.request import BatchRequest
from core.batch.steps import Item, Outcome, Tell
from core.collection.overview import overview_of, save_overview
from core.detections import Detections
from core.export import plan_export
from core.export import source_of as export_source_of
from core.export.request import ExportRequest
from core.export.writing import ExportResult, write_export
from core.pipeline import findings_of
from core.project import Project, Run, Selection, SetExporting, SetSelecting, SetSelection
from core.project.exported import with_exported
from core.project.runs import load_detections
from core.selection.engine import select
from core.selection.gather import pool_of
from core.selection.gather import source_of as selection_source_of
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
    tell: Tell,
) -> Made:
    """Find what flickers, choose frames and export them, as the commands do one after the other.

    Args:
        project: Open; it is in the scratch folder.
        run: A complete run, which is the chosen one.
        reader: Its video.
        request: What is asked for.
        scratch: Receives the export.
        tell: Told how far it is.

    Raises:
        UserError: As the commands would.
    """
    tell("Scoring", 0, 1)
    detections = load_detections(project.run_file(run.id))
    everything = findings_of(project, run, detections, reader.index)
    shown = everything.within(project.thresholds)
    notices: list[str] = []
    chosen = 0
    if request.select is not None:
        chosen = _select(project, run, detections, shown, reader, request.select, notices, tell)
    result = None
    if request.export is not None:
        result = _export(
            project, run, detections, everything, reader, request.export, scratch, notices, tell
        )
    save_overview(project.folder, overview_of(project, run, everything, reader.index))
    counts = {
        "frames": len(run.config.sampling.frames(detections.frame_count)),
        "detections": len(detections),
        "flagged_frames": len(shown.flagged),
        "imputed_boxes": len(shown.imputed),
        "selected": chosen,
        "exported": result.frames if result is not None else 0,
        "prelabels": result.prelabels if result is not None else 0,
    }
    return Made(
        project.folder, result.folder if result is not None else None, counts, tuple(notices)
    )


def published(
    item: Item, made: Made, place: Place, scratch: Path, notices: tuple[str, ...]
) -> Outcome:
    """Put what was made to where it belongs."""
    export = ""
    if made.export is not None:
        export = f"exports/{item.name}{made.export.suffix if made.export.is_file() else ''}"
        if made.export.is_file():
            place.put(made.export, export)
        else:
            place.publish(made.export, export)
    project = f"projects/{item.name}.flickerscope"
    place.publish(made.project, project)
    return Outcome(item, "done", "", project, export, made.counts, (*notices, *made.notices))


def _select(
    project: Project,
    run: Run,
    detections: Detections,
    shown: Findings,
    reader: VideoReader,
    request: SelectRequest,
    notices: list[str],
    tell: Tell,
) -> int:
    """How many frames were chosen."""
    tell("Choosing", 0, 1)
    source = selection_source_of(project, run, detections, shown, float(reader.info.rate))
    pool = pool_of([source])
    picks = select(pool, request)
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
    source = export_source_of(project, run, detections, everything, reader.index)
    out = scratch / ("export.zip" if request.zip else "export")
    result = write_export(
        plan_export([source], request),
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
