"""Pictures as tests get them from files and servers."""

import io

import av
import numpy as np

from core.video import Picture


def decoded_png(png: bytes) -> Picture:
    """A PNG file's content as a picture."""
    with av.open(io.BytesIO(png)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="bgr24")
    return np.asarray(picture, np.uint8)
