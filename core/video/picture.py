"""From a decoded frame to the upright picture that window, detector and exports all share."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast

import av
import numpy as np
from av.sidedata.sidedata import SideData
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width, 3) upright picture with square pixels, BGR as detectors and OpenCV want it."""

Channels = Literal["bgr24", "rgb24"]
Size = tuple[int, int]
"""Width and height in pixels."""

_UNSPECIFIED = 2
"""`colorspace` of a frame whose file does not say it (H.273)."""
_HD_WIDTH, _HD_HEIGHT = 1280, 576
"""From here on untagged video is BT.709, as players take it."""
_SANE_ASPECTS = Fraction(1, 4), Fraction(4)
"""Pixel aspects beyond these are damage, not anamorphic video."""


@dataclass(frozen=True)
class Orientation:
    """How a stored picture is turned to stand upright: one of the eight ways of a rectangle."""

    transposed: bool = False
    """Rows become columns; comes first."""
    mirrored: bool = False
    """Left and right change places."""
    flipped: bool = False
    """Top and bottom change places."""

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Orientation":
        """What the display matrix of a frame says, to the nearest quarter turn."""
        matrix = frame.side_data.get("DISPLAYMATRIX")
        if matrix is None:
            return cls()
        # A point (x, y) comes to (a x + c y, b x + d y).
        a, b, _, c, d = np.frombuffer(bytes(cast(SideData, matrix)), np.int32)[:5].tolist()
        if abs(b) > abs(a):
            return cls(transposed=True, mirrored=c < 0, flipped=b < 0)
        return cls(mirrored=a < 0, flipped=d < 0)

    def apply(self, picture: Picture) -> Picture:
        """The picture, turned."""
        if self.transposed:
            picture = picture.swapaxes(0, 1)
        if self.mirrored:
            picture = picture[:, ::-1]
        if self.flipped:
            picture = picture[::-1]
        return np.ascontiguousarray(picture)


@dataclass(frozen=True)
class Geometry:
    """How the stored pictures of a video become upright ones, the same for all of its frames."""

    width: int
    """Square pixels, before the turn."""
    height: int
    orientation: Orientation = Orientation()

    @classmethod
    def of(cls, frame: av.VideoFrame, pixel_aspect: Fraction | None) -> "Geometry":
        """Take it from the first frame; the longer side of a pixel is what counts."""
        aspect = pixel_aspect or Fraction(1)
        width, height = frame.width, frame.height
        if aspect > 1 and aspect <= _SANE_ASPECTS[1]:
            width = round(width * aspect)
        elif aspect < 1 and aspect >= _SANE_ASPECTS[0]:
            height = round(height / aspect)
        return cls(width, height, Orientation.of(frame))

    @property
    def upright(self) -> Size:
        """Size of the upright picture."""
        size = self.width, self.height
        return size[::-1] if self.orientation.transposed else size


@dataclass(frozen=True, eq=False)
class DecodedFrame:
    """A frame as the decoder gave it."""

    index: int
    """Frame index."""
    data: av.VideoFrame
    geometry: Geometry
    damaged: bool
    """Whether the file has errors here, so that the decoder had to guess parts of the picture."""

    @property
    def nbytes(self) -> int:
        """Memory that the decoded planes take."""
        return sum(plane.buffer_size for plane in self.data.planes)

    def picture(self, size: Size | None = None, channels: Channels = "bgr24") -> Picture:
        """The upright picture.

        Args:
            size: Of the picture wanted, by default the video's own.
            channels: Their order.
        """
        orientation = self.geometry.orientation
        width, height = size or self.geometry.upright
        if orientation.transposed:
            width, height = height, width
        same = (width, height) == (self.data.width, self.data.height)
        small = width * 2 < self.data.width
        scaled = self.data.reformat(
            width=width,
            height=height,
            format=channels,
            src_colorspace=_matrix(self.data),
            interpolation=None if same else Interpolation.AREA if small else Interpolation.BICUBIC,
        )
        return orientation.apply(np.asarray(scaled.to_ndarray(), np.uint8))

    def planes(self, size: Size) -> av.VideoFrame:
        """The upright picture in the form that JPEG keeps: BT.601 planes of the full range.

        Without a turn it comes straight from the decoded planes, at a third of the cost.

        Args:
            size: Of the picture wanted, not larger than the video's own.
        """
        straight = self.geometry.orientation == Orientation()
        planes = self._straight_planes(size) if straight else self.data
        if planes is self.data:  # turned, or as JPEG has it already and not to be changed
            upright = av.VideoFrame.from_ndarray(self.picture(size), format="bgr24")
            return upright.reformat(format="yuvj420p")
        return planes

    def _straight_planes(self, size: Size) -> av.VideoFrame:
        return self.data.reformat(
            width=size[0],
            height=size[1],
            format="yuvj420p",
            src_colorspace=_matrix(self.data),
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA,
        )


def _matrix(frame: av.VideoFrame) -> Colorspace | None:
    """The conversion matrix that an untagged frame needs; None where the frame says it."""
    if frame.colorspace != _UNSPECIFIED:
        return None
    large = frame.width >= _HD_WIDTH or frame.height > _HD_HEIGHT
    return Colorspace.ITU709 if large else Colorspace.ITU601
