"""Find every frame of a video, by demuxing it once where its packets can be trusted."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import Cancelled, VideoError
from core.frames import NO_TIMESTAMP, FrameIndex, PacketOrder
from core.video.container import (
    VideoPacket,
    drained,
    has_sparse_timestamps,
    is_stand_in,
    open_container,
    packets_of,
)
from core.video.images import index_images, is_image_folder
from core.video.numbering import ByPlace, is_landmark

log = logging.getLogger(__name__)

_REPORT_EVERY = 1024
"""Packets between two reports of progress."""
_COMPARED = 16
"""Frames that are decoded to see whether the packets told the truth."""
_INVENTED_TIMESTAMPS = {("avi", "h264"), ("avi", "hevc")}
"""Container and codec where B-frames get timestamps in decoding order."""
_IN_ORDER = {"av1", "mjpeg", "vp8", "vp9"}
"""Codecs whose packets come in the order in which they are shown."""
_COUNTING = {"avi"}
"""Containers where timestamps are counted: damage shifts those after it, until a seek."""
_PROBED = 8
"""Seeks that are tried to see whether damage did that."""
_MOST_REORDERED = 32
"""Places between a packet in the file and among all timestamps; beyond that one is damaged."""
_FALLBACK_RATE = Fraction(25)

OnProgress = Callable[[float], None]
IsCancelled = Callable[[], bool]


@dataclass
class _Packets:
    """What the packets of a video track say, in file order."""

    pos: list[int | None] = field(default_factory=list)
    pts: list[int | None] = field(default_factory=list)
    dts: list[int | None] = field(default_factory=list)
    landmark: list[bool] = field(default_factory=list)
    keyframe: list[bool] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)

    def by_timestamp(self, *, reordered: int) -> dict[int, bool] | None:
        """pts -> keyframe for the shown frames; None where pts cannot tell frames apart.

        Args:
            reordered: Places by which frames may be shown earlier or later than they are decoded.
        """
        frames: dict[int, bool] = {}
        for pts, keyframe, shown in zip(self.pts, self.keyframe, self.shown, strict=True):
            if not shown:
                continue
            if pts is None or pts in frames:
                return None
            frames[pts] = keyframe
        places = np.argsort(np.array(list(frames), np.int64), kind="stable")
        moved = np.abs(places - np.arange(len(places))).max(initial=0)
        return frames if moved <= reordered else None

    def order(self, numbers: list[int]) -> PacketOrder:
        """For frames that come from these packets."""
        shared = Counter(self.dts)
        landmarks = [
            dts if landmark and dts is not None and shared[dts] == 1 else NO_TIMESTAMP
            for landmark, dts in zip(self.landmark, self.dts, strict=True)
        ]
        dts = np.array(landmarks, np.int64)
        return PacketOrder(
            np.array(numbers, np.int64), dts if max(landmarks) > NO_TIMESTAMP else None
        )


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
        codec = stream.codec_context.codec.canonical_name
        trusted = (container.format.name, codec) not in _INVENTED_TIMESTAMPS
        packets = _demux(_watched(container, stream, on_progress, cancelled), stream)
        counting, sparse = container.format.name in _COUNTING, has_sparse_timestamps(container)
    if counting and not _seeks_agree(path, packets):
        trusted, packets.landmark = False, [False] * len(packets.landmark)
    reordered = 0 if codec in _IN_ORDER else _MOST_REORDERED
    frames = packets.by_timestamp(reordered=reordered) if trusted else None
    skipped = _undecodable_start(path, frames) if frames else None
    if frames and skipped is not None:
        pts = sorted(frames)[skipped:]
        numbers = {p: number for number, p in enumerate(packets.pts) if packets.shown[number]}
        return FrameIndex(
            np.array(pts, np.int64),
            np.array([frames[p] for p in pts], np.bool_),
            time_base,
            packets.order([numbers[p] for p in pts]) if sparse else None,
        )
    log.info("%s: counting frames by decoding, its timestamps do not tell them apart", path.name)
    container, stream = open_container(path)
    with container:
        watched = _watched(container, stream, on_progress, cancelled)
        decoded = _decoded(_stamped(watched), stream)
        return _count_by_decoding(path, decoded, packets, time_base, rate)


def _watched(
    container: InputContainer, stream: VideoStream, on_progress: OnProgress, cancelled: IsCancelled
) -> Iterator[VideoPacket]:
    size = max(container.size, 1)
    for count, packet in enumerate(packets_of(container, stream)):
        if count % _REPORT_EVERY == 0:
            if cancelled():
                raise Cancelled
            on_progress(min(max(packet.pos or 0, 0) / size, 1.0))
        yield packet


def _demux(packets: Iterator[VideoPacket], stream: VideoStream) -> _Packets:
    found = _Packets()
    vp8 = stream.codec_context.name == "vp8"
    for packet in packets:
        found.pos.append(packet.pos)
        found.pts.append(packet.pts)
        found.dts.append(packet.dts)
        found.landmark.append(is_landmark(packet))
        found.keyframe.append(packet.is_keyframe)
        found.shown.append(not packet.is_discard and not (vp8 and _is_hidden_vp8(packet)))
    return found


def _seeks_agree(path: Path, packets: _Packets) -> bool:
    """Whether packets have the same timestamps after a seek as when all are read in order."""
    known = dict(zip(packets.pos, packets.dts, strict=True))
    keyframes = [
        d for d, key in zip(packets.dts, packets.keyframe, strict=True) if key and d is not None
    ]
    container, stream = open_container(path)
    with container:
        for dts in {*keyframes[:: len(keyframes) // _PROBED + 1], *keyframes[-1:]}:
            try:
                container.seek(dts, stream=stream, backward=True)
            except av.FFmpegError:
                continue
            packet = next(packets_of(container, stream), None)
            if packet is not None and known.get(packet.pos, packet.dts) not in (None, packet.dts):
                return False
    return True


def _is_hidden_vp8(packet: VideoPacket) -> bool:
    """Whether a VP8 packet only updates references (RFC 6386, 9.1: show_frame)."""
    return not memoryview(packet)[0] & 0x10


def _undecodable_start(path: Path, keyframes: dict[int, bool]) -> int | None:
    """How many frames at the start no decoder can give; None if the packets do not tell the truth.

    Decodes the first frames and compares. A recording that was cut out of a stream may begin with
    frames that need earlier ones.
    """
    container, stream = open_container(path)
    with container:
        first = list(islice(_decoded(packets_of(container, stream), stream), _COMPARED))
    if all(keyframes.values()) and not all(f.key_frame for f in first):
        return None  # A cut-off file has lost the list of its keyframes.
    known = {p: frame for frame, p in enumerate(sorted(keyframes)[: 64 * _COMPARED])}
    frames = [known.get(f.pts, -1) for f in first if f.pts is not None]
    if not frames or len(frames) < len(first) or min(frames) < 0 or frames != sorted(frames):
        return None
    # A damaged frame may be missing; every second one is where two packets make a picture.
    missing = frames[-1] - frames[0] + 1 - len(frames)
    return frames[0] if 3 * missing <= len(frames) else None


def _decoded(packets: Iterator[VideoPacket], stream: VideoStream) -> Iterator[av.VideoFrame]:
    frames = chain.from_iterable(map(_decode, packets))
    return (f for f in chain(frames, drained(stream)) if not is_stand_in(f, stream))


def _decode(packet: VideoPacket) -> list[av.VideoFrame]:
    try:
        return packet.stream.codec_context.decode(packet)
    except av.FFmpegError:
        return []


def _count_by_decoding(
    path: Path,
    decoded: Iterator[av.VideoFrame],
    packets: _Packets,
    time_base: Fraction,
    rate: Fraction,
) -> FrameIndex:
    keyframes: dict[int, bool] = {}
    for frame in decoded:
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
    return FrameIndex(
        np.array(sorted(p for p in pts if p is not None), np.int64),
        np.array([keyframes[number] for number in numbers], np.bool_),
        time_base,
        packets.order(numbers),
    )


def _stamped(packets: Iterator[VideoPacket]) -> Iterator[VideoPacket]:
    """Packets that carry their number through the decoder."""
    numbering = ByPlace(PacketOrder(np.zeros(0, np.int64), None))
    for packet in packets:
        numbering.number(packet)
        yield packet
