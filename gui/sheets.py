"""The window's sheets and the guide, each made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from gui.go_to import GoTo
    from gui.help import GuideDialog
    from gui.jobs_panel import JobsPanel
    from gui.key_overlay import KeyOverlay
    from gui.main_window import MainWindow
    from gui.palette import Palette


class Sheets(QObject):
    """What lies over one window now and then."""

    change_keys_requested = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._go_to: GoTo | None = None
        self._palette: Palette | None = None
        self._keys: KeyOverlay | None = None
        self._jobs: JobsPanel | None = None
        self._guide: GuideDialog | None = None

    def go_to(self) -> None:
        """Ask where to go in the video."""
        from gui.go_to import GoTo

        session = self._window.session
        if session is None:
            return
        if self._go_to is None:
            self._go_to = GoTo(self._window)
            self._go_to.chosen.connect(self._move)
        self._go_to.ask(session)

    def palette(self) -> None:
        """Find an action."""
        from gui.palette import Palette

        if self._palette is None:
            self._palette = Palette(self._window, self._window.actions_by_name)
            self._palette.frame_chosen.connect(self._move)
        self._palette.search(self._window.session)

    def keys(self) -> None:
        """Show all keys."""
        from gui.key_overlay import KeyOverlay

        if self._keys is None:
            self._keys = KeyOverlay(self._window, self._window.actions_by_name)
            self._keys.change_requested.connect(self.change_keys_requested)
        self._keys.open()

    def jobs(self) -> None:
        """Show what is under way."""
        from gui.jobs_panel import JobsPanel

        if self._jobs is None:
            self._jobs = JobsPanel(self._window, self._window.jobs.jobs)
        self._jobs.open()

    def guide(self) -> None:
        """Open the user guide."""
        from gui.help import open_guide

        self._guide = open_guide(self._window, self._guide)

    def _move(self, frame: int) -> None:
        workspace = self._window.workspace
        if workspace is not None:
            workspace.player.pause()
            workspace.session.go_to(frame)
