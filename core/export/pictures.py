"""Frames decoded once, and written as files by several threads."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import Image

from core.errors import Cancelled, DamagedFrameError
from core.export.png import encode_rgb
from core.export.request import PictureKind
from core.frames import FrameRange
from core.paths import write_atomically
from core.video.picture import DecodedFrame, Picture
from core.video.reader import VideoReader

_MOST_THREADS = 8
_WAITING = 2
"""Pictures that wait for each thread: as many as it takes for none to stand still."""


Encode = Callable[[Picture], bytes]
"""Gives a file's content, made from a picture with red, green and blue; called by any thread."""


@dataclass(frozen=True)
class Part:
    """A file that is made from the picture of a frame."""

    path: Path
    encode: Encode


def encoder(kind: PictureKind, quality: int) -> Encode:
    """How pictures become files.

    Args:
        kind: PNG, which is exact, or JPEG.
        quality: Of JPEG, 1..100.
    """
    if kind == "png":
        return encode_rgb
    return lambda picture: encode_jpeg(Image.fromarray(picture), quality)


def encode_jpeg(image: Image.Image, quality: int) -> bytes:
    """The image as a JPEG file's content, with half the colour resolution as in almost all video.

    Args:
        image: RGB.
        quality: 1..100.
    """
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.getvalue()


def write_parts(
    reader: VideoReader,
    parts: Mapping[int, Sequence[Part]],
    *,
    on_frame: Callable[[int], None] = lambda frame: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[int]:
    """Write what is made from the frames of a video, each file as a whole or not at all.

    At most a few pictures are in memory at a time.

    Args:
        reader: The video.
        parts: What to make from each frame, by frame, ascending; the folders are there.
        on_frame: Told each frame whose files are all written, in order.
        cancelled: Asked before each frame.

    Returns:
        The frames that cannot be decoded.

    Raises:
        OSError: A file cannot be written; those that are written stay.
        Cancelled: `cancelled` said so; as above.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    missing = set(parts)
    at_work: deque[tuple[int, Future[None]]] = deque()

    def finish_one() -> None:
        frame, written = at_work.popleft()
        written.result()
        missing.remove(frame)
        on_frame(frame)

    with ThreadPoolExecutor(threads, "pictures") as pool:
        try:
            for shot in _decoded(reader, list(parts)):
                if cancelled():
                    raise Cancelled
                at_work.append((shot.index, pool.submit(_write, parts[shot.index], shot)))
                if len(at_work) > threads * _WAITING:
                    finish_one()
            while at_work:
                finish_one()
        finally:
            pool.shutdown(cancel_futures=True)
    return sorted(missing)


def _decoded(reader: VideoReader, frames: Sequence[int]) -> Iterator[DecodedFrame]:
    """As `VideoReader.pictures`; where all of a stretch is damaged, it is left out, too."""
    for _, run in groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0]):
        stretch = [frame for _, frame in run]
        with suppress(DamagedFrameError):
            yield from reader.decode(FrameRange(stretch[0], stretch[-1] + 1))


def _write(parts: Sequence[Part], shot: DecodedFrame) -> None:
    picture = shot.picture(channels="rgb24")
    for part in parts:
        write_atomically(part.path, partial(_put, part.encode(picture)))


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)
