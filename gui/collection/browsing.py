"""The window's part in folders of many videos: the media list, and going from one to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QWidget

from core.paths import DATABASE
from gui.actions import set_enabled
from gui.collection.library import Found, Library
from gui.i18n import tr

if TYPE_CHECKING:
    from core.collection.collection import Member
    from gui.background import Background
    from gui.collection.panel import MediaPanel
    from gui.detecting import Detecting
    from gui.opening import Opened
    from gui.session import Session
    from gui.theme import Theme

_NAME = "media"
"""Of the splitter, among those whose sizes are remembered."""
_WIDTH = 296
"""Of the list at first, px."""


class Browsing(QObject):
    """Lives as long as its window.

    Args:
        actions: All actions by name.
        jobs: Opens folders and videos, and detects in them.
        detecting: Knows what detects.
        theme: Of the window.
        parent: The window.
    """

    open_requested = Signal(object)
    """The path of a member that a person wants to see."""
    folder_opened = Signal(object)
    """The path of a folder, to be remembered."""

    def __init__(
        self,
        actions: dict[str, QAction],
        jobs: Background,
        detecting: Detecting,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._actions, self._jobs, self._theme = actions, jobs, theme
        self._session: Session | None = None
        self.library = Library(self)
        self.panel: MediaPanel | None = None
        """Made when a folder is first opened."""
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._sizes: Sequence[int] = ()
        for changed in (
            self.library.changed, self.library.order_changed, self.library.current_changed
        ):  # fmt: skip
            changed.connect(self._allow)
        for changed in (self.library.changed, self.library.overview_changed, jobs.changed):
            changed.connect(self._allow_detecting)
        jobs.detect_all.attach(self.library, detecting, actions["detect"].trigger)
        jobs.finder.found.connect(self._show)
        jobs.finder.nothing_found.connect(jobs.opener.open)
        self._allow()
        self._allow_detecting()

    def beside(self, pages: QWidget) -> QWidget:
        """The pages of the window with the list at their left."""
        self._splitter.addWidget(pages)
        self._splitter.setCollapsible(0, False)
        return self._splitter

    def set_theme(self, theme: Theme) -> None:
        """Dress the list."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    # What the person asks for

    def open(self, path: Path) -> None:
        """Open a video or a project; of a folder of several, the list."""
        self._jobs.finder.cancel()
        if path.is_dir() and not (path / DATABASE).is_file():
            self._jobs.finder.find(path)
        else:
            self._jobs.opener.open(path)

    def step(self, videos: int) -> None:
        """Open the video so many places on in the list, or back."""
        member = self.library.neighbour(videos)
        if member is not None:
            self._open(member)

    def search(self) -> None:
        """Let the person type a part of a video's name."""
        if self.panel is not None:
            self._actions["media_list"].setChecked(True)
            self.panel.begin_search()

    def set_shown(self, wanted: bool) -> None:
        """Show the list, or hide it."""
        if self.panel is not None:
            self.panel.setVisible(wanted and self.library.collection is not None)

    # The window

    def follow(self, session: Session | None) -> None:
        """Follow what is open; call it while what was open before still is."""
        self._session = session
        if session is not None and not self._adopt(session):
            self.library.show(None)
        self.library.follow(session)
        self._jobs.detect_all.follow(session)

    def to_remember(self, opened: Opened) -> Path:
        """What opens again what a person has opened: of members, their folder."""
        collection = self.library.collection
        if collection is not None and self.library.member(opened.target.folder) is not None:
            return collection.root
        return opened.asked_for

    def sizes(self) -> dict[str, tuple[int, ...]]:
        """What the list takes of the window, to be remembered."""
        if self.panel is not None and self.panel.isVisible():
            self._sizes = self._splitter.sizes()
        return {_NAME: tuple(self._sizes)} if self._sizes else {}

    def restore(self, sizes: Mapping[str, Sequence[int]]) -> None:
        """Give the list what it had."""
        known = sizes.get(_NAME, ())
        if len(known) == 2 and min(known) > 0:
            self._sizes = known

    def close(self) -> None:
        """Look into nothing any more."""
        self.library.close()

    # Inside

    @Slot(object)
    def _show(self, found: Found) -> None:
        session, panel = self._session, self._panel()
        self.library.show(found)
        if session is not None and self._adopt(session):
            self.library.follow(session)
        self._actions["media_list"].setChecked(True)
        panel.show()
        self.folder_opened.emit(found.collection.root)
        first = self.library.to_begin_with()
        if self.library.current is None and first is not None:
            self._open(first)

    def _adopt(self, session: Session) -> bool:
        return self.library.adopt(session.project.folder, session.info.path)

    def _open(self, member: Member) -> None:
        is_there = (member.folder / DATABASE).is_file()
        self.open_requested.emit(member.folder if is_there else member.video)

    def _panel(self) -> MediaPanel:
        if self.panel is None:
            # Here and not above: it needs numpy, which is loaded by now.
            from gui.collection.panel import MediaPanel

            self.panel = MediaPanel(self.library, self._theme, self._actions["detect_all"])
            self.panel.open_requested.connect(self._open)
            self._splitter.insertWidget(0, self.panel)
            self._splitter.setCollapsible(0, False)
            self._splitter.setStretchFactor(0, 0)
            self._splitter.setStretchFactor(1, 1)
            self.panel.show()
            width = self._sizes[0] if self._sizes else _WIDTH
            self._splitter.setSizes([width, self._splitter.width() - width])
        return self.panel

    def _allow(self) -> None:
        library = self.library
        there = library.collection is not None
        missing = tr("Open a folder of videos first")
        for name in ("media_list", "find_video"):
            set_enabled(self._actions[name], there, missing)
        for name, step, end in (
            ("next_video", 1, tr("This is the last video of the list")),
            ("previous_video", -1, tr("This is the first video of the list")),
        ):
            possible = library.neighbour(step) is not None
            set_enabled(self._actions[name], possible, end if there else missing)
        self.set_shown(self._actions["media_list"].isChecked())

    def _allow_detecting(self) -> None:
        why_not = self._jobs.detect_all.why_not()
        set_enabled(self._actions["detect_all"], not why_not, why_not)
