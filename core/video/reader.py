"""Pictures by frame index."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from numpy.typing import NDArray

from core.errors import VideoError
from core.frames import FrameIndex, FrameRange
from core.video.index import build_index, open_container

Picture = NDArray[np.uint8]
"""(height, width, 3) upright picture, BGR as detectors and OpenCV want it."""


@dataclass(frozen=True)
class VideoInfo:
    """What there is to know of a video without looking at its pictures."""

    path: Path
    width: int
    """Pixels of the upright picture."""
    height: int
    frame_count: int
    rate: Fraction
    """Mean frames per second."""
    codec: str


class VideoReader:
    """Exact random access to the frames of one video.

    Not for use by several threads at once; each thread opens its own, and may share the index.

    Args:
        path: A local video file.
        index: Its frame index, when it is known already.

    Raises:
        VideoError: The file cannot be opened, or has no frames.
    """

    def __init__(self, path: Path, index: FrameIndex | None = None) -> None:
        self.path = path
        self.index = index if index is not None else build_index(path)
        self._decoded: Iterator[av.VideoFrame] = iter(())
        self._open()
        self._next = -1
        self._walk = 0
        try:
            _, picture = next(self.frames(FrameRange(0, len(self))))
        except BaseException:
            self._container.close()
            raise
        height, width = picture.shape[:2]
        codec = self._stream.codec_context.name
        self.info = VideoInfo(path, width, height, len(self.index), self.index.rate, codec)

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
        self._container.close()

    def frame_at(self, frame: int) -> Picture:
        """The picture of one frame; a step forward never seeks.

        Raises:
            IndexError: There is no such frame.
            VideoError: The frame is damaged.
        """
        if not 0 <= frame < len(self):
            raise IndexError(f"expected a frame within 0..{len(self) - 1}, got {frame}")
        return next(self.frames(FrameRange(frame, frame + 1)))[1]

    def frames(self, frames: FrameRange) -> Iterator[tuple[int, Picture]]:
        """Each frame of a range with its picture, in order; damaged ones are left out.

        One walk at a time: asking for another frame ends it.

        Raises:
            IndexError: The range reaches beyond the video.
            VideoError: Nothing in the range can be decoded.
            RuntimeError: The reader was asked for another frame meanwhile.
        """
        if frames.stop > len(self):
            raise IndexError(f"expected frames within 0..{len(self) - 1}, got {frames}")
        self._walk += 1
        walk, found = self._walk, 0
        for index, frame in self._decode_from(frames.start):
            if index >= frames.stop:
                break
            found += 1
            yield index, upright_bgr(frame)
            if walk != self._walk:
                raise RuntimeError("the reader went to another frame during this walk")
            if index == frames.stop - 1:
                break
        if not found and len(frames):
            raise VideoError(
                f"Frame {frames.start} of {self.path.name} cannot be decoded",
                mend="go to another frame; the file is damaged there",
            )

    def _decode_from(self, start: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Decoded frames with index >= start, from the nearest place to begin."""
        keyframe = self.index.keyframe_before(start)
        if not keyframe <= self._next <= start:
            self._seek(keyframe)
        for frame in self._decoded:
            index = None if frame.pts is None else self.index.frame_of_pts(frame.pts)
            if index is None:
                continue
            self._next = index + 1
            if index >= start:
                yield index, frame
        self._next = len(self)

    def _decode(self) -> Iterator[av.VideoFrame]:
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                # The decoder goes on with the next packet that it understands.
                continue
            for frame in frames:
                if isinstance(frame, av.VideoFrame):
                    yield frame

    def _seek(self, keyframe: int) -> None:
        """Go on decoding at `keyframe` or, where the container misses it, before it."""
        place = keyframe
        while not self._begin_at(place, by=keyframe):
            if place == 0:
                # MPEG-TS overshoots even its own first frame, which is where an opened file is.
                self._container.close()
                self._open()
                break
            place = self.index.keyframe_before(place - 1)
        self._next = keyframe

    def _begin_at(self, place: int, *, by: int) -> bool:
        """Decode from `place`; False if the first picture that comes lies after frame `by`."""
        self._container.seek(int(self.index.pts[place]), stream=self._stream, backward=True)
        decoded = self._decode()
        first = next(decoded, None)
        if first is None or first.pts is None or first.pts > self.index.pts[by]:
            return False
        self._decoded = chain([first], decoded)
        return True

    def _open(self) -> None:
        self._container, self._stream = open_container(self.path)
        self._stream.thread_type = "AUTO"
        self._decoded = self._decode()


def upright_bgr(frame: av.VideoFrame) -> Picture:
    """The decoded frame as a BGR picture, turned as its rotation metadata says."""
    picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture
