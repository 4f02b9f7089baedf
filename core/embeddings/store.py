"""Embeddings on disk: raw rows beside a run's file, which says how many of them count.

`<run>.frames.f16` and `<run>.objects.f16` hold float16 rows, one for each frame and box of the run;
`<run>.embeddings.json` says how wide they are and what made them. Rows are written before the
detections that they belong to, so that after a crash there are enough of them, or too many.
Embeddings that a second pass made with another model lie beside them, as `<run>.model.frames.f16`.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections, FrameDetections
from core.embeddings.embeddings import Embeddings, Vectors
from core.embeddings.rows import EmbeddingFiles, FileRows
from core.errors import ProjectError
from core.paths import write_text_atomically
from core.project.runs import save_detections

log = logging.getLogger(__name__)

_ITEM = np.dtype(np.float16).itemsize


@dataclass(frozen=True)
class Widths:
    """How long vectors are."""

    frames: int
    objects: int | None
    """None where there are none."""


class EmbeddingWriter:
    """Keeps what a detector says of frames and objects, beside the run, as that grows.

    A run that is gone on with and has no embeddings so far goes on without.

    Args:
        run_file: The run's detections.
        start: What they hold so far.
        source: What makes the embeddings.
    """

    def __init__(self, run_file: Path, start: Detections, source: str = "backbone") -> None:
        self._run_file = run_file
        self._source = source
        self._pending: list[FrameDetections] = []
        self._frames, self._boxes = start.frame_count, len(start)
        self._widths = _widths(run_file, start) if start.frame_count else None
        """None until a frame has an embedding: before that, all rows are zeros."""
        self._without = start.frame_count > 0 and self._widths is None

    def extend(self, frames: Sequence[FrameDetections]) -> None:
        """Take the frames that follow the last one; nothing is written yet."""
        if not self._without:
            self._pending += frames

    def save(self, detections: Detections) -> None:
        """Write what is pending, then the run's detections.

        Raises:
            ProjectError: The disk is full or the folder cannot be written; what the run's file
                says is as it was.
        """
        self.flush()
        save_detections(self._run_file, detections)

    def flush(self) -> None:
        """Write what is pending.

        Raises:
            ProjectError: See `save`.
        """
        try:
            if self._widths is None and self._pending:
                self._begin()
            if self._widths is not None and self._pending:
                self._append(self._widths)
        except OSError as error:
            raise _not_saved(self._run_file, error) from error
        self._frames += len(self._pending)
        self._boxes += sum(map(len, self._pending))
        self._pending = []

    def _begin(self) -> None:
        remove_embeddings(self._run_file)
        widths = _widths_in(self._pending)
        if widths is not None:
            _describe(self._run_file, widths, self._source)
        self._widths = widths

    def _append(self, widths: Widths) -> None:
        frames = [_rows(frame.embedding, (widths.frames,)) for frame in self._pending]
        _write(_frames_file(self._run_file), self._frames, np.stack(frames))
        if widths.objects is not None:
            shapes = [(len(frame), widths.objects) for frame in self._pending]
            objects = [
                _rows(frame.objects, shape)
                for frame, shape in zip(self._pending, shapes, strict=True)
            ]
            _write(_objects_file(self._run_file), self._boxes, np.concatenate(objects))


def write_embeddings(
    run_file: Path, widths: Widths, source: str, frames: Iterable[bytes], objects: Iterable[bytes]
) -> None:
    """Write all embeddings of a run at once, as `EmbeddingWriter` would have, frame after frame.

    Args:
        run_file: The run's detections, which are to be saved after this.
        widths: How long the vectors are.
        source: What made them.
        frames: The rows of all frames, in pieces of any size.
        objects: Those of all boxes; not asked for where there are none.

    Raises:
        ProjectError: The disk is full or the folder cannot be written.
    """
    try:
        remove_embeddings(run_file)
        _describe(run_file, widths, source)
        _write_all(_frames_file(run_file), frames)
        if widths.objects is not None:
            _write_all(_objects_file(run_file), objects)
    except OSError as error:
        raise _not_saved(run_file, error) from error


def load_embeddings(run_file: Path, detections: Detections) -> Embeddings | None:
    """The embeddings of a run, mapped from disk: those of a second pass if they are there.

    None for a run that has none, or whose files are damaged or do not reach as far as it does.

    Args:
        run_file: The run's detections.
        detections: What is in there.
    """
    seen = detections.frame_count, len(detections)
    return _load(second_pass(run_file), seen) or _load(run_file, seen)


def embeddings_beside(run_file: Path, frames: int, boxes: int) -> EmbeddingFiles | None:
    """As `load_embeddings`, left on disk, of a run whose frames and boxes are only counted."""
    seen = frames, boxes
    return _found(second_pass(run_file), seen) or _found(run_file, seen)


def second_pass(run_file: Path) -> Path:
    """What stands for the run's file beside the embeddings that another model made."""
    return run_file.with_suffix(".model.npz")


