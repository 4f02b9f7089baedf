"""The plan of an export of many projects, of which one is open at a time."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.export.plan import ExportPlan, ExportSource, Planner
from core.export.request import ExportRequest
from core.pipeline import run_of
from core.prelabels import Decision
from core.project import Project


def plan_projects(
    folders: Sequence[Path],
    request: ExportRequest,
    read: Callable[[Path], ExportSource],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[ExportPlan, dict[Path, Path]]:
    """All that an export of these projects writes, and the project of each video.

    Args:
        folders: The projects, in the order of the export.
        request: What is asked for.
        read: What a project gives to an export.
        on_progress: Told projects done, and all.

    Raises:
        UserError: A project cannot be read, or the request does not fit.
    """
    videos = [_known(folder) for folder in folders]
    planner = Planner(request, videos)
    for done, video in enumerate(videos, 1):
        # Linking takes longer than all else here.
        if request.scope != "selected" or video.selected:
            planner.add(read(video.folder))
        on_progress(done, len(videos))
    return planner.plan(), {video.path: video.folder for video in videos}


@dataclass(frozen=True)
class _Known:
    """What is to be known of all projects before one of them is read."""

    folder: Path
    path: Path
    """Of the video."""
    class_names: tuple[str, ...]
    decisions: tuple[Decision, ...]
    selected: bool
    """Whether frames of it are selected."""


def _known(folder: Path) -> _Known:
    with closing(Project.open(folder)) as project:
        names, chosen = run_of(project).info.class_names, project.selection
        persons = tuple(decision for decision in project.decisions.values() if decision.gives_box)
        selected = chosen is not None and bool(chosen.frames)
        return _Known(folder, project.video.path, names, persons, selected)
