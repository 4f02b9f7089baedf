"""Walks through the frames of a video, from any of its keyframes on."""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av

from core.errors import VideoError
from core.frames import FrameIndex
from core.video.container import VideoPacket, open_container
from core.video.images import images_in, read_image
from core.video.numbering import numbering_of

log = logging.getLogger(__name__)

_KEPT = 12
"""Frames right before the wanted one that are all decoded, so that a few steps back are free."""
_MOST_LATE = 64
"""Packets after the wanted frame's own that may pass before it is given up as undecodable; no
codec reorders further, not even with all threads busy."""
_MOST_STEPS_BACK = 16
"""Keyframes to try before decoding from the start of the file."""


@dataclass(frozen=True, eq=False)
class Shot:
    """A frame that came out of a decoder."""

    index: int
    """Frame index."""
    data: av.VideoFrame
    damaged: bool
    """The file has errors here, or in a frame that this one builds upon."""


class Decoder(Protocol):
    """Frames in presentation order."""

    codec: str
    pixel_aspect: Fraction | None
    """Width of a stored pixel over its height, where the file says it."""
    found: deque[Shot]
    """Frames that have been decoded and not been taken yet."""

    def reaches(self, frame: int) -> bool:
        """Whether going on leads to the frame, and as quickly as a seek would."""

    def seek(self, frame: int) -> None:
        """Begin anew where decoding leads to the frame."""

    def advance(self, wanted: int) -> bool:
        """Do a small piece of work towards a frame; what comes of it goes to `found`.

        Args:
            wanted: The frame that is wanted; earlier ones may be left out.

        Returns:
            Whether more may come.
        """

    def close(self) -> None:
        """Let go of the file."""


class ContainerDecoder:
    """Decodes a video file.

    Frames that no other frame builds upon are skipped on the way to a wanted one; that does not
    change the wanted one by a bit.

    Args:
        path: A local video file.
        index: Its frames.
        hardware: Decode on the graphics hardware where that works.

    Raises:
        VideoError: The file cannot be opened.
    """

    def __init__(self, path: Path, index: FrameIndex, *, hardware: bool = False) -> None:
        self._path = path
        self._index = index
        self._hardware = hardware
        self._numbering = numbering_of(index)
        self.found: deque[Shot] = deque()
        self._wanted, self._late = -1, 0
        self._open()
        self.codec: str = self._stream.codec_context.name
        self.pixel_aspect: Fraction | None = self._stream.sample_aspect_ratio

    def reaches(self, frame: int) -> bool:
        """See `Decoder`."""
        coming = self.found[0].index if self.found else self._next
        keyframe = self._index.keyframe_before(frame)
        return keyframe <= coming <= frame and self._complete_from <= frame

    def seek(self, frame: int) -> None:
        """See `Decoder`. Where the container misses the keyframe, an earlier one will do."""
        keyframe = place = self._index.keyframe_before(frame)
        for _ in range(_MOST_STEPS_BACK):
            if self._leads_from(place, to=keyframe):
                return
            if place == 0:
                break
            place = self._index.keyframe_before(place - 1)
        # MPEG-TS overshoots even its own first frame, which is where an opened file is.
        self.close()
        self._open()

    def advance(self, wanted: int) -> bool:
        """See `Decoder`."""
        if wanted != self._wanted:
            self._wanted, self._late = wanted, 0
        if self._ended or self._late > _MOST_LATE:
            return False
        packet = self._next_packet()
        if packet is None:
            self._flush()
        else:
            self._prepare(packet, wanted)
            self._decode(packet)
        return True

    def close(self) -> None:
        """See `Decoder`."""
        self._container.close()

    def _open(self) -> None:
        self._container, self._stream = open_container(self._path, hardware=self._hardware)
        self._numbering.restart()
        self._begin()

    def _begin(self) -> None:
        self._packets: Iterator[VideoPacket] = self._container.demux(self._stream)
        self.found = deque()
        self._ended = False
        self._next = 0
        """The first frame that may still come."""
        self._complete_from = 0
        """From this frame on none was skipped."""
        self._suspect = range(0)
        """Frames that build upon an error."""
        self._wanted, self._late = -1, 0

    def _leads_from(self, place: int, *, to: int) -> bool:
        """Go to keyframe `place`; False if the first frame that comes lies after frame `to`."""
        timestamp = self._timestamp(place)
        if timestamp is None:
            return False
        self._container.seek(timestamp, stream=self._stream, backward=True)
        self._numbering.jumped()
        self._begin()
        while not self.found:
            if not self.advance(to):
                return False
        return self.found[0].index <= to

    def _timestamp(self, keyframe: int) -> int | None:
        """What the container is asked for, or None where it cannot be asked."""
        packets = self._index.packets
        if packets is None:
            return int(self._index.pts[keyframe])
        return None if packets.dts is None else int(packets.dts[packets.number[keyframe]])

    def _prepare(self, packet: VideoPacket, wanted: int) -> None:
        frame = self._numbering.number(packet)
        skip = frame is not None and frame < wanted - _KEPT
        if frame is not None and skip:
            self._complete_from = max(self._complete_from, frame + 1)
        if frame is not None and frame > wanted:
            self._late += 1
        self._stream.codec_context.skip_frame = "NONREF" if skip else "DEFAULT"

    def _next_packet(self) -> VideoPacket | None:
        try:
            packet = next(self._packets, None)
        except av.FFmpegError as error:
            log.warning("%s cannot be read to its end: %s", self._path.name, error)
            return None
        return packet if packet is not None and packet.size else None

    def _decode(self, packet: VideoPacket | None) -> None:
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.InvalidDataError:
            # The decoder goes on with the next packet that it understands.
            self._suspect_from(self._next)
            return
        for frame in frames:
            self._take(frame)

    def _flush(self) -> None:
        """Take what the decoder still holds; an error in one frame does not cost the others."""
        self._ended = True
        for _ in range(_MOST_LATE):
            try:
                self._decode(None)
            except av.EOFError:
                break
        self._next = len(self._index)

    def _take(self, frame: av.VideoFrame) -> None:
        index = self._numbering.frame_of(frame)
        if index is None:
            return
        self._next = index + 1
        if frame.is_corrupt:
            self._suspect_from(index)
        self.found.append(Shot(index, frame, index in self._suspect))

    def _suspect_from(self, frame: int) -> None:
        if frame not in self._suspect:
            self._suspect = range(frame, self._index.keyframe_after(frame))


class ImageDecoder:
    """Reads a folder of images.

    Raises:
        VideoError: The first image cannot be decoded.
    """

    def __init__(self, folder: Path) -> None:
        self._images = images_in(folder)
        self._next = 0
        self.codec = self._images[0].suffix.lower().lstrip(".")
        self.pixel_aspect: Fraction | None = None
        self.found: deque[Shot] = deque()

    def reaches(self, frame: int) -> bool:
        """See `Decoder`."""
        return frame == (self.found[0].index if self.found else self._next)

    def seek(self, frame: int) -> None:
        """See `Decoder`."""
        self._next = frame
        self.found.clear()

    def advance(self, wanted: int) -> bool:
        """See `Decoder`."""
        if self._next >= len(self._images):
            return False
        index, self._next = self._next, self._next + 1
        try:
            self.found.append(Shot(index, read_image(self._images[index]), damaged=False))
        except VideoError as error:
            log.warning("%s", error)
        return True

    def close(self) -> None:
        """See `Decoder`."""
