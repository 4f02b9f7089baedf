"""Lossless PNG by PyAV, which the program has loaded anyway.

Measured on a 960x540 frame: as fast as OpenCV's encoder at its standard settings, 13 % smaller
files, and the window's process does not have to load OpenCV, whose wheels point Qt to plugins of
another Qt.
"""

from fractions import Fraction

import av

from core.video.picture import Picture

_OPTIONS = {"compression_level": "1", "pred": "up"}


def encode_png(picture: Picture) -> bytes:
    """The picture as a PNG file's content."""
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="rgb24")
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = "rgb24"
    encoder.time_base = Fraction(1, 1)
    encoder.options = _OPTIONS
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
