"""How a row of the media list is painted: name and state, score strip, length and flickering."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.collection.model import MediaModel
from gui.collection.row import Mark, Row
from gui.collection.strips import Strips
from gui.theme import LIGHT, Theme, caption

STRIP_HEIGHT = 12
_BESIDE, _ABOVE, _BETWEEN = 12, 8, 4
"""Space around and between the lines of a row, px."""
_BAR = 3
"""Width of the bar that marks what is open, px."""
_MARK = 4.0
"""Half of a sign, px."""


class MediaDelegate(QStyledItemDelegate):
    """Paints the rows of a `MediaModel`, only those that are seen."""

    def __init__(self, model: MediaModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._strips = Strips()
        self._theme: Theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        """Colours."""
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del index
        lines = QFontMetrics(option.font).height() + QFontMetrics(caption(option.font)).height()
        return QSize(0, 2 * _ABOVE + lines + STRIP_HEIGHT + 2 * _BETWEEN)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        member = self._model.member(index.row())
        row = self._model.row(index.row())
        library, room, font = self._model.library, option.rect, option.font
        is_open = member.folder == library.current
        overview = library.overview(member.folder)
        painter.save()
        self._paint_ground(painter, option, is_open)
        inner = room.adjusted(_BESIDE, _ABOVE, -_BESIDE, -_ABOVE)
        line = QRect(inner.topLeft(), QSize(inner.width(), QFontMetrics(font).height()))
        self._paint_name(painter, line, row, font, muted=overview is None, strong=is_open)
        strip = QRect(inner.left(), line.bottom() + 1 + _BETWEEN, inner.width(), STRIP_HEIGHT)
        ratio = painter.device().devicePixelRatioF()
        size = (strip.width(), strip.height())
        picture = self._strips.picture(member.folder, overview, size, ratio, self._theme)
        painter.drawPixmap(strip.topLeft(), picture)
        small = caption(font)
        below = QRect(
            inner.left(), strip.bottom() + 1 + _BETWEEN, inner.width(), QFontMetrics(small).height()
        )
        self._paint_facts(painter, below, row, small)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, is_open: bool) -> None:
        theme, room = self._theme, option.rect
        if is_open:
            painter.fillRect(room, QColor(theme.selection))
            bar = QRect(room.left(), room.top(), _BAR, room.height())
            painter.fillRect(bar, QColor(theme.accent_text))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(room, QColor(theme.hover))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent_text), 1))
            painter.drawRect(room.adjusted(0, 0, -1, -1))

    def _paint_name(
        self, painter: QPainter, line: QRect, row: Row, font: QFont, *, muted: bool, strong: bool
    ) -> None:
        theme = self._theme
        small = caption(font)
        metrics = QFontMetrics(small)
        said = metrics.horizontalAdvance(row.state)
        sign = 0 if row.mark is Mark.NONE else round(2 * _MARK) + _BETWEEN
        if row.mark is not Mark.NONE:
            centre = QPointF(line.right() + 1 - said - sign + _MARK, line.center().y() + 0.5)
            self._paint_mark(painter, centre, row.mark)
        painter.setFont(small)
        painter.setPen(QColor(theme.text_muted))
        side = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, side | Qt.AlignmentFlag.AlignRight, row.state)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        painter.setFont(bold)
        painter.setPen(QColor(theme.text_muted if muted else theme.text))
        left = line.width() - said - sign - (2 * _BETWEEN if row.state or sign else 0)
        # Of paths and of names of cameras both ends tell them apart.
        name = QFontMetrics(bold).elidedText(row.name, Qt.TextElideMode.ElideMiddle, left)
        painter.drawText(line, side | Qt.AlignmentFlag.AlignLeft, name)

    def _paint_facts(self, painter: QPainter, line: QRect, row: Row, font: QFont) -> None:
        painter.setFont(font)
        metrics, side = QFontMetrics(font), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self._theme.text))
        painter.drawText(line, side | Qt.AlignmentFlag.AlignRight, row.flickering)
        room = line.width() - metrics.horizontalAdvance(row.flickering) - 2 * _BETWEEN
        painter.setPen(QColor(self._theme.text_muted))
        length = metrics.elidedText(row.length, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, side | Qt.AlignmentFlag.AlignLeft, length)

    def _paint_mark(self, painter: QPainter, at: QPointF, mark: Mark) -> None:
        """To do is a diamond, done a disc, a problem a triangle."""
        theme, x, y = self._theme, at.x(), at.y()
        colours = {
            Mark.TO_DO: theme.imputed_text,
            Mark.DONE: theme.accepted_text,
            Mark.PROBLEM: theme.rejected_text,
        }
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours[mark]))
        if mark is Mark.DONE:
            painter.drawEllipse(at, _MARK - 0.5, _MARK - 0.5)
        elif mark is Mark.TO_DO:
            corners = [(x, y - _MARK), (x + _MARK, y), (x, y + _MARK), (x - _MARK, y)]
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        else:
            corners = [(x, y - _MARK), (x + _MARK, y + _MARK - 1), (x - _MARK, y + _MARK - 1)]
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