def replace_embeddings(old: Path, new: Path) -> None:
    """Put the files that were written for one run's file in the place of those of another.

    Raises:
        OSError: The folder cannot be written.
    """
    # The sizes of other files would mean nothing to the description of these.
    remove_embeddings(old)
    for file in (_frames_file, _objects_file, _description_file):
        if file(new).exists():
            file(new).replace(file(old))


def remove_embeddings(run_file: Path) -> None:
    """Delete a run's embeddings, if it has some."""
    for file in (_description_file, _frames_file, _objects_file):
        file(run_file).unlink(missing_ok=True)


def _load(run_file: Path, seen: tuple[int, int]) -> Embeddings | None:
    found = _found(run_file, seen)
    if found is None:
        return None
    objects = None if found.objects is None else _mapped(found.objects)
    return Embeddings(found.source, _mapped(found.frames), objects)


def _found(run_file: Path, seen: tuple[int, int]) -> EmbeddingFiles | None:
    if not _description_file(run_file).exists():
        return None
    try:
        widths, source = _described(run_file)
        frames = _rows_in(_frames_file(run_file), seen[0], widths.frames)
        if widths.objects is None:
            return EmbeddingFiles(source, frames, None)
        objects = _rows_in(_objects_file(run_file), seen[1], widths.objects)
        return EmbeddingFiles(source, frames, objects)
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        log.warning("the embeddings beside %s cannot be used (%s)", run_file.name, error)
        return None


def _rows_in(path: Path, rows: int, width: int) -> FileRows:
    """The first rows of a file; raises OSError or ValueError where they are not there."""
    if rows * width and path.stat().st_size < rows * width * _ITEM:
        raise ValueError(f"{path.name} is too short")
    return FileRows(path, (rows, width))


def _mapped(rows: FileRows) -> Vectors:
    if not rows.shape[0] * rows.shape[1]:
        return np.empty(rows.shape, np.float16)
    return np.memmap(rows.path, np.float16, "r", shape=rows.shape)


def _widths(run_file: Path, start: Detections) -> Widths | None:
    """How wide the rows of a run are that is gone on with; None if some are missing."""
    found = _found(run_file, (start.frame_count, len(start)))
    return _described(run_file)[0] if found is not None else None


def _widths_in(frames: Sequence[FrameDetections]) -> Widths | None:
    """Those of the first frame that somebody looked at."""
    for frame in frames:
        if frame.embedding is not None:
            objects = None if frame.objects is None else frame.objects.shape[1]
            return Widths(len(frame.embedding), objects)
    return None


def _rows(given: NDArray[Any] | None, shape: tuple[int, ...]) -> Vectors:
    """The vectors of a frame, or zeros where there are none that fit."""
    if given is None or given.shape != shape:
        return np.zeros(shape, np.float16)
    return given.astype(np.float16, copy=False)


def _write(path: Path, rows: int, more: Vectors) -> None:
    """Put rows behind the first so many, whatever follows these; missing ones become zeros."""
    with path.open("r+b" if path.exists() else "xb") as file:
        file.truncate(rows * more.shape[1] * _ITEM)
        file.seek(0, 2)
        file.write(more.tobytes())


def _write_all(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _not_saved(run_file: Path, error: OSError) -> ProjectError:
    return ProjectError(
        f"The embeddings could not be saved to {run_file.parent} ({error.strerror})",
        mend="free some disk space or make the folder writable, then detect again",
    )


def _describe(run_file: Path, widths: Widths, source: str) -> None:
    described = {"source": source, "frames": widths.frames, "objects": widths.objects}
    write_text_atomically(_description_file(run_file), json.dumps(described))


def _described(run_file: Path) -> tuple[Widths, str]:
    """Raises ValueError, TypeError or KeyError for what no program of ours has written."""
    found = json.loads(_description_file(run_file).read_text(encoding="utf-8"))
    widths, source = Widths(found["frames"], found["objects"]), found["source"]
    counts = [widths.frames, 0 if widths.objects is None else widths.objects]
    if not isinstance(source, str) or not all(type(n) is int and n >= 0 for n in counts):
        raise ValueError(f"it says {found}")
    return widths, source


def _frames_file(run_file: Path) -> Path:
    return run_file.with_suffix(".frames.f16")


def _objects_file(run_file: Path) -> Path:
    return run_file.with_suffix(".objects.f16")


def _description_file(run_file: Path) -> Path:
    return run_file.with_suffix(".embeddings.json")
