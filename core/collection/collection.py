"""A folder of projects and videos, such as a batch has left: its members, in one list."""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.errors import Cancelled, ProjectError
from core.export.manifest import MANIFEST
from core.opening import known_projects, project_of
from core.paths import VIDEO_SUFFIXES
from core.project import Project, is_project
from core.words import natural

log = logging.getLogger(__name__)

PROJECT_SUFFIX = ".flickerscope"
_BATCH = "batch.json"
"""Lies beside the results of a batch; see `core.batch.place`."""
_RESULTS = frozenset({"exports", "outcomes", "parts"})
"""Of a batch, neither projects nor videos."""
_GROUPS = frozenset({"projects", "videos"})
"""Of a batch; they say nothing about a video."""


@dataclass(frozen=True)
class Member:
    """One video of a collection."""

    name: str
    """For people: a relative path without suffix, as `north/cam3`; unique in the collection."""
    folder: Path
    """Its project, which may not be there yet."""
    video: Path
    """Where the video is, or was when the project was used last; the project itself if that cannot
    be read."""


@dataclass(frozen=True)
class Collection:
    """What lies below a folder."""

    root: Path
    members: tuple[Member, ...]
    """By name, as people sort (cam2 before cam10)."""

    def projects(self) -> list[Path]:
        """The projects that are there now, in that order."""
        return [member.folder for member in self.members if is_project(member.folder)]


def collection_in(
    folder: Path, *, cancelled: Callable[[], bool] = lambda: False
) -> Collection | None:
    """The projects and videos below a folder, to any depth; None if there are none.

    Projects count wherever they lie below it; a video that has a project among these, or in the
    program's own folder, is one member with it. Hidden folders, insides of projects and exports
    are passed over.

    Args:
        folder: Any folder that is not a project itself.
        cancelled: Asked for each folder.

    Raises:
        Cancelled: `cancelled` said so.
    """
    root = folder.resolve()
    search = _Search(cancelled)
    search.look_into(root)
    members = [_of_project(project, root) for project in search.projects]
    members += _of_videos(search.videos, {member.video for member in members}, cancelled)
    if not members:
        return None
    names = _names(members, root, search.batches)
    named = [Member(name, m.folder, m.video) for name, m in zip(names, members, strict=True)]
    return Collection(root, tuple(sorted(named, key=lambda m: (_order(m.name), m.name))))


def holds_videos(folder: Path) -> bool:
    """Whether a video lies in a folder, not below it: then its images are none of a video."""
    return any(is_video(path) and path.is_file() for path in folder.iterdir())


def is_video(path: Path) -> bool:
    """Whether a file is taken for a video, by its name."""
    return path.suffix.lower() in VIDEO_SUFFIXES and not path.name.startswith(".")


@dataclass(frozen=True)
class _Unnamed:
    folder: Path
    video: Path
    at: Path
    """What below the root it is called after."""


class _Search:
    """What is found below a folder; links may lead to a folder more than once."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self.projects: list[Path] = []
        self.videos: list[Path] = []
        self.batches = set[Path]()
        """Folders with the results of a batch."""
        self._cancelled = cancelled
        self._seen = set[Path]()

    def look_into(self, folder: Path) -> None:
        if self._cancelled():
            raise Cancelled
        place = folder.resolve()
        if place in self._seen:
            return
        self._seen.add(place)
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            log.warning("%s cannot be listed", folder, exc_info=True)
            return
        names = {entry.name for entry in found}
        if MANIFEST in names:
            return  # an export
        of_batch = _BATCH in names
        if of_batch:
            self.batches.add(folder)
        for entry in found:
            if not entry.name.startswith(".") and not (of_batch and entry.name in _RESULTS):
                self._take(entry, folder / entry.name)

    def _take(self, entry: os.DirEntry[str], path: Path) -> None:
        if not entry.is_dir():
            if is_video(path) and entry.is_file():
                self.videos.append(path)
        elif is_project(path):
            self.projects.append(path)
        elif path.suffix != PROJECT_SUFFIX:
            self.look_into(path)


def _of_project(folder: Path, root: Path) -> _Unnamed:
    try:
        with closing(Project.open(folder)) as project:
            video = project.video.path
    except ProjectError as error:
        log.info("%s; it is listed all the same", error)
        return _Unnamed(folder, folder, folder)
    return _Unnamed(folder, video, video if video.is_relative_to(root) else folder)


def _of_videos(
    videos: Iterable[Path], taken: set[Path], cancelled: Callable[[], bool]
) -> Iterator[_Unnamed]:
    """Those that no project of the collection is about."""
    known = known_projects()
    for path in videos:
        if cancelled():
            raise Cancelled
        video = path.resolve()
        if video not in taken:
            taken.add(video)
            yield _Unnamed(project_of(video, known), video, path)


def _names(members: Sequence[_Unnamed], root: Path, batches: set[Path]) -> list[str]:
    """Each as short as it can be while they are told apart."""
    choices = [_choices(member, root, batches) for member in members]
    names = [first for first, *_ in choices]
    for at in (1, 2):
        often = Counter(names)
        names = [
            name if often[name] == 1 else longer[at]
            for name, longer in zip(names, choices, strict=True)
        ]
    return names


def _choices(member: _Unnamed, root: Path, batches: set[Path]) -> tuple[str, str, str]:
    at = member.at.relative_to(root)
    folders = [root / folder for folder in list(at.parents)[::-1]]
    parts = [
        part
        for part, above in zip(at.parts, folders, strict=True)
        if not (part in _GROUPS and above in batches)
    ]
    short = "/".join(parts)
    if at.suffix.lower() in (PROJECT_SUFFIX, *VIDEO_SUFFIXES):
        short = short.removesuffix(at.suffix)
    # Two projects may be about one video.
    return short, at.as_posix(), str(member.folder)


def _order(name: str) -> list[list[tuple[int, str]]]:
    return [natural(part.casefold()) for part in name.split("/")]
