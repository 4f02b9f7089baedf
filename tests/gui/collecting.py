"""Collections of small projects, hand-made as in `tests.gui.making`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from core.collection.collection import Collection, collection_in
from core.collection.looking import look_into, stored_overviews
from core.project import Project
from core.video.reader import VideoInfo
from gui.collection.library import Found
from tests.gui.making import add_run, seen

FLICKERING: Mapping[str, Sequence[int] | None] = {
    "a calm": (),
    "b restless": (4, 9, 15),
    "c so-so": (7,),
    "d new": None,
}
"""By name, the frames in which the car is missing; None for a project without a run."""


def make_projects(
    root: Path, info: VideoInfo, missing: Mapping[str, Sequence[int] | None] = FLICKERING
) -> Path:
    """Projects below a folder, all of one video."""
    root.mkdir(exist_ok=True)
    for name, frames in missing.items():
        with closing(Project.create(root / f"{name}.flickerscope", info)) as project:
            if frames is not None:
                add_run(project, seen(car_missing=frames, light_missing=()))
    return root


def found_in(root: Path, *, looked: bool = True) -> Found:
    """What opening the folder finds; `looked` if overviews lie there already."""
    collection = collection_in(root)
    assert collection is not None
    if looked:
        for folder in collection.projects():
            look_into(folder, "")
    return found(collection)


def found(collection: Collection) -> Found:
    """The same of a collection that is known."""
    return Found(collection, tuple(collection.projects()), stored_overviews(collection))
