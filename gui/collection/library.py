"""The collection that a window shows: its members, what is known of each, and which one is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from core.collection.collection import Collection, Member
    from core.collection.overview import Overview


class Library(QObject):
    """Lives as long as its window; empty until a collection is opened.

    Overviews are read, and made where they are missing or old, by a thread of its own, the
    members that are seen first.
    """

    changed = Signal()
    """Another collection, or other members."""
    overview_changed = Signal(object)
    """The project folder whose overview is another one."""
    order_changed = Signal()
    """The list is sorted or searched in another way; see `shown`."""
    current_changed = Signal()
    """Another project is open, or none."""

    @property
    def collection(self) -> Collection | None:
        """What is shown."""
        raise NotImplementedError

    @property
    def current(self) -> Path | None:
        """The project folder that is open in the window, if it is a member's."""
        raise NotImplementedError

    @property
    def shown(self) -> tuple[Member, ...]:
        """The members that pass the search, in the list's order."""
        raise NotImplementedError

    def overview(self, folder: Path) -> Overview | None:
        """What is known of a member's project; None while, or if, nothing is."""
        raise NotImplementedError
