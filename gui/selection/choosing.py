"""What is kept of a choice, and what a report of it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.selection.keeping import Choice, changes_of, other_rounds
from gui.i18n import tr, tr_n
from gui.selection.preview import Chosen
from gui.session import Session


@dataclass(frozen=True)
class Outcome:
    """How many frames were chosen for labeling, and why not more."""

    frames: int
    stopped: str
    projects: tuple[Path, ...] = ()
    """Those of the videos that they are of, where all were chosen among."""

    @property
    def sentence(self) -> str:
        """All of it, for a banner."""
        if not self.projects:
            said = tr_n("{count} frame selected", "{count} frames selected", self.frames)
        else:
            frames = tr_n("{count} frame", "{count} frames", self.frames)
            of = tr_n("{count} video", "{count} videos", len(self.projects))
            said = tr("{frames} of {videos} are selected", frames=frames, videos=of)
        return f"{said}. {self.stopped}".rstrip(". ") + ("." if self.stopped else "")


@dataclass(frozen=True, eq=False)
class ReportOrder:
    """All that the report's process needs; nothing of it changes any more."""

    chosen: Chosen
    plane: NDArray[np.float32] | None
    name: str
    """What people call what was chosen from."""


def choice_of(chosen: Chosen) -> Choice:
    """A choice as projects remember it."""
    name = tr_n("{count} frame", "{count} frames", len(chosen.picks.rows))
    return Choice(chosen.pool, chosen.picks, chosen.request, name)


def keep(session: Session, chosen: Chosen) -> Outcome | None:
    """Choose frames of the open video for labeling, and remember what was asked for; None if that
    cannot be kept."""
    if not keep_own(session, choice_of(chosen), 0):
        return None
    return Outcome(len(chosen.picks.rows), chosen.picks.stopped)


def keep_own(session: Session, choice: Choice, video: int) -> bool:
    """Let the open project remember its part of a choice; gives whether that was kept."""
    before = session.selecting
    rounds = other_rounds(before.rounds, choice.pool.videos[video].run)
    selection, selecting = changes_of(choice, video, before, rounds)
    if not session.set_selection(selection.selection):
        return False
    session.set_selecting(selecting.selecting)
    return True
