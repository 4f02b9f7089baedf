"""All videos of the window's collection, as far as frames are chosen among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.collection.left_out import left_out_said
from gui.selection.reading import Known, PartReader

if TYPE_CHECKING:
    from core.collection.collection import Member
    from core.project import Round
    from core.selection.gather import Source
    from core.selection.part import Part
    from core.selection.pool import Pool
    from gui.collection.library import Library
    from gui.selection.form import Form
    from gui.session import Session


@dataclass(frozen=True, eq=False)
class Asked:
    """What a person has set for all videos."""

    form: Form
    order: tuple[Path, ...]
    """Projects by the numbers that the form has for their videos."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """What there is to choose from in all videos."""

    gather: Joining
    order: tuple[Path, ...]
    """Projects by the numbers of their videos in the pool."""
    rounds: tuple[Round, ...]
    """Rounds of labeling that are over, as one series."""


class Whole(QObject):
    """Lives as long as its window: what was read, and what a person has set, stays when another
    video is opened."""

    changed = Signal()
    """There are other videos, or one has changed."""
    ended = Signal()
    """Reading has ended, with or without success; see `missing`."""

    def __init__(self, reader: PartReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wanted = False
        """Whether the page chooses among all videos."""
        self.asked: Asked | None = None
        self._reader = reader
        self._known = Known()
        self._old: set[Path] = set()
        """Projects that have changed since they were read."""
        self._library: Library | None = None
        reader.read.connect(self._take)
        reader.ended.connect(self.ended)

    def attach(self, library: Library) -> None:
        """Know the window's collection."""
        self._library = library
        library.changed.connect(self._follow)
        library.overview_changed.connect(self._note)

    @property
    def members(self) -> tuple[Member, ...]:
        """The videos; none without a collection."""
        found = self._library.collection if self._library is not None else None
        return () if found is None else found.members

    @property
    def name(self) -> str:
        """What people call the collection."""
        found = self._library.collection if self._library is not None else None
        return "" if found is None else found.root.name

    @property
    def reading(self) -> bool:
        """Whether projects are being read."""
        return self._reader.busy

    def missing(self, open_one: Path) -> list[Path]:
        """Projects that were not read yet; the one that is open in the window is never read."""
        folders = [member.folder for member in self.members]
        return [one for one in folders if one != open_one and not self._known.has(one)]

    def read(self, open_one: Path) -> None:
        """Read the projects that were not read yet, and those that have changed since."""
        old = [m.folder for m in self.members if m.folder in self._old and m.folder != open_one]
        self._old.difference_update(old)
        self._reader.start([*dict.fromkeys([*self.missing(open_one), *old])], self._known)

    def is_current(self, open_one: Path) -> bool:
        """Whether all was read, as it is now."""
        return not self.missing(open_one) and not self._old - {open_one}

    def gathered(self, session: Session) -> Gathered | None:
        """The candidates of all videos, of the open one as they are at this moment; None for no
        candidate."""
        from core.selection.bal import joined_rounds

        own = session.project.folder
        source = _source_of(session)
        members = [
            member
            for member in self.members
            if (source is not None if member.folder == own else member.folder in self._known.parts)
        ]
        if not members:
            return None
        # What was read before it was opened is old from now on.
        self._old.add(own)
        entries: list[Part | Source] = []
        for member in members:
            if member.folder == own and source is not None:
                entries.append(replace(source, video=replace(source.video, name=member.name)))
            else:
                part = self._known.parts[member.folder]
                entries.append(replace(part, video=replace(part.video, name=member.name)))
        rounds = [tuple(r for r in one.rounds if r.run != one.video.run) for one in entries]
        order = tuple(member.folder for member in members)
        joining = Joining(tuple(entries), self._known.step)
        return Gathered(joining, order, joined_rounds(rounds))

    def left_out(self, open_one: Path) -> str:
        """Which videos give no candidates, as sentences; empty for none."""
        left = {
            member.name: self._known.left[member.folder]
            for member in self.members
            if member.folder != open_one and member.folder in self._known.left
        }
        return left_out_said(left)

    def _take(self, known: Known) -> None:
        self._known = known

    def _follow(self) -> None:
        """Forget what is not there any more."""
        folders = {member.folder for member in self.members}
        parts = {folder: part for folder, part in self._known.parts.items() if folder in folders}
        left = {folder: why for folder, why in self._known.left.items() if folder in folders}
        # Where all is forgotten, nothing is thinned any more.
        self._known = Known(parts, left, self._known.step if parts else 1)
        self._old &= folders
        if not folders:
            self.wanted, self.asked = False, None
        self.changed.emit()

    def _note(self, folder: Path) -> None:
        if self._known.has(folder):
            self._old.add(folder)


@dataclass(frozen=True, eq=False)
class Joining:
    """All that the thread needs; nothing of it changes any more."""

    entries: Sequence[Part | Source]
    step: int
    """Every how many-th candidate of the parts was kept."""

    def __call__(self) -> Pool:
        from core.selection.gather import Source, joined, part_of
        from core.selection.part import MOST_FRAMES, MOST_OBJECTS, thinned, thinned_note

        parts = [
            part_of(one).every(self.step) if isinstance(one, Source) else one
            for one in self.entries
        ]
        parts, more = thinned(parts, MOST_FRAMES)
        pool = joined(parts, most_objects=MOST_OBJECTS)
        step = self.step * more
        return pool if step == 1 else replace(pool, notes=(thinned_note(step), *pool.notes))


def _source_of(session: Session) -> Source | None:
    from core.selection.gather import source_of

    run, findings = session.run, session.findings
    if run is None or findings is None or not session.detections.frame_count:
        return None
    rate = float(session.info.rate)
    return source_of(session.project, run, session.detections, findings, rate)
