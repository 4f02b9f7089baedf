"""The collection that a window shows: its members, what is known of each, and which one is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.collection.following import Following
from gui.collection.looking import Looking
from gui.collection.order import ListOrder, in_order

if TYPE_CHECKING:
    from core.collection.collection import Collection, Member
    from core.collection.looking import Looked
    from core.collection.overview import Overview
    from gui.session import Session

_SORT_MS = 1000
"""What was found in the background moves members at most so often."""


@dataclass(frozen=True, eq=False)
class Found:
    """A collection, and what lay in its projects."""

    collection: Collection
    projects: tuple[Path, ...] = ()
    """The folders of those members that have one."""
    overviews: Mapping[Path, Overview] = field(default_factory=dict)
    """By project folder; some may not fit any more."""


class Library(QObject):
    """Lives as long as its window; empty until a collection is opened.

    Overviews are read, and made where they are missing or old, by a thread of its own, the
    members that are seen first.
    """

    changed = Signal()
    """Another collection, or other members."""
    overview_changed = Signal(object)
    """The project folder whose overview is another one, or has another problem."""
    order_changed = Signal()
    """The list is sorted or searched in another way; see `shown`."""
    current_changed = Signal()
    """Another project is open, or none."""
    detecting_changed = Signal(object)
    """The project folder in which detection is another per cent further, began or ended."""
    looked = Signal()
    """More or fewer projects are to be looked into; see `left`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection: Collection | None = None
        self._members: dict[Path, Member] = {}
        self._overviews: dict[Path, Overview] = {}
        self._problems: dict[Path, str] = {}
        self._detecting: dict[Path, int] = {}
        self._left = set[Path]()
        self._shown: tuple[Member, ...] = ()
        self._places: dict[Path, int] = {}
        self._order = ListOrder()
        self._current: Path | None = None
        self._following = Following(self)
        self._following.changed.connect(self._take)
        self._looking = Looking(self)
        self._looking.looked.connect(self._take_look)
        self._sorting = QTimer(self, singleShot=True, interval=_SORT_MS)
        self._sorting.timeout.connect(self._sort)

    @property
    def collection(self) -> Collection | None:
        """What is shown."""
        return self._collection

    @property
    def current(self) -> Path | None:
        """The project folder that is open in the window, if it is a member's."""
        return self._current

    @property
    def shown(self) -> tuple[Member, ...]:
        """The members that pass the search, in the list's order."""
        return self._shown

    @property
    def order(self) -> ListOrder:
        """What is searched and sorted by."""
        return self._order

    @property
    def left(self) -> int:
        """How many projects are still to be looked into."""
        return len(self._left)

    def is_left(self, folder: Path) -> bool:
        """Whether a project is one of those."""
        return folder in self._left

    def overview(self, folder: Path) -> Overview | None:
        """What is known of a member's project; None while, or if, nothing is."""
        return self._overviews.get(folder)

    def problem(self, folder: Path) -> str:
        """What is wrong with a member's project or video, a sentence; empty for nothing."""
        return self._problems.get(folder, "")

    def detecting(self, folder: Path) -> float | None:
        """How far detection in a member's video is, 0..1; None if none is under way."""
        percent = self._detecting.get(folder)
        return None if percent is None else percent / 100

    def lacks_run(self, folder: Path) -> bool:
        """Whether a member has no complete run, as far as is known."""
        overview = self.overview(folder)
        return overview is None or not overview.complete

    def to_detect(self) -> tuple[Member, ...]:
        """The members that lack a run, in the list's order, whatever is searched."""
        if self._collection is None:
            return ()
        members = in_order(self._collection, self._overviews, replace(self._order, words=""))
        return tuple(member for member in members if self.lacks_run(member.folder))

    def member(self, folder: Path | None) -> Member | None:
        """The member with this project, if there is one."""
        return None if folder is None else self._members.get(folder)

    def neighbour(self, step: int) -> Member | None:
        """The member so many places on, or back, in the list from the open one; None at its ends.

        Where the open one is not in the list, the first or the last is.
        """
        shown, current = self._shown, self._current
        place = self._places.get(current) if current is not None else None
        if place is None:
            place = 0 if step > 0 else len(shown) - 1
        else:
            place += step
        return shown[place] if 0 <= place < len(shown) else None

    def to_begin_with(self) -> Member | None:
        """The member that flickers most and has something to do; else the first of the list."""
        waiting = [m for m in self._shown if (o := self.overview(m.folder)) and o.to_do]
        most = max(waiting, key=lambda m: self._overviews[m.folder].flickering, default=None)
        return most or (self._shown[0] if self._shown else None)

    # What changes it

    def show(self, found: Found | None) -> None:
        """Show another collection from now on, or none."""
        self._collection = found.collection if found is not None else None
        members = self._collection.members if self._collection is not None else ()
        self._members = {member.folder: member for member in members}
        self._overviews = dict(found.overviews) if found is not None else {}
        self._problems = {}
        self._order = ListOrder()
        self._current = None
        self._sort(quietly=True)
        self._left.clear()
        self._look(found.projects if found is not None else (), only=True)
        self.changed.emit()
        self.looked.emit()

    def set_order(self, order: ListOrder) -> None:
        """Search or sort in another way."""
        if order != self._order:
            self._order = order
            self._sort()

    def look_first(self, folders: Iterable[Path]) -> None:
        """These are seen: look into them before the others."""
        self._looking.first(folders)

    def look_again(self, folder: Path) -> None:
        """A member's project has changed."""
        if folder in self._members:
            self._look([folder])

    def show_detecting(self, folder: Path, share: float | None) -> None:
        """Show how far detection in a member's video is; None: it is no longer under way."""
        percent = None if share is None else int(100 * share)
        if percent == self._detecting.get(folder):
            return
        if percent is None:
            del self._detecting[folder]
        else:
            self._detecting[folder] = percent
        self.detecting_changed.emit(folder)

    def show_overview(self, folder: Path, overview: Overview) -> None:
        """Show what was made of a member's project just now, and was left there."""
        self.show_problem(folder, "")
        # Of what is open the window knows more.
        if folder in self._members and folder != self._current:
            self._set(folder, overview)
            self._sort_soon()

    def show_problem(self, folder: Path, problem: str) -> None:
        """Show what is wrong with a member's project or video."""
        if folder in self._members and problem != self.problem(folder):
            self._problems[folder] = problem
            self.overview_changed.emit(folder)

    def adopt(self, folder: Path, video: Path) -> bool:
        """Whether a project is a member's.

        A video that was moved may have another project than the one that it would get; that one is
        its member's from now on.

        Args:
            folder: The project.
            video: Where its video is.
        """
        if self._collection is None or folder in self._members:
            return folder in self._members
        video = video.resolve()
        same = [m for m in self._members.values() if m.video == video and not m.folder.exists()]
        if not same:
            return False
        members = [replace(m, folder=folder) if m in same else m for m in self._collection.members]
        self._collection = replace(self._collection, members=tuple(members))
        self._members = {member.folder: member for member in members}
        self._sort(quietly=True)
        self.changed.emit()
        return True

    def follow(self, session: Session | None) -> None:
        """Follow what a window's session does; of the one before, leave an overview.

        Call it while that one is still open.
        """
        left, half_done = self._current, self._following.under_way
        self._following.follow(session)
        folder = session.project.folder if session is not None else None
        self._current = folder if folder in self._members else None
        if left is not None and half_done:
            # What is being written yet is read when it is there.
            QTimer.singleShot(0, self, lambda: self.look_again(left))
        if left != self._current:
            self._sort()
            self.current_changed.emit()

    def close(self) -> None:
        """Look into nothing any more; returns when that is so."""
        self._sorting.stop()
        self._looking.stop()

    # Inside

    def _look(self, folders: Iterable[Path], *, only: bool = False) -> None:
        known = {folder: self._overviews.get(folder) for folder in folders}
        self._left.update(known)
        self._looking.want({f: o.stamp if o else "" for f, o in known.items()}, only=only)

    @Slot(object, object)
    def _take(self, folder: Path, overview: Overview | None) -> None:
        """What the open session shows."""
        if folder in self._members:
            self._set(folder, overview)

    @Slot(object)
    def _take_look(self, looked: Looked) -> None:
        folder = looked.folder
        if folder not in self._members:
            return  # of another collection
        self._left.discard(folder)
        self.show_problem(folder, looked.problem)
        # Of what is open the window knows more than the disk.
        if not looked.fits and folder != self._current:
            self._set(folder, looked.overview)
            self._sort_soon()
        self.looked.emit()

    def _set(self, folder: Path, overview: Overview | None) -> None:
        if overview is None:
            self._overviews.pop(folder, None)
        else:
            self._overviews[folder] = overview
        self.overview_changed.emit(folder)

    def _sort_soon(self) -> None:
        if not self._sorting.isActive():
            self._sorting.start()

    def _sort(self, *, quietly: bool = False) -> None:
        before = self._shown
        self._shown = (
            in_order(self._collection, self._overviews, self._order)
            if self._collection is not None
            else ()
        )
        self._places = {member.folder: place for place, member in enumerate(self._shown)}
        if not quietly and self._shown != before:
            self.order_changed.emit()
