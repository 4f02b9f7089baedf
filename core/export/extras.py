"""Pictures beside the labels: cuttings of imputed boxes, boxes drawn in, and one sheet of all."""

from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path, PurePosixPath

from PIL import Image, ImageDraw

from core.export.base import IMAGES, Labeled, LabeledFrame
from core.export.drawing import Area, Colours, draw_boxes, fitting, font, moved
from core.export.pictures import Encode, Part, encode_jpeg, encoder
from core.export.request import OVERLAY_QUALITY, SUFFIXES, ExportRequest
from core.prelabels import Prelabel, Source
from core.video.picture import Picture
from core.words import grouped, timecode

CROPS, OVERLAYS, SHEET = "crops", "overlays", "sheet"
TILES = ".tiles"
"""Small pictures for the sheet, below the export's folder until it is made."""
_MARGIN = 0.25
"""Around a box that is cut out, in its longer side."""
_LEAST_MARGIN = 8
TILE = 300, 170
_COLUMNS, _ROWS = 5, 7
_GUTTER, _CAPTION, _HEAD = 16, 40, 56
_GROUND, _TEXT, _MUTED = (250, 250, 251), (28, 31, 36), (98, 104, 114)
_WELL = (232, 234, 238)


def extra_parts(
    folder: Path, frame: LabeledFrame, request: ExportRequest, colours: Colours
) -> list[Part]:
    """What is made from a frame beside its picture.

    Args:
        folder: The export's.
        frame: The frame.
        request: Its `extras` decide; crops are PNG or JPEG as its pictures are.
        colours: Of the classes, which all are known.
    """
    name = _place(frame.path)
    parts: list[Part] = []
    if "crops" in request.extras:
        suffix = SUFFIXES[request.picture]
        imputed = [box for box in frame.prelabels if box.source is Source.IMPUTED]
        for number, box in enumerate(imputed, start=1):
            path = folder / CROPS / f"{name}-{number}{suffix}"
            parts.append(Part(path, _crop(box, encoder(request.picture, request.quality))))
    if "overlays" in request.extras:
        overlay = folder / OVERLAYS / f"{name}.jpg"
        parts.append(Part(overlay, lambda picture: _overlay(picture, frame.prelabels, colours)))
    if "sheet" in request.extras:
        parts.append(Part(tile_of(folder, frame), lambda p: _tile(p, frame.prelabels, colours)))
    return parts


def tile_of(folder: Path, frame: LabeledFrame) -> Path:
    """Where the small picture of a frame lies."""
    return folder / TILES / f"{frame.video}-{frame.frame}.jpg"


def write_sheets(
    folder: Path, labeled: Labeled, cancelled: Callable[[], None] = lambda: None
) -> list[Path]:
    """Put the small pictures together on numbered pages: `sheet.jpg`, or `sheet-01.jpg` and on.

    Args:
        folder: The export's, with the tiles of all frames.
        labeled: What is exported.
        cancelled: Called before each page; may raise `Cancelled`.

    Returns:
        The pages.
    """
    on_page = _COLUMNS * _ROWS
    pages = max(1, ceil(len(labeled.frames) / on_page))
    written = []
    for page in range(pages):
        cancelled()
        number = f"-{page + 1:0{max(2, len(str(pages)))}}" if pages > 1 else ""
        path = folder / f"{SHEET}{number}.jpg"
        path.write_bytes(encode_jpeg(_page(folder, labeled, page, pages), OVERLAY_QUALITY))
        written.append(path)
    return written


def _crop(box: Prelabel, encode: Encode) -> Encode:
    def cut(picture: Picture) -> bytes:
        height, width, _ = picture.shape
        x0, y0, x1, y1 = box.xyxy
        margin = max(_LEAST_MARGIN, _MARGIN * max(x1 - x0, y1 - y0))
        rows = slice(max(0, int(y0 - margin)), min(height, ceil(y1 + margin)))
        columns = slice(max(0, int(x0 - margin)), min(width, ceil(x1 + margin)))
        return encode(picture[rows, columns].copy())

    return cut


