"""The round trip without a window, as the command line does it."""

from contextlib import closing
from pathlib import Path

from core.errors import LabelsError
from core.headless import Report, opened_reader
from core.opening import Target
from core.pipeline import assessed, current_run
from core.project import Project, SetRecalibration
from core.roundtrip.comparing import RoundTrip, compare
from core.roundtrip.handed import known_of


def compare_labels(
    folder: Path,
    labels: Path,
    report: Report,
    *,
    export: Path | None = None,
    recalibrate: bool = False,
) -> RoundTrip:
    """Find out what annotators made of a project's imputed boxes.

    Args:
        folder: The project.
        labels: See `core.roundtrip.comparing.compare`.
        report: Told about indexing.
        export: The folder that was handed over.
        recalibrate: Correct the project's plausibilities by it.

    Raises:
        UserError: See `core.errors`; nothing has changed.
    """
    with closing(Project.open(folder)) as project:
        if recalibrate:
            project.reserve()
        project.check_video()
        run, detections = current_run(project)
        size = project.video.width, project.video.height
        with opened_reader(Target(project.video.path, folder), report) as reader:
            findings = assessed(run, detections, size, reader.index)
        found = compare(known_of(project, run, detections, findings), labels, export)
        if recalibrate:
            if found.recalibration is None:
                raise LabelsError(
                    f"{labels} says nothing about imputed boxes of {project.video.path.name}",
                    mend="give labels of frames in which imputed boxes were handed over",
                )
            project.apply(SetRecalibration(found.recalibration))
        return found


def forget_recalibration(folder: Path) -> bool:
    """Let a project's plausibilities be as the assertions give them; gives whether they were not.

    Raises:
        ProjectError: It cannot be opened or written, or another window or command works on it.
    """
    with closing(Project.open(folder)) as project:
        project.reserve()
        return project.apply(SetRecalibration(None)).recalibration is not None
