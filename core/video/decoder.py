"""Walks through the frames of a video, from any of its keyframes on."""

import logging
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av

from core.errors import VideoError
from core.frames import NO_TIMESTAMP, FrameIndex
from core.video.container import (
    VideoPacket,
    has_sparse_timestamps,
    is_stand_in,
    open_container,
    packets_of,
)
from core.video.images import images_in, read_image
from core.video.numbering import numbering_of

log = logging.getLogger(__name__)

_KEPT = 12
"""Frames right before the wanted one that are all decoded, so that a few steps back are free."""
_MOST_LATE = 64
"""Packets after the wanted frame's own that may pass before it is given up as undecodable; no
codec reorders further, not even with all threads busy."""
_MOST_HELD = 16
"""Frames that wait for an earlier one, or for one that they may build upon."""
_RECOVERING = frozenset({"h264"})
"""Codecs that need no keyframe, and whose decoder gives nothing before all is there."""
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
        self._trusted_until = 0
        """Before this frame, no new decoder is started after errors."""
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
        self._trusted_until = 0
        self._go_to(frame)

    def _start_anew(self, frame: int) -> None:
        """Give up the decoder that has met errors, now that they matter no more."""
        self._trusted_until = self._index.keyframe_after(frame)
        self._go_to(frame)
        if self._first < self._index.keyframe_before(frame):
            # The same errors will be met again.
            self._trusted_until = len(self._index)

    def _go_to(self, frame: int) -> None:
        if not self._ended:
            self._flush()
        if self._soiled:
            self._reopen()
        keyframe = place = self._index.keyframe_before(frame)
        for _ in range(_MOST_STEPS_BACK):
            if self._leads_from(place, to=keyframe):
                return
            if place == 0:
                break
            place = self._index.keyframe_before(place - 1)
        # MPEG-TS overshoots even its own first frame, which is where an opened file is.
        self._reopen()

    def advance(self, wanted: int) -> bool:
        """See `Decoder`."""
        if wanted != self._wanted:
            self._wanted, self._late = wanted, 0
        if self._restart is not None:
            self._start_anew(self._restart)
            return True
        if self._ended or self._late > _MOST_LATE:
            return False
        packet = next(self._packets, None)
        if packet is None:
            self._flush()
        else:
            frame = self._numbering.number(packet)
            if self._numbering.lost:
                self._late += 1
            else:
                self._prepare(packet, frame, wanted)
                self._decode(packet)
        return True

    def close(self) -> None:
        """See `Decoder`."""
        self._container.close()

    def _reopen(self) -> None:
        self.close()
        self._open()

    def _open(self) -> None:
        self._container, self._stream = open_container(self._path, hardware=self._hardware)
        # Some decoders heed `skip_frame` only while they open, and then for ever.
        self._stream.codec_context.open(strict=False)
        self._soiled = False
        """Whether the decoder has met an error, of which it may keep something for a later frame,
        even beyond a seek (libavcodec's H.264 does)."""
        self._numbering.restart()
        self._begin()

    def _begin(self, keyframe: int = 0) -> None:
        self._packets = packets_of(self._container, self._stream)
        self.found = deque()
        self._ended = False
        self._first = keyframe
        """Earlier frames lack the ones that they build upon."""
        self._arrived = False
        """Whether it has come to the decoder."""
        self._next = 0
        """The first frame that may still be found."""
        self._begun = False
        """Whether a frame has been found."""
        self._complete_from = 0
        """From this frame on none was skipped."""
        self._damaged_until = 0
        """Earlier frames may build upon an error."""
        self._rooted = False
        """Whether a keyframe has come."""
        self._leans_on: dict[int, int] = {}
        """For each frame in the decoder, the last one that it may build upon."""
        self._held: dict[int, tuple[av.VideoFrame, int]] = {}
        """Frames that have come out and are not found yet, and what they may build upon."""
        self._restart: int | None = None
        """The frame from which on a new decoder is needed."""
        self._wanted, self._late = -1, 0

    def _leads_from(self, place: int, *, to: int) -> bool:
        """Go to keyframe `place`; False if the container misses it, or frame `to` gets lost."""
        timestamp = self._timestamp(place)
        if timestamp == NO_TIMESTAMP:
            return False
        try:
            self._container.seek(timestamp, stream=self._stream, backward=True)
        except av.FFmpegError:
            return False
        self._numbering.jumped()
        self._begin(place)
        while not self.found:
            if not self.advance(to):
                return False
        return self._arrived and self.found[0].index <= to

    def _timestamp(self, keyframe: int) -> int:
        """What the container is asked for; `NO_TIMESTAMP` where it cannot be asked."""
        packets = self._index.packets
        if packets is None:
            return int(self._index.pts[keyframe])
        if packets.dts is None:
            return NO_TIMESTAMP
        known = packets.dts[: packets.number[keyframe] + 1]
        landmarks = known[known != NO_TIMESTAMP]
        # Where timestamps are sparse, a seek leads into the middle of a frame, which is no use.
        earlier = -2 if has_sparse_timestamps(self._container) else -1
        return int(landmarks[earlier]) if len(landmarks) >= -earlier else NO_TIMESTAMP

    def _prepare(self, packet: VideoPacket, frame: int | None, wanted: int) -> None:
        skip = frame is not None and frame < wanted - _KEPT
        self._stream.codec_context.skip_frame = "NONREF" if skip else "DEFAULT"
        if packet.is_discard:
            self._rooted |= packet.is_keyframe
            return
        if frame is None:
            return
        self._rooted |= bool(self._index.keyframes[frame])
        self._arrived |= frame == self._first
        if skip:
            self._complete_from = max(self._complete_from, frame + 1)
        else:
            self._leans_on[frame] = max([frame, *self._leans_on])
        if frame > wanted:
            self._late += 1

    def _decode(self, packet: VideoPacket | None) -> None:
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.EOFError:
            raise
        except av.FFmpegError:
            self._soiled = True
            # The decoder goes on with the next packet that it understands.
            if self._complete_from > self._next:
                # Nobody will notice which one of those that may be left out is lost.
                self._damage(self._complete_from - 1)
            return
        for frame in frames:
            self._take(frame)

    def _flush(self) -> None:
        self._ended = True
        for _ in range(_MOST_LATE):
            try:
                self._decode(None)
            except av.EOFError:
                break
        while self._held:
            self._find(min(self._held))
        self._next = len(self._index)

    def _take(self, frame: av.VideoFrame) -> None:
        index = self._numbering.frame_of(frame)
        if index is None or index < max(self._first, self._next):
            return
        if is_stand_in(frame, self._stream):
            return
        self._held[index] = frame, self._leans_on.pop(index, index)
        self._rooted |= frame.key_frame
        self._soiled |= frame.is_corrupt
        if frame.is_corrupt or not (self._rooted or self._stream.codec_context.name in _RECOVERING):
            self._damage(index)
        while self._held:
            first = min(self._held)
            _, leans_on = self._held[first]
            expected = not self._begun or first <= max(self._next, self._complete_from)
            if len(self._held) <= _MOST_HELD and not (expected and leans_on not in self._leans_on):
                break
            self._find(first)

    def _find(self, index: int) -> None:
        """Give a frame away; those that should have come before it are lost."""
        frame, _ = self._held.pop(index)
        if self._restart is not None:
            return
        for lost in [earlier for earlier in self._leans_on if earlier < index]:
            del self._leans_on[lost]
            if self._begun:
                self._damage(lost)
        if self._soiled and index >= max(self._damaged_until, self._trusted_until):
            self._restart = index
            return
        self.found.append(Shot(index, frame, damaged=index < self._damaged_until))
        self._next, self._begun = index + 1, True

    def _damage(self, frame: int) -> None:
        """Note that a frame has errors, and with it all that may build upon it."""
        self._damaged_until = max(self._damaged_until, self._index.keyframe_after(frame))


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
