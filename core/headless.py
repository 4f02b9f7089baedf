"""The whole job without a window, as the command line runs it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal, Protocol

from core.collection.named import named_projects
from core.demo import demo_config, demo_video
from core.detectors.base import DetectorConfig, Notice, Preparing
from core.errors import ExportError, VideoError
from core.export import (
    ExportPlan,
    ExportRequest,
    ExportSource,
    Scope,
    expect_some,
    frames_in_scope,
    source_of,
)
from core.export.plan import counts_of
from core.export.projects import plan_projects
from core.export.writing import ExportResult, write_export
from core.imported_runs import add_imported, for_video, read_run
from core.importing.base import ImportOptions
from core.opening import Target, find, keep_index, open_reader
from core.paths import check_new, free_folder, project_stem
from core.pipeline import Processed, Progress, current_run, findings_of, process
from core.prelabels import Verdict
from core.project import Project, SetDecisions, is_project
from core.project.exported import noted
from core.settings import load_settings
from core.video import VideoReader
from core.video.proxy import ProxyReader, proxy_folder
from core.video.proxy_making import ProxyRequest, make_proxy

Summary = dict[str, object]
"""What a command prints, as one JSON object on demand."""


class Report(Protocol):
    """Told how far a stage of the work is."""

    def __call__(
        self,
        stage: str,
        done: int,
        total: int,
        fps: float | None = None,
        *,
        unit: Literal["items", "bytes"] = "items",
    ) -> None: ...


def process_video(
    video: Path,
    config: DetectorConfig,
    out: Path | None,
    report: Report,
    *,
    restart: bool = False,
) -> Summary:
    """Detect and score one video into its project, which is made or continued.

    Raises:
        UserError: See `core.errors`.
    """
    if is_project(video):
        raise VideoError(f"{video} is a project, not a video", mend="give the video file")
    target = _in_folder(video, out) if out else find(video)
    with _project_of(target, report) as (project, reader):
        return _summary(detect_into(project, reader, config, report, restart=restart))


def import_into(
    path: Path,
    detections: Path,
    options: ImportOptions,
    format_name: str | None,
    out: Path | None,
    report: Report,
) -> Summary:
    """Make another program's detections a run of a video's project.

    Args:
        path: A video, or a project.
        detections: A file or folder.
        options: What the files do not say.
        format_name: A key of `core.importing.formats.FORMATS`, or None to find it out.
        out: Folder that receives the project of a video.
        report: Told about indexing.

    Raises:
        UserError: See `core.errors`.
    """
    target = _in_folder(path, out) if out and not is_project(path) else find(path)
    with _project_of(target, report) as (project, reader):
        run, found = read_run(detections, for_video(project), options, format_name)
        add_imported(project, run, found)
        findings = findings_of(project, run, found, reader.index).within(project.thresholds)
        return _summary(Processed(project, run, found, findings, None))


def export_projects(
    paths: Sequence[Path],
    request: ExportRequest,
    out: Path,
    report: Report,
    *,
    overwrite: bool = False,
) -> Summary:
    """Export the chosen runs of projects, with the decisions made so far, as one.

    Args:
        paths: The projects, or folders that hold them; see `core.collection.named`.
        request: What is asked for.
        out: New folder, or zip file, for the result.
        report: Told frames written.
        overwrite: Whether `out` may be there already.

    Raises:
        UserError: See `core.errors`.
    """
    given = named_projects(paths)
    plan, projects = plan_projects(
        given.folders,
        request,
        lambda folder: source_in(folder, report),
        lambda done, total: report("Reading", done, total),
    )
    stage = f"Exporting {plan.format.title}"
    result = write_export(
        plan,
        out,
        on_progress=lambda done, total: report(stage, done, total),
        overwrite=overwrite,
    )
    notices = [
        *given.notices,
        *(
            f"The project does not remember which frames these were: {why}"
            for video, frames in result.handed_over.items()
            if (why := noted(projects[video], frames))
        ),
    ]
    if result.left_out:
        notices.append(f"{result.left_out} of the frames cannot be decoded and were left out")
    return _exported(result, plan) | ({"notices": notices} if notices else {})


def source_in(folder: Path, report: Report) -> ExportSource:
    """What a project gives to an export.

    Raises:
        UserError: See `core.errors`.
    """
    with closing(Project.open(folder)) as project:
        project.check_video()
        run, detections = current_run(project)
        with opened_reader(Target(project.video.path, project.folder), report) as reader:
            findings = findings_of(project, run, detections, reader.index)
            return source_of(project, run, detections, findings, reader.index)


@contextmanager
def frames_of_project(
    project: Project, scope: Scope, report: Report
) -> Iterator[tuple[VideoReader, list[int]]]:
    """A project's video, and the frames in a scope, ascending.

    Raises:
        UserError: See `core.errors`; no frame is in it.
    """
    project.check_video()
    run, detections = current_run(project)
    with opened_reader(Target(project.video.path, project.folder), report) as reader:
        found = findings_of(project, run, detections, reader.index).within(project.thresholds)
        decisions = project.decisions.values()
        chosen = frames_in_scope(scope, found, decisions, project.selection, len(reader))
        yield reader, expect_some(chosen, scope)


def run_demo(out: Path | None, report: Report) -> Summary:
    """Detect, score, accept every imputed box and export the embedded demo.

    Args:
        out: New folder for the project and the exports; by default the first free one of
            `flickerscope-demo`, `flickerscope-demo-2`, ... in the current folder.
        report: Told how far it is.

    Raises:
        UserError: See `core.errors`.
    """
    folder = out if out is not None else free_folder(Path("flickerscope-demo"))
    try:
        check_new(folder)
    except OSError as error:
        raise ExportError(
            f"The folder {folder} cannot be written ({error.strerror or error})",
            mend="choose a new one with --out",
        ) from error
    video = demo_video()
    with VideoReader(video) as reader:
        project = Project.open_or_create(
            folder / f"{project_stem(video)}.flickerscope", reader.info
        )
        try:
            processed = detect_into(project, reader, demo_config(), report)
            boxes = processed.findings.imputed
            project.apply(SetDecisions.of(Verdict.ACCEPTED, boxes, "Accept all boxes of the demo"))
        finally:
            project.close()
    summary = _summary(processed)
    for name in ("coco", "yolo"):
        exported = export_projects([project.folder], ExportRequest(name), folder / name, report)
        summary |= {name: exported["folder"], "exported_frames": exported["frames"]}
        summary["prelabels"] = exported["prelabels"]
    return summary


def make_video_proxy(path: Path, report: Report) -> Summary:
    """Make the small copy of a video that scrubbing in the window uses.

    Args:
        path: A video or a project.
        report: Told frames done.

    Raises:
        UserError: See `core.errors`.
    """
    place = load_settings().proxies
    if place is None:
        raise VideoError(
            "Small copies for scrubbing are switched off (0 GiB of disk for them)",
            mend="allow some in the settings",
        )
    target = find(path)
    with opened_reader(target, report) as reader:
        for done in make_proxy(ProxyRequest(target.video, reader.index, place)):
            report("Copying", done, len(reader))
        folder = proxy_folder(place, reader.info.identity)
        proxy = ProxyReader(folder, len(reader))
        return {"video": str(target.video), "proxy": str(folder), "frames": proxy.count}


def relocate_video(folder: Path, video: Path) -> Summary:
    """Tell a project where its video is now.

    Raises:
        UserError: See `core.errors`.
    """
    project = Project.open(folder)
    try:
        project.relocate(video)
        return {"project": str(folder), "video": str(project.video.path)}
    finally:
        project.close()


@contextmanager
def _project_of(target: Target, report: Report) -> Iterator[tuple[Project, VideoReader]]:
    """A video's project, made or continued, with its reader."""
    with (
        opened_reader(target, report) as reader,
        closing(Project.open_or_create(target.folder, reader.info)) as project,
    ):
        keep_index(target.folder, reader.info.identity, reader.index)
        yield project, reader


