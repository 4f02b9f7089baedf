"""Three ways to the picture of a frame, and what the right picture is."""

import zlib
from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from core.frames import FrameIndex
from core.video import VideoReader
from core.video.picture import DecodedFrame, Geometry, Picture

_THUMB = 96, 54
_NEIGHBOURS = 3
"""Frames on each side that a small picture must not resemble more than its own."""
_SAME, _MARGIN = 12.0, 0.25
"""Mean grey levels: what JPEG may change, and by what another frame must be closer to count."""


class Contender(Protocol):
    """A way to the picture of a frame."""

    name: str

    def picture(self, frame: int) -> Picture | None:
        """The BGR picture that this way gives for a frame."""


class Ours:
    """This program's reader, without ring, proxy or window."""

    name = "Flickerscope"

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._reader = VideoReader(path, index)

    def picture(self, frame: int) -> Picture | None:
        """See `Contender`."""
        return self._reader.frame_at(frame)


class OpenCV:
    """`cv2.VideoCapture`, as most scripts use it."""

    name = "OpenCV"

    def __init__(self, path: Path) -> None:
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)

    def picture(self, frame: int) -> Picture | None:
        """See `Contender`."""
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, frame)
        return self.read()

    def read(self) -> Picture | None:
        """The next picture."""
        found, picture = self._capture.read()
        return picture if found else None


class PlainPyAV:
    """Seek to the keyframe, decode up to the timestamp, which is taken from this program's index.

    With as many threads as there are cores; PyAV's own default is slower.
    """

    name = "PyAV"

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._container, self._pts = av.open(str(path)), index.pts
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"

    def picture(self, frame: int) -> Picture | None:
        """See `Contender`."""
        pts = int(self._pts[frame])
        self._container.seek(pts, stream=self._stream)
        for decoded in self._container.decode(self._stream):
            if decoded.pts is not None and decoded.pts >= pts:
                return np.asarray(decoded.to_ndarray(format="bgr24"), np.uint8)
        return None


def decode_all(path: Path) -> int:
    """Decode a video from its start to its end, without converting anything.

    Returns:
        Its frames.
    """
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


class Truth:
    """The picture of each frame as it comes when the video is decoded from its start, unsought.

    Each contender has its own, as they do not convert colours alike.
    """

    def __init__(self, path: Path) -> None:
        self._prints: dict[str, list[int]] = {kind.name: [] for kind in (Ours, OpenCV, PlainPyAV)}
        thumbs = []
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            geometry = None
            for frame in container.decode(stream):
                geometry = geometry or Geometry.of(frame, stream.sample_aspect_ratio)
                ours = DecodedFrame(0, frame, geometry, damaged=False).picture()
                plain = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                self._prints[Ours.name].append(_print(ours))
                self._prints[PlainPyAV.name].append(_print(plain))
                thumbs.append(_thumb(ours))
        self._thumbs = np.array(thumbs)
        capture = OpenCV(path)
        while (picture := capture.read()) is not None:
            self._prints[OpenCV.name].append(_print(picture))

    def is_right(self, name: str, frame: int, picture: Picture | None) -> bool:
        """Whether a contender gave the frame that it was asked for, to the bit."""
        known = self._prints[name]
        return picture is not None and frame < len(known) and _print(picture) == known[frame]

    def is_right_small(self, frame: int, picture: Picture) -> bool:
        """Whether a small picture shows this frame, and none of those around it."""
        first = max(frame - _NEIGHBOURS, 0)
        around = self._thumbs[first : frame + _NEIGHBOURS + 1].astype(np.int16)
        apart = np.abs(around - _thumb(picture)).mean(axis=(1, 2))
        own = apart[frame - first]
        return bool(own < _SAME and own < apart.min() + _MARGIN)


def _print(picture: Picture) -> int:
    return zlib.crc32(picture[::8, ::8].tobytes())


def _thumb(picture: Picture) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
