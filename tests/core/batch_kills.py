"""A batch of one video that ends its process at a chosen moment; imported before it is forked."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import core.batch.completing
import core.batch.outcomes
import core.batch.work
import core.detectors.stream
import core.pipeline
from core.batch.folder import FolderPlace
from core.batch.runner import run_batch
from core.batch.steps import Item, Work
from core.batch.videos import Listed
from core.detections import FrameDetections
from core.project import Project
from core.video import Picture
from tests.core.batches import HereEngine
from tests.core.killing import Columns

KILLED = 9
SEEN = "seen"
"""Beside the results: a byte for each frame that was looked at."""

_PLACE = ("read", "write", "write_once", "names", "remove", "put", "get", "publish")


class Counting(Columns):
    """Leaves a byte for each frame that it sees."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def detect(self, pictures: list[Picture]) -> list[FrameDetections]:
        with self._file.open("ab") as file:
            file.write(b"." * len(pictures))
        return super().detect(pictures)


def carry_out(item: Item, work: Work, last: int | None) -> None:
    """Run a batch of one video, and end this process before its `last`-th access to a disk.

    Args:
        item: The video.
        work: With results in a folder.
        last: From 0; None lets it come to its end.
    """
    seen = Path(work.out).with_name(SEEN)
    core.detectors.stream.make_detector = lambda *args: Counting(seen)
    core.pipeline.CHECKPOINT_SECONDS = 0.0
    left = [last]

    def count() -> None:
        if left[0] == 0:
            os._exit(KILLED)
        if left[0] is not None:
            left[0] -= 1

    for name in _PLACE:
        setattr(FolderPlace, name, _around(getattr(FolderPlace, name), count))
    for owner, name in (
        (Project, "apply"),
        (Project, "create"),
        (core.batch.completing, "write_export"),
        (core.batch.completing, "save_overview"),
        (core.batch.work, "prepare"),
    ):
        setattr(owner, name, _around(getattr(owner, name), count))
    engine = HereEngine(work)
    run_batch(Listed((item,), {}), work, engine)
    engine.close()


def _around(method: Callable[..., Any], count: Callable[[], None]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        count()
        return method(*args, **kwargs)

    return counted
