"""Which frame a packet holds: by its timestamp, or by its place in the file."""

from typing import Protocol

import av

from core.frames import FrameIndex, PacketOrder
from core.video.container import VideoPacket, has_sparse_timestamps

_MPEG = {"mpeg1video", "mpeg2video"}
_MPEG_SLICES = range(0x01, 0xB0)
"""Start codes of what is less than a picture (ISO 13818-2, table 6-1)."""


class Numbering(Protocol):
    """Recognises packets, and the decoded frames that come of them."""

    @property
    def lost(self) -> bool:
        """Whether it is not known which packets these are."""

    def restart(self) -> None:
        """The next packet is the file's first."""

    def jumped(self) -> None:
        """The next packet may be any."""

    def number(self, packet: VideoPacket) -> int | None:
        """The frame in a packet that is about to be decoded, or None if it is no frame's."""

    def frame_of(self, decoded: av.VideoFrame) -> int | None:
        """The frame that came out of the decoder, or None if it is none of the index."""


class ByTimestamp:
    """For files whose packets all say when they are shown."""

    lost = False

    def __init__(self, index: FrameIndex) -> None:
        self._index = index

    def restart(self) -> None:
        """Nothing to do: timestamps hold everywhere."""

    def jumped(self) -> None:
        """Nothing to do: timestamps hold everywhere."""

    def number(self, packet: VideoPacket) -> int | None:
        """See `Numbering`."""
        return None if packet.pts is None else self._index.frame_of_pts(packet.pts)

    def frame_of(self, decoded: av.VideoFrame) -> int | None:
        """See `Numbering`."""
        return None if decoded.pts is None else self._index.frame_of_pts(decoded.pts)


class ByPlace:
    """For other files: packets are counted, and carry their number through the decoder as pts.

    Args:
        order: Which packet each frame comes from; empty while that is still to be found out.
    """

    def __init__(self, order: PacketOrder) -> None:
        self._order = order
        self._next: int | None = 0

    @property
    def lost(self) -> bool:
        """See `Numbering`."""
        return self._next is None

    def restart(self) -> None:
        """See `Numbering`."""
        self._next = 0

    def jumped(self) -> None:
        """See `Numbering`."""
        self._next = None

    def number(self, packet: VideoPacket) -> int | None:
        """See `Numbering`."""
        if self._next is None:
            self._next = self._place_of(packet)
        number, packet.pts = self._next, self._next
        if number is None:
            return None
        self._next = number + 1
        return self._order.frames.get(number)

    def frame_of(self, decoded: av.VideoFrame) -> int | None:
        """See `Numbering`."""
        return None if decoded.pts is None else self._order.frames.get(decoded.pts)

    def _place_of(self, packet: VideoPacket) -> int | None:
        if packet.dts is None or not is_landmark(packet):
            return None
        return self._order.places.get(packet.dts)


def is_landmark(packet: VideoPacket) -> bool:
    """Whether the timestamp of a packet is its own, and no guess."""
    if packet.pos is None or packet.dts is None:
        return False
    if not has_sparse_timestamps(packet.stream.container):
        return True
    return packet.pts == packet.dts and _is_whole(packet)


def _is_whole(packet: VideoPacket) -> bool:
    """False for the rest of a frame, as a seek into an MPEG program stream gives it first."""
    start = bytes(memoryview(packet)[:5]).lstrip(b"\0")
    slices = _MPEG_SLICES if packet.stream.codec_context.name in _MPEG else range(0)
    return start[:1] == b"\1" and start[1] not in slices


def numbering_of(index: FrameIndex) -> Numbering:
    """How the frames of a video are recognised."""
    return ByTimestamp(index) if index.packets is None else ByPlace(index.packets)
