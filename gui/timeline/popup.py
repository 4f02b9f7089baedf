"""The small picture above the timeline that follows the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.i18n import tr
from gui.theme import Theme, caption

MOST = QSize(208, 156)
"""Logical pixels that the picture takes at most."""
_PADDING = 4


class FramePopup(QWidget):
    """A picture over lines of text; takes neither focus nor mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self.setAccessibleName(tr("Frame under the mouse"))
        self._image = QImage()
        self._size = QSize()
        self._lines: tuple[str, ...] = ()
        self._theme: Theme | None = None

    def show_frame(
        self, image: QImage, lines: tuple[str, ...], theme: Theme, timeline: QWidget, x: int
    ) -> None:
        """Show a picture above x of a timeline, inside the timeline's window."""
        window = timeline.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        self._image, self._lines, self._theme = image, lines, theme
        self._size = image.size().scaled(MOST, Qt.AspectRatioMode.KeepAspectRatio)
        self.setAccessibleDescription(", ".join(lines))
        self.resize(self._wanted_size())
        at = timeline.mapTo(window, QPoint(x, -_PADDING))
        left = min(at.x() - self.width() // 2, window.width() - self.width())
        self.move(max(left, 0), max(at.y() - self.height(), 0))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(self._theme.tooltip))
        painter.setPen(QPen(QColor(self._theme.border_strong), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        left = (self.width() - self._size.width()) // 2
        painter.drawImage(QRect(QPoint(left, _PADDING), self._size), self._image)
        painter.setPen(QColor(self._theme.tooltip_text))
        painter.setFont(caption(self.font()))
        line = self._line_height()
        top = self.height() - _PADDING - line * len(self._lines)
        for number, text in enumerate(self._lines):
            where = QRectF(0, top + number * line, self.width(), line)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _wanted_size(self) -> QSize:
        metrics = QFontMetricsF(caption(self.font()))
        widest = max((metrics.horizontalAdvance(line) for line in self._lines), default=0.0)
        text = self._line_height() * len(self._lines)
        width = max(self._size.width(), round(widest) + 2 * _PADDING) + 2 * _PADDING
        return QSize(width, self._size.height() + text + 3 * _PADDING)

    def _line_height(self) -> int:
        return round(QFontMetricsF(caption(self.font())).height()) + 1
