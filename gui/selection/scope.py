"""Among which videos the page chooses, and how it numbers them. Free of widgets."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.project import Round
from gui.selection.form import Form
from gui.selection.preview import Gather
from gui.selection.whole import Asked, Whole
from gui.session import Session

_FRAMES_EACH, _MOST = 10, 1_000
"""Frames of each video, and of all together, that are asked for at first: a tenth of a hundred
videos would take minutes to choose."""


class Scope:
    """This video, or all of the window's collection; each has a form of its own.

    Args:
        whole: The collection; None for this video alone.
        gather: Says what there is to choose from in this video, None for nothing.
        form: For this video.
    """

    def __init__(
        self,
        session: Session,
        whole: Whole | None,
        gather: Callable[[Session], Gather | None],
        form: Form,
    ) -> None:
        self._session = session
        self.whole = whole
        self._gather = gather
        self._form = form
        self.order: tuple[Path, ...] = (session.project.folder,)
        """Projects by the numbers that videos have in the form that is shown."""
        self.everything = whole is not None and whole.wanted and self.videos > 1
        """Whether all videos are chosen among."""
        self.form = form
        """What the controls are to show."""
        self.rounds: tuple[Round, ...] = ()
        """Rounds of labeling before this one."""
        if self.everything:
            self._take_up()

    @property
    def videos(self) -> int:
        """How many videos there are in all; 0 without a collection."""
        return 0 if self.whole is None else len(self.whole.members)

    @property
    def own(self) -> int:
        """Number of the video that is open; -1 where it is none of those."""
        folder = self._session.project.folder
        return self.order.index(folder) if folder in self.order else -1

    @property
    def name(self) -> str:
        """What people call it."""
        whole = self.whole if self.everything else None
        return self._session.info.path.stem if whole is None else whole.name

    @property
    def left_out(self) -> str:
        """Which videos give no frames, as sentences; empty for none."""
        whole = self.whole if self.everything else None
        return "" if whole is None else whole.left_out(self._session.project.folder)

    @property
    def is_read(self) -> bool:
        """Whether all other videos were read."""
        whole = self.whole if self.everything else None
        return whole is None or not whole.missing(self._session.project.folder)

    @property
    def is_current(self) -> bool:
        """Whether that was since they changed."""
        whole = self.whole if self.everything else None
        return whole is None or whole.is_current(self._session.project.folder)

    def keep_form(self, form: Form) -> None:
        """Remember what a person has set, before the scope is another one."""
        if not self.everything:
            self._form = form
        elif self.whole is not None:
            self.whole.asked = Asked(form, self.order)

    def set_everything(self, everything: bool) -> None:
        """Choose among all videos, or in this one alone."""
        self.everything = everything and self.videos > 1
        if self.whole is not None:
            self.whole.wanted = self.everything
        if self.everything:
            self._take_up()
        else:
            self.order = (self._session.project.folder,)
            self.form = self._form

    def read(self, *, anew: bool) -> bool:
        """Read the other videos, if that is necessary; gives whether they are being read.

        Args:
            anew: Also those that have changed since.
        """
        whole = self.whole if self.everything else None
        if whole is None:
            return False
        if not (self.is_current if anew else self.is_read) and not whole.reading:
            whole.read(self._session.project.folder)
        return whole.reading

    def gather(self, form: Form) -> Gather | None:
        """What there is to choose from now; None for nothing.

        Args:
            form: What is set now; `self.form` is the same with the videos' new numbers.
        """
        self.form = form
        if not self.everything or self.whole is None:
            self.rounds = self._own_rounds()
            return self._gather(self._session) if self._session.detections.frame_count else None
        found = self.whole.gathered(self._session)
        if found is None:
            self.rounds = ()
            return None
        if found.order != self.order:
            places = {folder: number for number, folder in enumerate(found.order)}
            moved = {
                number: places[folder]
                for number, folder in enumerate(self.order)
                if folder in places
            }
            self.form, self.order = form.renumbered(moved), found.order
        self.rounds = found.rounds
        return found.gather

    def _take_up(self) -> None:
        """Go on with what was set for all videos, or begin with what is set for this one."""
        asked = None if self.whole is None else self.whole.asked
        if asked is not None:
            self.form, self.order = asked.form, asked.order
            return
        frames = min(_FRAMES_EACH * self.videos, _MOST)
        self.form = replace(self._form, n=frames, by_share=False)
        self.order = (self._session.project.folder,)

    def _own_rounds(self) -> tuple[Round, ...]:
        run, rounds = self._session.run, self._session.selecting.rounds
        return tuple(one for one in rounds if run is None or one.run != run.id)
