"""Hand over to LightlyStudio, which keeps its datasets in a database file on this computer."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.child import stream_from_child
from core.errors import ExportError
from core.lightly.names import check_names
from core.lightly.studio_dataset import DATASET, StudioFilled, StudioRequest, fill
from core.lightly.writer import LightlyVideo


@dataclass(frozen=True)
class StudioResult:
    """What LightlyStudio has now of the videos that were handed over."""

    dataset: str
    """Its name."""
    frames: int
    boxes: int
    database: Path


def hand_over(
    videos: Sequence[LightlyVideo],
    database: Path,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> StudioResult:
    """Put videos, boxes and flickering scores into LightlyStudio's dataset `DATASET`.

    Of a video that is there already, our scores and boxes replace those of the last time; all else
    in the database stays. The work is done in a child process, on a copy of the database. Nothing
    is downloaded or reported.

    Args:
        videos: What to hand over.
        database: LightlyStudio's database, new or known; it changes when all is done, or not.
        on_progress: Told how much is done, of how much; each frame counts twice.
        cancelled: Asked about 20 times a second.

    Raises:
        CloudError: Names of videos do not serve.
        ExportError: LightlyStudio is not installed, has the database open, or has other frames of a
            video; or the database cannot be written.
        Cancelled: `cancelled` said so; the database is as it was.
    """
    if find_spec("lightly_studio") is None:
        raise ExportError(
            "LightlyStudio is not installed", mend='run pip install "flickerscope[studio]"'
        )
    check_names([video.path for video in videos])
    database = database.absolute()
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".studio-", dir=database.parent) as folder:
            known = database if database.exists() else None
            request = StudioRequest(tuple(videos), known, Path(folder) / database.name)
            filled = _filled(request, on_progress, cancelled)
            request.database.replace(database)
    except OSError as error:
        raise ExportError(
            f"The database {database} cannot be written ({error.strerror or error})",
            mend="choose another place for it, or free some disk space",
        ) from error
    return StudioResult(DATASET, filled.frames, filled.boxes, database)


def _filled(
    request: StudioRequest,
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> StudioFilled:
    died = ExportError(
        "LightlyStudio's process ended unexpectedly", mend="try again; the log may say why"
    )
    filled = None
    for message in stream_from_child(fill, request, cancelled, died=died):
        if isinstance(message, StudioFilled):
            filled = message
        else:
            on_progress(message.done, message.total)
    if filled is None:
        raise died
    return filled
