"""From what a person names, a video or a project, to a reader and the project's folder."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from core.errors import MissingVideoError, ProjectError
from core.frames import FrameIndex
from core.paths import default_project_dir, projects_dir
from core.project import Project, VideoRecord, is_project
from core.video.identity import FileIdentity, identify
from core.video.index import build_index
from core.video.index_store import load_index, save_index
from core.video.reader import VideoReader

log = logging.getLogger(__name__)

INDEX_FOLDER = "index"
"""Where frame indices lie in a project's folder."""


@dataclass(frozen=True)
class Target:
    """A video, and where its project lies or will lie."""

    video: Path
    folder: Path
    moved_from: Path | None = None
    """Where the video was when the project was used last, if that was elsewhere."""


def find(path: Path) -> Target:
    """Find out what a person means by a path.

    A video that is not there any more stands for its project; a video without a project may be
    one that was moved, whose project goes on.

    Args:
        path: A video, a folder of images, or a project.

    Raises:
        ProjectError: It is a project that cannot be opened.
        MissingVideoError: The project's video is gone.
        ChangedVideoError: The project's video has other content than before.
    """
    folder = project_of(path)
    if folder == path or (is_project(folder) and not path.exists()):
        return _of_project(folder)
    if is_project(folder):
        return Target(path, folder)
    return _moved(path) or Target(path, folder)


def project_of(path: Path, known: Mapping[Path, Path] | None = None) -> Path:
    """The project that a path means, itself or the video's; it may not exist yet.

    Args:
        path: A video, a folder of images, or a project.
        known: What `known_projects` gives, for who asks about many videos.

    Raises:
        ProjectError: The video's project cannot be opened.
    """
    if is_project(path):
        return path
    wanted, video = default_project_dir(path), path.resolve()
    taken = is_project(wanted)
    if taken and _video_of(wanted).path == video:
        return wanted
    elsewhere = (known_projects() if known is None else known).get(video)
    if elsewhere is not None:
        return elsewhere
    # A project that is there went on with a video that was moved from here; this is another one.
    return _free(wanted) if taken else wanted


def known_projects() -> dict[Path, Path]:
    """The projects among the program's own by the video that each is about."""
    found: dict[Path, Path] = {}
    for folder, its in _known_videos():
        found.setdefault(its.path, folder)
    return found


def open_reader(
    target: Target,
    *,
    on_progress: Callable[[float], None] = lambda share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> VideoReader:
    """Open the video with the index that the project keeps, else make the index.

    Raises:
        VideoError: The video cannot be read.
        ChangedVideoError: Its frames are not those that the project was made from.
        Cancelled: `cancelled` said so.
    """
    try:
        identity = identify(target.video)
    except OSError:
        return VideoReader(target.video)  # says why not
    stored = load_index(target.folder / INDEX_FOLDER, identity)
    if stored is not None and stored.identity == identity:
        return VideoReader(target.video, stored.index)
    index = build_index(target.video, on_progress=on_progress, cancelled=cancelled)
    if stored is not None and not stored.index.same_frames(index):
        project = Project.open(target.folder)
        project.close()
        raise project.changed()
    return VideoReader(target.video, index)


def keep_index(folder: Path, identity: FileIdentity, index: FrameIndex) -> None:
    """Save the index of a video in the project's folder, unless it is there already."""
    stored = load_index(folder / INDEX_FOLDER, identity)
    if stored is None or stored.identity != identity:
        save_index(folder / INDEX_FOLDER, identity, index)


def _of_project(folder: Path) -> Target:
    project = Project.open(folder)
    try:
        project.check_video()
        return Target(project.video.path, folder)
    except MissingVideoError as error:
        raise _with_origin(error, project) from error
    finally:
        project.close()


def _with_origin(error: MissingVideoError, project: Project) -> MissingVideoError:
    """The same, with where a batch has read the video."""
    from core.batch.origins import origin_of  # a batch opens videos itself

    origin = origin_of(project.folder, project.video)
    if origin is None:
        return error
    return MissingVideoError(error.problem, mend=f"fetch it from {origin}, or {error.mend}")


def _moved(video: Path) -> Target | None:
    """The project of a video that was elsewhere when it was used last."""
    try:
        identity = identify(video)
    except OSError:
        return None
    for folder, its in _known_videos():
        if its.is_content_of(identity) and not its.path.exists():
            project = Project.open(folder)
            try:
                project.relocate(video)
            finally:
                project.close()
            return Target(video, folder, moved_from=its.path)
    return None


def _free(wanted: Path) -> Path:
    folders = (wanted.with_stem(f"{wanted.stem}-{number}") for number in count(2))
    return next(folder for folder in folders if not folder.exists())


def _known_videos() -> Iterator[tuple[Path, VideoRecord]]:
    """Every project among the program's own that can be opened, and its video."""
    for folder in sorted(projects_dir().glob("*.flickerscope")):
        try:
            yield folder, _video_of(folder)
        except ProjectError as error:
            log.info("passing over %s: %s", folder, error)


def _video_of(folder: Path) -> VideoRecord:
    project = Project.open(folder)
    project.close()
    return project.video
