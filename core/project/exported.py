"""Remembering which frames were handed over."""

import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.errors import ProjectError
from core.project.changes import SetSelecting
from core.project.handover import Selecting
from core.project.project import Project

log = logging.getLogger(__name__)


def with_exported(selecting: Selecting, frames: Iterable[int]) -> Selecting:
    """The same, with these frames handed over too."""
    return replace(selecting, exported=tuple(sorted({*selecting.exported, *frames})))


def note_exported(folder: Path, frames: Iterable[int]) -> None:
    """Remember in a project that nobody has open that these frames were handed over.

    Raises:
        ProjectInUseError: Another window or command works on it.
        ProjectError: It cannot be written.
    """
    with closing(Project.open(folder)) as project:
        project.reserve()
        project.apply(SetSelecting(with_exported(project.selecting, frames)))


def noted(folder: Path, frames: Iterable[int]) -> str:
    """The same for an export that stands in any case; gives why its project does not remember it,
    empty if it does."""
    try:
        note_exported(folder, frames)
    except ProjectError as error:
        log.warning("the exported frames are not remembered: %s", error)
        return str(error)
    return ""
