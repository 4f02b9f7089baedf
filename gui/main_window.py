"""The window: wiring between a session and the person's actions.

What needs numpy or the decoder is imported when a video is opened, so that the window is there
before they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.demo import demo_video
from core.errors import ChangedDetectorError, DetectorError, UserError
from core.settings import Appearance, Settings, save_settings
from gui import window_layout
from gui.actions import apply_keys, make_actions, tint_actions
from gui.availability import allow
from gui.background import Background
from gui.collection.browsing import Browsing
from gui.detecting import Detecting
from gui.handlers import handlers, presses_focused, switches
from gui.i18n import tr
from gui.icons import icon
from gui.keymap import Keys
from gui.lost_videos import LostVideos
from gui.messages import Banner
from gui.opening import ask_for_video, moved_sentence
from gui.review.across import Across
from gui.selecting import Selecting
from gui.sheets import Sheets
from gui.start_page import StartPage
from gui.status import JobStatus
from gui.still import Still
from gui.theme import Theme, apply_theme
from gui.toolbar import RecentMenu, make_toolbar

if TYPE_CHECKING:
    from gui.opening import Opened
    from gui.session import Session
    from gui.workspace import Workspace


class MainWindow(QMainWindow):
    """One window on one project, or on the start page."""

    def __init__(self, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._appearance = settings.appearance
        self._detect_when_open = False
        self.workspace: Workspace | None = None

        self.actions_by_name = make_actions(self, settings.keys)
        self.start_page = StartPage()
        self.banner = Banner()
        self.job_status = JobStatus(self.actions_by_name["jobs"])
        self.recent_menu = RecentMenu(self)
        self.detecting = Detecting(self, self.banner, settings.model)
        self.toolbar, self.position = make_toolbar(
            self.actions_by_name, self.recent_menu, self.detecting.runs, self
        )
        self.jobs = Background(self, self.job_status, self.banner)
        self.selecting = Selecting(self.actions_by_name, self.jobs, self.banner, self)
        self.browsing = Browsing(self.actions_by_name, self.jobs, self.detecting, theme, self)
        self.selecting.whole.attach(self.browsing.library)
        self.jobs.exporter.attach_library(self.browsing.library)
        self.lost = LostVideos(self, self.banner)
        self.across = Across(self.browsing.library, self.jobs, self.banner, self)
        self.sheets = Sheets(self)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.setAcceptDrops(True)
        window_layout.restore(self, settings.window)
        self.browsing.restore(settings.window.splitters)
        self.setWindowTitle("Flickerscope")
        self._show_recent()
        self._update_actions()
        self.start_page.setFocus()

    @property
    def session(self) -> Session | None:
        """What is open."""
        return self.workspace.session if self.workspace is not None else None

    # What the person asks for

    def open_path(self, path: Path) -> None:
        """Open a video, a project, or a folder of many, in the background."""
        self._detect_when_open = False
        self.banner.hide()
        self.browsing.open(path)

    def open_demo(self) -> None:
        """Open the embedded demo with its own detector, and detect unless that was done."""
        self.open_path(demo_video())
        self._detect_when_open = True

    def set_theme(self, theme: Theme) -> None:
        """Dress all that paints itself."""
        self._theme = theme
        self.start_page.set_theme(theme)
        self.browsing.set_theme(theme)
        if self.workspace is not None:
            self.workspace.set_theme(theme)
        tint_actions(self.actions_by_name, theme)
        more = self.toolbar.findChild(QToolButton, "more")
        if more is not None:
            more.setIcon(icon("menu", theme))

    def follow_desktop(self) -> None:
        """Take the desktop's look, which has changed, unless the person chose one."""
        if self._appearance == "system":
            self._dress("system")

    @Slot(object)
    def show_error(self, error: BaseException) -> None:
        """Show what went wrong, and its mend as a button where there is one."""
        mend: tuple[str, Callable[[], None]] | None
        if isinstance(error, ChangedDetectorError):
            mend = (tr("Detect from the start"), partial(self.detect, restart=True))
        elif isinstance(error, DetectorError):
            mend = (tr("Choose another…"), self.detect_with)
        elif self.session is None:
            mend = (tr("Open video…"), self.choose_video)
        else:
            mend = None
        self.banner.show_error(error, mend)

    def closeEvent(self, event: QCloseEvent) -> None:
        layout = window_layout.noted(self, self.workspace, self._settings.window)
        sizes = {**layout.splitters, **self.browsing.sizes()}
        self._settings = replace(self._settings, window=replace(layout, splitters=sizes))
        save_settings(self._settings)
        self.jobs.close()
        self._leave_workspace()
        self.browsing.close()
        event.accept()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and presses_focused(event, self.focusWidget())
        ):
            event.accept()
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_path(Path(event.mimeData().urls()[0].toLocalFile()))

    # A session comes and goes

    @Slot(object)
    def _opened(self, opened: Opened) -> None:
        from core.opening import keep_index
        from core.project import Project
        from gui.session import Session

        folder = opened.target.folder
        if self.session is not None and self.session.project.folder == folder:
            # Opened again: nobody gets a project that is worked on, not even this window.
            self._leave_workspace()
        try:
            project = Project.open_or_create(folder, opened.info)
        except UserError as error:
            self.lost.tell(opened.asked_for, self.jobs.detect_all.reason(folder, error))
            return
        keep_index(project.folder, opened.info.identity, opened.index)
        moved_from = opened.target.moved_from
        self._note_opened(self.browsing.to_remember(opened), moved_from)
        self._still.hold()
        self._leave_workspace()
        self._enter(Session(project, opened.info, opened.index, self, seen=opened.seen))
        if moved_from is not None:
            self.banner.show_message("info", moved_sentence(opened))

    def _note_opened(self, path: Path, moved_from: Path | None = None) -> None:
        self._settings = self._settings.with_recent(path, moved_from=moved_from)
        save_settings(self._settings)
        self._show_recent()

    def _enter(self, session: Session) -> None:
        from gui.workspace import Workspace

        review = [
            self.actions_by_name[name] for name in ("accept", "reject", "skip", "edit", "undo")
        ]
        self.workspace = Workspace(session, review, self._theme, self._settings, self._pages)
        self.workspace.player.playing_changed.connect(self._show_playing)
        self.workspace.split_changed.connect(self.actions_by_name["split"].setChecked)
        self.workspace.pane.shown.connect(self._still.release)
        self._pages.addWidget(self.workspace)
        self._pages.setCurrentWidget(self.workspace)
        window_layout.restore_splitters(self.workspace, self._settings.window)
        for name, switch in switches(self).items():
            if self.actions_by_name[name].isChecked():
                switch(True)
        self.setWindowTitle(f"{session.info.path.name} – Flickerscope")
        session.frame_changed.connect(self._show_position)
        for changed in (
            *(session.focus_changed, session.decisions_changed, session.run_changed),
            *(session.handover_changed, session.selection_changed),
        ):
            changed.connect(self._update_actions)
        session.failed.connect(self.show_error)
        session.reader.changed.connect(self._update_actions)
        self.browsing.follow(session)
        self.selecting.follow(self.workspace)
        self.detecting.follow(session)
        self.jobs.follow(session, self._settings.proxies)
        self.across.follow(self.workspace)
        self._show_position(session.frame)
        self.workspace.setFocus()
        if session.damage is not None:
            self.show_error(session.damage)
        if self._detect_when_open and not session.complete:
            self.detect()

    def _leave_workspace(self) -> None:
        if self.workspace is not None:
            self.workspace.canvas.commit()
            self.browsing.follow(None)
            self.jobs.follow(None, None)
            self.detecting.follow(None)
            self.selecting.follow(None)
            layout = window_layout.noted(self, self.workspace, self._settings.window)
            self._settings = replace(self._settings, window=layout)
            self.workspace.close_session()
            self.across.follow(None)
            self._pages.removeWidget(self.workspace)
            self.workspace.session.deleteLater()
            self.workspace.deleteLater()
            self.workspace = None

    # The window follows the session

    @Slot(int)
    def _show_position(self, frame: int) -> None:
        if self.session is not None:
            self.position.show_position(frame, self.session.index)
            self._update_actions()

    @Slot(bool)
    def _show_playing(self, playing: bool) -> None:
        self.actions_by_name["play"].setText(tr("Pause") if playing else tr("Play"))

    def _show_recent(self) -> None:
        self.start_page.set_recent(self._settings.recent)
        self.recent_menu.set_recent(self._settings.recent)

    def _update_actions(self) -> None:
        allow(
            self.actions_by_name,
            self.session,
            busy=self.jobs.busy,
            cannot_copy=self.jobs.copier.why_not(),
            selecting=self.selecting.under_way,
        )
        self.across.allow(self.actions_by_name)

    # Actions

    def choose_video(self) -> None:
        """Let the person choose a video, and open it."""
        path = ask_for_video(self)
        if path is not None:
            self.open_path(path)

    def choose_project(self) -> None:
        """Let the person choose a folder, and open it."""
        path = QFileDialog.getExistingDirectory(self, tr("Open a folder of videos, or a project"))
        if path:
            self.open_path(Path(path))

    def detect(self, *, restart: bool = False) -> None:
        """Detect, or go on with an unfinished run."""
        self.detecting.start(self._settings.proxies, restart=restart)

    def detect_with(self) -> None:
        """Let the person choose what detects, then detect."""
        if self.detecting.ask(self._settings.models):
            self.detect()

    def _note_model(self, model: str) -> None:
        self._settings = self._settings.with_model(model)
        save_settings(self._settings)

    def show_settings(self) -> None:
        """Let the person change the settings."""
        from gui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._settings, self)
        dialog.appearance_chosen.connect(self._dress)
        dialog.deleting.connect(self.jobs.copier.end)
        if dialog.exec():
            self._use(dialog.applied_to(self._settings))
        if self._appearance != self._settings.appearance:
            self._dress(self._settings.appearance)
        self.jobs.copier.look()
        self._update_actions()
        dialog.deleteLater()

    def _use(self, settings: Settings) -> None:
        """Take other settings at once, and remember them."""
        before, self._settings = self._settings, settings
        save_settings(settings)
        if (before.proxies, before.hardware_decoding) == (
            settings.proxies,
            settings.hardware_decoding,
        ):
            return
        from core.video.proxy import delete_all, make_room

        self.jobs.copier.attach(self.session, settings.proxies)
        if before.proxy_root != settings.proxy_root:
            delete_all(before.proxy_root)
        make_room(settings.proxy_root, settings.proxy_limit)
        if self.workspace is not None:
            self.workspace.use(settings)

    def _dress(self, appearance: Appearance) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self._appearance = appearance
            self.set_theme(apply_theme(app, appearance))

    def change_keys(self) -> None:
        """Let the person choose the keys."""
        from gui.dialogs.keys import KeysDialog

        dialog = KeysDialog(self._settings.keys, self._theme, self)
        dialog.changed.connect(self._use_keys)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use_keys(self, keys: Keys) -> None:
        self._settings = replace(self._settings, keys=keys)
        save_settings(self._settings)
        apply_keys(self.actions_by_name, keys)

    def _connect(self) -> None:
        for name, handler in handlers(self).items():
            self.actions_by_name[name].triggered.connect(handler)
        for name, switch in switches(self).items():
            self.actions_by_name[name].toggled.connect(switch)
        self.sheets.change_keys_requested.connect(self.change_keys)
        self.jobs.opener.opened.connect(self._opened)
        self.jobs.opener.failed.connect(self.lost.tell)
        self.jobs.finder.failed.connect(self.lost.tell)
        self.lost.failed.connect(self.show_error)
        self.lost.found.connect(self.open_path)
        self.lost.told.connect(self.across.give_up)
        self.browsing.open_requested.connect(self.open_path)
        self.browsing.folder_opened.connect(self._note_opened)
        self.jobs.changed.connect(self._update_actions)
        self.selecting.changed.connect(self._update_actions)
        self.across.changed.connect(self._update_actions)
        self.detecting.chosen.connect(self._note_model)
        # Detection goes on with the small copy.
        self.detecting.starting.connect(self.jobs.copier.end)
        self.start_page.open_requested.connect(self.choose_video)
        self.start_page.demo_requested.connect(self.open_demo)
        self.start_page.recent_requested.connect(self.open_path)
        self.recent_menu.recent_requested.connect(self.open_path)

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        self._still = Still(self._pages)
        self._pages.addWidget(self.start_page)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.banner)
        rows.addWidget(self.browsing.beside(self._pages), 1)
        self.setCentralWidget(whole)
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.job_status)
