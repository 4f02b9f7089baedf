"""A few frames around one violation, to show to somebody: a looping GIF, or an MP4."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from core.assertions.imputed import Xyxy
from core.errors import Cancelled
from core.export.drawing import (
    INK,
    PAPER,
    Area,
    Colours,
    draw_boxes,
    fitting,
    font,
    image_of,
    moved,
)
from core.export.movies import BoxesOf, Shown, check_target, save, since, write_mp4
from core.frames import FrameIndex, FrameRange
from core.prelabels import Prelabel
from core.video.picture import Size
from core.video.reader import VideoReader
from core.words import grouped, timecode

WIDTH = 640
"""Of a clip at most, px."""
SUFFIXES = (".gif", ".mp4")
AROUND = 0.8
"""Seconds before and after a violation that its clip shows."""
_GAP_SECONDS, _MOST_HOLD = Fraction(6, 5), Fraction(3, 5)
"""How long a gap shows at least in all, and one of its frames at most for that reason."""
_RATE = 25
"""Frames per second at most before and after the gap."""
_ROOM = 5
"""Width and height of what is shown around a small object, in those of the object."""
_STEP = Fraction(1, 100)
"""Of time, in a GIF."""
_SAMPLES = 12
"""Pictures, at least, that a palette is made from."""
_MIST, _CELL, _GAP = (150, 156, 166), (84, 90, 100), (245, 166, 35)


@dataclass(frozen=True)
class _Scene:
    """Which frames show, for how long, and which part of them."""

    frames: tuple[int, ...]
    starts: tuple[Fraction, ...]
    """When each of them shows, and the end; multiples of `_STEP`."""
    gap: FrameRange
    part: Area
    """Of the upright picture."""
    size: Size
    """Of the clip, without its caption."""
    title: str


def write_clip(
    reader: VideoReader,
    boxes_of: BoxesOf,
    out: Path,
    gap: FrameRange,
    *,
    title: str,
    focus: Xyxy | None = None,
    around: float = AROUND,
    class_names: Sequence[str] = (),
    overwrite: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Write a clip of one violation: the frames of its gap held, some before and after as they are.

    Args:
        reader: The video.
        boxes_of: The boxes to draw into a frame; in the gap, those that the violation asks for,
            with `Source.IMPUTED`.
        out: A `.gif`, which loops, or an `.mp4`; it appears when all is written.
        gap: The frames that the violation is about.
        title: What is said below, such as `car · flickering`.
        focus: The box to look at, in pixels of the upright picture: of large pictures only its
            surroundings are shown. None for whole pictures.
        around: Seconds before and after the gap.
        class_names: Classes by id, so that a class has the same colour in every clip.
        overwrite: Whether a file that is there is replaced.
        on_progress: Told frames done and frames in all.
        cancelled: Asked after each frame.

    Returns:
        The file.

    Raises:
        ExportError: The file is there already, ends otherwise, or cannot be written.
        DamagedFrameError: A stretch of the frames cannot be decoded.
        Cancelled: `cancelled` said so; nothing is left behind.
    """
    check_target(out, SUFFIXES, overwrite=overwrite)
    scene = _scene(reader, gap, title, focus, around)
    colours = Colours(class_names)
    images: list[Image.Image] = []
    starts: list[Fraction] = []
    for frame, picture in reader.pictures(scene.frames):
        starts.append(scene.starts[scene.frames.index(frame)] if images else Fraction(0))
        images.append(_still(image_of(picture), frame, boxes_of(frame), scene, reader, colours))
        on_progress(len(images), len(scene.frames))
        if cancelled():
            raise Cancelled
    ends = [*starts[1:], scene.starts[-1]]
    if out.suffix.lower() == ".gif":
        lasting = [end - start for start, end in zip(starts, ends, strict=True)]
        save(out, lambda path: _write_gif(path, images, lasting))
    else:
        # A still at the end, for the last picture to show as long as it should.
        shown: list[Shown] = [*zip(starts, images, strict=True), (ends[-1] - _STEP, images[-1])]
        save(out, lambda path: write_mp4(path, shown, images[0].size, _STEP))
    return out


def frames_around(index: FrameIndex, gap: FrameRange, seconds: float = AROUND) -> FrameRange:
    """A gap and so much before and after it; by default what its clip shows."""
    return FrameRange(
        index.frame_at_time(index.timestamp(gap.start) - seconds),
        index.frame_at_time(index.timestamp(gap.stop - 1) + seconds) + 1,
    )


