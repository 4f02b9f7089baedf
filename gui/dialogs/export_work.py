"""What the export dialog does in threads: it plans, looks at the disk, and decodes pictures."""

from __future__ import annotations

import gc
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from core.errors import UserError
from core.export.partial import STATE, digest_of, partial_of
from core.export.plan import plan_export
from core.export.request import ExportRequest
from core.export.zipping import is_being_packed
from core.video.reader import VideoReader
from gui.frame_loader import to_image
from gui.i18n import tr
from gui.newest import NewestFirst

if TYPE_CHECKING:
    from core.export.plan import ExportPlan, ExportSource
    from core.frames import FrameIndex

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What is asked for, and where to."""

    request: ExportRequest
    place: Path


@dataclass(frozen=True, eq=False)
class Prospect:
    """What would be written."""

    order: Order
    plan: ExportPlan | None
    """None where nothing can be written."""
    problem: str
    """Why not, as a sentence; empty for nothing."""
    free: int | None
    """Bytes on the disk of the folder; None where that is unknown."""
    there: int | None
    """Pictures of an export of this very plan that was stopped; None where there was none."""

    @property
    def is_tight(self) -> bool:
        """Whether there may be no room for it."""
        return self.plan is not None and self.free is not None and self.plan.bytes > self.free


class Planner(NewestFirst[Order]):
    """Plans what was asked for last."""

    foreseen = Signal(object)
    """A `Prospect`."""

    def __init__(self, sources: Sequence[ExportSource]) -> None:
        super().__init__()
        self._sources = tuple(sources)
        self._planned: tuple[ExportRequest, ExportPlan | None, str] | None = None

    def answer(self, order: Order) -> None:
        # Where to makes no other plan, and is typed letter by letter.
        if self._planned is None or self._planned[0] != order.request:
            self._planned = order.request, *self._plan(order.request)
        _, plan, problem = self._planned
        there = _there(plan, order.place) if plan is not None else None
        self.foreseen.emit(Prospect(order, plan, problem, _free(order.place), there))

    def _plan(self, request: ExportRequest) -> tuple[ExportPlan | None, str]:
        try:
            with _collecting_later():
                plan = plan_export(self._sources, request)
                # Counted here, and kept by the plan: the window's thread shall not.
                _ = plan.counts, plan.bytes
        except UserError as error:
            return None, str(error)
        except Exception as error:
            log.exception("planning %s", request)
            return None, f"{type(error).__name__}: {error}"
        return plan, ""


class Pictures(NewestFirst[int]):
    """Decodes the frame that was asked for last, in full size."""

    decoded = Signal(int, object)
    """Frame and `QImage`."""
    refused = Signal(int, str)
    """Frame, and why it has no picture."""

    def __init__(self, path: Path, index: FrameIndex) -> None:
        super().__init__()
        self._path, self._index = path, index
        self._reader: VideoReader | None = None

    def answer(self, frame: int) -> None:
        try:
            if self._reader is None:
                self._reader = VideoReader(self._path, self._index)
            _, picture = next(iter(self._reader.pictures([frame])))
            self.decoded.emit(frame, to_image(picture))
        except UserError as error:
            self.refused.emit(frame, str(error))
        except (StopIteration, RuntimeError) as error:
            log.warning("frame %d has no picture: %s", frame, error)
            self.refused.emit(frame, tr("The file has errors here."))

    def release(self) -> None:
        if self._reader is not None:
            self._reader.close()


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Python does not look for garbage meanwhile.

    With the many small objects of a large plan it would look again and again, and the window would
    stand still each time: for 0.6 s with 15,000 frames.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _there(plan: ExportPlan, place: Path) -> int | None:
    partial = partial_of(place)
    try:
        if (partial / STATE).read_text(encoding="utf-8") != digest_of(plan):
            return None
    except OSError:
        return None
    if is_being_packed(partial):
        return len(plan.labeled.frames)
    return sum((partial / frame.path).is_file() for frame in plan.labeled.frames)


def _free(folder: Path) -> int | None:
    try:
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        return shutil.disk_usage(there).free
    except OSError:
        return None
