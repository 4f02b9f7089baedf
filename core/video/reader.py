"""Pictures by frame index."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from types import TracebackType

import av

from core.errors import Cancelled, DamagedFrameError
from core.frames import FrameIndex, FrameRange
from core.video.decoder import ContainerDecoder, Decoder, ImageDecoder
from core.video.identity import FileIdentity, identify
from core.video.index import build_index
from core.video.picture import DecodedFrame, Geometry, Picture


@dataclass(frozen=True)
class VideoInfo:
    """What there is to know of a video without looking at its pictures."""

    path: Path
    identity: FileIdentity
    width: int
    """Pixels of the upright picture."""
    height: int
    frame_count: int
    rate: Fraction
    """Mean frames per second."""
    codec: str


class VideoReader:
    """Exact random access to the frames of one video, or of a folder of images.

    Not for use by several threads at once; each thread opens its own, and may share the index.

    Args:
        path: A local video file, or a folder of images.
        index: Its frame index, when it is known already.
        hardware: Decode on the graphics hardware where that works. Its pictures may differ from
            those of software in the last bit.

    Raises:
        VideoError: The file cannot be opened, or has no frames.
    """

    def __init__(
        self, path: Path, index: FrameIndex | None = None, *, hardware: bool = False
    ) -> None:
        self.path = path
        self.index = index if index is not None else build_index(path)
        self._decoder: Decoder = (
            ImageDecoder(path)
            if path.is_dir()
            else ContainerDecoder(path, self.index, hardware=hardware)
        )
        self._geometry: Geometry | None = None
        self._walk = 0
        try:
            first = next(self.decode(FrameRange(0, len(self))))
            identity = identify(path)
        except BaseException:
            self._decoder.close()
            raise
        width, height = first.geometry.upright
        self.info = VideoInfo(
            path, identity, width, height, len(self.index), self.index.rate, self._decoder.codec
        )

    def __len__(self) -> int:
        return len(self.index)

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._decoder.close()

    def frame_at(self, frame: int) -> Picture:
        """The picture of one frame; a step forward never seeks.

        Raises:
            IndexError: There is no such frame.
            DamagedFrameError: The frame cannot be decoded.
        """
        if not 0 <= frame < len(self):
            raise IndexError(f"expected a frame within 0..{len(self) - 1}, got {frame}")
        return next(self.decode(FrameRange(frame, frame + 1))).picture()

    def frames_in_range(self, start: int, stop: int) -> Iterator[tuple[int, Picture]]:
        """Frames `[start, stop)` with their pictures, in order; undecodable ones are left out.

        Raises:
            IndexError, DamagedFrameError, RuntimeError: As for `decode`.
        """
        frames = self.decode(FrameRange(start, stop))
        return ((decoded.index, decoded.picture()) for decoded in frames)

    def pictures(self, frames: Sequence[int]) -> Iterator[tuple[int, Picture]]:
        """Chosen frames, ascending, with their pictures; neighbours are decoded in one go.

        Undecodable ones are left out where one beside them can be decoded.

        Raises:
            IndexError, DamagedFrameError, RuntimeError: As for `decode`.
        """
        for _, run in groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0]):
            stretch = [frame for _, frame in run]
            yield from self.frames_in_range(stretch[0], stretch[-1] + 1)

    def decode(
        self,
        frames: FrameRange,
        *,
        passing: Callable[[DecodedFrame], None] = lambda frame: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[DecodedFrame]:
        """Each frame of a range as the decoder gives it, in order; undecodable ones are left out.

        One walk at a time: asking for another frame ends it.

        Args:
            frames: The range.
            passing: Told the frames that were decoded on the way to its start, for a cache.
            cancelled: Asked between packets, each of which takes as long as one frame.

        Raises:
            IndexError: The range reaches beyond the video.
            DamagedFrameError: Nothing in the range can be decoded.
            Cancelled: `cancelled` said so.
            RuntimeError: The reader was asked for another frame meanwhile.
        """
        if frames.stop > len(self):
            raise IndexError(f"expected frames within 0..{len(self) - 1}, got {frames}")
        self._walk += 1
        walk, wanted, found = self._walk, frames.start, 0
        if len(frames) and not self._decoder.reaches(wanted):
            self._decoder.seek(wanted)
        while wanted < frames.stop:
            if not self._decoder.found:
                if cancelled():
                    raise Cancelled
                if not self._decoder.advance(wanted):
                    wanted += 1  # it is given up, or the file has ended
                continue
            if self._decoder.found[0].index >= frames.stop:
                break
            shot = self._decoder.found.popleft()
            decoded = DecodedFrame(shot.index, shot.data, self._shape(shot.data), shot.damaged)
            if shot.index < wanted:
                passing(decoded)
                continue
            found, wanted = found + 1, shot.index + 1
            yield decoded
            if walk != self._walk:
                raise RuntimeError("the reader went to another frame during this walk")
        if not found and len(frames):
            raise DamagedFrameError(
                f"Frame {frames.start} of {self.path.name} cannot be decoded",
                mend="go to another frame; the file is damaged there",
            )

    def _shape(self, data: av.VideoFrame) -> Geometry:
        if self._geometry is None:
            self._geometry = Geometry.of(data, self._decoder.pixel_aspect)
        return self._geometry
