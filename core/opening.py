"""From what a person names, a video or a project, to a reader and the project's folder."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import ProjectError
from core.frames import FrameIndex
from core.paths import default_project_dir, projects_dir
from core.project import Project, is_project
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
    if folder == path:
        return _of_project(folder)
    if is_project(folder):
        return Target(path, folder) if path.exists() else _of_project(folder)
    return _moved(path) or Target(path, folder)


def project_of(path: Path) -> Path:
    """The project that a path means, itself or the video's; it may not exist yet."""
    return path if is_project(path) else default_project_dir(path)


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
    if not target.video.exists():
        return VideoReader(target.video)  # says why not
    identity = identify(target.video)
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
    finally:
        project.close()


def _moved(video: Path) -> Target | None:
    """The project of a video that was elsewhere when it was used last."""
    if not video.exists():
        return None
    path, identity = video.resolve(), identify(video)
    for folder in sorted(projects_dir().glob("*.flickerscope")):
        try:
            project = Project.open(folder)
        except ProjectError as error:
            log.info("passing over %s: %s", folder, error)
            continue
        try:
            was = project.video.path
            if not project.video.is_content_of(identity) or (was != path and was.exists()):
                continue
            if was != path:
                project.relocate(path)
            return Target(path, folder, moved_from=was if was != path else None)
        finally:
            project.close()
    return None
