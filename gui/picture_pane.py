"""The picture of the current frame with its boxes: one frame, or three side by side."""

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from core.assertions.imputed import ImputedBox, Xyxy
from core.settings import Settings
from core.video.proxy import proxy_folder
from gui.canvas import CanvasWidget, SplitPanel, SplitView, Tool, class_menu
from gui.canvas.view import PictureView
from gui.frame_loader import FrameLoader, ShownFrame
from gui.i18n import tr
from gui.presentation import canvas_boxes, ghosts
from gui.session import Session
from gui.text import grouped
from gui.theme import Theme

_ANY_CLASS = "object"
"""Of a drawn box, until its class is chosen, where neither a run nor a decision names one."""


class PicturePane(QStackedWidget):
    """Follows a session's frame, boxes and focus, and lets a person edit and draw boxes."""

    shown = Signal()
    """Another picture is seen; see `shown_frame`."""

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.shown_frame: int | None = None
        """The frame whose picture is seen, which lags behind the session's while scrubbing."""
        self.shown_in_full = False
        """Whether that picture is the full one, or a small one that it follows soon."""
        self.canvas = CanvasWidget()
        self.canvas.set_empty("", "")
        self.split = SplitView()
        self.addWidget(self.canvas)
        self.addWidget(self.split)
        self._ghosts = False
        self._class_name: str | None = None
        self._pictures: dict[int, ShownFrame] = {}
        self._loader = self._loader_for(settings)
        self._connect()
        self.setFocusProxy(self.canvas)

    def set_theme(self, theme: Theme) -> None:
        """Colours around the picture."""
        self.canvas.set_theme(theme)
        self.split.set_theme(theme)

    def use(self, settings: Settings) -> None:
        """Take pictures from where, and in the way, that the settings say from now on."""
        self._loader.close()
        self._loader.deleteLater()
        self._loader = self._loader_for(settings)
        self._loader.show_neighbours(self.is_split)
        self._loader.request(self._session.frame)

    def close_loader(self) -> None:
        """End decoding."""
        self._loader.close()

    @Slot(int)
    def show_frame(self, frame: int) -> None:
        """Go to another frame; an edit that is under way is kept."""
        self.canvas.commit()
        self._loader.request(frame)

    def show_boxes(self) -> None:
        """Boxes, decisions or the focus are other ones."""
        frame = self.shown_frame
        if frame not in (None, self._session.frame):
            return  # The picture of the frame is on its way, and brings its boxes.
        self.canvas.set_boxes(canvas_boxes(self._session, frame))
        self.canvas.set_badge(
            tr("Selected") if self._session.is_selected(self._session.frame) else ""
        )
        if self._ghosts and frame is not None:
            beside = [ghosts(self._session, other) for other in (frame - 1, frame + 1)]
            self.canvas.set_ghosts(*beside)
        else:
            self.canvas.set_ghosts((), ())
        if self.is_split:
            self._show_split()

    # What a person asks for

    def edit(self) -> None:
        """Move or resize the focused box."""
        self.set_split(False)
        self.canvas.set_tool(Tool.EDIT, self._session.focused)

    def draw(self) -> None:
        """Draw a box of one's own."""
        self.set_split(False)
        self.canvas.set_tool(Tool.DRAW)

    def change_class(self) -> None:
        """Choose another class for the focused box."""
        box = self._session.focused
        if box is None:
            return
        decision = self._session.decision(box)
        now = decision.class_name if decision else box.class_name
        menu = class_menu(self, self._session.class_names, now)
        menu.chosen.connect(lambda name: self._set_class(box, name))
        x0, _, _, y1 = self.canvas.view().to_widget(decision.xyxy if decision else box.xyxy)
        menu.popup(self.canvas.mapToGlobal(QPoint(round(x0), round(y1) + 4)))

    def set_ghosts(self, wanted: bool) -> None:
        """Show the boxes of the frames before and after, too."""
        self._ghosts = wanted
        self.show_boxes()

    @property
    def is_split(self) -> bool:
        """Whether three frames are shown side by side."""
        return self.currentWidget() is self.split

    def set_split(self, wanted: bool) -> None:
        """Show the frames before and after beside the current one, or the current one alone."""
        if wanted == self.is_split:
            return
        self.canvas.commit()
        self._loader.show_neighbours(wanted)
        self.setCurrentWidget(self.split if wanted else self.canvas)
        self.setFocusProxy(self.picture)
        self._loader.request(self._session.frame)
        self.show_boxes()
        if wanted and self._session.focused is not None:
            self.split.focus_on(self._session.focused.xyxy)

    @property
    def picture(self) -> PictureView:
        """The view that is seen, which can be zoomed and fitted."""
        return self.split if self.is_split else self.canvas

    # Inside

    def _loader_for(self, settings: Settings) -> FrameLoader:
        info, place = self._session.info, settings.proxies
        loader = FrameLoader(
            info.path,
            self._session.index,
            self,
            proxy=proxy_folder(place, info.identity) if place else None,
            hardware=settings.hardware_decoding,
        )
        loader.loaded.connect(self._show_picture)
        loader.loaded_beside.connect(self._show_beside)
        loader.failed.connect(self._show_damaged)
        return loader

    @Slot(object)
    def _show_picture(self, shown: ShownFrame) -> None:
        self.shown_frame = shown.frame
        self.shown_in_full = shown.full
        self.canvas.set_picture(shown.image, shown.size)
        self.canvas.set_note(tr("Damaged: the file has errors here") if shown.damaged else "")
        self._keep(shown)
        self.show_boxes()
        self.shown.emit()

    @Slot(object)
    def _show_beside(self, shown: ShownFrame) -> None:
        self._keep(shown)
        if self.is_split:
            self._show_split()

    @Slot(int, str)
    def _show_damaged(self, frame: int, sentence: str) -> None:
        self.shown_frame = None
        self.canvas.set_picture(None)
        self.canvas.set_note("")
        self.canvas.set_empty(tr("Frame {frame} cannot be shown", frame=grouped(frame)), sentence)
        self.show_boxes()
        self.shown.emit()

    def _keep(self, shown: ShownFrame) -> None:
        """Remember a picture while it may be one of the three."""
        now = self._session.frame
        self._pictures = {
            frame: kept for frame, kept in self._pictures.items() if abs(frame - now) <= 1
        }
        self._pictures[shown.frame] = shown

    def _show_split(self) -> None:
        middle = self._session.frame if self.shown_frame is None else self.shown_frame
        self.split.set_frames([self._panel(frame) for frame in range(middle - 1, middle + 2)])

    def _panel(self, frame: int) -> SplitPanel:
        if not 0 <= frame < len(self._session.index):
            return SplitPanel("", None, None, ())
        shown = self._pictures.get(frame)
        info = self._session.info
        title = tr("frame {frame}", frame=grouped(frame))
        return SplitPanel(
            tr("{title} · selected", title=title) if self._session.is_selected(frame) else title,
            shown.image if shown else None,
            (info.width, info.height),
            canvas_boxes(self._session, frame),
        )

    @Slot(object, object)
    def _take_edit(self, box: ImputedBox, xyxy: Xyxy) -> None:
        self._session.correct(box, xyxy=xyxy)

    @Slot(object)
    def _take_drawn(self, xyxy: Xyxy) -> None:
        names = (*self._session.class_names, _ANY_CLASS)
        focused = self._session.focused
        name = self._class_name or (focused.class_name if focused else "") or names[0]
        self.canvas.set_tool(Tool.LOOK)
        self._session.draw(xyxy, name)
        self.change_class()

    def _set_class(self, box: ImputedBox, name: str) -> None:
        self._class_name = name
        self._session.correct(box, class_name=name)

    @Slot(object)
    def _focus(self, box: ImputedBox) -> None:
        self._session.focus(box)

    def _connect(self) -> None:
        for view in (self.canvas, self.split):
            view.box_clicked.connect(self._focus)
        self.canvas.box_edited.connect(self._take_edit)
        self.canvas.box_drawn.connect(self._take_drawn)
