"""How many boxes come from where, each beside a small one as the picture shows it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.prelabels import Source
from gui.canvas.marks import paint_box
from gui.canvas.types import BoxState
from gui.i18n import mark, tr
from gui.text import grouped
from gui.theme import DARK

ENTRIES: tuple[tuple[Source, BoxState, str], ...] = (
    (Source.MODEL, BoxState.DETECTION, mark("by the model")),
    (Source.IMPUTED, BoxState.ACCEPTED, mark("accepted")),
    (Source.EDITED, BoxState.EDITED, mark("corrected")),
    (Source.DRAWN, BoxState.DRAWN, mark("drawn")),
)
"""Where prelabels come from, how they look on the canvas, and a word for it."""
_SWATCH = (40.0, 28.0)
_BOX = (7.0, 10.0, 29.0, 22.0)
"""In its swatch; its badge stands out from its corner."""
_GAP, _APART = 8.0, 16.0


class Legend(QWidget):
    """Entries side by side; sources without boxes are left out."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[BoxState, str]] = []

    def show_counts(self, counts: Mapping[Source, int]) -> None:
        """Show how many boxes come from where."""
        self._entries = [
            (state, f"{grouped(counts[source])} {tr(word)}")
            for source, state, word in ENTRIES
            if counts.get(source)
        ]
        said = ", ".join(words for _, words in self._entries)
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, round(_SWATCH[1]))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, (width, height) = 0.0, _SWATCH
        for state, words in self._entries:
            painter.setPen(Qt.PenStyle.NoPen)
            # Dark in both looks, as pictures mostly are: the colours are made for that.
            painter.setBrush(QColor(DARK.well_raised))
            painter.drawRoundedRect(QRectF(left, 0, width, height), 4, 4)
            x0, y0, x1, y1 = _BOX
            paint_box(painter, state, (left + x0, y0, left + x1, y1))
            room = self.fontMetrics().horizontalAdvance(words)
            left += width + _GAP
            painter.setPen(self.palette().windowText().color())
            painter.drawText(
                QRectF(left, 0, room + 2, height), Qt.AlignmentFlag.AlignVCenter, words
            )
            left += room + _APART
        painter.end()
