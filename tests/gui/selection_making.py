"""A pool to choose from, and what chooses at once instead of the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import gui.workspace
from core.errors import SelectionError
from core.project import Round
from core.selection.pool import Picks, Pool, PoolVideo, Reason
from core.selection.request import SelectRequest
from gui.main_window import MainWindow
from gui.selection.page import SelectionPage
from gui.selection.pictures import Pictures
from gui.selection.whole import Whole
from gui.session import Session
from tests.gui.making import FLAGGED

FRAMES = 24


def pool_for(session: Session, *, embedded: bool = True) -> Pool:
    """Every frame of the clip, in a run that flickers; frames of one class beside two."""
    rows = np.arange(FRAMES)
    flickering = np.where(np.isin(rows, FLAGGED), 0.9, 0.05)
    counts = np.ones((FRAMES, 2), np.int32)
    counts[::4, 1] = 0
    run = session.run.id if session.run is not None else ""
    info = session.info
    return Pool(
        videos=(
            PoolVideo(
                info.path.name, info.path, session.project.folder, FRAMES, 10.0, run, "paper"
            ),
        ),
        video=np.zeros(FRAMES, np.int32),
        frame=rows,
        columns={
            "flickering": flickering,
            "flickering_tutorial": np.where(flickering > 0.5, 1.0, 0.5),
            "objectness_least_confidence": np.linspace(0, 1, FRAMES),
            "boxes": counts.sum(axis=1).astype(np.float64),
            "speed": np.where(rows < 12, np.nan, 30.0 + rows),
        },
        class_names=("car", "bus"),
        class_counts=counts,
        embeddings=_around(FRAMES) if embedded else None,
        marks={"exported": rows < 0, "reviewed": rows == 4},
        violations={"flickering": np.where(flickering > 0.5, 1.0, 0.0)},
        seconds=session.index.timestamps(),
    )


class FakeChooser:
    """Takes the most flickering frames, at once; notes what it was asked."""

    asked: list[SelectRequest]
    rounds: list[tuple[Round, ...]]

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def select(
        self, request: SelectRequest, rounds: Sequence[Round], cancelled: Callable[[], bool]
    ) -> Picks:
        type(self).asked.append(request)
        type(self).rounds.append(tuple(rounds))
        pool = self._pool
        if any(threshold.value > 100 for threshold in request.thresholds):
            raise SelectionError("No frame passes the thresholds", mend="loosen them")
        wanted = request.n or max(1, round((request.proportion or 0) * len(pool)))
        never = {pool.row(where) for where in request.exclude}
        first = [row for where in request.include if (row := pool.row(where)) is not None]
        order = np.argsort(-pool.columns["flickering"], kind="stable").tolist()
        rest = [row for row in order if row not in never and row not in first]
        rows = np.array([*first, *rest][:wanted], np.int64)
        share = np.full(len(rows), 0.75)
        share[: len(first)] = np.nan
        value = pool.columns["flickering"][rows]
        return Picks(
            rows,
            len(first),
            (
                Reason("flickering", 1.0, value, share),
                Reason("diversity of frames", 1.0, np.full(len(rows), 0.5), 1 - share),
            ),
            len(pool),
            stopped="Only 24 frames are there." if wanted > len(pool) else "",
        )

    def plane(self, cancelled: Callable[[], bool]) -> NDArray[np.float32]:
        return 0.5 + 0.4 * _around(len(self._pool))

    def close(self) -> None:
        """Nothing is held."""


def fake() -> type[FakeChooser]:
    """One that nobody has asked yet."""
    return type("Fake", (FakeChooser,), {"asked": [], "rounds": []})


def fake_page(session: Session, pictures: Pictures, whole: Whole | None = None) -> SelectionPage:
    """A page that asks a fake."""
    return SelectionPage(
        session,
        pictures,
        whole,
        gather=lambda session: lambda: pool_for(session),
        make_choosing=fake(),
    )


def show_fake_page(window: MainWindow) -> SelectionPage:
    """Show such a page in a window, and wait for nothing."""
    with patch.object(gui.workspace, "SelectionPage", fake_page):
        window.actions_by_name["select"].trigger()
    assert window.workspace is not None
    assert window.workspace.page is not None
    return window.workspace.page


def _around(count: int) -> NDArray[np.float32]:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)
