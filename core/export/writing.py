"""Write what an export's plan says: as a whole or not at all, and resumable."""

import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from errno import EDQUOT, EFBIG, ENOSPC
from itertools import groupby
from math import ceil
from pathlib import Path
from zipfile import ZipFile

from core.errors import Cancelled, ExportError
from core.export.base import ExportVideo, Labeled, LabeledFrame
from core.export.copying import CHUNK, copy_video, copying_of
from core.export.drawing import Colours
from core.export.extras import TILES, extra_parts, write_sheets
from core.export.manifest import MANIFEST, manifest_of, write_manifest
from core.export.partial import (
    STATE,
    begin,
    check_paths,
    check_target,
    clean,
    digest_of,
    discard_partial,
    partial_of,
    put_in_place,
)
from core.export.pictures import Part, encoder, write_parts
from core.export.plan import ExportPlan
from core.export.zipping import is_being_packed, pack
from core.video.reader import VideoReader
from core.words import grouped

__all__ = ["ExportResult", "discard_partial", "partial_of", "write_export"]

_FULL = frozenset({ENOSPC, EDQUOT})


@dataclass(frozen=True, eq=False)
class ExportResult:
    """What was written."""

    folder: Path
    """Or the zip file."""
    labeled: Labeled
    """What the plan had, without frames that cannot be decoded."""
    bytes: int
    left_out: int = 0
    """Frames that cannot be decoded."""

    @property
    def frames(self) -> int:
        """How many, context included."""
        return len(self.labeled.frames)

    @property
    def prelabels(self) -> int:
        """How many boxes."""
        return sum(len(frame.prelabels) for frame in self.labeled.frames)

    @property
    def handed_over(self) -> dict[Path, list[int]]:
        """By video, its frames, ascending, without their context."""
        return {
            video.path: [frame.frame for frame in self.labeled.of_video(at) if not frame.context]
            for at, video in enumerate(self.labeled.videos)
        }


def write_export(
    plan: ExportPlan,
    out: Path,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    overwrite: bool = False,
) -> ExportResult:
    """Write an export, or what is missing of it since an earlier attempt with the same plan.

    It grows in a hidden folder beside `out` and gets its name when it is whole. Frames that cannot
    be decoded are left out, with their labels.

    Args:
        plan: What to write.
        out: A new or empty folder; for a zip, a file.
        on_progress: Told the steps done and in all. A step is a frame whose files are written, a
            MiB of a whole video that is copied, and in a zip, a file that is packed.
        cancelled: Asked after each step.
        overwrite: Whether an earlier export at `out` is replaced, once the new one is whole.

    Raises:
        ExportError: Something else is at `out`, a file of the plan would lie outside of it, it
            cannot be written, or no frame can be decoded.
        VideoError: A video cannot be read.
        Cancelled: `cancelled` said so. What is written stays in the hidden folder for resuming, as
            it does after an error; `discard_partial` deletes it.
    """
    out = out.resolve()
    check_target(out, zipped=plan.request.zip, overwrite=overwrite)
    work = _Work(plan, out, on_progress, cancelled)
    if plan.media == "frames" or plan.request.extras:
        check_paths([frame.path for frame in plan.labeled.frames])
    check_paths([video.copy_path for video in work.videos])
    try:
        return work.run()
    except Cancelled as stop:
        raise Cancelled(
            f"{work.told()}; an export of the same to {out} goes on from there"
        ) from stop
    except OSError as error:
        raise _explained(error, work) from error


