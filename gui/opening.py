"""Opening a video or project, as a job: everything that may take long happens in its thread."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.frames import FrameIndex
from core.paths import default_project_dir
from core.project import Project, is_project
from core.video.reader import VideoInfo, VideoReader
from gui.jobs import IsCancelled, Report, Work


@dataclass(frozen=True)
class Opened:
    """A video that can be read, and where its project lies or will lie."""

    folder: Path
    info: VideoInfo
    index: FrameIndex


def opening_work(path: Path) -> Work[Opened]:
    """The work of an opening job for a video or a project folder."""
    return partial(_open, path)


def _open(path: Path, report: Report, cancelled: IsCancelled) -> Opened:
    del report, cancelled
    folder, video = (path, _video_of(path)) if is_project(path) else (None, path)
    with VideoReader(video) as reader:
        return Opened(folder or default_project_dir(video), reader.info, reader.index)


def _video_of(folder: Path) -> Path:
    project = Project.open(folder)
    try:
        project.check_video()
        return project.video.path
    finally:
        project.close()
