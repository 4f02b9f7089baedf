"""The views of one session: picture, review panel and timeline."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.assertions.imputed import ImputedBox
from core.settings import Settings
from core.video.proxy import proxy_folder
from gui.canvas import CanvasWidget
from gui.picture_pane import PicturePane
from gui.player import Player
from gui.review.panel import ReviewPanel
from gui.selection.page import SelectionPage
from gui.selection.pictures import Pictures
from gui.selection.whole import Whole
from gui.session import Session
from gui.theme import Theme
from gui.thumbnails import Thumbnails
from gui.timeline import TimelineWidget
from gui.timeline_feed import TimelineFeed

_SIZES = {"columns": [960, 392], "rows": [550, 218]}
"""Sizes of the splitters that the window begins with, px."""
_LATE_MS = 30
"""After a decision the picture of the next violation comes first; list and timeline follow."""


class Workspace(QWidget):
    """Lives as long as its session, and follows it."""

    split_changed = Signal(bool)
    """Whether three frames are shown side by side."""
    selecting_changed = Signal(bool)
    """Whether the page on which frames are selected takes the place of picture and review."""
    frames_selected = Signal(object)
    """An `Outcome`."""
    report_requested = Signal(object)
    """A `ReportOrder`."""
    keep_requested = Signal(object)
    """A `KeepOrder`: select frames of several videos."""
    open_requested = Signal(object, int)
    """Open another project of the collection, at a frame."""

    def __init__(
        self,
        session: Session,
        review_actions: Sequence[QAction],
        theme: Theme,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.pane = PicturePane(session, settings)
        self.timeline = TimelineWidget()
        self.review = ReviewPanel(session, review_actions)
        self.player = Player(session, self)
        self._thumbnails = self._thumbnails_for(settings)
        self.page: SelectionPage | None = None
        """Made when it is first asked for."""
        self.whole: Whole | None = None
        """All videos of the window's collection, for that page."""
        self._theme, self._settings = theme, settings
        self._late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self._late.timeout.connect(self._follow)
        self._decided = False
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        index = session.index
        self.timeline.set_video(len(index), float(session.info.rate), index.timestamps())
        self._feed = TimelineFeed(session, self.timeline)
        self._show_run()
        self.pane.show_frame(session.frame)
        self.setFocusProxy(self.pane)

    @property
    def canvas(self) -> CanvasWidget:
        """The picture with its boxes."""
        return self.pane.canvas

    @property
    def shown_frame(self) -> int | None:
        """The frame whose picture is seen, which lags behind the session's while scrubbing."""
        return self.pane.shown_frame

    @property
    def shown_in_full(self) -> bool:
        """Whether that picture is the full one, or a small one that it follows soon."""
        return self.pane.shown_in_full

    def set_theme(self, theme: Theme) -> None:
        """Dress all that paints itself."""
        self._theme = theme
        for view in (self.pane, self.timeline, self.review):
            view.set_theme(theme)
        if self.page is not None:
            self.page.set_theme(theme)

    def use(self, settings: Settings) -> None:
        """Take pictures from where, and in the way, that the settings say from now on."""
        self._settings = settings
        self.pane.use(settings)
        if self._thumbnails is not None:
            self._thumbnails.stop()
        self._thumbnails = self._thumbnails_for(settings)

    def close_session(self) -> None:
        """End playback, decoding and detection, and let go of the project."""
        self.player.pause()
        if self.page is not None:
            self.page.close_page()
        self.pane.close_loader()
        if self._thumbnails is not None:
            self._thumbnails.stop()
        self.review.settle()
        self.session.close()

    def layout_state(self) -> dict[str, list[int]]:
        """Sizes of the parts, for the next time."""
        return {name: splitter.sizes() for name, splitter in self._splitters.items()}

    def restore_layout(self, state: Mapping[str, Sequence[int]]) -> None:
        """Give the parts the sizes that they had; what does not fit is left as it is."""
        for name, splitter in self._splitters.items():
            sizes = list(state.get(name, ()))
            if len(sizes) == splitter.count() and sum(sizes) > 0:
                splitter.setSizes(sizes)

    # What a person asks for

    def edit(self) -> None:
        """Move or resize the focused box."""
        self._alone()
        self.pane.edit()

    def draw(self) -> None:
        """Draw a box."""
        self._alone()
        self.pane.draw()

    def change_class(self) -> None:
        """Choose another class for the focused box."""
        self._alone()
        self.pane.change_class()

    def loop(self) -> None:
        """Play the violation under review again and again, or pause."""
        queue, box = self.session.queue, self.session.focused
        number = queue.number_of(box)
        if number is not None:
            item = queue[number]
            self.player.loop(item.start, item.stop)
        elif box is not None:
            self.player.loop(box.frame, box.frame + 1)

    def set_ghosts(self, wanted: bool) -> None:
        """Show the boxes of the frames before and after, too."""
        self.pane.set_ghosts(wanted)

    def set_split(self, wanted: bool) -> None:
        """Show the frames before and after beside the current one."""
        self.pane.set_split(wanted)
        self.split_changed.emit(wanted)

    @property
    def selecting(self) -> bool:
        """Whether a person selects frames now."""
        return self.page is not None and self._upper.currentWidget() is self.page

    def set_selecting(self, wanted: bool) -> None:
        """Show the page on which frames are selected, or picture and review again."""
        if wanted != self.selecting:
            if wanted:
                self.pane.canvas.commit()
                self.page = self.page or self._make_page()
                self._upper.setCurrentWidget(self.page)
                self.page.enter()
            elif self.page is not None:
                self.page.leave()
                self._feed.show_preview(None)
                self._upper.setCurrentIndex(0)
            shown = self.page if wanted else None
            self.setFocusProxy(shown or self.pane)
            self.setFocus()
        self.selecting_changed.emit(self.selecting)

    # Inside

    def _make_page(self) -> SelectionPage:
        page = SelectionPage(self.session, Pictures(self._settings.proxies), self.whole)
        page.set_theme(self._theme)
        page.previewed.connect(self._feed.show_preview)
        page.selected.connect(self.frames_selected)
        page.report_requested.connect(self.report_requested)
        page.keep_requested.connect(self.keep_requested)
        page.open_requested.connect(self.open_requested)
        page.back_requested.connect(lambda: self.set_selecting(False))
        self._upper.addWidget(page)
        return page

    def _alone(self) -> None:
        """Boxes are changed in one picture."""
        if self.pane.is_split:
            self.set_split(False)

    def _thumbnails_for(self, settings: Settings) -> Thumbnails | None:
        place = settings.proxies
        if place is None:
            return None
        folder = proxy_folder(place, self.session.info.identity)
        thumbnails = Thumbnails(folder, len(self.session.index))
        thumbnails.ready.connect(self._show_thumbnail)
        thumbnails.start()
        return thumbnails

    def _show_run(self) -> None:
        self._feed.show_run()
        self.review.show_boxes()
        self.pane.show_boxes()

    def _show_decisions(self) -> None:
        self._decided = True
        self._follow_soon()
        self.pane.show_boxes()

    def _show_focus(self) -> None:
        self._follow_soon()
        self.pane.show_boxes()

    def _follow_soon(self) -> None:
        # Not begun anew each time: while a key is held down they would never follow.
        if not self._late.isActive():
            self._late.start()

    def _follow(self) -> None:
        """Let list and timeline show decisions and focus, after the picture was painted."""
        if self._decided:
            self._decided = False
            self._feed.show_decisions()
            self.review.show_decisions()
        self.review.show_focus()
        self._feed.show_focus()

    @Slot(int)
    def _show_frame(self, frame: int) -> None:
        self.pane.show_frame(frame)
        self.timeline.set_playhead(frame)

    @Slot(int)
    def _scrub(self, frame: int) -> None:
        self.player.pause()
        self.session.go_to(frame)

    @Slot(object)
    def _focus(self, box: ImputedBox) -> None:
        self.session.focus(box)

    @Slot(object)
    def _point_at(self, frame: int | None) -> None:
        if frame is not None and self._thumbnails is not None:
            self._thumbnails.want(frame)

    @Slot(int, object)
    def _show_thumbnail(self, frame: int, image: QImage) -> None:
        self.timeline.set_thumbnail(frame, image)

    def _connect(self) -> None:
        session = self.session
        session.frame_changed.connect(self._show_frame)
        session.focus_changed.connect(self._show_focus)
        session.decisions_changed.connect(self._show_decisions)
        session.run_changed.connect(self._show_run)
        session.queue_changed.connect(self.review.show_queue)
        session.detection_changed.connect(self.review.show_boxes)
        session.selection_changed.connect(self.review.show_selection)
        session.selection_changed.connect(self.pane.show_boxes)
        self.timeline.frame_requested.connect(self._scrub)
        self.timeline.hover_changed.connect(self._point_at)
        self.review.focus_requested.connect(self._focus)

    def _lay_out(self) -> None:
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self.pane)
        columns.addWidget(self.review)
        columns.setStretchFactor(0, 1)
        columns.setCollapsible(0, False)
        self._upper = QStackedWidget()
        self._upper.addWidget(columns)
        rows = QSplitter(Qt.Orientation.Vertical)
        rows.addWidget(self._upper)
        rows.addWidget(self.timeline)
        rows.setStretchFactor(0, 1)
        rows.setChildrenCollapsible(False)
        self._splitters = {"columns": columns, "rows": rows}
        self.restore_layout(_SIZES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(rows)
