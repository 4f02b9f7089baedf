"""Finds the files that are taken for videos, below what a person names on this computer."""

import glob
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from core.batch.layout import BATCH, RESULTS
from core.errors import BatchError
from core.paths import VIDEO_SUFFIXES
from core.video.identity import FileIdentity, identify
from core.words import natural


@dataclass(frozen=True)
class Unreadable:
    """Something that looks like a video and cannot even be opened as a file."""

    source: str
    reason: str
    """A sentence."""


@dataclass(frozen=True)
class Candidate:
    """A file that is taken for a video."""

    source: str
    """See `core.batch.steps.Item`."""
    below: str
    """Its path below what the person named, with slashes."""
    identify: Callable[[], FileIdentity]
    """Reads its ends.

    Raises:
        OSError, CloudError: It cannot be read.
    """


def find_local(source: str) -> tuple[list[Candidate], list[Unreadable]]:
    """The videos that a file, a folder or a glob stands for, in the order of their names.

    A file that is named itself is taken for a video whatever its suffix; so are those that a glob
    with a suffix of its own matches. Hidden files and folders, projects, and the results of a batch
    are passed over, unless a person names them.

    Raises:
        BatchError: It is not there.
    """
    path = Path(os.path.abspath(Path(source).expanduser()))  # noqa: PTH100 - links keep their names
    if path.is_dir():
        search = _Search(path)
        search.look_into(path)
    elif path.exists() or path.is_symlink():
        search = _Search(path.parent)
        search.files.add(path)
    elif glob.has_magic(str(path)):
        at = next(n for n, part in enumerate(path.parts) if glob.has_magic(part))
        search = _Search(Path(*path.parts[:at]))
        search.match(str(PurePath(*path.parts[at:])))
    else:
        raise BatchError(
            f"There is no file or folder {source}",
            mend="correct it; quote patterns, such as 'videos/**/*.mp4'",
        )
    return search.candidates(), search.unreadable


def is_video_name(name: str) -> bool:
    """Whether a file is taken for a video by its suffix."""
    return PurePath(name).suffix.lower() in VIDEO_SUFFIXES


def is_passed_over(name: str, *, folder: bool) -> bool:
    """Whether a file or folder is hidden, or a project."""
    return name.startswith(".") or (folder and name.endswith(".flickerscope"))


def in_order(candidates: list[Candidate]) -> list[Candidate]:
    """As a person would put them in order."""
    return sorted(candidates, key=lambda c: ([natural(p) for p in c.below.split("/")], c.below))


class _Search:
    """What is found below a folder; links may lead to a file or a folder more than once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.files = set[Path]()
        self.unreadable: list[Unreadable] = []
        self._seen = set[Path]()

    def candidates(self) -> list[Candidate]:
        return in_order([self._candidate(path) for path in self.files])

    def look_into(self, folder: Path) -> None:
        place = folder.resolve()
        if place in self._seen:
            return
        self._seen.add(place)
        try:
            entries = list(folder.iterdir())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self.unreadable.append(
                Unreadable(str(folder), f"The folder {folder} cannot be listed ({reason}).")
            )
            return
        for entry in entries:
            self._take(entry, named=False)

    def match(self, pattern: str) -> None:
        suffix = PurePath(pattern).suffix
        named = bool(suffix) and not glob.has_magic(suffix)
        for found in glob.glob(pattern, root_dir=self._root, recursive=True):  # noqa: PTH207 - Path.glob finds hidden files
            path = self._root / found
            folders = path.parents[: len(PurePath(found).parts) - 1]
            if not any(self._passed_over(folder) for folder in folders):
                self._take(path, named=named)

    def _take(self, path: Path, *, named: bool) -> None:
        if self._passed_over(path):
            return
        if path.is_dir():
            self.look_into(path)
        elif (named or is_video_name(path.name)) and (path.is_file() or path.is_symlink()):
            self.files.add(path)

    def _passed_over(self, path: Path) -> bool:
        folder = path.is_dir()
        result = path.name in RESULTS and folder and (path.parent / BATCH).is_file()
        return result or is_passed_over(path.name, folder=folder)

    def _candidate(self, path: Path) -> Candidate:
        below = path.relative_to(self._root).as_posix()
        return Candidate(str(path), below, lambda: identify(path))
