"""Detections in columns: what one run of a detector saw, frame after frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Detections:
    """Boxes of consecutive frames from frame 0, sorted by frame, in shared columns.

    Rows `offsets[i]:offsets[i + 1]` belong to frame `i`.
    """

    xyxy: NDArray[np.float32]
    """(n, 4) boxes in pixels of the upright picture, origin top left."""
    score: NDArray[np.float32]
    """(n,) the detector's confidence, 0..1."""
    class_id: NDArray[np.int16]
    """(n,) index into the run's class names."""
    offsets: NDArray[np.int64]
    """(frames + 1,) first row of each frame, and the number of rows at the end."""
    moved: NDArray[np.float32] | None = None
    """(frames, 2) how far a standing scene moved since the frame before, px right and down, where
    somebody looked at the pictures."""
    cut: NDArray[np.bool_] | None = None
    """(frames,) whether a new scene begins, where somebody looked."""
    uncertainty: NDArray[np.float32] | None = None
    """(n, 2) margin and entropy over the classes of each box, 0 for one class alone to 1 for all
    alike; NaN for boxes of which the detector does not tell."""

    def __post_init__(self) -> None:
        rows = len(self.xyxy)
        if self.xyxy.shape != (rows, 4):
            raise ValueError(f"expected xyxy of shape (n, 4), got {self.xyxy.shape}")
        if not len(self.score) == len(self.class_id) == rows == self.offsets[-1]:
            raise ValueError(
                f"expected {rows} rows in every column, got {len(self.score)} scores, "
                f"{len(self.class_id)} classes, offsets up to {self.offsets[-1]}"
            )

    def __len__(self) -> int:
        return len(self.xyxy)

    @property
    def camera(self) -> NDArray[np.float64]:
        """(frames, 2) where a standing scene lies in each frame, px from where it lay at first."""
        if self.moved is None:
            return np.zeros((self.frame_count, 2))
        return np.cumsum(self.moved, axis=0, dtype=np.float64)

    @property
    def cuts(self) -> NDArray[np.int64]:
        """The frames that begin a new scene, ascending."""
        return np.flatnonzero(self.cut) if self.cut is not None else np.empty(0, np.int64)

    @property
    def frame_count(self) -> int:
        """Frames covered, with and without boxes."""
        return len(self.offsets) - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        """(frames,) number of boxes in each frame."""
        return np.diff(self.offsets)

    @property
    def frame(self) -> NDArray[np.int64]:
        """(n,) frame index of each row."""
        return np.repeat(np.arange(self.frame_count), self.counts)

    def rows(self, frame: int) -> slice:
        """The rows of one frame; none for a frame that the run has not reached."""
        if not 0 <= frame < self.frame_count:
            return slice(0, 0)
        return slice(int(self.offsets[frame]), int(self.offsets[frame + 1]))

    def only(self, frames: range) -> "Detections":
        """The detections of some frames as those of a video that has only these.

        Args:
            frames: Ascending, all covered; the others must be empty.
        """
        if len(frames) == self.frame_count:
            return self
        kept = np.asarray(frames, np.int64)
        offsets = np.append(self.offsets[kept], len(self))
        moved = self.moved[kept] if self.moved is not None else None
        cut = self.cut[kept] if self.cut is not None else None
        return replace(self, offsets=offsets, moved=moved, cut=cut)


def empty_detections(frame_count: int = 0) -> Detections:
    """Detections of `frame_count` frames in which nothing was seen."""
    return from_frames([empty_frame()] * frame_count)


@dataclass(frozen=True, eq=False)
class FrameDetections:
    """What a detector saw in one frame; columns as in `Detections`, embeddings beside them."""

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    class_id: NDArray[np.int16]
    moved: tuple[float, float] = (0.0, 0.0)
    cut: bool = False
    embedding: NDArray[np.float16] | None = None
    """(d,) what the picture looks like to the detector, where it tells."""
    objects: NDArray[np.float16] | None = None
    """(n, e) what each box holds looks like to the detector, where it tells."""
    uncertainty: NDArray[np.float32] | None = None
    """(n, 2) as in `Detections`, where the detector tells."""

    def __len__(self) -> int:
        return len(self.xyxy)


