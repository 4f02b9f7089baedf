"""What a detector sees in a video, frame after frame, as a stream of messages.

The same stream comes from this process (`stream_detections`, headless) or from a child process
(`core.detectors.process`, under the window).

Decoding, preparing, the network and what follows it run at the same time, each in its own threads.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from core.boxes import Boxes
from core.detections import FrameDetections, empty_frame
from core.detectors.base import (
    EVERY_FRAME,
    Detector,
    DetectorConfig,
    DetectorInfo,
    Notice,
    Preparing,
    Sampling,
)
from core.detectors.machine import usable_cores
from core.detectors.overlap import ahead, stage
from core.detectors.registry import make_detector
from core.detectors.stages import Batch, Inferred, Stages, going_on_slower
from core.errors import DamagedFrameError, DeviceFailedError
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.video.picture import DecodedFrame, Picture
from core.video.proxy import ProxyWriter, open_writer
from core.video.reader import VideoReader

if TYPE_CHECKING:
    from core.detectors.camera import CameraWatch as Watch

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class DetectRequest:
    """Which frames of which video to look at, and how."""

    video: Path
    index: FrameIndex
    config: DetectorConfig
    frames: FrameRange
    """What the stream covers; `config.sampling` says which of these frames are looked at."""
    proxy: ProxyPlace | None = None
    """Where to keep small copies of the frames, which are decoded anyway."""
    before: Boxes | None = None
    """(n, 4) boxes in the last frame to look at before `frames`, xyxy px; None where nobody knows
    them. That frame is decoded in any case, because what changes from it belongs to `frames`."""


@dataclass(frozen=True)
class Ready:
    """The detector is loaded; the first message, but for what loading it told."""

    info: DetectorInfo


@dataclass(frozen=True)
class Chunk:
    """What was seen in the frames that follow those of the chunk before."""

    frames: tuple[FrameDetections, ...]


Message = Preparing | Notice | Ready | Chunk


def stream_detections(request: DetectRequest) -> Iterator[Message]:
    """Detect in this process.

    Raises:
        DetectorError: See `core.detectors.base.Detector.detect`.
        VideoError: The video cannot be read.
    """
    told: SimpleQueue[Preparing | Notice] = SimpleQueue()
    with VideoReader(request.video, request.index) as reader, ExitStack() as stack:
        size = reader.info.width, reader.info.height

        def make(config: DetectorConfig) -> Detector:
            return make_detector(config, size, told.put)

        detector = yield from _loaded(make, request.config, told)
        yield Ready(detector.info)
        writer = (
            stack.enter_context(open_writer(request.proxy, reader.info))
            if request.proxy is not None
            else None
        )
        stages = Stages(detector, lambda: make(replace(request.config, device="cpu")), told.put)
        chunks = detect_frames(
            reader,
            stages,
            request.frames,
            sampling=request.config.sampling,
            before=request.before,
            proxy=writer,
        )
        for chunk in chunks:
            yield from _waiting(told)
            yield chunk


def detect_frames(
    reader: VideoReader,
    stages: Stages,
    frames: FrameRange,
    *,
    sampling: Sampling = EVERY_FRAME,
    before: Boxes | None = None,
    proxy: ProxyWriter | None = None,
) -> Iterator[Chunk]:
    """Chunks that cover `frames` without a gap.

    A frame that cannot be decoded, or is not to be looked at, counts as one without boxes.

    Args:
        reader: The video; used by other threads until the iterator ends.
        stages: See the pictures.
        frames: The range.
        sampling: Which of them to look at.
        before: (n, 4) boxes in the last frame to look at before the range; None where nobody knows
            them, so that the detector must look at it again.
        proxy: Receives every frame that was decoded.
    """
    # Here and not above: the window's process uses this module and must not load OpenCV.
    from core.detectors.camera import CameraWatch

    watch = CameraWatch()
    done = frames.start
    # One frame earlier, so that a run that is resumed, or made of parts, sees the same change as
    # one in a single go.
    earlier = sampling.frames(frames.start)
    known = {} if before is None else dict.fromkeys(earlier[-1:], before)

    def prepared(decoded: list[DecodedFrame]) -> tuple[tuple[int, ...], Batch]:
        pictures = [frame.picture() for frame in decoded]
        return tuple(frame.index for frame in decoded), stages.prepare(pictures)

    def inferred(item: tuple[tuple[int, ...], Batch]) -> tuple[tuple[int, ...], list[Inferred]]:
        places, batch = item
        return places, [Inferred(batch, None)] if places[0] in known else stages.infer(batch)

    decoded = _decoded(reader, frames, sampling, proxy)
    with (
        ahead(_batches(decoded, frames.start, stages)) as batches,
        stage(prepared, batches, max(usable_cores() // 4, 1)) as ready,
        stage(inferred, ready, stages.workers) as results,
    ):
        for places, parts in results:
            pictures = [picture for part in parts for picture in part.batch.pictures]
            if places[0] in known:
                watch.look(pictures[0], known[places[0]])
                continue
            seen = _watched(watch, pictures, stages.finish(parts))
            if places[0] >= frames.start:
                yield _chunk(done, places, seen)
                done = places[-1] + 1
    if done < frames.stop:
        yield Chunk((empty_frame(),) * (frames.stop - done))


def _loaded(
    make: Callable[[DetectorConfig], Detector],
    config: DetectorConfig,
    told: "SimpleQueue[Preparing | Notice]",
) -> Generator[Message, None, Detector]:
    """Load the detector, and pass on meanwhile what that tells."""
    with ThreadPoolExecutor(1, "load") as thread:
        loading = thread.submit(_make_somehow, make, config, told)
        while not loading.done():
            with suppress(NotYet):
                loading.exception(_POLL_SECONDS)
            yield from _waiting(told)
    return loading.result()


def _make_somehow(
    make: Callable[[DetectorConfig], Detector],
    config: DetectorConfig,
    told: "SimpleQueue[Preparing | Notice]",
) -> Detector:
    try:
        return make(config)
    except DeviceFailedError as error:
        told.put(going_on_slower(error))
        return make(replace(config, device="cpu"))


def _waiting(told: "SimpleQueue[Preparing | Notice]") -> Iterator[Preparing | Notice]:
    with suppress(Empty):
        while True:
            yield told.get_nowait()


def _decoded(
    reader: VideoReader, frames: FrameRange, sampling: Sampling, proxy: ProxyWriter | None
) -> Iterator[DecodedFrame]:
    """The frames to look at, and before them the last earlier one."""
    early = _last(reader, sampling.frames(frames.start))
    if early is not None:
        yield early
    wanted = sampling.frames(frames.stop)
    # Only small copies are made of what comes before the first of them.
    start = max(frames.start, wanted.start) if proxy is None else frames.start
    with suppress(DamagedFrameError):  # none in the whole range: all count as without boxes
        for frame in reader.decode(FrameRange(min(start, frames.stop), frames.stop)):
            if proxy is not None:
                proxy.add(frame)
            if frame.index in wanted:
                yield frame


def _last(reader: VideoReader, wanted: range) -> DecodedFrame | None:
    """The last of some frames that can be decoded."""
    stop, stretch = len(wanted), 1
    while stop:
        # Longer and longer stretches, because each costs the way from its keyframe.
        some = wanted[max(stop - stretch, 0) : stop]
        found = None
        with suppress(DamagedFrameError):
            for frame in reader.decode(FrameRange(some[0], some[-1] + 1)):
                found = frame if frame.index in some else found
        if found is not None:
            return found
        stop, stretch = stop - len(some), 2 * stretch
    return None


def _batches(
    decoded: Iterator[DecodedFrame], start: int, stages: Stages
) -> Iterator[list[DecodedFrame]]:
    """As many at a time as the detector likes; one before the start for itself."""
    batch: list[DecodedFrame] = []
    for frame in decoded:
        batch.append(frame)
        if frame.index < start or len(batch) >= stages.batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


def _watched(
    watch: "Watch", pictures: list[Picture], seen: list[FrameDetections]
) -> list[FrameDetections]:
    """The same, with how the camera moved."""
    found = []
    for picture, frame in zip(pictures, seen, strict=True):
        change = watch.look(picture, frame.xyxy)
        found.append(replace(frame, moved=change.moved, cut=change.cut))
    return found


def _chunk(start: int, places: tuple[int, ...], seen: list[FrameDetections]) -> Chunk:
    frames = [empty_frame()] * (places[-1] + 1 - start)
    for place, frame in zip(places, seen, strict=True):
        frames[place - start] = frame
    return Chunk(tuple(frames))
