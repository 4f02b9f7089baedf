"""The parts of many projects, read in a child process: linking would hold up the window."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.child import stream_from_child
from core.errors import Cancelled, SelectionError, UserError
from core.project import Project
from core.selection.part import Part
from core.selection.part_store import part_in

FEW = 2
"""Projects that are read sooner than a child process has started."""


@dataclass(frozen=True)
class Unread:
    """A project that gives nothing to a pool."""

    folder: Path
    why: str
    """A sentence; empty where nothing was detected yet."""


@dataclass(frozen=True, eq=False)
class ReadPart:
    """What a project gives to a pool."""

    folder: Path
    part: Part


Read = ReadPart | Unread


def read_parts(
    folders: Sequence[Path], cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Read]:
    """What each project gives to a pool, in their order; a bad one costs only itself.

    Args:
        folders: Projects; one that is not there was not detected in yet.
        cancelled: Asked about 20 times a second.

    Raises:
        Cancelled: `cancelled` said so.
        SelectionError: The child process died.
    """
    if len(folders) <= FEW:
        for folder in folders:
            if cancelled():
                raise Cancelled
            yield _read(folder)
        return
    died = SelectionError(
        "The process that reads the projects ended unexpectedly",
        mend="try again; the log may say why",
    )
    yield from stream_from_child(serve_parts, tuple(folders), cancelled, died=died)


def serve_parts(folders: Sequence[Path]) -> Iterator[Read]:
    """The child's messages."""
    return map(_read, folders)


def _read(folder: Path) -> Read:
    if not folder.exists():
        return Unread(folder, "")
    try:
        with closing(Project.open(folder)) as project:
            if project.run is None:
                return Unread(folder, "")
            part = part_in(project)
            return ReadPart(folder, part) if len(part) else Unread(folder, "")
    except UserError as error:
        return Unread(folder, str(error))