class _Work:
    """One attempt."""

    def __init__(
        self,
        plan: ExportPlan,
        out: Path,
        on_progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.plan, self.out = plan, out
        self.folder = partial_of(out)
        self._on_progress, self._cancelled = on_progress, cancelled
        self._done = self._total = 0
        self.frames_done = 0
        self._colours = Colours(plan.labeled.class_names)
        self.videos: dict[ExportVideo, Path] = {}
        """Where whole videos are copied to."""
        if plan.media == "video":
            for video in plan.labeled.videos:
                if video.path.is_dir():
                    raise ExportError(
                        f"{video.path.name} is a folder of images, not a video file",
                        mend="export its frames as pictures",
                    )
                self.videos[video] = self.folder / video.copy_path

    def run(self) -> ExportResult:
        """Do what is left to do."""
        plan, labeled = self.plan, self.plan.labeled
        begin(self.folder, digest_of(plan))
        parts = [self._parts(frame) for frame in labeled.frames]
        made = any(parts)
        packing = plan.request.zip and is_being_packed(self.folder)
        self._total = (len(labeled.frames) if made else 0) + sum(
            ceil(video.path.stat().st_size / CHUNK) for video in self.videos
        )
        if packing:
            self.frames_done = len(labeled.frames)
        else:
            labeled = self._fill(parts)
        if plan.request.zip:
            return self._zipped(labeled)
        put_in_place(self.folder, self.out)
        (self.out / STATE).unlink()
        return self._result(labeled, _bytes_in(self.out))

    def told(self) -> str:
        """How much is there."""
        frames = grouped(len(self.plan.labeled.frames))
        return f"{grouped(self.frames_done)} of {frames} frames are written"

    def step(self) -> None:
        """Count one step.

        Raises:
            Cancelled: The person asked to stop.
        """
        self._done += 1
        self._on_progress(self._done, self._total)
        self.expect_wanted()

    def expect_wanted(self) -> None:
        """Raise `Cancelled` if the person asked to stop."""
        if self._cancelled():
            raise Cancelled

    def _fill(self, parts: list[list[Part]]) -> Labeled:
        """Everything but the zip; gives what is labeled after all."""
        folder, labeled = self.folder, self.plan.labeled
        kept = [part.path for each in parts for part in each]
        copies = self.videos.values()
        clean(folder, {*kept, *copies, *map(copying_of, copies)})
        for above in {path.parent for path in [*kept, *copies]}:
            above.mkdir(parents=True, exist_ok=True)
        for video, target in self.videos.items():
            if not target.exists():
                copy_video(video.path, target, self.step)
        pairs = zip(labeled.frames, parts, strict=True)
        lost = {
            (place, frame)
            for place, its in groupby(pairs, key=lambda pair: pair[0].video)
            for frame in self._write_frames(place, its)
        }
        labeled = _without(labeled, lost)
        if "sheet" in self.plan.request.extras:
            write_sheets(folder, labeled, self.expect_wanted)
            shutil.rmtree(folder / TILES)
        self.plan.format.write(folder, labeled)
        write_manifest(folder, manifest_of(labeled, self.plan.request))
        return labeled

    def _parts(self, frame: LabeledFrame) -> list[Part]:
        request = self.plan.request
        parts = extra_parts(self.folder, frame, request, self._colours)
        if self.plan.media == "frames":
            encode = encoder(request.picture, request.quality)
            parts.append(Part(self.folder / frame.path, encode))
        return parts

    def _write_frames(
        self, place: int, pairs: Iterable[tuple[LabeledFrame, list[Part]]]
    ) -> list[int]:
        """Write the files of a video's frames; gives the frames that cannot be decoded."""
        video = self.plan.labeled.videos[place]
        wanted: dict[int, list[Part]] = {}
        for frame, its in pairs:
            if not its:
                continue
            if missing := [part for part in its if not _is_whole(part.path)]:
                wanted[frame.frame] = missing
            else:
                self._count_frame(frame.frame)
        if not wanted:
            return []
        with VideoReader(video.path, video.index) as reader:
            return write_parts(
                reader, wanted, on_frame=self._count_frame, cancelled=self._cancelled
            )

    def _count_frame(self, _frame: int) -> None:
        self.frames_done += 1
        self.step()

    def _zipped(self, labeled: Labeled) -> ExportResult:
        self._total = self._done + sum(path.is_file() for path in self.folder.rglob("*"))
        packed = pack(self.folder, frozenset({STATE}), self.step)
        with ZipFile(packed) as file:
            handed = json.loads(file.read(MANIFEST))["frames"]
        there = {(each["video"], each["frame"]) for each in handed}
        asked = {(frame.video, frame.frame) for frame in labeled.frames}
        labeled = _without(labeled, asked - there)  # an earlier attempt may have lost some
        size = packed.stat().st_size
        put_in_place(packed, self.out)
        # What was wanted is there; a leftover is begun anew or deleted by the next export.
        with suppress(OSError):
            shutil.rmtree(self.folder)
        return self._result(labeled, size)

    def _result(self, labeled: Labeled, size: int) -> ExportResult:
        self._on_progress(self._total, self._total)
        left_out = len(self.plan.labeled.frames) - len(labeled.frames)
        return ExportResult(self.out, labeled, size, left_out)


def _without(labeled: Labeled, lost: set[tuple[int, int]]) -> Labeled:
    kept = tuple(frame for frame in labeled.frames if (frame.video, frame.frame) not in lost)
    if labeled.frames and not kept:
        raise ExportError(
            "None of the frames can be decoded", mend="choose other frames; the video is damaged"
        )
    return replace(labeled, frames=kept)


def _explained(error: OSError, work: _Work) -> ExportError:
    if error.errno in _FULL:
        left = max(work.plan.bytes - _bytes_in(work.folder), 0)
        return ExportError(
            f"The disk of {work.out.parent} is full: {work.told()}, and about "
            f"{_size(left)} more are needed",
            mend="free some space there and export again, which goes on from there",
        )
    if error.errno == EFBIG:
        return ExportError(
            f"A file of the export is larger than the disk of {work.out.parent} allows",
            mend="choose another disk, or export without a zip",
        )
    return ExportError(
        f"The export to {work.out} cannot be written ({error.strerror or error})",
        mend="mend that, or choose another place, and export again",
    )


def _is_whole(path: Path) -> bool:
    """Whether a file was written; it got its name only then, but a power cut can empty it."""
    return path.is_file() and path.stat().st_size > 0


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _size(number: int) -> str:
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{max(1, number >> 20)} MiB"
