"""Selecting frames of all videos: the open one's project through its session, then the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from core.errors import UserError
from gui.asked_job import AskedJob
from gui.i18n import tr
from gui.jobs import IsCancelled, Report
from gui.text import grouped

if TYPE_CHECKING:
    from core.project import Selecting, Selection
    from core.selection.keeping import Choice
    from gui.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class KeepOrder:
    """All that is needed to let projects remember a choice."""

    choice: Choice
    own: int | None
    """Place of the video that is open; None where it is none of them."""


class Keeper(AskedJob):
    """Lets one choice be remembered at a time: by all projects, or by none."""

    kept = Signal(object)
    """An `Outcome`."""

    _session: Session | None = None
    _take_back: Callable[[], None] | None = None

    def attach(self, session: Session | None) -> None:
        """Know which project is open."""
        self._session = session

    def ask(self, session: Session, order: KeepOrder) -> None:
        """Select the frames."""
        from gui.selection.choosing import keep_own

        if self.busy:
            return
        take_back = partial(self._restore, session, session.selection, session.selecting)
        if order.own is not None and not keep_own(session, order.choice, order.own):
            return
        self._take_back = take_back if order.own is not None else None
        self._start(
            tr("Selecting frames of all videos"),
            partial(_keep, order),
            partial(self._show, order.choice),
            tr("Stopped; nothing was selected"),
        )

    def _show(self, choice: Choice, kept: None) -> str:
        from gui.selection.choosing import Outcome

        del kept
        self._take_back = None
        pool, picks = choice.pool, choice.picks
        videos = sorted(set(pool.video[picks.rows].tolist()))
        projects = tuple(pool.videos[video].project for video in videos)
        outcome = Outcome(len(picks.rows), picks.stopped, projects)
        self.kept.emit(outcome)
        return outcome.sentence

    def _finish(self) -> None:
        if self._take_back is not None:
            self._take_back()
            self._take_back = None
        super()._finish()

    def _restore(self, session: Session, selection: Selection | None, selecting: Selecting) -> None:
        """Let the open project, or the one that was open, remember what it did."""
        if session is self._session:
            session.set_selection(selection)
            session.set_selecting(selecting)
            return
        from core.headless import reserved
        from core.project import SetSelecting, SetSelection

        try:
            with reserved([session.project.folder]) as [project]:
                project.apply(SetSelection(selection))
                project.apply(SetSelecting(selecting))
        except UserError as error:
            log.warning("the selection before is lost: %s", error)


def _keep(order: KeepOrder, report: Report, cancelled: IsCancelled) -> None:
    from core.selection.keeping import keep_across

    def tell(done: int, total: int) -> None:
        far = tr("{done} of {total} steps", done=grouped(done), total=grouped(total))
        report((far, done, total))

    videos = [at for at in range(len(order.choice.pool.videos)) if at != order.own]
    keep_across(order.choice, videos, tell, cancelled)
