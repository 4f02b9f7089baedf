"""What was seen in one range of a long video, embeddings included, in one npz file."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.detectors.base import DetectorConfig, DetectorInfo
from core.embeddings.embeddings import Embeddings
from core.embeddings.store import Widths
from core.errors import DamagedPartError, ProjectError
from core.frames import FrameRange
from core.paths import write_atomically

_ABOUT, _FRAMES, _OBJECTS = "about", "frame_vectors", "object_vectors"
_COLUMNS = tuple(column.name for column in fields(Detections))
_ELSEWHERE = ("model", "device", "backend")
"""What may be called differently on another computer; `DetectorInfo` says what it came to."""
_PIECE = 1 << 20
"""Bytes that are read at a time."""

T = TypeVar("T")


@dataclass(frozen=True)
class PartHead:
    """What a part is."""

    frames: FrameRange
    asked: Mapping[str, Any]
    """See `asked`."""
    info: DetectorInfo
    """What has seen it."""

    def to_text(self) -> str:
        """As JSON; `from_text` reads it."""
        frames = [self.frames.start, self.frames.stop]
        return json.dumps({"frames": frames, "asked": self.asked, "info": asdict(self.info)})

    @classmethod
    def from_text(cls, text: str) -> "PartHead":
        """What `to_text` gave; raises ValueError, TypeError or KeyError for anything else."""
        found = json.loads(text)
        info = found["info"] | {"class_names": tuple(found["info"]["class_names"])}
        return cls(FrameRange(*found["frames"]), found["asked"], DetectorInfo(**info))


def asked(config: DetectorConfig) -> Mapping[str, Any]:
    """What parts of a run have in common, whatever computers they were made on; as JSON has it."""
    found = {name: value for name, value in asdict(config).items() if name not in _ELSEWHERE}
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def write_part(
    path: Path, head: PartHead, detections: Detections, embeddings: Embeddings | None
) -> None:
    """Write a part; it appears whole or not at all.

    Args:
        path: The file.
        head: What it is.
        detections: Of its frames; its first one is frame 0 here.
        embeddings: Of these, if there are some; may be mapped from disk.

    Raises:
        ProjectError: The disk is full or the folder cannot be written.
    """
    columns = {name: getattr(detections, name) for name in _COLUMNS}
    if embeddings is not None:
        columns |= {_FRAMES: embeddings.frames, _OBJECTS: embeddings.objects}
    columns[_ABOUT] = np.array(head.to_text())
    held = {name: column for name, column in columns.items() if column is not None}

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **held)

    try:
        write_atomically(path, write)
    except OSError as error:
        raise not_saved(path, error) from error


def not_saved(path: Path, error: OSError) -> ProjectError:
    """The error that says that a part cannot be written."""
    return ProjectError(
        f"What was detected could not be saved to {path} ({error.strerror})",
        mend="free some disk space or make the folder writable, then detect again",
    )


class PartFile:
    """Reads a part, a column at a time.

    Args:
        path: The file.

    Attributes:
        head: What it is.
        offsets: (frames + 1,) as in its detections.
        widths: How long its vectors are; None where it has none.

    Raises:
        ProjectError: It is missing or damaged; so may all that reads.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        about = self.column(_ABOUT)
        self.head = self._read(lambda: PartHead.from_text(str(about)))
        self.offsets: NDArray[np.int64] = self.column("offsets")
        self.widths = self._read(self._widths)
        if len(self.offsets) != len(self.head.frames) + 1:
            raise self._damaged(f"it holds {len(self.offsets) - 1:,} frames")

    def column(self, name: str) -> NDArray[Any]:
        """A column of its detections."""
        found = self.optional(name)
        if found is None:
            raise self._damaged(f"it has no {name}")
        return found

    def optional(self, name: str) -> NDArray[Any] | None:
        """A column that not all detections have."""

        def read() -> NDArray[Any] | None:
            with self._path.open("rb") as file:
                return np.load(file, allow_pickle=False).get(name)  # type: ignore[no-any-return]

        return self._read(read)

    def frame_rows(self) -> Iterator[bytes]:
        """The vectors of its frames, as raw rows, in pieces."""
        return self._rows(_FRAMES)

    def object_rows(self) -> Iterator[bytes]:
        """The vectors of its boxes, as raw rows, in pieces."""
        return self._rows(_OBJECTS)

    def _rows(self, name: str) -> Iterator[bytes]:
        with ExitStack() as stack:
            file = self._read(lambda: stack.enter_context(ZipFile(self._path)))
            member = self._read(lambda: stack.enter_context(file.open(f"{name}.npy")))
            self._read(lambda: _shape_of(member))
            while piece := self._read(lambda: member.read(_PIECE)):
                yield piece

    def _widths(self) -> Widths | None:
        with ZipFile(self._path) as file:
            held = {name.removesuffix(".npy") for name in file.namelist()}
            if _FRAMES not in held:
                return None
            with file.open(f"{_FRAMES}.npy") as member:
                frames = _shape_of(member)[1]
            if _OBJECTS not in held:
                return Widths(frames, None)
            with file.open(f"{_OBJECTS}.npy") as member:
                return Widths(frames, _shape_of(member)[1])

    def _read(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except Exception as error:
            # A broken byte can lead zipfile and numpy to raise anything at all.
            raise self._damaged(str(error) or type(error).__name__) from error

    def _damaged(self, why: str) -> ProjectError:
        return DamagedPartError(
            f"The part of a run in {self._path} is missing or damaged ({why})",
            mend="delete it and detect it again",
        )


def _shape_of(member: Any) -> tuple[int, ...]:
    """Read past the head of an array."""
    np.lib.format.read_magic(member)
    shape, _, kind = np.lib.format.read_array_header_1_0(member)
    if kind != np.float16 or len(shape) != 2:
        raise ValueError(f"vectors of {kind}, shape {shape}")
    return shape
