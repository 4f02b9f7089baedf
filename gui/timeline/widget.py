"""The timeline: turns mouse events into signals and shows what its setters were given."""

from __future__ import annotations

from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import DARK, Theme
from gui.timeline.clock import Clock
from gui.timeline.layout import TimelineLayout
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.render import (
    LayerScene,
    OverlayScene,
    hover_note,
    paint_empty,
    paint_layer,
    paint_overlay,
)

HEIGHT = 132
EMPTY_MESSAGE = "Open a video to see its scores here"
_ZOOM_PER_NOTCH = 1.25
_PAN_PER_NOTCH = 80.0
_NOTCH = 120.0
"""Wheel units (eighths of a degree) that one click of a mouse wheel gives."""


class _Drag(Enum):
    NONE = auto()
    SCRUB = auto()
    MINIMAP = auto()


class TimelineWidget(QWidget):
    """Scores, marks and playhead of one video.

    Dragging scrubs, the wheel zooms about the mouse, Shift+wheel pans, a double click shows the
    whole video. It takes no keys, and focus only by a click.
    """

    frame_requested = Signal(int)
    """The frame that the mouse asks for; the playhead moves only through `set_playhead`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = DARK
        self._frames = 0
        self._clock = Clock(fps=1.0)
        self._scores = np.empty(0, dtype=np.float32)
        self._pyramid = ScorePyramid.of(self._scores)
        self._mark_frames = np.empty(0, dtype=np.int64)
        self._mark_states = np.empty(0, dtype=np.uint8)
        self._playhead = 0
        self._view = TimelineLayout.whole(1, self.width())
        self._layer: QPixmap | None = None
        self._hover: int | None = None
        self._drag = _Drag.NONE
        self._requested: int | None = None
        self._grabbed = 0.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(320, HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("Flickering scores and review marks of every frame")

    def sizeHint(self) -> QSize:
        return QSize(1200, HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Colours of everything but scores and marks."""
        self._theme = theme
        self._renew()

    def set_video(
        self, frame_count: int, fps: float, timestamps: NDArray[np.float64] | None = None
    ) -> None:
        """Begin with another video, all of it in view and nothing scored; 0 frames for none.

        `timestamps` are seconds, one a frame and rising, where the frame rate varies.
        """
        if fps <= 0:
            raise ValueError(f"expected fps > 0, got {fps}")
        if timestamps is not None:
            _expect_shape("timestamps", timestamps, (frame_count,))
        self._frames = frame_count
        self._clock = Clock(fps, timestamps if frame_count else None)
        self._view = TimelineLayout.whole(frame_count, self.width())
        self._playhead = 0
        self._hover = None
        self._drag = _Drag.NONE
        self.set_marks(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8))
        self.set_scores(np.full(frame_count, np.nan, dtype=np.float32))

    def set_scores(self, scores: NDArray[np.float32]) -> None:
        """One score a frame, 0..1, or NaN where none is known yet; copied."""
        _expect_shape("scores", scores, (self._frames,))
        self._scores = np.array(scores, dtype=np.float32)
        self._pyramid = ScorePyramid.of(self._scores)
        self._renew()

    def set_marks(self, frames: NDArray[np.int64], states: NDArray[np.uint8]) -> None:
        """The frames that carry imputed boxes, in any order, and a `MarkState` for each."""
        _expect_shape("states", states, frames.shape)
        order = np.argsort(frames, kind="stable")
        self._mark_frames, self._mark_states = frames[order], states[order]
        self._renew()

    def set_playhead(self, frame: int) -> None:
        """The current frame; scrolls to it unless the mouse is busy in the timeline."""
        if frame == self._playhead:
            return
        self._playhead = frame
        if self._frames and self._drag is _Drag.NONE:
            self._show(self._view.showing(frame))
        self.update()

    def show_all(self) -> None:
        """The whole video in view."""
        self._show(TimelineLayout.whole(self._frames, self.width()))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the playhead, or about the middle where it is out of view."""
        x = self._view.x_of(self._playhead)
        if not 0 <= x <= self.width():
            x = self.width() / 2
        self._show(self._view.zoomed_about(x, factor))

    def visible_range(self) -> tuple[float, float]:
        """First and last visible position ``[first, last)`` in float frames."""
        return self._view.first, self._view.last

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._frames:
            paint_empty(painter, self._view, self._theme, EMPTY_MESSAGE)
        else:
            painter.drawPixmap(0, 0, self._current_layer())
            paint_overlay(painter, self._overlay())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._view = self._view.resized(self.width())
        self._renew()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if not self._frames:
            return
        across, along = event.angleDelta().x() / _NOTCH, event.angleDelta().y() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            across, along = across + along, 0.0
        view = self._view
        if along:
            view = view.zoomed_about(event.position().x(), _ZOOM_PER_NOTCH**along)
        self._show(view.panned(-across * _PAN_PER_NOTCH) if across else view)
        self._point_at(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._frames or event.button() != Qt.MouseButton.LeftButton:
            return
        position = event.position()
        if self._on_minimap(position):
            self._drag = _Drag.MINIMAP
            self._grab_minimap(position.x())
        else:
            self._drag = _Drag.SCRUB
            self._requested = self._playhead
            self._scrub(position.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._frames:
            return
        if self._drag is _Drag.SCRUB:
            self._scrub(event.position().x())
        elif self._drag is _Drag.MINIMAP:
            self._drag_minimap(event.position().x())
        self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = _Drag.NONE

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._frames and event.button() == Qt.MouseButton.LeftButton:
            self.show_all()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def _scrub(self, x: float) -> None:
        frame = self._view.frame_at(x)
        if frame != self._requested:
            self._requested = frame
            self.frame_requested.emit(frame)

    def _grab_minimap(self, x: float) -> None:
        """Hold the window where it was seized; a press beside it brings it under the mouse."""
        position = self._view.minimap_position(x)
        left, right = self._view.minimap_window()
        self._grabbed = position - self._view.first if left <= x <= right else self._view.span / 2
        self._drag_minimap(x)

    def _drag_minimap(self, x: float) -> None:
        self._show(self._view.starting_at(self._view.minimap_position(x) - self._grabbed))

    def _point_at(self, position: QPointF) -> None:
        busy_elsewhere = self._drag is _Drag.MINIMAP or self._on_minimap(position)
        if busy_elsewhere and self._drag is not _Drag.SCRUB:
            hover = None
        else:
            hover = self._view.frame_at(position.x())
        if hover != self._hover:
            self._hover = hover
            self.update()

    def _on_minimap(self, position: QPointF) -> bool:
        return self._view.minimap.contains_y(position.y())

    def _show(self, view: TimelineLayout) -> None:
        if view != self._view:
            self._view = view
            self._renew()

    def _renew(self) -> None:
        self._layer = None
        self.update()

    def _current_layer(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.devicePixelRatioF() != ratio:
            self._layer = self._painted_layer(ratio)
        return self._layer

    def _painted_layer(self, ratio: float) -> QPixmap:
        layer = QPixmap(self.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        scene = LayerScene(
            layout=self._view,
            clock=self._clock,
            pyramid=self._pyramid,
            mark_frames=self._mark_frames,
            mark_states=self._mark_states,
            theme=self._theme,
            font=self.font(),
        )
        painter = QPainter(layer)
        paint_layer(painter, scene)
        painter.end()
        return layer

    def _overlay(self) -> OverlayScene:
        hover = self._hover
        note = "" if hover is None else hover_note(hover, self._clock, float(self._scores[hover]))
        return OverlayScene(
            layout=self._view,
            playhead=self._playhead,
            hover=hover,
            note=note,
            theme=self._theme,
            font=self.font(),
        )


def _expect_shape(name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"expected {name} of shape {shape}, got {array.shape}")
