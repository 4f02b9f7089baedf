"""The contact sheet: what was chosen, as pictures."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.selection.request import FrameId
from gui.i18n import tr
from gui.selection.sheet_model import (
    INCLUDED_ROLE,
    REASON_ROLE,
    VIDEO_ROLE,
    WHERE_ROLE,
    SheetModel,
)
from gui.theme import LIGHT, Theme, caption

_LEAST = 152
"""Least width of a picture with its frame, px."""
_PAD = 4
_ASPECT = 9 / 16


class ContactSheet(QListView):
    """Pictures side by side, as many as there is room for."""

    frame_chosen = Signal(object)
    """A click, or the arrow keys: go to this `FrameId`."""
    frame_opened = Signal(object)
    """A double click, or Return: look at this `FrameId` in large."""
    frames_excluded = Signal(object)
    """A list of `FrameId` that are never to be chosen."""

    def __init__(self, model: SheetModel) -> None:
        super().__init__()
        self._sheet = model
        self.setModel(model)
        self.cell = QSize(_LEAST, 120)
        self._delegate = _Cell(self)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(tr("Chosen frames"))
        self.setWhatsThis(tr("Click goes to a frame, a double click opens it, Delete excludes it"))
        self.verticalScrollBar().setSingleStep(24)
        self.clicked.connect(lambda index: self.frame_chosen.emit(index.data(WHERE_ROLE)))
        self.doubleClicked.connect(lambda index: self.frame_opened.emit(index.data(WHERE_ROLE)))

    def set_theme(self, theme: Theme) -> None:
        """Colours of pictures that are not there yet."""
        self._delegate.theme = theme
        self.viewport().update()

    def show_frame(self, where: FrameId) -> None:
        """Mark the frame that is looked at, if it is chosen."""
        row = self._sheet.row_of(where)
        if row is None:
            self.clearSelection()
        elif where not in self._chosen():
            self.setCurrentIndex(self._sheet.index(row))

    def arrange(self) -> None:
        """Make room for the names of videos, where there are several."""
        self._fit()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (*_DELETE, *_MOVES)
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.key() in _DELETE:
            if chosen := self._chosen():
                self.frames_excluded.emit(chosen)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if current.isValid():
                self.frame_opened.emit(current.data(WHERE_ROLE))
        else:
            super().keyPressEvent(event)
            if self.currentIndex() != current and self.currentIndex().isValid():
                self.frame_chosen.emit(self.currentIndex().data(WHERE_ROLE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        room = self.viewport().width() - 1
        across = max(room // _LEAST, 1)
        width = room // across
        named = self._sheet.videos > 1
        lines = (2 + named) * self._delegate.line(self) + 3 * _PAD
        cell = QSize(width, round((width - 2 * _PAD) * _ASPECT) + lines)
        if cell != self.cell:
            self.cell = cell
            self.setGridSize(cell)

    def _chosen(self) -> list[FrameId]:
        return [index.data(WHERE_ROLE) for index in self.selectionModel().selectedIndexes()]


_DELETE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_MOVES = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Home, Qt.Key.Key_End),
)


class _Cell(QStyledItemDelegate):
    """Paints a picture, with video, frame, time and main reason below it."""

    def __init__(self, sheet: ContactSheet) -> None:
        super().__init__(sheet)
        self._sheet = sheet
        self.theme = LIGHT

    def line(self, widget: QWidget) -> int:
        """Height of a line of text, px."""
        return widget.fontMetrics().height()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del option, index
        return self._sheet.cell

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, state = self.theme, option.state
        cell: QRect = option.rect.adjusted(_PAD // 2, _PAD // 2, -_PAD // 2, -_PAD // 2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(theme.accent_text if chosen else theme.border), 1))
            painter.setBrush(QColor(theme.selection if chosen else theme.hover))
            painter.drawRoundedRect(cell.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        inner = cell.adjusted(_PAD // 2, _PAD // 2, -_PAD // 2, -_PAD // 2)
        picture = QRect(inner.topLeft(), QSize(inner.width(), round(inner.width() * _ASPECT)))
        _paint_picture(painter, picture, index.data(Qt.ItemDataRole.DecorationRole), theme)
        small = caption(option.font)
        painter.setFont(small)
        height = self.line(self._sheet)
        below = QRect(inner.left() + 2, picture.bottom() + _PAD, inner.width() - 4, height)
        if name := index.data(VIDEO_ROLE):
            _write(painter, below, name, theme.text)
            below.translate(0, height - 2)
        _write(painter, below, index.data(), theme.text)
        note = theme.accepted_text if index.data(INCLUDED_ROLE) else theme.text_muted
        _write(painter, below.translated(0, height - 2), index.data(REASON_ROLE), note)
        painter.restore()


def _paint_picture(painter: QPainter, room: QRect, image: QImage | None, theme: Theme) -> None:
    painter.fillRect(room, QColor(theme.well))
    if image is None:
        return
    size = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    at = QRect(room.topLeft(), size)
    at.moveCenter(room.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(at, image)


def _write(painter: QPainter, room: QRect, text: str, colour: str) -> None:
    metrics = painter.fontMetrics()
    painter.setPen(QColor(colour))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