def empty_frame() -> FrameDetections:
    """A frame in which nothing was seen."""
    return FrameDetections(
        np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int16)
    )


def from_frames(frames: Sequence[FrameDetections]) -> Detections:
    """Join per-frame detections, the first of which becomes frame 0."""
    builder = DetectionsBuilder()
    builder.extend(frames)
    return builder.snapshot()


class DetectionsBuilder:
    """Detections that grow at the end, at constant cost a frame.

    Snapshots share the builder's memory and stay valid: rows once written never change, and
    growing moves to new arrays.
    """

    def __init__(self, start: Detections | None = None) -> None:
        self._rows = 0
        self._frames = 0
        self._xyxy = np.empty((256, 4), np.float32)
        self._score = np.empty(256, np.float32)
        self._class_id = np.empty(256, np.int16)
        self._offsets = np.zeros(257, np.int64)
        self._moved = np.zeros((257, 2), np.float32)
        self._cut = np.zeros(257, np.bool_)
        self._uncertainty = np.empty((256, 2), np.float32)
        self._tells_uncertainty = False
        if start is not None:
            self._take(start)

    @property
    def frame_count(self) -> int:
        """Frames appended so far."""
        return self._frames

    def extend(self, frames: Sequence[FrameDetections]) -> None:
        """Append the frames that follow the last one."""
        for frame in frames:
            stop = self._rows + len(frame)
            self._reserve(stop, self._frames + 1)
            rows = slice(self._rows, stop)
            self._xyxy[rows], self._score[rows] = frame.xyxy, frame.score
            self._class_id[rows] = frame.class_id
            self._uncertainty[rows] = np.nan if frame.uncertainty is None else frame.uncertainty
            self._tells_uncertainty |= frame.uncertainty is not None
            self._moved[self._frames], self._cut[self._frames] = frame.moved, frame.cut
            self._rows, self._frames = stop, self._frames + 1
            self._offsets[self._frames] = stop

    def snapshot(self) -> Detections:
        """What was appended so far, without copying."""
        rows = slice(0, self._rows)
        offsets = self._offsets[: self._frames + 1]
        frames = slice(0, self._frames)
        return Detections(
            self._xyxy[rows], self._score[rows], self._class_id[rows], offsets,
            self._moved[frames], self._cut[frames],
            self._uncertainty[rows] if self._tells_uncertainty else None,
        )  # fmt: skip

    def _take(self, start: Detections) -> None:
        self._reserve(len(start), start.frame_count)
        self._rows, self._frames = len(start), start.frame_count
        self._xyxy[: self._rows], self._score[: self._rows] = start.xyxy, start.score
        self._class_id[: self._rows] = start.class_id
        self._offsets[: self._frames + 1] = start.offsets
        if start.moved is not None and start.cut is not None:
            self._moved[: self._frames], self._cut[: self._frames] = start.moved, start.cut
        self._tells_uncertainty = start.uncertainty is not None
        self._uncertainty[: self._rows] = np.nan if start.uncertainty is None else start.uncertainty

    def _reserve(self, rows: int, frames: int) -> None:
        if rows > len(self._score):
            capacity = max(rows, 2 * len(self._score))
            self._xyxy = _grown(self._xyxy, capacity)
            self._score = _grown(self._score, capacity)
            self._class_id = _grown(self._class_id, capacity)
            self._uncertainty = _grown(self._uncertainty, capacity)
        if frames >= len(self._offsets):
            capacity = max(frames + 1, 2 * len(self._offsets))
            self._offsets = _grown(self._offsets, capacity)
            self._moved, self._cut = _grown(self._moved, capacity), _grown(self._cut, capacity)


def _grown(column: NDArray[T], capacity: int) -> NDArray[T]:
    grown = np.zeros((capacity, *column.shape[1:]), column.dtype)
    grown[: len(column)] = column
    return grown
