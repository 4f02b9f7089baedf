"""A precision with its interval, and plausibilities beside what was right, as small diagrams."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.roundtrip.report import Bin, Tally
from gui.i18n import tr, tr_n
from gui.text import percent
from gui.theme import caption, worn

_POINT = 4.0
"""Radius of a precision's mark, px."""
_LEAST, _MOST = 2.0, 6.0
"""Radius of a bin with one box, and of one with a hundred or more, px."""


class PrecisionBar(QWidget):
    """A share as a point between 0 and 1, and its interval as a line through it."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._share, self._interval = tally.precision, tally.interval
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Precision"))
        self.setAccessibleDescription(precision_words(tally))
        self.setToolTip(tr("From 0 to 100 %: {precision}", precision=precision_words(tally)))

    def sizeHint(self) -> QSize:
        return QSize(120, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = worn(), QPainter(self)
        left, right, middle = _POINT, self.width() - _POINT, self.height() // 2
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        for end in (left, right):
            painter.drawLine(QPointF(end, middle - 3), QPointF(end, middle + 3))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._interval is not None:
            low, high = (left + (right - left) * share for share in self._interval)
            painter.setPen(QPen(QColor(theme.accent_text), 3))
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        if self._share is not None:
            at = left + (right - left) * self._share
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_text))
            painter.drawEllipse(QPointF(at, middle), _POINT, _POINT)
        painter.end()


class ReliabilityPlot(QWidget):
    """The share that was right over plausibility; on the diagonal they are the same."""

    def __init__(self, bins: Sequence[Bin]) -> None:
        super().__init__()
        self._bins = bins
        self.setFixedSize(168, 168)
        said = [
            tr(
                "Of {boxes} at {stated}, {right} were right.",
                boxes=tr_n("{count} box", "{count} boxes", each.boxes),
                stated=f"{each.plausibility:.2f}",
                right=percent(each.right),
            )
            for each in bins
        ]
        self.setAccessibleName(tr("Plausible beside right"))
        self.setAccessibleDescription(" ".join(said))
        self.setToolTip("\n".join(said))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = worn(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption(self.font()))
        line = painter.fontMetrics().height()
        room = QRectF(line + 4, _MOST, self.width() - line - 4 - _MOST, self.height() - line - 10)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRect(room)
        painter.setPen(QPen(QColor(theme.border_strong), 1, Qt.PenStyle.DashLine))
        painter.drawLine(room.bottomLeft(), room.topRight())
        painter.setPen(QColor(theme.text_muted))
        _name(painter, QRectF(room.left(), room.bottom() + 4, room.width(), line), tr("plausible"))
        painter.save()
        painter.rotate(-90)
        _name(painter, QRectF(-room.bottom(), 0, room.height(), line), tr("right"))
        painter.restore()
        painter.setPen(QPen(QColor(theme.surface), 1))
        painter.setBrush(QColor(theme.accent_text))
        for each in self._bins:
            size = _LEAST + (_MOST - _LEAST) * min(1.0, (each.boxes / 100) ** 0.5)
            at = QPointF(
                room.left() + each.plausibility * room.width(),
                room.bottom() - each.right * room.height(),
            )
            painter.drawEllipse(at, size, size)
        painter.end()


def _name(painter: QPainter, room: QRectF, word: str) -> None:
    """Name an axis from 0 to 1."""
    align = Qt.AlignmentFlag
    ends = ((align.AlignLeft, "0"), (align.AlignHCenter, word), (align.AlignRight, "1"))
    for where, text in ends:
        painter.drawText(room, align.AlignVCenter | where, text)


def precision_words(tally: Tally) -> str:
    """A precision and its interval, such as `76 % (66 to 84)`; a dash of none."""
    if tally.precision is None:
        return "–"
    if tally.interval is None:
        return percent(tally.precision)
    low, high = tally.interval
    return tr(
        "{share} ({low} to {high})",
        share=percent(tally.precision),
        low=f"{100 * low:.0f}",
        high=f"{100 * high:.0f}",
    )
