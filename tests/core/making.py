"""Detections, boxes and streams for tests, built by hand."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.assertions.imputed import ImputedBox
from core.detections import FrameDetections
from core.detectors.base import DetectorInfo
from core.detectors.stream import Chunk, DetectRequest, Message, Ready

NAMES = ("person", "car", "traffic light")

Row = tuple[float, float, float, float, float, int]
"""x0, y0, x1, y1, score, class id."""


CAR: Row = (40.5, 30.2, 80.8, 60.5, 0.75, 1)
CAR_BOX = (40.5, 30.2, 80.8, 60.5)


def frame_of(rows: Sequence[Row]) -> FrameDetections:
    """One frame's detections."""
    table = np.array(rows, np.float64).reshape(-1, 6)
    return FrameDetections(
        table[:, :4].astype(np.float32),
        table[:, 4].astype(np.float32),
        table[:, 5].astype(np.int16),
    )


def box(frame: int = 4, xyxy: tuple[int, int, int, int] = (10, 20, 30, 40)) -> ImputedBox:
    """An imputed box."""
    return ImputedBox(frame, xyxy, "car", 0.875, "tutorial")


def detector_info(sha256: str = "a" * 64, version: str = "hand-made 1") -> DetectorInfo:
    """A detector that exists on paper."""
    return DetectorInfo("paper", sha256, "torch", "cpu", NAMES, version)


def flickering_frames(count: int, missing: Sequence[int]) -> list[FrameDetections]:
    """A car that stands still and is not seen in the `missing` frames, and a person who is."""
    person: Row = (100.0, 20.0, 112.5, 60.0, 0.5, 0)
    return [frame_of([person] if i in missing else [CAR, person]) for i in range(count)]


def stream_of(
    frames: Sequence[FrameDetections],
    *,
    info: DetectorInfo | None = None,
    chunk: int = 3,
    error_at: int | None = None,
    error: Exception | None = None,
) -> Callable[[DetectRequest], Iterator[Message]]:
    """A stream that tells what `frames` hold for the frames asked for.

    Args:
        frames: The whole video's detections.
        info: What the stream says it is.
        chunk: Frames a message.
        error_at: Raise `error` instead of the chunk that would begin at or after this frame.
        error: What to raise.
    """

    def messages(request: DetectRequest) -> Iterator[Message]:
        yield Ready(info or detector_info())
        for start in range(request.frames.start, request.frames.stop, chunk):
            if error is not None and error_at is not None and start >= error_at:
                raise error
            yield Chunk(tuple(frames[start : min(start + chunk, request.frames.stop)]))

    return messages
