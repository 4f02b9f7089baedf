"""A batch without a window, as the command line runs it."""

from collections.abc import Sequence
from typing import Protocol

from core.batch.engines import EngineChoice, make_engine
from core.batch.result import BatchResult
from core.batch.runner import names_at, run_batch
from core.batch.steps import Item, Outcome, Told, Work
from core.batch.videos import list_videos
from core.detectors.base import BUILT_IN
from core.detectors.weights import locate


class Board(Protocol):
    """Shows how far a batch is; called from any thread."""

    def begin(self, to_do: Sequence[Item], before: Sequence[Outcome], workers: int) -> None:
        """Told what is to do, what is known from before, and by how many workers."""
        ...

    def told(self, told: Told) -> None:
        """Told how far a worker is."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """Told what became of a video."""
        ...


def process_batch(
    sources: Sequence[str],
    work: Work,
    choice: EngineChoice,
    board: Board,
    *,
    retry_failed: bool = False,
) -> BatchResult:
    """Find the videos and bring every one to an end.

    Args:
        sources: See `core.batch.videos.list_videos`.
        work: What is asked for.
        choice: Who does it.
        board: Told how far it is.
        retry_failed: Try those again that have failed before.

    Raises:
        UserError: See `core.errors`; what was done stays.
    """
    names = names_at(work)
    config = work.request.config
    if config.detector == BUILT_IN:
        locate(config)  # weights that are not there, or are downloaded, concern every video alike
    listed = list_videos(sources, work.way, names)
    engine = make_engine(choice, work, board.told)
    try:
        return run_batch(
            listed,
            work,
            engine,
            retry_failed=retry_failed,
            on_begin=lambda to_do, before: board.begin(to_do, before, engine.workers),
            on_outcome=board.ended,
        )
    finally:
        engine.close()