def _scene(
    reader: VideoReader, gap: FrameRange, title: str, focus: Xyxy | None, around: float
) -> _Scene:
    index, near = reader.index, frames_around(reader.index, gap, around)
    stride = max(1, round(index.rate / _RATE))
    before = range(gap.start - stride, near.start - 1, -stride)[::-1]
    after = range(gap.stop - 1 + stride, near.stop, stride)
    frames = (*before, *range(gap.start, gap.stop), *after)
    hold = min(_GAP_SECONDS / len(gap), _MOST_HOLD)
    starts = [Fraction(0)]
    for frame, following in zip(frames, [*frames[1:], frames[-1] + stride], strict=True):
        usual = since(index, frame, following) if following < len(index) else stride / index.rate
        lasts = max(usual, hold) if gap.start <= frame < gap.stop else usual
        starts.append(starts[-1] + max(lasts, 2 * _STEP))
    whole = reader.info.width, reader.info.height
    part = _part(focus, whole)
    width, height = part[2] - part[0], part[3] - part[1]
    scale = min(1.0, WIDTH / width)
    size = _even(width * scale), _even(height * scale)
    rounded = tuple(round(start / _STEP) * _STEP for start in starts)
    return _Scene(frames, rounded, gap, part, size, title)


def _part(focus: Xyxy | None, size: Size) -> Area:
    """What of a picture shows: x0, y0, x1, y1; of its shape, and about `focus`."""
    width, height = size
    if focus is None:
        return 0, 0, width, height
    x0, y0, x1, y1 = focus
    share = max(_ROOM * (x1 - x0) / width, _ROOM * (y1 - y0) / height, WIDTH / width)
    wide, high = round(width * min(share, 1.0)), round(height * min(share, 1.0))
    left = min(max(round((x0 + x1 - wide) / 2), 0), width - wide)
    top = min(max(round((y0 + y1 - high) / 2), 0), height - high)
    return left, top, left + wide, top + high


def _still(
    image: Image.Image,
    frame: int,
    boxes: Sequence[Prelabel],
    scene: _Scene,
    reader: VideoReader,
    colours: Colours,
) -> Image.Image:
    part, (width, height) = scene.part, scene.size
    scaled = image.resize(scene.size, Image.Resampling.LANCZOS, box=part)
    scale = width / (part[2] - part[0]), height / (part[3] - part[1])
    shown = [moved(box, part[:2], scale) for box in boxes if _meets(box, part)]
    draw_boxes(scaled, shown, colours)
    text = 13 if width >= 480 else 11
    bar = _even(text * 2.75)
    still = Image.new("RGB", (width, height + bar), INK)
    still.paste(scaled, (0, 0))
    _caption(ImageDraw.Draw(still), (0, height, width, height + bar), text, frame, scene, reader)
    return still


def _meets(box: Prelabel, part: Area) -> bool:
    x0, y0, x1, y1 = box.xyxy
    return x1 > part[0] and y1 > part[1] and x0 < part[2] and y0 < part[3]


def _caption(
    draw: ImageDraw.ImageDraw, area: Area, text: int, frame: int, scene: _Scene, reader: VideoReader
) -> None:
    """A cell for each frame, those of the gap hollow; below, what it is and which frame."""
    x0, y0, x1, y1 = area
    inside = scene.gap.start <= frame < scene.gap.stop
    cells = np.linspace(x0, x1, len(scene.frames) + 1).round().astype(int).tolist()
    for at, (left, right) in zip(scene.frames, pairwise(cells), strict=True):
        cell = left, y0 + 2, max(right - 2, left), y0 + 7
        now = at == frame
        if scene.gap.start <= at < scene.gap.stop:
            draw.rectangle(cell, outline=_GAP, fill=_GAP if now else None)
        else:
            draw.rectangle(cell, fill=PAPER if now else _CELL)
    face, middle = font(text), (y0 + 8 + y1) // 2
    clock = f"frame {grouped(frame)} · {timecode(reader.index.timestamp(frame))}"
    draw.text((x1 - 8, middle), clock, fill=_MIST, font=face, anchor="rm")
    room = x1 - 24 - face.getlength(clock)
    mark = "not detected" if inside else ""
    if mark:
        right = x1 - 24 - face.getlength(clock)
        draw.text((right, middle), mark, fill=_GAP, font=face, anchor="rm")
        room = right - face.getlength(mark) - 16
    draw.text((8, middle), fitting(scene.title, text, room - 8), fill=PAPER, font=face, anchor="lm")


def _write_gif(path: Path, images: Sequence[Image.Image], lasting: Sequence[Fraction]) -> None:
    """Write pictures that share one palette, so that nothing flickers but the detections."""
    every = max(1, len(images) // _SAMPLES)
    sampled = images[::every]
    width, height = images[0].size
    montage = Image.new("RGB", (width, height * len(sampled)))
    for place, image in enumerate(sampled):
        montage.paste(image, (0, height * place))
    palette = montage.quantize(256, method=Image.Quantize.MEDIANCUT)
    first, *others = (image.quantize(palette=palette) for image in images)
    first.save(
        path,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=[int(seconds * 1000) for seconds in lasting],
        loop=0,
        optimize=False,
    )


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)
