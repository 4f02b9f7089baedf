"""The views of one session: picture, review panel and timeline."""

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.assertions.imputed import ImputedBox
from core.settings import Settings
from core.video.proxy import proxy_folder
from gui.canvas import CanvasWidget
from gui.frame_loader import FrameLoader, ShownFrame
from gui.player import Player
from gui.presentation import canvas_boxes, marks
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.text import grouped
from gui.theme import Theme
from gui.timeline import TimelineWidget


class Workspace(QWidget):
    """Lives as long as its session, and follows it."""

    def __init__(
        self,
        session: Session,
        review_actions: list[QAction],
        theme: Theme,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.shown_frame: int | None = None
        """The frame whose picture is seen, which lags behind the session's while scrubbing."""
        self.shown_in_full = False
        """Whether that picture is the full one, or a small one that it follows soon."""
        self.canvas = CanvasWidget()
        self.timeline = TimelineWidget()
        self.review = ReviewPanel(session, review_actions)
        self.player = Player(session, self)
        self._loader = self._loader_for(settings)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.canvas.set_empty("", "")
        index = session.index
        self.timeline.set_video(len(index), float(session.info.rate), index.timestamps())
        self._show_run()
        self._show_frame(session.frame)
        self.setFocusProxy(self.canvas)

    def set_theme(self, theme: Theme) -> None:
        """Dress all that paints itself."""
        for view in (self.canvas, self.timeline, self.review):
            view.set_theme(theme)

    def use(self, settings: Settings) -> None:
        """Take pictures from where, and in the way, that the settings say from now on."""
        self._loader.close()
        self._loader.deleteLater()
        self._loader = self._loader_for(settings)
        self._loader.request(self.session.frame)

    def close_session(self) -> None:
        """End playback, decoding and detection, and let go of the project."""
        self.player.pause()
        self._loader.close()
        self.review.settle()
        self.session.close()

    def _loader_for(self, settings: Settings) -> FrameLoader:
        info, place = self.session.info, settings.proxies
        loader = FrameLoader(
            info.path,
            self.session.index,
            self,
            proxy=proxy_folder(place, info.identity) if place else None,
            hardware=settings.hardware_decoding,
        )
        loader.loaded.connect(self._show_picture)
        loader.failed.connect(self._show_damaged)
        return loader

    def _show_run(self) -> None:
        self.timeline.set_scores(self.session.scores())
        self.review.show_boxes()
        self._show_decisions()

    def _show_decisions(self) -> None:
        frames, states = marks(self.session)
        kinds = np.zeros(len(frames), np.int8)
        self.timeline.set_violations(frames, states, kinds, ("flickering",))
        self.review.show_decisions()
        self._show_boxes()

    def _show_focus(self) -> None:
        self.review.show_focus()
        self._show_boxes()

    @Slot(int)
    def _show_frame(self, frame: int) -> None:
        self._loader.request(frame)
        self.timeline.set_playhead(frame)

    @Slot(object)
    def _show_picture(self, shown: ShownFrame) -> None:
        self.shown_frame = shown.frame
        self.shown_in_full = shown.full
        self.canvas.set_picture(shown.image, shown.size)
        self.canvas.set_note("Damaged: the file has errors here" if shown.damaged else "")
        self._show_boxes()

    @Slot(int, str)
    def _show_damaged(self, frame: int, sentence: str) -> None:
        self.shown_frame = None
        self.canvas.set_picture(None)
        self.canvas.set_note("")
        self.canvas.set_empty(f"Frame {grouped(frame)} cannot be shown", sentence)
        self._show_boxes()

    def _show_boxes(self) -> None:
        self.canvas.set_boxes(canvas_boxes(self.session, self.shown_frame))

    @Slot(int)
    def _scrub(self, frame: int) -> None:
        self.player.pause()
        self.session.go_to(frame)

    @Slot(object)
    def _focus(self, box: ImputedBox) -> None:
        self.session.focus(box)

    def _connect(self) -> None:
        session = self.session
        session.frame_changed.connect(self._show_frame)
        session.focus_changed.connect(self._show_focus)
        session.decisions_changed.connect(self._show_decisions)
        session.run_changed.connect(self._show_run)
        session.detection_changed.connect(self.review.show_boxes)
        self.timeline.frame_requested.connect(self._scrub)
        self.canvas.box_clicked.connect(self._focus)
        self.review.focus_requested.connect(self._focus)

    def _lay_out(self) -> None:
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(self.canvas)
        upper.addWidget(self.review)
        upper.setStretchFactor(0, 1)
        upper.setSizes([976, 376])
        upper.setCollapsible(0, False)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(upper, 1)
        rows.addWidget(self.timeline)
