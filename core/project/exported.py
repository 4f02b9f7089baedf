"""Remembering which frames were handed over."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.project.changes import SetSelecting
from core.project.handover import Selecting
from core.project.project import Project


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
