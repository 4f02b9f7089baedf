"""What a detector sees in a video, frame after frame, as a stream of messages.

The same stream comes from this process (`stream_detections`, headless) or from a child process
(`core.detectors.process`, under the window).
"""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.detections import FrameDetections, empty_frame
from core.detectors.base import Detector, DetectorConfig, DetectorInfo
from core.errors import DamagedFrameError
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.video.picture import Picture
from core.video.proxy import ProxyWriter, open_writer
from core.video.reader import VideoReader

if TYPE_CHECKING:
    from core.detectors.camera import CameraWatch as Watch


@dataclass(frozen=True)
class DetectRequest:
    """Which frames of which video to look at, and how."""

    video: Path
    index: FrameIndex
    config: DetectorConfig
    frames: FrameRange
    proxy: ProxyPlace | None = None
    """Where to keep small copies of the frames, which are decoded anyway."""


@dataclass(frozen=True)
class Ready:
    """The detector is loaded; always the first message."""

    info: DetectorInfo


@dataclass(frozen=True)
class Chunk:
    """What was seen in the frames that follow those of the chunk before."""

    frames: tuple[FrameDetections, ...]


Message = Ready | Chunk


def stream_detections(request: DetectRequest) -> Iterator[Message]:
    """Detect in this process.

    Raises:
        DetectorError: See `core.detectors.ultralytics.UltralyticsDetector`.
        VideoError: The video cannot be read.
    """
    from core.detectors.ultralytics import UltralyticsDetector

    with VideoReader(request.video, request.index) as reader:
        detector = UltralyticsDetector(request.config)
        yield Ready(detector.info)
        with ExitStack() as stack:
            writer = (
                stack.enter_context(open_writer(request.proxy, reader.info))
                if request.proxy is not None
                else None
            )
            yield from detect_frames(reader, detector, request.frames, writer)


def detect_frames(
    reader: VideoReader,
    detector: Detector,
    frames: FrameRange,
    proxy: ProxyWriter | None = None,
) -> Iterator[Chunk]:
    """Chunks that cover `frames` without a gap; an undecodable frame counts as one without boxes.

    Args:
        reader: The video.
        detector: Sees the pictures.
        frames: The range.
        proxy: Receives every frame that was decoded.
    """
    # Here and not above: the window's process uses this module and must not load OpenCV.
    from core.detectors.camera import CameraWatch

    done = frames.start
    batch: list[Picture] = []
    places: list[int] = []
    watch = CameraWatch()
    # One frame earlier, so that a run that is resumed sees the same change as one in a single go.
    early = FrameRange(max(frames.start - 1, 0), frames.stop)
    with suppress(DamagedFrameError):  # none in the whole range: all count as without boxes
        for decoded in reader.decode(early):
            if decoded.index < frames.start:
                _look(watch, [decoded.picture()], detector)
                continue
            if proxy is not None:
                proxy.add(decoded)
            batch.append(decoded.picture())
            places.append(decoded.index)
            if len(batch) == detector.batch_size:
                yield _chunk(done, places, _look(watch, batch, detector))
                done, batch, places = decoded.index + 1, [], []
    if batch:
        yield _chunk(done, places, _look(watch, batch, detector))
        done = places[-1] + 1
    if done < frames.stop:
        yield Chunk((empty_frame(),) * (frames.stop - done))


def _look(watch: "Watch", pictures: list[Picture], detector: Detector) -> list[FrameDetections]:
    """Detect, and see how the camera moved."""
    found = []
    for picture, seen in zip(pictures, detector.detect(pictures), strict=True):
        change = watch.look(picture, seen.xyxy)
        found.append(replace(seen, moved=change.moved, cut=change.cut))
    return found


def _chunk(start: int, places: list[int], seen: list[FrameDetections]) -> Chunk:
    frames = [empty_frame()] * (places[-1] + 1 - start)
    for place, frame in zip(places, seen, strict=True):
        frames[place - start] = frame
    return Chunk(tuple(frames))
