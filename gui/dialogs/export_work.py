"""What the export dialog does in threads: it plans, looks at the disk, and decodes pictures."""

from __future__ import annotations

import gc
import logging
import shutil
from collections.abc import Iterator
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
from gui.dialogs.export_facts import ExportFacts
from gui.frame_loader import to_image
from gui.i18n import tr
from gui.newest import NewestFirst
from gui.text import grouped

if TYPE_CHECKING:
    from core.export.base import ExportVideo
    from core.export.plan import ExportPlan

log = logging.getLogger(__name__)

MOST_FRAMES = 200_000
"""Of several videos in one export: with eight boxes each their plan takes about half a minute, and
600 MiB."""


@dataclass(frozen=True, eq=False)
class Order:
    """What is asked for, and where to."""

    request: ExportRequest
    place: Path
    facts: ExportFacts


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

    def __init__(self) -> None:
        super().__init__()
        self._planned: tuple[Order, ExportPlan | None, str] | None = None

    def answer(self, order: Order) -> None:
        # Where to makes no other plan, and is typed letter by letter.
        if self._planned is None or not _asks_alike(self._planned[0], order):
            self._planned = order, *self._plan(order)
        _, plan, problem = self._planned
        there = _there(plan, order.place) if plan is not None else None
        self.foreseen.emit(Prospect(order, plan, problem, _free(order.place), there))

    def _plan(self, order: Order) -> tuple[ExportPlan | None, str]:
        request, sources = order.request, order.facts.sources
        if too_many := _too_many(order):
            return None, too_many
        try:
            with _collecting_later():
                plan = plan_export(sources, request)
                # Counted here, and kept by the plan: the window's thread shall not.
                _ = plan.counts, plan.bytes
        except UserError as error:
            return None, str(error)
        except Exception as error:
            log.exception("planning %s", request)
            return None, f"{type(error).__name__}: {error}"
        return plan, ""


class Pictures(NewestFirst[tuple["ExportVideo", int]]):
    """Decodes the frame that was asked for last, in full size."""

    decoded = Signal(object, object)
    """What was asked for, and the `QImage`."""
    refused = Signal(object, str)
    """What was asked for, and why it has no picture."""

    def __init__(self) -> None:
        super().__init__()
        self._reader: tuple[Path, VideoReader] | None = None

    def answer(self, wanted: tuple[ExportVideo, int]) -> None:
        video, frame = wanted
        try:
            _, picture = next(iter(self._of(video).pictures([frame])))
            self.decoded.emit(wanted, to_image(picture))
        except UserError as error:
            self.refused.emit(wanted, str(error))
        except (StopIteration, RuntimeError) as error:
            log.warning("frame %d of %s has no picture: %s", frame, video.path, error)
            self.refused.emit(wanted, tr("The file has errors here."))

    def release(self) -> None:
        if self._reader is not None:
            self._reader[1].close()
            self._reader = None

    def _of(self, video: ExportVideo) -> VideoReader:
        """One video is open at a time."""
        if self._reader is None or self._reader[0] != video.path:
            self.release()
            self._reader = video.path, VideoReader(video.path, video.index)
        return self._reader[1]


def _asks_alike(order: Order, other: Order) -> bool:
    return order.facts is other.facts and order.request == other.request


def _too_many(order: Order) -> str:
    """Why so many frames of several videos are not planned; empty where they are."""
    asked = order.facts.frames[order.request.scope] // order.request.every
    if len(order.facts.sources) < 2 or asked <= MOST_FRAMES:
        return ""
    return tr(
        "{frames} frames are too many to export at once: take fewer, or every n-th of them.",
        frames=grouped(asked),
    )


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
