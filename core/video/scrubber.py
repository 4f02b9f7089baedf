"""Frames for someone who looks at them one by one: a ring of them around the place, and ahead.

The ring is what makes a step back free: an inter-coded video can only be decoded forwards.
"""

from collections.abc import Callable
from contextlib import suppress

from core.errors import DamagedFrameError
from core.frames import FrameRange
from core.video.picture import DecodedFrame
from core.video.reader import VideoReader

RING_BYTES = 256 << 20
"""Memory for decoded frames, as the decoder gave them (1.5 bytes a pixel for most video)."""
_FEWEST, _MOST = 8, 250
"""Frames in the ring, whatever their size."""
_STEP = 12
"""A move of at most so many frames is travel in its direction; a longer one is a jump."""


class Scrubber:
    """Decoded frames by index, from a ring where they are in it. For one thread.

    Args:
        reader: The video, which is read by nobody else.
        ring_bytes: Memory for the ring.
    """

    def __init__(self, reader: VideoReader, ring_bytes: int = RING_BYTES) -> None:
        self._reader = reader
        self._ring_bytes = ring_bytes
        self._ring: dict[int, DecodedFrame] = {}
        self._undecodable: set[int] = set()
        self._capacity = _FEWEST
        self._coming = range(0)
        self._at = 0
        self._backwards = False

    def holds(self, frame: int) -> bool:
        """Whether the frame can be had without decoding."""
        return frame in self._ring

    def will_hold(self, frame: int) -> bool:
        """Whether the decoding that is under way leads to the frame."""
        return frame in self._coming

    @property
    def capacity(self) -> int:
        """Frames that the ring takes."""
        return self._capacity

    def near(self, frame: int) -> bool:
        """Whether the frame is a few steps from the place, so that it soon can be had."""
        return abs(frame - self._at) <= _STEP

    def frame(self, frame: int, cancelled: Callable[[], bool] = lambda: False) -> DecodedFrame:
        """A frame; this is now the place.

        Args:
            frame: Frame index.
            cancelled: Asked between packets.

        Raises:
            DamagedFrameError: The frame cannot be decoded.
            Cancelled: `cancelled` said so; the place is the frame all the same.
        """
        self.move_to(frame)
        if frame not in self._ring:
            first = max(frame - self._behind + 1, 0) if self._backwards else frame
            self._decode(first, frame + 1, cancelled)
        if frame not in self._ring:
            raise DamagedFrameError(
                f"Frame {frame} of {self._reader.path.name} cannot be decoded",
                mend="go to another frame; the file is damaged there",
            )
        return self._ring[frame]

    def move_to(self, frame: int) -> None:
        """Note where the person is, and in which direction they go."""
        moved = frame - self._at
        if moved:
            self._backwards = -_STEP <= moved < 0
        self._at = frame

    def missing_ahead(self) -> FrameRange | None:
        """What to decode next in the direction of travel, or None if there is enough."""
        return self._missing_behind() if self._backwards else self._missing_before()

    def look_ahead(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Decode some of what is missing ahead: one frame forwards, a stretch backwards.

        Raises:
            Cancelled: `cancelled` said so; what was decoded until then is in the ring.
        """
        missing = self.missing_ahead()
        if missing is not None:
            self._decode(missing.start, missing.stop, cancelled)

    @property
    def _behind(self) -> int:
        """Frames to have behind when going backwards; the rest of the ring is for turning round."""
        return self._capacity * 3 // 4

    def _missing_before(self) -> FrameRange | None:
        last = min(self._at + self._capacity // 4, len(self._reader) - 1)
        for frame in range(self._at + 1, last + 1):
            if not self._known(frame):
                return FrameRange(frame, frame + 1)
        return None

    def _missing_behind(self) -> FrameRange | None:
        lowest = self._at
        while lowest > 0 and self._known(lowest - 1):
            lowest -= 1
        # Each stretch costs the way from its keyframe: few long ones beat many short ones.
        if lowest == 0 or self._at - lowest > self._behind // 2:
            return None
        return FrameRange(max(self._at - self._behind, 0), lowest)

    def _known(self, frame: int) -> bool:
        return frame in self._ring or frame in self._undecodable

    def _decode(self, start: int, stop: int, cancelled: Callable[[], bool]) -> None:
        self._coming = range(start, stop)
        missing = set(self._coming)
        frames = self._reader.decode(
            FrameRange(start, stop), passing=self._keep, cancelled=cancelled
        )
        with suppress(DamagedFrameError):  # that all are damaged is noted as when some are
            for decoded in frames:
                self._keep(decoded)
                missing.discard(decoded.index)
                self._coming = range(decoded.index + 1, stop)
        self._undecodable |= missing

    def _keep(self, decoded: DecodedFrame) -> None:
        self._ring[decoded.index] = decoded
        self._capacity = min(max(self._ring_bytes // max(decoded.nbytes, 1), _FEWEST), _MOST)
        while len(self._ring) > self._capacity:
            del self._ring[max(self._ring, key=self._distance)]

    def _distance(self, frame: int) -> int:
        """How soon the frame may be wanted: those ahead sooner."""
        ahead = frame <= self._at if self._backwards else frame >= self._at
        return abs(frame - self._at) * (1 if ahead else 3)
