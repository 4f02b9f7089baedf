"""Looking into the projects of a collection: whether the overviews that lie there still fit, and
making those that do not. In a child process, for the window."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.child import LastingChild
from core.collection.collection import Collection
from core.collection.overview import (
    Overview,
    load_overview,
    overview_of,
    save_overview,
    stamp_of,
)
from core.errors import ProjectError, UserError
from core.frames import FrameIndex
from core.opening import INDEX_FOLDER, Target, keep_index, open_reader
from core.pipeline import current_run, findings_of
from core.project import Project
from core.video.identity import FileIdentity
from core.video.index_store import load_index

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Looked:
    """What a look into a project has shown."""

    folder: Path
    overview: Overview | None
    """None where nothing was detected yet, or the project cannot be read; see `fits`, too."""
    fits: bool = False
    """Whether the overview that is known is the right one, which is not given again."""
    problem: str = ""
    """What is wrong with the project or its video, a sentence without full stop."""


Request = tuple[Path, str]
"""A project, and the stamp of the overview that is known of it."""


class Looker:
    """Looks into one project after the other in a child process, which starts with the first.

    Not for use from several threads at a time.
    """

    def __init__(self) -> None:
        died = ProjectError(
            "The process that looks into projects ended unexpectedly",
            mend="open the project to see what is wrong with it",
        )
        self._child: LastingChild[None, Request, Looked] = LastingChild(answer, None, died=died)

    def look(self, folder: Path, stamp: str, cancelled: Callable[[], bool]) -> Looked:
        """See `look_into`; whatever goes wrong becomes the problem of the project.

        Raises:
            Cancelled: `cancelled` said so.
        """
        try:
            return self._child.ask((folder, stamp), cancelled)
        except (UserError, RuntimeError) as error:
            log.warning("%s cannot be looked into", folder, exc_info=error)
            problem = error.problem if isinstance(error, UserError) else str(error)
            return Looked(folder, None, problem=problem)

    def close(self) -> None:
        """End the child process, whatever it does."""
        self._child.close()


def answer(given: None, request: Request) -> Looked:
    """What the child answers; see `Looker`."""
    del given
    return look_into(*request)


def look_into(folder: Path, stamp: str) -> Looked:
    """What there is to say of a project; an overview that is made anew is left in its folder.

    Args:
        folder: The project, which may not be there.
        stamp: Of the overview that is known of it; empty for none.
    """
    try:
        project = Project.open(folder)
    except ProjectError as error:
        return Looked(folder, None, problem=error.problem)
    with closing(project):
        problem = "" if project.video.path.exists() else _missing(project)
        if project.run is None:
            return Looked(folder, None, problem=problem)
        now = stamp_of(project)
        if now == stamp:
            return Looked(folder, None, fits=True, problem=problem)
        found = load_overview(folder)
        if found is None or found.stamp != now:
            try:
                found = _made(project)
            except UserError as error:
                log.info("no overview of %s: %s", folder, error)
                return Looked(folder, None, problem=problem or error.problem)
            save_overview(folder, found)
        return Looked(folder, found, problem=problem)


def stored_overviews(collection: Collection) -> dict[Path, Overview]:
    """The overviews that lie in the projects of a collection, whether they still fit or not."""
    found = {member.folder: load_overview(member.folder) for member in collection.members}
    return {folder: overview for folder, overview in found.items() if overview is not None}


def _made(project: Project) -> Overview:
    run, detections = current_run(project)
    index = _index_of(project)
    return overview_of(project, run, findings_of(project, run, detections, index), index)


def _index_of(project: Project) -> FrameIndex:
    """The frames of the project's video; also where the video is not there any more."""
    video, folder = project.video, project.folder
    stored = load_index(folder / INDEX_FOLDER, FileIdentity(video.size, 0, video.digest))
    if stored is not None:
        return stored.index
    with open_reader(Target(video.path, folder)) as reader:
        keep_index(folder, reader.info.identity, reader.index)
        return reader.index


def _missing(project: Project) -> str:
    return f"The video {project.video.path} is not there any more"
