"""Reading what all videos of a collection give to a choice, as a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from gui.asked_job import AskedJob
from gui.i18n import tr, tr_n
from gui.jobs import IsCancelled, Report
from gui.text import grouped

if TYPE_CHECKING:
    from core.selection.part import Part


@dataclass(frozen=True, eq=False)
class Known:
    """What was read of a collection's projects."""

    parts: Mapping[Path, Part] = field(default_factory=dict)
    """By project; thinned such that they are no more than can be chosen among at once."""
    left: Mapping[Path, str] = field(default_factory=dict)
    """Projects that give nothing, and why; empty for those in which nothing was detected."""
    step: int = 1
    """Every how many-th candidate was kept."""

    def has(self, folder: Path) -> bool:
        """Whether a project was read."""
        return folder in self.parts or folder in self.left


class PartReader(AskedJob):
    """Reads one collection at a time."""

    read = Signal(object)
    """The `Known` with what was read now."""

    def start(self, folders: Sequence[Path], known: Known) -> None:
        """Read these projects, beside what is known."""
        if not self.busy:
            work = partial(_read, tuple(folders), known)
            self._start(tr("Reading the videos"), work, self._show, tr("Stopped"))

    def _show(self, known: Known) -> str:
        self.read.emit(known)
        return tr_n("{count} video", "{count} videos", len(known.parts))


def _read(folders: tuple[Path, ...], known: Known, report: Report, cancelled: IsCancelled) -> Known:
    from core.selection.part import MOST_FRAMES, thinned
    from core.selection.reading import ReadPart, read_parts

    parts = {folder: part for folder, part in known.parts.items() if folder not in folders}
    left = {folder: why for folder, why in known.left.items() if folder not in folders}
    step = known.step
    for done, found in enumerate(read_parts(folders, cancelled), 1):
        if isinstance(found, ReadPart):
            parts[found.folder] = found.part.every(step)
            # Now and not in the end: a thousand videos whole would be more than memory holds.
            fewer, more = thinned(list(parts.values()), MOST_FRAMES)
            parts, step = dict(zip(parts, fewer, strict=True)), step * more
        else:
            left[found.folder] = found.why
        far = tr("{done} of {total} videos", done=grouped(done), total=grouped(len(folders)))
        report((far, done, len(folders)))
    return Known(parts, left, step)
