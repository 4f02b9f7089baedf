"""Boxes drawn into a picture, so that they read on bright and dark ground and without colour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from core.prelabels import Prelabel, Source
from core.video.picture import Picture, Size

Colour = tuple[int, int, int]
"""Red, green, blue."""
Area = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels; the last column and row belong to it."""

INK: Colour = (16, 18, 22)
"""Nearly black: below every line, and behind light text."""
PAPER: Colour = (240, 242, 245)
PALETTE: tuple[Colour, ...] = (
    (86, 180, 233), (245, 166, 35), (62, 199, 150), (240, 228, 66), (242, 116, 59),
    (228, 140, 196), (122, 162, 247), (163, 217, 59), (63, 214, 214), (255, 120, 120),
    (205, 170, 120), (187, 160, 255),
)  # fmt: skip
"""All of them at least 6:1 against `INK`."""
_LONGEST_NAME = 24
_DASHES = 4, 3
"""Lengths of a dash and of the room behind it, in line widths."""


class Colours:
    """A colour for each class; beyond a dozen of classes they repeat.

    Args:
        class_names: Classes by id; others get theirs when they are first seen.
    """

    def __init__(self, class_names: Iterable[str] = ()) -> None:
        self._of = {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(class_names)}

    def of(self, class_name: str) -> Colour:
        """The colour of a class."""
        return self._of.setdefault(class_name, PALETTE[len(self._of) % len(PALETTE)])


@dataclass(frozen=True)
class Pen:
    """How large things are drawn."""

    line: int
    """Width, px."""
    text: int
    """Size of the font, px."""

    @classmethod
    def of(cls, size: Size) -> "Pen":
        """What suits a picture of `size`."""
        side = min(size)
        return cls(max(2, round(side / 360)), max(11, round(side / 50)))


def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which has Latin, Greek and Cyrillic letters.

    Args:
        size: In pixels.
    """
    return _font(size)


def image_of(picture: Picture) -> Image.Image:
    """The same picture for Pillow; a copy."""
    height, width, _ = picture.shape
    return Image.frombuffer("RGB", (width, height), picture, "raw", "BGR", 0, 1)


def fitting(text: str, size: int, room: float) -> str:
    """The text; where it is wider than `room` px, its middle is left out."""
    face, found, kept = font(size), text, len(text)
    while kept > 1 and face.getlength(found) > room:
        kept -= 1
        found = f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"
    return found


def moved(box: Prelabel, origin: tuple[float, float], scale: tuple[float, float]) -> Prelabel:
    """The box in pixels of a part of the picture that is shown at another size.

    Args:
        box: In pixels of the picture.
        origin: Left and top of the part.
        scale: By which the part's width and height change.
    """
    (left, top), (sx, sy) = origin, scale
    x0, y0, x1, y1 = box.xyxy
    corners = (x0 - left) * sx, (y0 - top) * sy, (x1 - left) * sx, (y1 - top) * sy
    return replace(box, xyxy=corners)


def draw_boxes(
    image: Image.Image, boxes: Sequence[Prelabel], colours: Colours, *, tags: bool = True
) -> None:
    """Draw boxes with class, score and source into an image.

    Imputed boxes are dashed, with a dark tag that says so; all others have a solid line.

    Args:
        image: RGB; it is changed.
        boxes: In pixels of the image.
        colours: Of the classes.
        tags: Whether class, score and source are written beside the boxes.
    """
    pen = Pen.of(image.size)
    draw = ImageDraw.Draw(image)
    large_first = sorted(boxes, key=lambda box: -_size(box))
    for box in large_first:
        _outline(draw, _area(box), pen.line, colours.of(box.class_name), box.source)
    taken: list[Area] = []
    for box in large_first if tags else []:
        taken.append(_tag(draw, box, image.size, pen, colours.of(box.class_name), taken))


def caption_of(box: Prelabel) -> str:
    """Class, score and source, such as `car 0.83 imputed`; the model's own say no source."""
    name = box.class_name
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 1]}…"
    source = "" if box.source is Source.MODEL else f" {box.source.value}"
    return f"{name} {box.score:.2f}{source}"


def _outline(
    draw: ImageDraw.ImageDraw, area: Area, line: int, colour: Colour, source: Source
) -> None:
    x0, y0, x1, y1 = _grown(area, line // 2)
    draw.rectangle(_grown((x0, y0, x1, y1), 1), outline=INK, width=line + 2)
    if source is not Source.IMPUTED:
        draw.rectangle((x0, y0, x1, y1), outline=colour, width=line)
        return
    for start, stop in _dashes(x0, x1, line):
        draw.rectangle((start, y0, stop, min(y0 + line - 1, y1)), fill=colour)
        draw.rectangle((start, max(y1 - line + 1, y0), stop, y1), fill=colour)
    for start, stop in _dashes(y0, y1, line):
        draw.rectangle((x0, start, min(x0 + line - 1, x1), stop), fill=colour)
        draw.rectangle((max(x1 - line + 1, x0), start, x1, stop), fill=colour)


def _dashes(start: int, stop: int, line: int) -> list[tuple[int, int]]:
    """Dashes from `start` to `stop`, both ends within one, evenly apart."""
    dash, room = (part * line for part in _DASHES)
    count = max(1, round((stop - start + room) / (dash + room)))
    step = (stop - start + 1 - dash) / max(count - 1, 1)
    if count == 1 or step < dash + 1:
        return [(start, min(start + dash, stop))]
    starts = [start + round(number * step) for number in range(count)]
    return [(at, min(at + dash - 1, stop)) for at in starts]


def _tag(
    draw: ImageDraw.ImageDraw,
    box: Prelabel,
    size: Size,
    pen: Pen,
    colour: Colour,
    taken: Sequence[Area],
) -> Area:
    face, text = _font(pen.text), caption_of(box)
    pad = max(2, pen.text // 4)
    ascent, descent = face.getmetrics()
    width, height = round(face.getlength(text)) + 2 * pad, ascent + descent + pad
    place = _place(_area(box), (width, height), size, pen.line, taken)
    imputed = box.source is Source.IMPUTED
    draw.rectangle(place, fill=INK if imputed else colour, outline=colour if imputed else INK)
    ink = colour if imputed else INK
    draw.text((place[0] + pad, place[1] + pad // 2), text, fill=ink, font=face)
    return place


def _place(box: Area, tag: Size, size: Size, line: int, taken: Sequence[Area]) -> Area:
    """Above the box, else below or within it; where no other tag is, if there is such a place."""
    x0, y0, _, y1 = box
    (width, height), gap = tag, line // 2 + 1
    left = max(0, min(x0 - gap, size[0] - width))
    tops = y0 - gap - height, y1 + gap, y0 + line, y1 - line - height
    inside = [top for top in tops if 0 <= top <= size[1] - height] or [0]
    places = [(left, top, left + width - 1, top + height - 1) for top in inside]
    free = (place for place in places if not any(_meet(place, other) for other in taken))
    return next(free, places[0])


def _meet(a: Area, b: Area) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _area(box: Prelabel) -> Area:
    x0, y0, x1, y1 = (round(corner) for corner in box.xyxy)
    return x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)


def _grown(area: Area, by: int) -> Area:
    return area[0] - by, area[1] - by, area[2] + by, area[3] + by


def _size(box: Prelabel) -> float:
    x0, y0, x1, y1 = box.xyxy
    return (x1 - x0) * (y1 - y0)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_font_file()), size)


@lru_cache(maxsize=1)
def _font_file() -> Path:
    """Matplotlib brings it; importing matplotlib for it would take long."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
