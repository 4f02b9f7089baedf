"""A folder of projects and videos, such as a batch has left: its members, in one list."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Member:
    """One video of a collection."""

    name: str
    """For people: a relative path without suffix, as `north/cam3`; unique in the collection."""
    folder: Path
    """Its project, which may not be there yet."""
    video: Path
    """Where the video is, or was when the project was used last."""


@dataclass(frozen=True)
class Collection:
    """What lies below a folder."""

    root: Path
    members: tuple[Member, ...]
    """By name, as people sort (cam2 before cam10)."""


def collection_in(folder: Path) -> Collection | None:
    """The projects and videos below a folder, to any depth; None if there are none.

    Projects count wherever they lie below it; a video that has a project among these, or in the
    program's own folder, is one member with it. Hidden folders, insides of projects and exports
    are passed over.

    Args:
        folder: Any folder that is not a project itself.
    """
    raise NotImplementedError
