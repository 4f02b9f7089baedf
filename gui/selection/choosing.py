"""What is kept of a choice, and what a report of it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.project import Round, Selection
from core.selection.request import Bal
from gui.i18n import tr_n
from gui.selection.preview import Chosen
from gui.session import Session

SOURCE = "flickerscope"


@dataclass(frozen=True)
class Outcome:
    """How many frames were chosen for labeling, and why not more."""

    frames: int
    stopped: str

    @property
    def sentence(self) -> str:
        """All of it, for a banner."""
        said = tr_n("{count} frame selected", "{count} frames selected", self.frames)
        return f"{said}. {self.stopped}".rstrip(". ") + ("." if self.stopped else "")


@dataclass(frozen=True, eq=False)
class ReportOrder:
    """All that the report's process needs; nothing of it changes any more."""

    chosen: Chosen
    plane: NDArray[np.float32] | None
    video: Path


def keep(session: Session, chosen: Chosen) -> Outcome | None:
    """Choose frames for labeling, and remember what was asked for; None if neither can be kept."""
    picks = chosen.picks
    frames = picks.frames(chosen.pool)
    name = tr_n("{count} frame", "{count} frames", len(frames))
    if not session.set_selection(Selection(name, SOURCE, frames)):
        return None
    selecting = replace(session.selecting, request=chosen.request)
    if any(isinstance(strategy, Bal) for strategy in chosen.request.strategies):
        ended = _round(chosen)
        selecting = replace(selecting, rounds=with_round(selecting.rounds, ended))
    session.set_selecting(selecting)
    return Outcome(len(frames), picks.stopped)


def with_round(rounds: tuple[Round, ...], ended: Round) -> tuple[Round, ...]:
    """The rounds with one more; another choice for the same run takes the place of the last."""
    kept = rounds[:-1] if rounds and rounds[-1].run == ended.run else rounds
    return (*kept, ended)


def report_order(
    session: Session, chosen: Chosen, plane: NDArray[np.float32] | None
) -> ReportOrder:
    """What a report of a choice needs."""
    return ReportOrder(chosen, plane, session.info.path)


def _round(chosen: Chosen) -> Round:
    from core.selection.bal import close_round

    return close_round(chosen.pool, chosen.picks)
