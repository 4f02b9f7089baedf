"""Find every frame of a video, by demuxing it once where its packets can be trusted."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import Cancelled, VideoError
from core.frames import FrameIndex, PacketOrder
from core.video.container import VideoPacket, open_container
from core.video.images import index_images, is_image_folder
from core.video.numbering import ByPlace

log = logging.getLogger(__name__)

_REPORT_EVERY = 1024
"""Packets between two reports of progress."""
_COMPARED = 16
"""Frames that are decoded to see whether the packets told the truth."""
_INVENTED_TIMESTAMPS = {("avi", "h264"), ("avi", "hevc")}
"""Container and codec where B-frames get timestamps in decoding order."""
_FALLBACK_RATE = Fraction(25)

OnProgress = Callable[[float], None]
IsCancelled = Callable[[], bool]


@dataclass
class _Packets:
    """What the packets of a video track say, in file order."""

    pts: list[int | None] = field(default_factory=list)
    dts: list[int | None] = field(default_factory=list)
    keyframe: list[bool] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)

    def by_timestamp(self) -> dict[int, bool] | None:
        """pts -> keyframe for the shown frames; None where pts cannot tell frames apart."""
        frames: dict[int, bool] = {}
        for pts, keyframe, shown in zip(self.pts, self.keyframe, self.shown, strict=True):
            if not shown:
                continue
            if pts is None or pts in frames:
                return None
            frames[pts] = keyframe
        return frames


def build_index(
    path: Path,
    *,
    on_progress: OnProgress = lambda share: None,
    cancelled: IsCancelled = lambda: False,
) -> FrameIndex:
    """Find every frame of a video, or of a folder of images.

    Demuxes the whole file. Decodes it as well where its packets do not say when each is shown, or
    say it wrongly: then frames are counted as the decoder gives them.

    Args:
        path: A local video file, or a folder of images.
        on_progress: Told the share of the file that has been read, 0..1.
        cancelled: Asked now and then.

    Raises:
        VideoError: As for `open_container`, or when the video track has no frame.
        Cancelled: `cancelled` said so.
    """
    if is_image_folder(path):
        return index_images(path)
    container, stream = open_container(path)
    with container:
        time_base = Fraction(stream.time_base or 1)
        rate = Fraction(stream.average_rate or _FALLBACK_RATE)
        trusted = (container.format.name, stream.codec_context.name) not in _INVENTED_TIMESTAMPS
        packets = _demux(_watched(container, stream, on_progress, cancelled), stream)
    frames = packets.by_timestamp() if trusted else None
    skipped = _undecodable_start(path, sorted(frames)) if frames else None
    if frames and skipped is not None:
        pts = sorted(frames)[skipped:]
        return FrameIndex(
            np.array(pts, np.int64), np.array([frames[p] for p in pts], np.bool_), time_base
        )
    log.info("%s: counting frames by decoding, its timestamps do not tell them apart", path.name)
    container, stream = open_container(path)
    with container:
        watched = _watched(container, stream, on_progress, cancelled)
        return _count_by_decoding(path, watched, packets, time_base, rate)


def _watched(
    container: InputContainer, stream: VideoStream, on_progress: OnProgress, cancelled: IsCancelled
) -> Iterator[VideoPacket]:
    """The packets of a stream; a damaged tail ends them early, those before it stay usable."""
    size = max(container.size, 1)
    try:
        for count, packet in enumerate(container.demux(stream)):
            if count % _REPORT_EVERY == 0:
                if cancelled():
                    raise Cancelled
                on_progress(min(max(packet.pos or 0, 0) / size, 1.0))
            yield packet
    except av.FFmpegError as error:
        log.warning("a video file ends early: %s", error)


def _demux(packets: Iterator[VideoPacket], stream: VideoStream) -> _Packets:
    found = _Packets()
    vp8 = stream.codec_context.name == "vp8"
    for packet in packets:
        if packet.size == 0:
            continue
        found.pts.append(packet.pts)
        found.dts.append(packet.dts)
        found.keyframe.append(packet.is_keyframe)
        found.shown.append(not packet.is_discard and not (vp8 and _is_hidden_vp8(packet)))
    return found


def _is_hidden_vp8(packet: VideoPacket) -> bool:
    """Whether a VP8 packet only updates references (RFC 6386, 9.1: show_frame)."""
    return not memoryview(packet)[0] & 0x10


def _undecodable_start(path: Path, pts: list[int]) -> int | None:
    """How many frames at the start no decoder can give; None if the packets do not tell the truth.

    Decodes the first frames and compares. A recording that was cut out of a stream may begin with
    frames that need earlier ones.
    """
    container, stream = open_container(path)
    with container:
        first = [f.pts for f in islice(_decoded(container.demux(stream)), _COMPARED)]
    known = {p: frame for frame, p in enumerate(pts[: 64 * _COMPARED])}
    frames = [known.get(p, -1) for p in first if p is not None]
    if not frames or len(frames) < len(first) or min(frames) < 0 or frames != sorted(frames):
        return None
    # A damaged frame may be missing; every second one is where two packets make a picture.
    missing = frames[-1] - frames[0] + 1 - len(frames)
    return frames[0] if 3 * missing <= len(frames) else None


def _decoded(packets: Iterator[VideoPacket]) -> Iterator[av.VideoFrame]:
    for packet in packets:
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue
        for frame in frames:
            if isinstance(frame, av.VideoFrame):
                yield frame


def _count_by_decoding(
    path: Path,
    watched: Iterator[VideoPacket],
    packets: _Packets,
    time_base: Fraction,
    rate: Fraction,
) -> FrameIndex:
    unknown = ByPlace(PacketOrder(np.zeros(0, np.int64), None))
    keyframes: dict[int, bool] = {}
    for frame in _decoded(_stamped(watched, unknown)):
        if frame.pts is not None:
            keyframes.setdefault(frame.pts, frame.key_frame)
    if not keyframes:
        raise VideoError(
            f"{path.name} has a video track without a single frame", mend="open another file"
        )
    numbers = list(keyframes)
    pts = [packets.pts[number] for number in numbers]
    if None in pts or len(set(pts)) < len(pts):
        pts, time_base = list(range(len(numbers))), 1 / rate
    order = PacketOrder(np.array(numbers, np.int64), _increasing(packets.dts))
    return FrameIndex(
        np.array(sorted(p for p in pts if p is not None), np.int64),
        np.array([keyframes[number] for number in numbers], np.bool_),
        time_base,
        order,
    )


def _stamped(packets: Iterator[VideoPacket], numbering: ByPlace) -> Iterator[VideoPacket]:
    for packet in packets:
        if packet.size:
            numbering.number(packet)
        yield packet


def _increasing(dts: list[int | None]) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    known = [d for d in dts if d is not None]
    if len(known) < len(dts):
        return None
    steps = np.array(known, np.int64)
    return steps if bool((np.diff(steps) > 0).all()) else None
