"""The timeline: turns mouse events into signals and shows what its setters were given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.i18n import mark, tr
from gui.theme import DARK, Theme
from gui.timeline.content import Content
from gui.timeline.gestures import Drag, Ends, bounds, drag_at, dragged_range, grip
from gui.timeline.layout import TimelineLayout
from gui.timeline.overlay import OverlayScene, paint_overlay
from gui.timeline.popup import FramePopup
from gui.timeline.render import LayerScene, paint_empty, paint_layer
from gui.timeline.rows import LANE, MIN_HEIGHT
from gui.timeline.types import Lanes

HEIGHT = round(MIN_HEIGHT)
EMPTY_MESSAGE = mark("Open a video to see its scores here")
SNAP = 6.0
"""Pixels from which the mouse is drawn to a violation."""
_ZOOM_PER_NOTCH = 1.25
_PAN_PER_NOTCH = 80.0
_LANES_PER_NOTCH = 2
_NOTCH = 120.0
"""Wheel units (eighths of a degree) that one click of a mouse wheel gives."""
_LATE_MS = 200
"""A picture of another frame gives way to words after so long."""
_ALT = Qt.KeyboardModifier.AltModifier


class TimelineWidget(QWidget):
    """Scores, violations, tracks and playhead of one video.

    Dragging scrubs and is drawn to violations unless Alt is held. The wheel zooms about the
    mouse, Shift+wheel pans, Alt+wheel scrolls the lanes, a double click shows the whole video.
    It takes no keys, and focus only by a click.
    """

    frame_requested = Signal(int)
    """The frame that the mouse asks for; the playhead moves only through `set_playhead`."""
    range_requested = Signal(object, object)
    """Start and stop that a handle of the in/out range is dragged to, each an int or None."""
    hover_changed = Signal(object)
    """The frame under the mouse, or None; answer with `set_thumbnail`."""
    lane_clicked = Signal(int)
    """The lane that was pressed; the frame there is requested as well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = DARK
        self._content = Content()
        self._playhead = 0
        self._range: Ends = None, None
        self._focused_lane: int | None = None
        self._view = TimelineLayout.whole(1, self.width())
        self._layer = QPixmap()
        self._stale = True
        self._hover: int | None = None
        self._drag = Drag.NONE
        self._requested: int | None = None
        self._grip = 0.0
        self._popup = FramePopup(self)
        # Once shown it is a child of the window, which lives longer than this.
        self.destroyed.connect(self._popup.deleteLater)
        self._late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self._late.timeout.connect(self._hide_popup)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumSize(320, HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription(
            tr(
                "Flickering scores, violations and tracks of every frame. Drag to scrub, "
                "wheel to zoom, Shift+wheel to pan, Alt+wheel to scroll tracks"
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(1200, 220)

    def set_theme(self, theme: Theme) -> None:
        """Colours of everything but scores, states and tracks."""
        self._theme = theme
        self._renew()

    def set_video(
        self, frame_count: int, fps: float, timestamps: NDArray[np.float64] | None = None
    ) -> None:
        """Begin with another video, all of it in view and nothing scored; 0 frames for none.

        `timestamps` are seconds, one a frame and rising, where the frame rate varies.
        """
        self._content = Content.of_video(frame_count, fps, timestamps)
        self._view = TimelineLayout.whole(frame_count, self.width())
        self._playhead = 0
        self._range = None, None
        self._focused_lane = None
        self._drag = Drag.NONE
        self._hover_at(None)
        self._arrange()

    def set_scores(self, scores: NDArray[np.float32]) -> None:
        """One score a frame, 0..1, or NaN where none is known yet; copied."""
        self._show_content(self._content.with_scores(scores))

    def set_violations(
        self,
        frames: NDArray[np.int64],
        states: NDArray[np.uint8],
        kinds: NDArray[np.int8],
        kind_names: tuple[str, ...],
    ) -> None:
        """Frames with violations, in any order, and a `MarkState` and a kind for each.

        `kinds` are indices into `kind_names`. A frame with several violations has several rows.
        """
        self._show_content(self._content.with_violations(frames, states, kinds, kind_names))

    def set_states(self, states: NDArray[np.uint8]) -> None:
        """Other states of the same violations, in the order in which these were given."""
        self._show_content(self._content.with_states(states))

    def set_lanes(self, lanes: Lanes) -> None:
        """Where each track is seen; forgets gaps and the focused lane."""
        content = self._content.with_lanes(lanes)
        self._focused_lane = None
        self._show_content(content)

    def set_gaps(
        self,
        lane: NDArray[np.int32],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
        states: NDArray[np.uint8],
    ) -> None:
        """Gaps ``[start, stop)`` in lanes that are violations, in any order, and their states."""
        self._show_content(self._content.with_gaps(lane, start, stop, states))

    def set_gap_states(self, states: NDArray[np.uint8]) -> None:
        """Other states of the same gaps, in the order in which these were given."""
        self._show_content(self._content.with_gap_states(states))

    def set_selected(self, frames: NDArray[np.int64]) -> None:
        """Frames that were chosen for labeling, ascending."""
        self._show_content(self._content.with_selected(frames))

    def set_counts(self, counts: NDArray[np.int32] | None) -> None:
        """Detections, one number a frame; copied. None hides the curve."""
        self._show_content(self._content.with_counts(counts))

    def set_focused_lane(self, lane: int | None) -> None:
        """Light a lane and scroll it into view."""
        if lane is not None and not 0 <= lane < len(self._content.labels):
            last = len(self._content.labels) - 1
            raise ValueError(f"expected lane from 0 to {last}, got {lane}")
        self._focused_lane = lane
        self._arrange()

    def set_range(self, start: int | None, stop: int | None) -> None:
        """The in/out range ``[start, stop)``; None for an end that is not set."""
        self._range = start, stop
        self._renew()

    def set_thumbnail(self, frame: int, image: QImage) -> None:
        """The small picture of the frame under the mouse; of any other it is ignored."""
        if frame != self._hover or image.isNull() or not self.isVisible():
            return
        self._late.stop()
        lines, x = self._content.note(frame), round(self._view.x_of(frame))
        self._popup.show_frame(image, lines, self._theme, self, x)
        self.update()

    def set_playhead(self, frame: int) -> None:
        """The current frame; scrolls to it unless the mouse is busy in the timeline."""
        if frame == self._playhead:
            return
        self._playhead = frame
        if self._content.frames and self._drag is Drag.NONE:
            self._show(self._view.showing(frame))
        self.update()

    def show_all(self) -> None:
        """The whole video in view."""
        self._show(TimelineLayout.whole(self._content.frames, self.width(), self._view.rows))

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
        if not self._content.frames:
            paint_empty(painter, self._view, self._theme, tr(EMPTY_MESSAGE))
        else:
            painter.drawPixmap(0, 0, self._current_layer())
            paint_overlay(painter, self._overlay())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._view = self._view.resized(self.width())
        self._arrange()

    def hideEvent(self, event: QHideEvent) -> None:
        self._hover_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if not self._content.frames:
            return
        across, along = event.angleDelta().x() / _NOTCH, event.angleDelta().y() / _NOTCH
        view = self._view
        if event.modifiers() & _ALT:
            # With Alt, Qt turns the wheel sideways on some platforms.
            way = -(across + along) * _LANES_PER_NOTCH * LANE
            self._show(view.arranged(view.rows.scrolled_to(view.rows.scroll + way)))
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            across, along = across + along, 0.0
        if along:
            view = view.zoomed_about(event.position().x(), _ZOOM_PER_NOTCH**along)
        self._show(view.panned(-across * _PAN_PER_NOTCH) if across else view)
        self._point_at(event.position(), exact=False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._content.frames or event.button() != Qt.MouseButton.LeftButton:
            return
        position = event.position()
        where = position.x(), position.y()
        self._requested = self._playhead
        self._drag = drag_at(self._view, self._range, *where)
        self._grip = grip(self._drag, self._view, self._range, *where)
        self._drag_to(position, exact=bool(event.modifiers() & _ALT))
        lane = self._view.rows.lane_at(position.y())
        if lane is not None and self._drag is Drag.SCRUB:
            self.lane_clicked.emit(lane)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._content.frames:
            return
        exact = bool(event.modifiers() & _ALT)
        self._drag_to(event.position(), exact=exact)
        self._point_at(event.position(), exact=exact)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = Drag.NONE

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._content.frames and event.button() == Qt.MouseButton.LeftButton:
            self.show_all()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_at(None)

    def _drag_to(self, at: QPointF, *, exact: bool) -> None:
        view = self._view
        match self._drag:
            case Drag.SCRUB:
                self._scrub(self._frame_at(at.x(), exact=exact))
            case Drag.MINIMAP:
                self._show(view.starting_at(view.minimap_position(at.x()) - self._grip))
            case Drag.LANES:
                self._show(view.arranged(view.rows.dragged(at.y() - self._grip)))
                self._grip = at.y()
            case Drag.START | Drag.STOP:
                wanted = dragged_range(self._drag, view, self._range, at.x() - self._grip)
                if wanted != self._range:
                    self.range_requested.emit(*wanted)

    def _scrub(self, frame: int) -> None:
        if frame != self._requested:
            self._requested = frame
            self.frame_requested.emit(frame)

    def _frame_at(self, x: float, *, exact: bool) -> int:
        """The frame under x, or one beside it that is marked unless it has to be exact."""
        if not exact and self._view.pixels_per_frame < SNAP:
            near = self._content.nearest(self._view, x, SNAP)
            if near is not None:
                return near
        return self._view.frame_at(x)

    def _point_at(self, position: QPointF, *, exact: bool) -> None:
        part = self._drag
        if part is Drag.NONE:
            part = drag_at(self._view, self._range, position.x(), position.y())
        on_handle = part in (Drag.START, Drag.STOP)
        self.setCursor(Qt.CursorShape.SizeHorCursor if on_handle else Qt.CursorShape.ArrowCursor)
        over_frames = part is Drag.SCRUB
        self._hover_at(self._frame_at(position.x(), exact=exact) if over_frames else None)

    def _hover_at(self, frame: int | None) -> None:
        if frame == self._hover:
            return
        self._hover = frame
        if frame is None:
            self._hide_popup()
        elif self._popup.isVisible():
            self._late.start()
        self.update()
        self.hover_changed.emit(frame)

    def _hide_popup(self) -> None:
        self._late.stop()
        self._popup.hide()
        self.update()

    def _show_content(self, content: Content) -> None:
        self._content = content
        self._arrange()

    def _arrange(self) -> None:
        """Share the height anew."""
        rows = self._content.rows(self.height(), self._view.rows.scroll)
        if self._focused_lane is not None:
            rows = rows.showing(self._focused_lane)
        self._view = self._view.arranged(rows)
        self._renew()

    def _show(self, view: TimelineLayout) -> None:
        if view != self._view:
            self._view = view
            self._renew()

    def _renew(self) -> None:
        self._stale = True
        self.update()

    def _current_layer(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._layer.size() != self.size() * ratio:
            self._layer = QPixmap(self.size() * ratio)
            self._stale = True
        if self._stale:
            self._layer.setDevicePixelRatio(ratio)
            self._paint_layer()
            self._stale = False
        return self._layer

    def _paint_layer(self) -> None:
        content = self._content
        scene = LayerScene(
            layout=self._view,
            clock=content.clock,
            pyramid=content.pyramid,
            marks=content.marks,
            selected=content.selected,
            lanes=content.lane_scene(self._focused_lane),
            bounds=bounds(self._range, content.frames),
            theme=self._theme,
            font=self.font(),
        )
        painter = QPainter(self._layer)
        paint_layer(painter, scene)
        painter.end()

    def _overlay(self) -> OverlayScene:
        hover = self._hover
        spoken = hover is not None and not self._popup.isVisible()
        return OverlayScene(
            layout=self._view,
            playhead=self._playhead,
            hover=hover,
            note=" \u00b7 ".join(self._content.note(hover)) if spoken and hover is not None else "",
            theme=self._theme,
            font=self.font(),
        )
