"""The projects that a person means by naming some, or folders that hold them."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.collection.collection import PROJECT_SUFFIX, Member, collection_in
from core.errors import ProjectError
from core.project import Project, is_project


@dataclass(frozen=True)
class NamedProjects:
    """What a command is about."""

    folders: tuple[Path, ...]
    """The projects, in the order in which they were named; those of a folder by name."""
    notices: tuple[str, ...] = ()
    """Sentences on what was passed over."""


def named_projects(paths: Sequence[Path]) -> NamedProjects:
    """Projects, those below a folder among them, such as of the results of a batch.

    Videos of a folder in which nothing was detected yet are passed over; a project that was named
    itself never is.

    Args:
        paths: Projects, and folders that hold some at any depth.

    Raises:
        ProjectError: A folder holds no project with a run, or one that cannot be opened.
    """
    found: list[Path] = []
    bare = 0
    for path in paths:
        if is_project(path) or not path.is_dir() or path.suffix == PROJECT_SUFFIX:
            found.append(path)
            continue
        collection = collection_in(path)
        members = () if collection is None else collection.members
        detected = [member.folder for member in members if _was_detected(member)]
        if not detected:
            raise _nothing(path, members)
        found += detected
        bare += len(members) - len(detected)
    return NamedProjects(tuple(found), (_left_out(bare),) if bare else ())


def _was_detected(member: Member) -> bool:
    if not is_project(member.folder):
        return False
    with closing(Project.open(member.folder)) as project:
        return project.run is not None


def _nothing(folder: Path, members: Sequence[Member]) -> ProjectError:
    problem = (
        f"Nothing was detected yet in the videos of {folder}"
        if members
        else f"There is no project in {folder}"
    )
    return ProjectError(problem, mend=f"run `flickerscope batch {folder} --out DIR` first")


def _left_out(count: int) -> str:
    if count == 1:
        return "1 video without detections is left out."
    return f"{count:,} videos without detections are left out."