def _overlay(picture: Picture, boxes: Sequence[Prelabel], colours: Colours) -> bytes:
    image = Image.fromarray(picture)
    draw_boxes(image, boxes, colours)
    return encode_jpeg(image, OVERLAY_QUALITY)


def _tile(picture: Picture, boxes: Sequence[Prelabel], colours: Colours) -> bytes:
    image = Image.fromarray(picture)
    image.thumbnail(TILE, Image.Resampling.LANCZOS)
    scale = image.width / picture.shape[1], image.height / picture.shape[0]
    draw_boxes(image, [moved(box, (0, 0), scale) for box in boxes], colours, tags=False)
    return encode_jpeg(image, OVERLAY_QUALITY)


def _page(folder: Path, labeled: Labeled, page: int, pages: int) -> Image.Image:
    on_page = _COLUMNS * _ROWS
    first = page * on_page
    frames = labeled.frames[first : first + on_page]
    columns = min(_COLUMNS, len(labeled.frames))
    wide, high = TILE[0] + _GUTTER, TILE[1] + _CAPTION + _GUTTER
    size = columns * wide + _GUTTER, _HEAD + ceil(len(frames) / columns) * high + _GUTTER
    image = Image.new("RGB", size, _GROUND)
    draw = ImageDraw.Draw(image)
    _head(draw, labeled, page, pages, size[0])
    for place, frame in enumerate(frames):
        row, column = divmod(place, columns)
        left, top = _GUTTER + column * wide, _HEAD + row * high
        well = left, top, left + TILE[0] - 1, top + TILE[1] - 1
        draw.rectangle(well, fill=_WELL)
        with Image.open(tile_of(folder, frame)) as tile:
            room = (TILE[0] - tile.width) // 2, (TILE[1] - tile.height) // 2
            image.paste(tile, (left + room[0], top + room[1]))
        _caption(draw, (left, top + TILE[1], well[2], top + high), first + place, frame, labeled)
    return image


def _head(draw: ImageDraw.ImageDraw, labeled: Labeled, page: int, pages: int, width: int) -> None:
    names = ", ".join(video.name for video in labeled.videos)
    of = f"page {page + 1} of {pages}" if pages > 1 else ""
    boxes = sum(len(frame.prelabels) for frame in labeled.frames)
    text = f"{_count(len(labeled.frames), 'frame')} · {_count(boxes, 'prelabel')}"
    right = " · ".join(part for part in (text, of) if part)
    draw.text((width - _GUTTER, _HEAD // 2), right, fill=_MUTED, font=font(13), anchor="rm")
    room = width - 3 * _GUTTER - font(13).getlength(right)
    title = fitting(names, 17, room)
    draw.text((_GUTTER, _HEAD // 2), title, fill=_TEXT, font=font(17), anchor="lm")


def _caption(
    draw: ImageDraw.ImageDraw, area: Area, place: int, frame: LabeledFrame, labeled: Labeled
) -> None:
    left, top, right, _ = area
    number, time = grouped(place + 1), timecode(labeled.seconds(frame))
    draw.text((left, top + 6), number, fill=_TEXT, font=font(12))
    aside = f"frame {grouped(frame.frame)} · {time}"
    draw.text((right, top + 6), aside, fill=_MUTED, font=font(12), anchor="ra")
    name = fitting(PurePosixPath(frame.path).name, 11, right - left)
    draw.text((left, top + 22), name, fill=_MUTED, font=font(11))


def _count(number: int, of: str) -> str:
    return f"{grouped(number)} {of}{'' if number == 1 else 's'}"


def _place(path: str) -> str:
    """Of a picture, without its suffix and below the folder of all pictures."""
    return str(PurePosixPath(path).with_suffix("")).removeprefix(f"{IMAGES}/")
