"""The violations of all videos of a collection as a table."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject

from core.collection.queue import AcrossItem, AcrossQueue
from core.tracks.pairs import Rows
from gui.i18n import mark, tr
from gui.review.queue_model import WORDS, ViolationModel, told_of, what_of
from gui.text import grouped

COLUMNS = (mark("Video"), mark("Frame"), mark("Class"), mark("Gain"), mark("State"))
SORTED_BY = ("member", "start", "class_id", "gain", "state")
"""What each column is sorted by; see `core.collection.queue`."""
BEST_FIRST = (3,)
"""Columns that a first click sorts from the highest down."""
_TIPS = (
    mark("The video of the violation"),
    mark("First frame of the violation"),
    mark("What the object is, and the kind of violation unless it flickers"),
    mark("Boxes that a decision is likely to set right: plausibility times frames"),
    mark("What was decided"),
)
_NO_ROWS: Rows = np.empty(0, np.int64)


class AcrossModel(ViolationModel[AcrossItem]):
    """One row a violation, those and in the order that a view of all videos says.

    Args:
        name_of: What a member of the collection is called.
    """

    columns, tips, numeric = COLUMNS, _TIPS, (1, 3)

    def __init__(self, name_of: Callable[[int], str], parent: QObject | None = None) -> None:
        super().__init__(_NO_ROWS, parent)
        self._name_of = name_of
        self._queue = AcrossQueue([])

    def set_queue(self, queue: AcrossQueue, shown: Rows) -> None:
        """Show another queue, or another part of it; its rows may be other violations now."""
        if queue is self._queue and np.array_equal(shown, self._shown):
            self.refresh()
            return
        self.beginResetModel()
        self._queue, self._shown = queue, shown
        self._items.clear()
        self.endResetModel()

    def _violation(self, number: int) -> AcrossItem:
        return self._queue[number]

    def _texts(self, item: AcrossItem) -> tuple[str, ...]:
        return (
            self._name_of(item.member),
            grouped(item.start),
            what_of(item),
            f"{item.gain:.1f}",
            tr(WORDS[item.state]),
        )

    def _told(self, item: AcrossItem) -> str:
        return f"{self._name_of(item.member)}: {told_of(item)}"
