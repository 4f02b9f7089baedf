"""The window's part in selecting frames: its action, what is said, and the report."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from gui.i18n import tr
from gui.messages import Banner
from gui.selection.whole import Whole

if TYPE_CHECKING:
    from pathlib import Path

    from gui.background import Background
    from gui.selection.choosing import Outcome
    from gui.workspace import Workspace


class Selecting(QObject):
    """Follows the page of one workspace after the other."""

    changed = Signal()
    """The page is shown, or not any more."""

    def __init__(
        self, actions: dict[str, QAction], jobs: Background, banner: Banner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._actions, self._jobs, self._banner = actions, jobs, banner
        self._workspace: Workspace | None = None
        self._wanted: tuple[Path, int] | None = None
        """Project that is to be opened, and the frame to go to then."""
        self.whole = Whole(jobs.parts, self)
        jobs.changed.connect(self._show_report)
        jobs.keeper.kept.connect(self._announce)
        jobs.opener.ended.connect(self._forget)

    @property
    def under_way(self) -> bool:
        """Whether the page hides the picture."""
        return self._workspace is not None and self._workspace.selecting

    def follow(self, workspace: Workspace | None) -> None:
        """Follow this workspace from now on."""
        self._workspace = workspace
        self._actions["select"].setChecked(False)
        if workspace is not None:
            workspace.whole = self.whole
            workspace.keep_requested.connect(partial(self._jobs.keeper.ask, workspace.session))
            workspace.open_requested.connect(self._open)
            self._arrive(workspace)
            workspace.selecting_changed.connect(self._show)
            workspace.frames_selected.connect(self._announce)
            workspace.report_requested.connect(self._jobs.reporter.ask)

    def _open(self, project: Path, frame: int) -> None:
        self._wanted = project, frame
        self._jobs.opener.open(project)

    def _arrive(self, workspace: Workspace) -> None:
        """Go to the frame for which this video was opened, if it was."""
        session = workspace.session
        if self._wanted is not None and self._wanted[0] == session.project.folder:
            session.go_to(self._wanted[1])

    def _forget(self) -> None:
        self._wanted = None

    def _show(self, selecting: bool) -> None:
        self._actions["select"].setChecked(selecting)
        self._show_report()
        self.changed.emit()

    def _announce(self, outcome: Outcome) -> None:
        export = (tr("Export…"), self._actions["export"].trigger)
        if outcome.projects:
            export = (tr("Export…"), self._export_all)
        self._banner.show_message("info", outcome.sentence, export)

    def _export_all(self) -> None:
        """Ask for an export of what was selected in all videos."""
        if self._jobs.exporter.busy:
            self._banner.show_message("info", tr("An export is under way"))
        elif self._workspace is not None:
            self._jobs.exporter.ask(self._workspace.session, "selected")

    def _show_report(self) -> None:
        if self._workspace is not None and self._workspace.page is not None:
            self._workspace.page.show_report_busy(self._jobs.reporter.busy)
