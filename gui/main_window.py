"""The window: wiring between a session, its views and the person's actions."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.demo import demo_config, demo_video
from core.detectors.base import DetectorConfig
from core.errors import DetectorError, UserError
from core.prelabels import Verdict
from core.project import Project
from core.settings import Settings, save_settings
from gui.actions import make_actions, tint_actions
from gui.availability import allow
from gui.canvas import CanvasWidget
from gui.dialogs.detect import DetectDialog
from gui.dialogs.keys import KeysDialog
from gui.exporting import Exporter
from gui.frame_loader import FrameLoader
from gui.messages import Banner
from gui.opening import Opened, Opener
from gui.player import Player
from gui.presentation import canvas_boxes, marks
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.start_page import StartPage
from gui.status import JobStatus
from gui.theme import Theme
from gui.timeline import TimelineWidget
from gui.toolbar import RecentMenu, make_toolbar

VIDEO_FILTER = "Videos (*.mp4 *.mov *.avi *.mkv *.webm *.m4v *.ts *.mpg *.mpeg);;All files (*)"


class MainWindow(QMainWindow):
    """One window on one project."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._chosen = DetectorConfig(model=settings.model)
        self._config = self._chosen
        self.session: Session | None = None
        self._loader: FrameLoader | None = None
        self._player: Player | None = None
        self.shown_frame: int | None = None
        self._detect_when_open = False
        self._opener = Opener(self)

        self.actions_by_name = make_actions(self)
        self.start_page = StartPage()
        self.canvas = CanvasWidget()
        self.timeline = TimelineWidget()
        self.banner = Banner()
        review = ("accept", "reject", "undo", "redo")
        self.review = ReviewPanel([self.actions_by_name[name] for name in review])
        self.job_status = JobStatus()
        self.recent_menu = RecentMenu(self)
        self.toolbar, self.position = make_toolbar(self.actions_by_name, self.recent_menu, self)
        self._exporter = Exporter(self, self.job_status, self.banner)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.setAcceptDrops(True)
        self.resize(1360, 860)
        self._show_session()
        self.start_page.setFocus()

    # What the person asks for

    def open_path(self, path: Path) -> None:
        """Open a video or a project, in the background."""
        self._detect_when_open = False
        self.banner.hide()
        self._opener.open(path)

    def open_demo(self) -> None:
        """Open the embedded demo with its own detector, and detect unless that was done."""
        self.open_path(demo_video())
        self._detect_when_open = True

    def set_theme(self, theme: Theme) -> None:
        """Dress all that paints itself."""
        for view in (self.canvas, self.timeline, self.review, self.start_page):
            view.set_theme(theme)
        tint_actions(self.actions_by_name, theme)

    @Slot(object)
    def show_error(self, error: BaseException) -> None:
        """Show what went wrong, and its mend as a button where there is one."""
        if isinstance(error, DetectorError):
            mend: tuple[str, Callable[[], None]] | None = ("Choose another…", self._detect_with)
        elif self.session is None:
            mend = ("Open video…", self._choose_video)
        else:
            mend = None
        known = isinstance(error, UserError)
        sentence = str(error) if known else f"{type(error).__name__}: {error} (see the log)"
        self.banner.show_message("error", sentence, mend)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._opener.close()
        self._exporter.close()
        self._leave_session()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_path(Path(event.mimeData().urls()[0].toLocalFile()))

    # A session comes and goes

    def _opened(self, opened: Opened) -> None:
        try:
            project = Project.open_or_create(opened.folder, opened.info)
            session = Session(project, opened.info, opened.index, self)
        except UserError as error:
            self.show_error(error)
            return
        self._settings = self._settings.with_recent(opened.info.path)
        save_settings(self._settings)
        self._leave_session()
        self._enter_session(session)
        if self._detect_when_open and not session.complete:
            self._detect()

    def _opening_ended(self) -> None:
        if self.session is None:
            self.job_status.end_job()
        elif not self.session.detecting:
            self.job_status.show_outcome(self.session)

    def _enter_session(self, session: Session) -> None:
        self.session = session
        self._config = self._config_for(session)
        self._loader = FrameLoader(session.info.path, session.index, self)
        self._loader.loaded.connect(self._show_picture)
        self._loader.failed.connect(self._show_damaged)
        self._player = Player(session, self)
        self._player.playing_changed.connect(self._show_playing)
        session.frame_changed.connect(self._show_frame)
        session.focus_changed.connect(self._show_focus)
        session.decisions_changed.connect(self._show_decisions)
        session.run_changed.connect(self._show_run)
        session.detection_changed.connect(self._show_detecting)
        session.detection_progressed.connect(self.job_status.show_detection)
        session.failed.connect(self.show_error)
        session.undo_stack.indexChanged.connect(self._update_actions)
        self._show_session()

    def _config_for(self, session: Session) -> DetectorConfig:
        """What `Detect` uses: as in the last run, so that it can go on with that one."""
        if session.run is not None:
            return session.run.config
        is_demo = session.info.path.resolve() == demo_video().resolve()
        return demo_config() if is_demo else self._chosen

    def _leave_session(self) -> None:
        if self._player is not None:
            self._player.pause()
        if self._loader is not None:
            self._loader.close()
        if self.session is not None:
            self.session.close()
            self.session.deleteLater()
        self.session = self._loader = self._player = None

    # Views follow the session

    def _show_session(self) -> None:
        session = self.session
        self._pages.setCurrentIndex(0 if session is None else 1)
        self.start_page.set_recent(self._settings.recent)
        self.recent_menu.set_recent(self._settings.recent)
        self.review.set_session(session)
        self.review.setVisible(session is not None)
        self.timeline.setVisible(session is not None)
        if session is None:
            self.setWindowTitle("Flickerscope")
            self._update_actions()
            return
        self.setWindowTitle(f"{session.info.path.name} – Flickerscope")
        self.shown_frame = None
        self.canvas.set_picture(None)
        self.canvas.set_boxes(())
        self.canvas.set_empty("", "")
        self.timeline.set_video(
            len(session.index), float(session.info.rate), session.index.timestamps()
        )
        self._show_run()
        self._show_detecting()
        self._show_frame(session.frame)
        self.canvas.setFocus()

    def _show_run(self) -> None:
        if self.session is not None:
            self.timeline.set_scores(self.session.scores())
            self.review.show_boxes()
            self.job_status.show_run(self.session.run)
            self._show_decisions()

    def _show_decisions(self) -> None:
        if self.session is not None:
            self.timeline.set_marks(*marks(self.session))
            self.review.show_decisions()
            self._show_boxes()
            self._update_actions()

    def _show_focus(self) -> None:
        self.review.show_focus()
        self._show_boxes()
        self._update_actions()

    @Slot(int)
    def _show_frame(self, frame: int) -> None:
        if self.session is None or self._loader is None:
            return
        self._loader.request(frame)
        self.timeline.set_playhead(frame)
        self.position.show_position(frame, self.session.index)
        self._update_actions()

    @Slot(int, QImage)
    def _show_picture(self, frame: int, picture: QImage) -> None:
        self.canvas.set_picture(picture)
        self.shown_frame = frame
        self._show_boxes()

    @Slot(int, str)
    def _show_damaged(self, frame: int, sentence: str) -> None:
        self.shown_frame = None
        self.canvas.set_picture(None)
        self.canvas.set_boxes(())
        self.canvas.set_empty(f"Frame {frame} cannot be shown", sentence)

    def _show_boxes(self) -> None:
        if self.session is not None:
            # Boxes of the picture that is seen, which lags behind while scrubbing.
            self.canvas.set_boxes(canvas_boxes(self.session, self.shown_frame))

    def _show_playing(self, playing: bool) -> None:
        self.actions_by_name["play"].setText("Pause" if playing else "Play")

    def _show_detecting(self) -> None:
        session = self.session
        if session is None:
            return
        if session.detecting:
            self.job_status.begin_job("Loading the detector…", can_cancel=True)
        else:
            self.job_status.show_outcome(session)
        self.job_status.show_run(session.run)
        self.review.show_boxes()
        self._update_actions()

    # Actions

    def _update_actions(self) -> None:
        allow(self.actions_by_name, self.session, exporting=self._exporter.busy)

    def _choose_video(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a video", "", VIDEO_FILTER)
        if path:
            self.open_path(Path(path))

    def _choose_project(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Open a project folder")
        if path:
            self.open_path(Path(path))

    def _detect(self) -> None:
        if self.session is not None:
            self.banner.hide()
            self.session.detect(self._config)

    def _detect_with(self) -> None:
        dialog = DetectDialog(self._config, self)
        if dialog.exec():
            self._config = self._chosen = dialog.config()
            self._settings = replace(self._settings, model=self._chosen.model)
            save_settings(self._settings)
            self._detect()

    def _export(self) -> None:
        if self.session is not None:
            self._exporter.ask(self.session, self._update_actions)

    def _connect(self) -> None:
        def on_session(act: Callable[[Session], None]) -> Callable[[], None]:
            return lambda: act(self.session) if self.session is not None else None

        handlers: dict[str, Callable[[], None]] = {
            "open": self._choose_video,
            "open_project": self._choose_project,
            "demo": self.open_demo,
            "detect": self._detect,
            "detect_with": self._detect_with,
            "cancel": on_session(Session.cancel_detection),
            "home": on_session(lambda s: s.go_to(0)),
            "end": on_session(lambda s: s.go_to(len(s.index) - 1)),
            "back": on_session(lambda s: s.step(-1)),
            "forward": on_session(lambda s: s.step(1)),
            "back_10": on_session(lambda s: s.step(-10)),
            "forward_10": on_session(lambda s: s.step(10)),
            "next": on_session(Session.next_flagged),
            "previous": on_session(Session.previous_flagged),
            "accept": on_session(lambda s: s.decide(Verdict.ACCEPTED)),
            "reject": on_session(lambda s: s.decide(Verdict.REJECTED)),
            "undo": on_session(Session.undo),
            "redo": on_session(Session.redo),
            "play": lambda: self._player.toggle() if self._player is not None else None,
            "export": self._export,
            "fit": self.canvas.fit,
            "help": lambda: KeysDialog(self).open(),
        }
        for name, handler in handlers.items():
            self.actions_by_name[name].triggered.connect(handler)
        self._opener.began.connect(
            lambda name: self.job_status.begin_job(f"Opening {name}…", can_cancel=False)
        )
        self._opener.opened.connect(self._opened)
        self._opener.failed.connect(self.show_error)
        self._opener.ended.connect(self._opening_ended)
        self.start_page.open_requested.connect(self._choose_video)
        self.start_page.demo_requested.connect(self.open_demo)
        self.start_page.recent_requested.connect(self.open_path)
        self.recent_menu.recent_requested.connect(self.open_path)
        self.job_status.cancel_requested.connect(self._cancel_job)
        self.timeline.frame_requested.connect(self._scrub)
        self.canvas.box_clicked.connect(self._focus)
        self.review.focus_requested.connect(self._focus)

    def _cancel_job(self) -> None:
        if self._exporter.busy:
            self._exporter.cancel()
        elif self.session is not None:
            self.session.cancel_detection()

    @Slot(int)
    def _scrub(self, frame: int) -> None:
        if self.session is not None and self._player is not None:
            self._player.pause()
            self.session.go_to(frame)

    @Slot(object)
    def _focus(self, box: object) -> None:
        if self.session is not None:
            self.session.focus(box)  # type: ignore[arg-type]

    def _lay_out(self) -> None:
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self.canvas)
        column.addWidget(self.banner)
        column.addWidget(self._pages, 1)
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(picture)
        upper.addWidget(self.review)
        upper.setStretchFactor(0, 1)
        upper.setSizes([1000, 344])
        upper.setCollapsible(0, False)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(upper, 1)
        rows.addWidget(self.timeline)
        self.setCentralWidget(whole)
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.job_status)
