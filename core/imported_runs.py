"""Detections of other programs as a run of a project."""

from pathlib import Path

from core.detections import Detections
from core.detectors.base import DetectorConfig, DetectorInfo
from core.importing.base import ForVideo, ImportOptions
from core.importing.formats import import_detections
from core.project import Project, Run, new_run_id
from core.project.runs import save_detections

IMPORTED = "import"
"""Backend of such a run: nothing was computed here."""


def read_run(
    path: Path, video: ForVideo, options: ImportOptions, format_name: str | None = None
) -> tuple[Run, Detections]:
    """Read detections, checked against the video, as a run that no project has yet.

    Args:
        path: A file or folder.
        video: What the detections must fit.
        options: See there.
        format_name: A key of `core.importing.formats.FORMATS`; None finds it out.

    Raises:
        ImportedDetectionsError: They cannot be read or do not fit; names file and line.
    """
    found = import_detections(path, video, options, format_name)
    config = DetectorConfig(
        model=str(path.resolve()), confidence=options.min_score, detector=IMPORTED
    )
    info = DetectorInfo(
        path.stem or path.name, found.sha256, IMPORTED, found.format, found.class_names, "imported"
    )
    return Run.begin(new_run_id(), config, info), found.detections


def add_imported(project: Project, run: Run, detections: Detections) -> None:
    """Make it the project's chosen run; decisions stay as they are.

    Raises:
        ProjectError: It cannot be written; the project is as it was.
    """
    save_detections(project.run_file(run.id), detections)
    project.add_run(run)


def for_video(project: Project) -> ForVideo:
    """What detections must fit to be of a project's video."""
    video = project.video
    return ForVideo(video.path.name, video.frame_count, video.width, video.height)


def is_imported(run: Run) -> bool:
    """Whether a run came from files, so that it cannot be gone on with."""
    return run.config.detector == IMPORTED
