"""The previous frame, the current one and the next, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.canvas.gestures import Click, Gesture
from gui.canvas.render import CanvasScene, paint_canvas
from gui.canvas.types import Box, CanvasBox, Point, Size
from gui.canvas.view import PictureView
from gui.i18n import mark, tr, tr_n
from gui.theme import Theme, caption

COUNT = 3
MIDDLE = 1
_ABSENT = (mark("no frame before"), mark("no frame"), mark("no frame after"))
_GAP = 4.0
_LINE = 2.0
"""Height of the line over the current frame."""


@dataclass(frozen=True, slots=True)
class SplitPanel:
    """One of the three frames."""

    title: str
    """Such as ``frame 34``."""
    picture: QImage | None
    """The frame, which may be smaller than `size`; None while it is not there yet."""
    size: tuple[int, int] | None
    """Pixels of the full picture, in which boxes are given; None where there is no such frame."""
    boxes: Sequence[CanvasBox]


class SplitView(PictureView):
    """Three frames that zoom and pan as one; wheel zooms, drag pans, double click fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels = (SplitPanel("", None, None, ()),) * COUNT
        self._pressed = MIDDLE
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(320, 120)
        self.setAccessibleName(tr("Frames before, now and after"))

    def set_frames(self, panels: Sequence[SplitPanel]) -> None:
        """Show the previous frame, the current one and the next.

        The view is kept where the pictures have the size of those before. Raises `ValueError`
        for another number of panels than 3.
        """
        if len(panels) != COUNT:
            raise ValueError(f"expected {COUNT} panels, got {len(panels)}")
        self._panels = tuple(panels)
        sizes = [panels[i].size for i in (MIDDLE, 0, 2)]
        width, height = next((size for size in sizes if size is not None), (0, 0))
        self._move_view(lambda: self._viewport.show((float(width), float(height))))
        self.setAccessibleDescription(", ".join(map(_described, self._panels, _ABSENT)))
        self.update()

    def focus_on(self, xyxy: Box) -> None:
        """Zoom all three around a box (image px) so that it fills about a third of each."""
        self._move_view(lambda: self._viewport.focus_on(xyxy))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.window))
        for i, panel in enumerate(self._panels):
            left = self._left(i)
            painter.save()
            painter.translate(left, 0)
            self._paint_title(painter, panel.title, current=i == MIDDLE)
            painter.translate(0, self._top())
            painter.setClipRect(QRectF(0, 0, *self._room()))
            if panel.size is None or panel.picture is None:
                words = tr(_ABSENT[i]) if panel.size is None else ""
                _paint_absent(painter, self._room(), words, self._theme, self.font())
            else:
                paint_canvas(painter, self._scene(panel, panel.picture, panel.size))
            painter.restore()
        painter.end()

    def _scene(self, panel: SplitPanel, picture: QImage, size: tuple[int, int]) -> CanvasScene:
        return CanvasScene(
            size=self._room(),
            picture=picture,
            boxes=panel.boxes,
            view=self._viewport.view,
            theme=self._theme,
            font=self.font(),
            picture_size=(float(size[0]), float(size[1])),
        )

    def _paint_title(self, painter: QPainter, title: str, *, current: bool) -> None:
        width = self._room()[0]
        font = caption(self.font())
        if current:
            painter.fillRect(QRectF(0, 0, width, _LINE), QColor(self._theme.accent_text))
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.text if current else self._theme.text_muted))
        strip = QRectF(8, _LINE, width - 16, self._top() - _LINE)
        words = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, strip.width())
        painter.drawText(strip, Qt.AlignmentFlag.AlignVCenter, words)

    def _room(self) -> Size:
        width = (self.width() - (COUNT - 1) * _GAP) / COUNT
        return max(0.0, self._whole(width)), max(0.0, self.height() - self._top())

    def _top(self) -> float:
        """Height of the titles."""
        return 24.0

    def _left(self, i: int) -> float:
        """Of a panel; the outer ones lie at the widget's edges."""
        return self._whole(i * (self.width() - self._room()[0]) / (COUNT - 1))

    def _whole(self, length: float) -> float:
        """Rounded to device pixels, so that lines in every panel are sharp."""
        ratio = self.devicePixelRatioF()
        return int(length * ratio) / ratio

    def _panel_at(self, x: float) -> int:
        return max(i for i in range(COUNT) if i == 0 or x >= self._left(i) - _GAP / 2)

    def _in_view(self, position: QPointF) -> Point:
        # A drag goes on in the panel where it began.
        panel = self._pressed if self._gesture is not None else self._panel_at(position.x())
        self._pressed = panel
        return position.x() - self._left(panel), position.y() - self._top()

    def _gesture_at(self, at: Point) -> Gesture | None:
        return Click(at, self._click, QApplication.startDragDistance(), self._panning(at))

    def _click(self, at: Point) -> None:
        box = self._box_under(at, self._panels[self._pressed].boxes)
        if box is not None:
            self.box_clicked.emit(box.key)

    def _hover(self, at: Point) -> None:
        over = self._box_under(at, self._panels[self._pressed].boxes)
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)


def _described(panel: SplitPanel, absent: str) -> str:
    if panel.size is None:
        return tr(absent)
    return f"{panel.title}: {tr_n('{count} box', '{count} boxes', len(panel.boxes))}"


def _paint_absent(painter: QPainter, size: Size, words: str, theme: Theme, font: QFont) -> None:
    room = QRectF(0, 0, *size)
    painter.fillRect(room, QColor(theme.surface))
    painter.setFont(caption(font))
    painter.setPen(QColor(theme.text_muted))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
