"""What every reader of another program's detections takes and gives, and what all of them check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections
from core.errors import ImportedDetectionsError

MOST_CLASSES = 2**15
"""Class ids are int16."""
OVERHANG = 0.05
"""How far boxes may reach beyond the picture, of its width or height: detectors and trackers
overshoot, and a picture of another size overshoots by far more."""
_LEAST_SIZE = 0.01


@dataclass(frozen=True)
class ForVideo:
    """What imported detections must fit."""

    name: str
    """File name of the video with suffix, such as `highway.mp4`."""
    frame_count: int
    width: int
    """Of the upright picture, px."""
    height: int


@dataclass(frozen=True)
class ImportOptions:
    """What a person may say about the files."""

    class_names: tuple[str, ...] | None = None
    """Names by class id, where the files do not say."""
    first_frame: int | None = None
    """Number that the files give to the first frame (0 or 1); None: find out."""
    min_score: float = 0.0
    """Boxes with a score below this are left out, 0..1."""


@dataclass(frozen=True, eq=False)
class Imported:
    """Detections of a whole video, made by another program."""

    detections: Detections
    """Exactly as many frames as the video; boxes clipped to the picture."""
    class_names: tuple[str, ...]
    """Name of each class id."""
    format: str
    """Key of `core.importing.formats.FORMATS`."""
    sha256: str
    """Hash of all that was read."""


Reader = Callable[[Path, ForVideo, ImportOptions], Imported]


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes in the order of the files, whose numbers nobody has checked yet."""

    frame: NDArray[np.int64]
    """(n,) frame index, within the video."""
    xyxy: NDArray[np.float64]
    """(n, 4) corners in pixels of the upright picture, origin top left."""
    score: NDArray[np.float64]
    """(n,) should be 0..1."""
    class_id: NDArray[np.int64]
    """(n,) within int16."""
    where: Callable[[int], str]
    """Names a row's place, such as `Line 3 of highway_12.txt`."""


class BoxList:
    """Boxes that are read one by one."""

    def __init__(self) -> None:
        self.where: list[str] = []
        self._frame: list[int] = []
        self._corners: list[float] = []
        self._score: list[float] = []
        self._class_id: list[int] = []

    def add(
        self, where: str, frame: int, corners: Iterable[float], score: float, class_id: int
    ) -> None:
        """Append a box; arguments as the columns of `Boxes`."""
        self.where.append(where)
        self._frame.append(frame)
        self._corners.extend(corners)
        self._score.append(score)
        self._class_id.append(class_id)

    def boxes(self) -> Boxes:
        """All boxes so far."""
        return Boxes(
            np.array(self._frame, np.int64),
            np.array(self._corners, np.float64).reshape(-1, 4),
            np.array(self._score, np.float64),
            np.array(self._class_id, np.int64),
            self.where.__getitem__,
        )


def fit(boxes: Boxes, video: ForVideo, min_score: float, *, in_pixels: bool = True) -> Detections:
    """Check boxes, clip them to the picture and sort them by frame.

    Args:
        boxes: In the order of the files, which each frame's boxes keep.
        video: What they must fit.
        min_score: Leave out boxes with a lower score.
        in_pixels: Whether the files give pixels, which another picture size would show.

    Raises:
        ImportedDetectionsError: A score is not within 0..1, or a box has no size, lies outside the
            picture or reaches far beyond it; names the first place.
    """
    corner = np.array([video.width, video.height] * 2, np.float64)
    clipped = np.clip(boxes.xyxy, 0.0, corner).astype(np.float32)
    _check(boxes, clipped, video, in_pixels)
    kept = np.flatnonzero(boxes.score >= min_score)
    rows = kept[np.argsort(boxes.frame[kept], kind="stable")]
    counts = np.bincount(boxes.frame[rows], minlength=video.frame_count)
    return Detections(
        clipped[rows],
        boxes.score[rows].astype(np.float32),
        boxes.class_id[rows].astype(np.int16),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def _check(boxes: Boxes, clipped: NDArray[np.float32], video: ForVideo, in_pixels: bool) -> None:
    xyxy, score = boxes.xyxy, boxes.score
    with np.errstate(invalid="ignore"):
        small = (xyxy[:, 2:] - xyxy[:, :2] < _LEAST_SIZE).any(axis=1)
    size = np.array([video.width, video.height])
    far = (xyxy[:, :2] < -OVERHANG * size) | (xyxy[:, 2:] > (1 + OVERHANG) * size)
    picture = f"the picture of {video.name}, {video.width} × {video.height} px"
    correct, another = "correct or remove it", f"give detections made for {picture}"
    rules = (
        (~np.isfinite(xyxy).all(axis=1), "is not finite", correct),
        (~((score >= 0) & (score <= 1)), "has a score that is not within 0..1", correct),
        (small, "has no width or no height", correct),
        (
            far.any(axis=1) & in_pixels,
            f"reaches far outside {picture}",
            "give detections made for this picture size, or clip the boxes to the picture",
        ),
        ((clipped[:, 2:] <= clipped[:, :2]).any(axis=1), f"lies outside {picture}", another),
    )
    broken = [(int(np.argmax(bad)), says, mend) for bad, says, mend in rules if bad.any()]
    if broken:
        row, says, mend = min(broken, key=lambda found: found[0])
        x0, y0, x1, y1 = xyxy[row]
        raise ImportedDetectionsError(
            f"{boxes.where(row)}: the box from ({x0:g}, {y0:g}) to ({x1:g}, {y1:g}) px "
            f"with score {score[row]:g} {says}",
            mend=mend,
        )


def names_for(boxes: Boxes, names: tuple[str, ...] | None) -> tuple[str, ...]:
    """Name of each class id: `names`, or `class 0`, `class 1`, … where there are none.

    Raises:
        ImportedDetectionsError: A class id has no name although there are names.
    """
    if names is None:
        return tuple(f"class {i}" for i in range(int(boxes.class_id.max(initial=-1)) + 1))
    beyond = boxes.class_id >= len(names)
    if beyond.any():
        row = int(np.argmax(beyond))
        raise ImportedDetectionsError(
            f"{boxes.where(row)} has class {boxes.class_id[row]}, "
            f"but there are names for {len(names)} classes, counted from 0",
            mend="give the names of all classes of the detector that made the file",
        )
    return names


def read_bytes(path: Path, mend: str) -> bytes:
    """A file's content.

    Raises:
        ImportedDetectionsError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImportedDetectionsError(
            f"{path} cannot be read ({error.strerror})", mend=mend
        ) from error


def decoded(data: bytes, path: Path, mend: str) -> str:
    """A text file's content, with or without a byte order mark.

    Raises:
        ImportedDetectionsError: It is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportedDetectionsError(
            f"{path} cannot be read (it is not text)", mend=mend
        ) from error


def hash_of(files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over names and contents, in the order given."""
    total = sha256()
    for name, content in files:
        total.update(
            sha256(name.encode(errors="surrogateescape")).digest() + sha256(content).digest()
        )
    return total.hexdigest()
