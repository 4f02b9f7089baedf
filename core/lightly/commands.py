"""Lightly's layout for the command line: from projects to a folder, and the check of one."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core.headless import Report, Summary, opened_reader
from core.lightly.validate import Fault, validate
from core.lightly.writer import LightlyVideo, lightly_video, write_layout
from core.opening import Target
from core.pipeline import current_run, findings_of
from core.project import Project
from core.project.handover import FlickeringValue


def opened_videos(
    projects: Sequence[Path], value: FlickeringValue | None, report: Report
) -> list[LightlyVideo]:
    """What is handed over of each project's video.

    Args:
        projects: Folders of projects with a run.
        value: What `flickering` says; None for what each project remembers.
        report: Told about indexing.

    Raises:
        UserError: See `core.errors`.
    """
    return [_opened_video(folder, value, report) for folder in projects]


def write_command(
    projects: Sequence[Path],
    out: Path,
    value: FlickeringValue,
    with_videos: bool,
    report: Report,
) -> Summary:
    """Write Lightly's layout of one or several projects.

    Args:
        projects: Folders of projects with a run.
        out: New folder for the result.
        value: What `flickering` says.
        with_videos: Whether to copy the videos to `data`, too.
        report: Told how far it is.

    Raises:
        UserError: See `core.errors`.
    """
    videos = opened_videos(projects, value, report)
    written = write_layout(
        videos,
        out,
        with_videos=with_videos,
        on_progress=lambda done, total: report("Writing", done, total),
    )
    notices = unseen_notices(videos)
    return {
        "folder": str(written.folder),
        "files": written.files,
        "bytes": written.bytes,
        "videos": [str(video.path) for video in videos],
        "frames": sum(video.frame_count for video in videos),
        **({"notices": notices} if notices else {}),
    }


def validate_command(folder: Path, videos: Sequence[Path], report: Report) -> list[Fault]:
    """Check a folder against its videos; see `core.lightly.validate.validate`.

    Raises:
        UserError: See `core.errors`.
    """
    return validate(
        folder,
        videos,
        on_progress=lambda done, total: report("Checking", done, total),
        on_index=lambda share: report("Indexing", round(100 * share), 100),
    )


def unseen_notices(videos: Sequence[LightlyVideo]) -> list[str]:
    """A sentence for each video of which the run has not looked at every frame."""
    return [
        f"The run has not looked at {video.unseen:,} of the {video.frame_count:,} frames of "
        f"{video.path.name}: they are handed over without boxes, as if nothing flickered there."
        for video in videos
        if video.unseen
    ]


def _opened_video(folder: Path, value: FlickeringValue | None, report: Report) -> LightlyVideo:
    with closing(Project.open(folder)) as project:
        project.check_video()
        run, detections = current_run(project)
        with opened_reader(Target(project.video.path, folder), report) as reader:
            found = findings_of(project, run, detections, reader.index)
        return lightly_video(
            project,
            run,
            detections,
            found.within(project.thresholds),
            value or project.handover.place.flickering,
        )
