"""Chosen frames beside all frames, as small diagrams."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.selection.comparing import Comparison
from gui.selection.words import column_about, column_title
from gui.text import percent
from gui.theme import LIGHT, Theme, caption

_BARS = 56
"""Height of the bars, px."""
_GAP = 4


class Histogram(QWidget):
    """One diagram: chosen frames filled, all frames as an outline, means in words."""

    def __init__(self, comparison: Comparison, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown = comparison
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_comparison(comparison)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show another one."""
        self._shown = comparison
        title, said = _title(comparison), _said(comparison)
        self.setAccessibleName(title)
        self.setAccessibleDescription(said)
        about = column_about(comparison.column)
        self.setToolTip("\n".join(filter(None, [about, said])))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Colours of text and bars."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        rows = len(self._shown.labels) if self._shown.column == "classes" else 0
        bars = rows * (line + _GAP) if rows else _BARS + line
        return QSize(200, line + 2 * _GAP + bars)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, width = self.fontMetrics().height(), float(self.width())
        head = QRectF(0, 0, width, line)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft, _title(self._shown))
        painter.setFont(caption(self.font()))
        painter.setPen(QColor(self._theme.text_muted))
        painter.drawText(head, Qt.AlignmentFlag.AlignRight, _means(self._shown))
        if self._shown.column == "classes":
            self._paint_classes(painter, line + 2.0 * _GAP, line)
        else:
            self._paint_bars(painter, QRectF(1, line + 2.0 * _GAP, width - 2, _BARS), line)
        painter.end()

    def _paint_bars(self, painter: QPainter, room: QRectF, line: int) -> None:
        shown, count = self._shown, len(self._shown.all)
        tallest = max(shown.all.max(initial=0.0), shown.chosen.max(initial=0.0)) or 1.0
        step = room.width() / count
        outline = QPolygonF([room.bottomLeft()])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.accent))
        for at in range(count):
            left, right = room.left() + at * step, room.left() + (at + 1) * step
            high = shown.chosen[at] / tallest * room.height()
            painter.drawRect(QRectF(left + 0.5, room.bottom() - high, step - 1, high))
            top = room.bottom() - shown.all[at] / tallest * room.height()
            outline.append([QPointF(left, top), QPointF(right, top)])
        outline.append(room.bottomRight())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.text), 1))
        painter.drawPolyline(outline)
        painter.setPen(QPen(QColor(self._theme.border_strong), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(QColor(self._theme.text_muted))
        below = QRectF(room.left(), room.bottom() + 1, room.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, shown.labels[0])
        if count > 1:
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, shown.labels[-1])

    def _paint_classes(self, painter: QPainter, top: float, line: int) -> None:
        shown, metrics = self._shown, painter.fontMetrics()
        words = min(max(map(metrics.horizontalAdvance, shown.labels)) + 8, self.width() // 2)
        figures = metrics.horizontalAdvance(_change(1.0, 1.0)) + 8
        longest = max(shown.all.max(), shown.chosen.max()) or 1.0
        room = self.width() - words - figures
        for at, name in enumerate(shown.labels):
            y = top + at * (line + _GAP)
            painter.setPen(QColor(self._theme.text_muted))
            word = metrics.elidedText(name, Qt.TextElideMode.ElideRight, words - 8)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y, words, line), middle, word)
            said = _change(shown.all[at], shown.chosen[at])
            right = middle | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(0, y, self.width(), line), right, said)
            bar = QRectF(words, y + 3.5, room * shown.chosen[at] / longest, line - 7)
            painter.fillRect(bar, QColor(self._theme.accent))
            painter.setPen(QPen(QColor(self._theme.text), 1))
            painter.drawRect(QRectF(words, y + 1.5, room * shown.all[at] / longest, line - 3))


class Histograms(QScrollArea):
    """The diagrams, one below the other."""

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self._theme = LIGHT
        self._shown: list[Histogram] = []
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(16)
        self._legend = _Legend()
        self._column.addWidget(self._legend)
        self._column.addStretch(1)
        self.setWidget(content)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Chosen frames against all"))

    def set_theme(self, theme: Theme) -> None:
        """Colours of text and bars."""
        self._theme = theme
        self._legend.set_theme(theme)
        for one in self._shown:
            one.set_theme(theme)

    def show_comparisons(self, comparisons: Sequence[Comparison]) -> None:
        """Show these."""
        for old in self._shown[len(comparisons) :]:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        del self._shown[len(comparisons) :]
        for at, comparison in enumerate(comparisons):
            if at < len(self._shown):
                self._shown[at].show_comparison(comparison)
            else:
                self._shown.append(Histogram(comparison, self._theme))
                self._column.insertWidget(at + 1, self._shown[-1])


class _Legend(QWidget):
    """Says which is which."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.setFixedHeight(self.fontMetrics().height())
        self.setAccessibleName(tr("Filled: chosen frames; outline: all frames"))

    def set_theme(self, theme: Theme) -> None:
        """Colours of text and bars."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(caption(self.font()))
        metrics, x = painter.fontMetrics(), 1.0
        for word, filled in ((tr("chosen"), True), (tr("all frames"), False)):
            mark = QRectF(x, (self.height() - 10) / 2, 10, 10)
            painter.setPen(QPen(QColor(self._theme.accent if filled else self._theme.text), 1))
            painter.setBrush(QColor(self._theme.accent) if filled else Qt.BrushStyle.NoBrush)
            painter.drawRect(mark)
            painter.setPen(QColor(self._theme.text_muted))
            wide = metrics.horizontalAdvance(word)
            room = QRectF(x + 16, 0, wide + 2, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, word)
            x += 16 + wide + 16
        painter.end()


def _title(comparison: Comparison) -> str:
    return tr("Classes") if comparison.column == "classes" else column_title(comparison.column)


def _means(comparison: Comparison) -> str:
    if comparison.column == "classes":
        return tr("share of the boxes")
    if comparison.means is None:
        return tr("no value")
    before, after = comparison.means
    return tr("mean {all} → {chosen}", all=f"{before:.3g}", chosen=f"{after:.3g}")


def _change(before: float, after: float) -> str:
    return f"{percent(before)} → {percent(after)}"


def _said(comparison: Comparison) -> str:
    if comparison.column != "classes":
        return _means(comparison)
    shares = zip(comparison.labels, comparison.all, comparison.chosen, strict=True)
    return "\n".join(f"{name}: {_change(before, after)}" for name, before, after in shares)
