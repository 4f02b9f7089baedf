"""Review across videos: what comes next in a whole collection, and undo in whatever video."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction

from gui.actions import set_enabled, set_tip
from gui.i18n import tr
from gui.messages import Banner
from gui.opening import opened_by
from gui.review.across_rows import AcrossRows
from gui.review.errands import Errands
from gui.review.trail import Step, Trail

if TYPE_CHECKING:
    from core.collection.queue import AcrossItem
    from core.review import View
    from gui.background import Background
    from gui.collection.library import Library
    from gui.session import Session
    from gui.workspace import Workspace

_AHEAD_MS = 150
"""The picture of the violation comes first; then the videos of the next ones are opened ahead."""
_AHEAD = 2
"""So many of them: about one a person may decide faster than the other is open."""


class Across(QObject):
    """The review of one window's collection; it outlives the sessions between which it goes."""

    changed = Signal()
    """Rows, states or order, or whether all videos are reviewed, or where the window goes."""

    def __init__(self, library: Library, jobs: Background, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._library, self._jobs, self._banner = library, jobs, banner
        self.on = False
        """Whether all videos are reviewed, instead of the open one."""
        self.rows = AcrossRows(library, self)
        self.errands = Errands(jobs.opener, self)
        self.scrolled = 0
        """How far down the list is, which is made anew for each video."""
        self._session: Session | None = None
        self._trail = Trail()
        self._again: bool | None = None
        self._told = False
        self._soon = QTimer(self, singleShot=True, interval=_AHEAD_MS)
        self._soon.timeout.connect(self._look_ahead)
        library.changed.connect(self._take_collection)
        self.rows.changed.connect(self._tell_changed)
        self.errands.ended.connect(self._tell_changed)

    @property
    def available(self) -> bool:
        """Whether there is a collection to review."""
        return self._library.collection is not None

    # What the person asks for

    def review_all(self, wanted: bool) -> None:
        """Review all videos, or the open one."""
        if wanted == self.on or (wanted and not self.available):
            return
        self.on = wanted
        self._guide()
        if wanted:
            self.rows.gather()
        self.changed.emit()

    def set_view(self, view: View) -> None:
        """Show another part of the queue, or sort it in another way."""
        self.scrolled = 0
        self.rows.set_view(view)

    def choose(self, row: int) -> None:
        """Put the violation of a row under review, in whatever video it is."""
        if self.rows.queue is not None:
            self._told = False
            self._go_to(self.rows.queue[row])

    def undo(self) -> None:
        """Take back the last decision: with all videos under review in whatever video it is."""
        self._go_back(self._trail.undo, back=True)

    def redo(self) -> None:
        """Decide again what was taken back last, likewise."""
        self._go_back(self._trail.redo, back=False)

    def allow(self, actions: dict[str, QAction]) -> None:
        """Say what is reviewed, and let undo and redo be used for what lies in another video."""
        actions["review_all"].setChecked(self.on)
        if self._session is not None:
            missing = tr("Open a folder of videos first")
            set_enabled(actions["review_all"], self.available, missing)
        undo, redo = self._trail.undo, self._trail.redo
        if undo is not None and self._is_elsewhere(undo):
            video = self.rows.name_of(undo.folder)
            set_enabled(actions["undo"], True, "")
            set_tip(actions["undo"], tr("Undo: {what}, in {video}", what=undo.text, video=video))
        if redo is not None and self._is_elsewhere(redo):
            video = self.rows.name_of(redo.folder)
            set_enabled(actions["redo"], True, "")
            set_tip(actions["redo"], tr("Redo: {what}, in {video}", what=redo.text, video=video))

    # A session comes and goes

    def follow(self, workspace: Workspace | None) -> None:
        """Follow the session of this workspace from now on, and do there what it was opened for."""
        session = workspace.session if workspace is not None else None
        if self._session is not None and (left := opened_by(self._session)) is not None:
            self._jobs.opener.ahead.keep(left)
        self._session = session
        self._told = False
        self._soon.stop()
        self.rows.attach(session)
        if session is not None and workspace is not None:
            session.decisions_changed.connect(self._note_decision)
            session.run_changed.connect(self._note_run)
            session.focus_changed.connect(self._soon.start)
            session.detection_changed.connect(self._forget_told)
            self._guide()
            self.errands.arrive(session)
            workspace.review.set_across(self)
            self._soon.start()
        else:
            self.errands.arrive(None)

    def give_up(self, path: Path) -> None:
        """Something cannot be opened: if the review was on its way there, it goes round it."""
        errand = self.errands.now
        if errand is not None and path == errand.folder:
            self._trail.forget(path)
            self.errands.end()
            self.rows.lose(path)

    # Inside: what is decided

    def _note_decision(self) -> None:
        session = self._session
        if session is None:
            return
        folder, undo, redo = session.project.folder, session.can_undo, session.can_redo
        if self._again is None:
            self._trail.decided(Step(folder, undo or ""))
        elif self._again:
            self._trail.undone(Step(folder, redo or ""))
        else:
            self._trail.redone(Step(folder, undo or ""))
        if self.on:
            self.rows.take_over()
            self._soon.start()

    def _is_elsewhere(self, step: Step) -> bool:
        session = self._session
        return (
            self.on
            and session is not None
            and self.rows.has(step.folder)
            and step.folder != session.project.folder
        )

    def _go_back(self, step: Step | None, *, back: bool) -> None:
        take_back = partial(self._take_back, back)
        if step is None or not self._is_elsewhere(step):
            take_back()
        elif self._may_leave(step.folder, take_back):
            self.errands.go(step.folder, self.rows.name_of(step.folder), take_back)

    def _take_back(self, back: bool) -> None:
        session = self._session
        if session is None:
            return
        self._again = back
        try:
            (session.undo if back else session.redo)()
        finally:
            self._again = None

    # Inside: going on

    def _guide(self) -> None:
        if self._session is not None:
            self._session.onward = self._onward if self.on else None

    def _onward(self, number: int | None) -> int | None:
        """The violation of the open video that follows one of its own; None to go elsewhere."""
        session, rows, member = self._session, self.rows, self.rows.member
        if session is None:
            return None
        if rows.queue is None or rows.shown is None or member is None:
            # The open video is none of the collection's.
            return session.queue.next_to_do(session.shown, number)
        # The order stays as it was before the decision, of which nobody was told yet.
        rows.take_over(look=False)
        shown, after = rows.shown, rows.queue.row_of(member, number)
        row = rows.queue.next_to_do(shown, after)
        if row is not None and rows.queue.member[row] != member:
            if self._go_to(rows.queue[row]):
                return None
            row = rows.queue.next_to_do(shown[rows.queue.member[shown] == member], after)
        return int(rows.queue.number[row]) if row is not None else None

    def _go_to(self, item: AcrossItem) -> bool:
        """Put a violation under review; gives whether the window goes there."""
        folder, focus = self.rows.folder_of(item.member), partial(self._focus, item)
        if item.member == self.rows.member:
            focus()
        elif self._may_leave(folder, focus):
            self.errands.go(folder, self.rows.name_of(item.member), focus)
        else:
            return False
        return True

    def _focus(self, item: AcrossItem) -> None:
        session, row = self._session, self.rows.row_like(item)
        if session is None or self.rows.queue is None:
            return
        if row is None:
            # Its project has changed since its overview was made.
            session.skip()
            return
        number = int(self.rows.queue.number[row])
        session.focus((session.queue.to_do_in(number) or session.queue.boxes_of(number))[0])

    def _look_ahead(self) -> None:
        """Open ahead the videos in which the next violations are."""
        rows = self.rows
        if not self.on or self._session is None or self._why_stay():
            return
        if rows.queue is not None and rows.shown is not None:
            members = rows.queue.next_members(rows.shown, rows.current, _AHEAD)
            self._jobs.opener.ahead.want([rows.folder_of(member) for member in members])

    def _why_stay(self) -> str:
        """Why the window does not leave its video by itself now; empty if it does."""
        session = self._session
        if session is None:
            return ""
        name = session.info.path.name
        if session.detecting:
            return tr("Detection goes on in {name}: the review stays there meanwhile.", name=name)
        if session.reader.busy:
            return tr("A run of {name} is being read: the review stays there.", name=name)
        if self._jobs.copier.busy:
            return tr("{name} is being copied: the review stays there meanwhile.", name=name)
        return ""

    def _may_leave(self, folder: Path, do: Callable[[], None]) -> bool:
        """Whether the open video can be left; if not, say so once and offer to go all the same."""
        why = self._why_stay()
        if why and not self._told:
            self._told = True
            go = partial(self.errands.go, folder, self.rows.name_of(folder), do)
            self._banner.show_message("info", why, (tr("Stop and go on"), go))
        return not why

    # Inside: what is told

    def _take_collection(self) -> None:
        self.scrolled = 0
        self.rows.clear()
        self.on = self.on and self.available
        if self.on:
            self.rows.gather()
        self._guide()
        self.changed.emit()

    def _note_run(self) -> None:
        if self._session is not None:
            self.rows.note_stale(self._session.project.folder)

    def _forget_told(self) -> None:
        self._told = False

    def _tell_changed(self) -> None:
        self.changed.emit()
