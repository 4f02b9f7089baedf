"""The video with its boxes drawn in."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from core.errors import Cancelled, ExportError
from core.export.drawing import Colours, draw_boxes, image_of
from core.frames import FrameIndex, FrameRange
from core.paths import write_atomically
from core.prelabels import Prelabel
from core.video.picture import Size
from core.video.reader import VideoReader

_H264 = {"preset": "veryfast", "crf": "20"}
_MPEG4 = {"qscale": "3", "flags": "+qscale"}
_BT709 = 1
_MOST_TICKS = 65535
"""In a second, as far as MPEG-4 knows."""

BoxesOf = Callable[[int], Sequence[Prelabel]]
"""The boxes of a frame, in pixels of the upright picture."""
Shown = tuple[Fraction, Image.Image]
"""When a picture shows, in seconds, and the picture."""


def render_video(
    reader: VideoReader,
    boxes_of: BoxesOf,
    out: Path,
    frames: FrameRange,
    *,
    class_names: Sequence[str] = (),
    overwrite: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Write an MP4 of some frames with boxes drawn in; each shows as long as in the video.

    H.264 where this computer's libraries can write it, MPEG-4 otherwise; without sound. Frames
    that cannot be decoded are left out: the one before them shows on.

    Args:
        reader: The video.
        boxes_of: The boxes to draw into a frame.
        out: An `.mp4` file; it appears when all is written.
        frames: Which; `FrameRange(0, len(reader))` for all.
        class_names: Classes by id, so that a class has the same colour in every movie.
        overwrite: Whether a file that is there is replaced.
        on_progress: Told frames done and frames in all.
        cancelled: Asked after each frame.

    Returns:
        The file.

    Raises:
        ExportError: The file is there already, is no `.mp4`, or cannot be written.
        DamagedFrameError: None of the frames can be decoded.
        Cancelled: `cancelled` said so; nothing is left behind.
    """
    check_target(out, (".mp4",), overwrite=overwrite)
    colours = Colours(class_names)

    def shown() -> Iterable[Shown]:
        for frame, picture in reader.frames_in_range(frames.start, frames.stop):
            image = image_of(picture)
            draw_boxes(image, boxes_of(frame), colours)
            yield since(reader.index, frames.start, frame), image
            on_progress(frame + 1 - frames.start, len(frames))
            if cancelled():
                raise Cancelled

    size = reader.info.width, reader.info.height
    save(out, lambda path: write_mp4(path, shown(), size, reader.index.time_base))
    return out


def check_target(out: Path, suffixes: Sequence[str], *, overwrite: bool) -> None:
    """Make sure that a movie can be written to a file.

    Raises:
        ExportError: Its name ends otherwise, or it is there and must not be replaced.
    """
    if out.suffix.lower() not in suffixes:
        raise ExportError(
            f"{out.name} does not end in {' or '.join(suffixes)}", mend="choose such a name"
        )
    if out.exists() and not overwrite:
        raise ExportError(f"{out} exists already", mend="choose another name, or delete it first")


def save(out: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file, which appears when it is whole.

    Raises:
        ExportError: It cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, write)
    except (OSError, av.FFmpegError) as error:
        raise ExportError(
            f"{out} cannot be written ({error.strerror or error})",
            mend="choose another folder, or free some disk space",
        ) from error


def since(index: FrameIndex, first: int, frame: int) -> Fraction:
    """Exact time from one frame to another, in seconds."""
    return int(index.pts[frame] - index.pts[first]) * index.time_base


def write_mp4(path: Path, shown: Iterable[Shown], size: Size, time_base: Fraction) -> None:
    """Write pictures as an MP4.

    Args:
        path: The file.
        shown: Times from 0 on, strictly increasing, and pictures of one size.
        size: Of the pictures; a side of an odd number of pixels gets one more.
        time_base: What the times are multiples of, in seconds.

    Raises:
        OSError, av.FFmpegError: It cannot be written.
    """
    h264 = "libx264" in av.codecs_available
    tick = time_base if h264 or time_base.denominator <= _MOST_TICKS else Fraction(1, _MOST_TICKS)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(
            "libx264" if h264 else "mpeg4", options=_H264 if h264 else _MPEG4
        )
        stream.width, stream.height = (side + side % 2 for side in size)
        stream.pix_fmt = "yuv420p"
        coder = stream.codec_context
        coder.time_base = stream.time_base = tick
        # Players take large pictures for BT.709 and small ones for BT.601, unless told.
        coder.colorspace = coder.color_primaries = coder.color_trc = _BT709
        coder.color_range = ColorRange.MPEG
        for seconds, image in shown:
            frame = _planes(image)
            frame.pts, frame.time_base = round(seconds / tick), tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _planes(image: Image.Image) -> av.VideoFrame:
    pixels = np.asarray(image)
    height, width, _ = pixels.shape
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
