"""Which frame a packet holds: by its timestamp, or by its place in the file."""

from typing import Protocol

import av
import numpy as np

from core.frames import FrameIndex, PacketOrder
from core.video.container import VideoPacket


class Numbering(Protocol):
    """Recognises packets, and the decoded frames that come of them."""

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
        known = self._order.dts
        if known is None or packet.dts is None:
            return None
        at = int(np.searchsorted(known, packet.dts))
        return at if at < len(known) and known[at] == packet.dts else None


def numbering_of(index: FrameIndex) -> Numbering:
    """How the frames of a video are recognised."""
    return ByTimestamp(index) if index.packets is None else ByPlace(index.packets)
