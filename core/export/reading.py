"""What many projects give to one export, read in a child process: linking would block a window."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from core.assertions.imputed import ImputedBoxes
from core.child import stream_from_child
from core.errors import Cancelled, ExportError, UserError
from core.export.plan import ExportSource
from core.export.scopes import SCOPES, Scope, frames_in_scope
from core.headless import source_in
from core.project import Project
from core.review import Queue, ReviewState

FEW = 2
"""Projects that are read sooner than a child process has started."""


@dataclass(frozen=True, eq=False)
class ReadSource:
    """What a project gives to an export, and how much that is."""

    folder: Path
    source: ExportSource
    frames: Mapping[Scope, int]
    """How many each scope has."""
    to_do: int
    """Imputed boxes without a verdict."""


@dataclass(frozen=True)
class NoSource:
    """A project that gives nothing to an export."""

    folder: Path
    why: str
    """A sentence; empty where nothing was detected yet."""


Read = ReadSource | NoSource


def read_sources(
    folders: Sequence[Path], cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Read]:
    """What each project gives to an export, in their order; a bad one costs only itself.

    Args:
        folders: Projects; one that is not there was not detected in yet.
        cancelled: Asked about 20 times a second, or before each of a `FEW` projects.

    Raises:
        Cancelled: `cancelled` said so.
        ExportError: The child process died.
    """
    if len(folders) <= FEW:
        for folder in folders:
            if cancelled():
                raise Cancelled
            yield _read(folder)
        return
    died = ExportError(
        "The process that reads the projects ended unexpectedly",
        mend="try again; the log may say why",
    )
    yield from stream_from_child(serve_sources, tuple(folders), cancelled, died=died)


def serve_sources(folders: Sequence[Path]) -> Iterator[Read]:
    """The child's messages."""
    return map(_read, folders)


def _measured(folder: Path, source: ExportSource) -> ReadSource:
    """How much a project gives."""
    # A copy: what it finds out on the way would be sent along, or held.
    shown = replace(source).shown
    frames: dict[Scope, int] = {
        scope: len(
            frames_in_scope(scope, shown, source.decisions, source.selection, len(source.index))
        )
        for scope in SCOPES
    }
    boxes = ImputedBoxes(shown.columns, [decision.box for decision in source.decisions])
    queue = Queue(boxes, shown, {decision.box.key: decision for decision in source.decisions})
    to_do = int((queue.box_state == ReviewState.TO_DO).sum())
    return ReadSource(folder, source, frames, to_do)


def _read(folder: Path) -> Read:
    if not folder.exists():
        return NoSource(folder, "")
    try:
        with closing(Project.open(folder)) as project:
            if project.run is None:
                return NoSource(folder, "")
        return _measured(folder, source_in(folder, lambda *how, **more: None))
    except UserError as error:
        return NoSource(folder, str(error))