@contextmanager
def reserved(folders: Sequence[Path]) -> Iterator[list[Project]]:
    """The projects, which nobody else writes meanwhile.

    Raises:
        ProjectError: One cannot be opened, or another window or command works on it.
    """
    with ExitStack() as stack:
        projects = []
        for folder in folders:
            project = stack.enter_context(closing(Project.open(folder)))
            project.reserve()
            projects.append(project)
        yield projects


def _in_folder(video: Path, out: Path) -> Target:
    return Target(video, out / f"{project_stem(video)}.flickerscope")


def opened_reader(target: Target, report: Report) -> VideoReader:
    """As `core.opening.open_reader`, telling how far the index is."""
    seen: list[float] = []

    def on_progress(share: float) -> None:
        seen.append(share)
        report("Indexing", round(100 * share), 100)

    reader = open_reader(target, on_progress=on_progress)
    if seen:
        report("Indexing", 100, 100)
    return reader


def detect_into(
    project: Project,
    reader: VideoReader,
    config: DetectorConfig,
    report: Report,
    *,
    restart: bool = False,
    run_id: str | None = None,
    proxies: bool = True,
) -> Processed:
    """As `core.pipeline.process`, telling how far it is.

    Args:
        project: The project.
        reader: Its video.
        config: What to detect with.
        report: Told how far it is.
        restart: Begin anew even if a run is unfinished.
        run_id: Of a run that begins; None for a new one.
        proxies: Whether to make a small copy of the video for scrubbing, if the settings say so.

    Raises:
        UserError: See `core.errors`.
    """
    preparing: list[str] = []

    def on_progress(progress: Progress) -> None:
        while preparing:
            report(preparing.pop(), 1, 1)
        report("Detecting", progress.done, progress.total, progress.fps)

    def on_told(message: Preparing | Notice) -> None:
        if isinstance(message, Preparing):
            preparing.append(message.text)
            report(message.text, 0, 1)

    return process(
        project,
        reader.index,
        config,
        restart=restart,
        run_id=run_id,
        proxy=load_settings().proxies if proxies else None,
        on_progress=on_progress,
        on_told=on_told,
    )


def _summary(processed: Processed) -> Summary:
    frames = processed.run.config.sampling.frames(processed.detections.frame_count)
    rate = {"fps": round(processed.fps, 2)} if processed.fps is not None else {}
    notices = {"notices": list(processed.notices)} if processed.notices else {}
    return {
        "project": str(processed.project.folder),
        "model": processed.run.info.model,
        "backend": processed.run.info.backend,
        "frames": len(frames),
        "detections": len(processed.detections),
        "flagged_frames": len(processed.findings.flagged),
        "imputed_boxes": len(processed.findings.imputed),
        **rate,
        **notices,
    }


def _exported(result: ExportResult, plan: ExportPlan) -> Summary:
    counts = counts_of(result.labeled.frames)
    return {
        "folder": str(result.folder),
        "format": plan.request.format,
        "videos": [video.name for video in plan.labeled.videos],
        "frames": counts.frames,
        "context": counts.context,
        "prelabels": result.prelabels,
        "by_source": {source.value: n for source, n in counts.by_source.items()},
        "by_split": {split: n for split, n in counts.by_split.items() if split},
        "left_out": plan.guarded,
        "classes": list(plan.labeled.class_names),
        "bytes": result.bytes,
    }
