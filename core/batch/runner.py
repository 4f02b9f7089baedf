"""Running a batch: which steps there are, in which order, and what became of every video.

    list_videos ─► batch.json ─► Begin of each ─► engine ─► Outcome, or
                                                     Divided ─► Detect of each range ─► Finish

There is no scheduler here: every step that can be done is handed to the engine at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.batch.engines import Engine
from core.batch.steps import Outcome, Work
from core.batch.videos import Listed


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch."""

    outcomes: tuple[Outcome, ...]
    """Of every video, also of those that were done before, in the order of the list."""
    seconds: float
    """Since the call."""
    done_now: int
    """Videos that this call has brought to an end, well or not."""


def run_batch(
    listed: Listed,
    work: Work,
    engine: Engine,
    *,
    retry_failed: bool = False,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> BatchResult:
    """Bring every video to an end that has none yet; a bad one costs only itself.

    Args:
        listed: The videos.
        work: What is asked for.
        engine: Carries the steps out; it is not closed.
        retry_failed: Try those again that have failed before.
        on_outcome: Told what became of each video, also of those that were done before.
        cancelled: Asked a few times a second.

    Raises:
        BatchError: The place holds a batch with another request.
        Cancelled: `cancelled` said so.
        UserError: The place cannot be used.
    """
    raise NotImplementedError
