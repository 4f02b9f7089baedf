"""What there is to export: of the open video, or of all videos of the window's collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ExportError
from core.export.scopes import SCOPES, Scope
from gui.collection.left_out import left_out_said
from gui.i18n import tr
from gui.jobs import IsCancelled, Report, Work
from gui.text import grouped

if TYPE_CHECKING:
    from core.collection.collection import Member
    from core.export.plan import ExportSource
    from core.export.reading import NoSource, ReadSource

MOST_BOXES = 20_000_000
"""Detections of all videos that are held at once: at 56 bytes each, with what was found in them,
about 1 GiB."""


@dataclass(frozen=True, eq=False)
class ExportFacts:
    """What there is to export."""

    sources: tuple[ExportSource, ...]
    projects: tuple[Path, ...]
    """The folder of each."""
    frames: Mapping[Scope, int]
    """How many each scope has."""
    to_do: int
    """Imputed boxes without a verdict."""
    left_out: str = ""
    """Which videos give nothing, as sentences; empty for none."""


@dataclass(frozen=True, eq=False)
class Across:
    """All videos of the window's collection, as far as they are exported together."""

    videos: int
    """How many there are."""
    read: Work[ExportFacts]
    """Finds out what there is, in a job's thread."""
    place: Path
    """Where to, unless the person says otherwise."""
    chosen: bool = False
    """Whether they are shown first, and not the open one."""


def reading(members: tuple[Member, ...], own: ExportFacts | None) -> Work[ExportFacts]:
    """Reads what these videos give; of the one that is open, that is known."""
    return partial(_read_all, members, own)


def _read_all(
    members: tuple[Member, ...], known: ExportFacts | None, report: Report, cancelled: IsCancelled
) -> ExportFacts:
    from core.export.reading import ReadSource, read_sources

    own = None
    if known is not None and any(member.folder == known.projects[0] for member in members):
        own = ReadSource(known.projects[0], known.sources[0], known.frames, known.to_do)
    open_one = own.folder if own is not None else None
    folders = [member.folder for member in members if member.folder != open_one]
    found: dict[Path, ReadSource | NoSource] = {}
    boxes = 0
    for read in read_sources(folders, cancelled):
        found[read.folder] = read
        if isinstance(read, ReadSource):
            boxes += len(read.source.detections)
            _expect_few(boxes)
        report((len(found), len(folders)))
    if own is not None:
        found[own.folder] = own
    return _joined(members, found, own)


def _joined(
    members: tuple[Member, ...],
    found: Mapping[Path, ReadSource | NoSource],
    own: ReadSource | None,
) -> ExportFacts:
    """What was found, in the order of the members; each video once."""
    from core.export.reading import NoSource

    first = {own.source.path.absolute(): own.folder} if own is not None else {}
    kept: list[ReadSource] = []
    left: dict[str, str] = {}
    for member in members:
        read = found[member.folder]
        if isinstance(read, NoSource):
            left[member.name] = read.why
        elif first.setdefault(read.source.path.absolute(), read.folder) != read.folder:
            left[member.name] = tr("another project of the same video is exported.")
        else:
            kept.append(read)
    return ExportFacts(
        tuple(read.source for read in kept),
        tuple(read.folder for read in kept),
        {scope: sum(read.frames[scope] for read in kept) for scope in SCOPES},
        sum(read.to_do for read in kept),
        left_out_said(left),
    )


def _expect_few(boxes: int) -> None:
    if boxes > MOST_BOXES:
        raise ExportError(
            tr("These videos have more than {most} boxes", most=grouped(MOST_BOXES)),
            mend=tr("open a folder with fewer of them, and export one after the other"),
        )
