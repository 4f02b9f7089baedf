"""CVAT 1.1: XML of images, and of video with tracks.

Source: https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/. Boxes are corners in
pixels; other shapes are left out. A track's box holds until its next one: CVAT interpolates
between key frames, and so it is done here where an exporter writes these alone.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.errors import LabelsError
from core.roundtrip.collecting import Collected
from core.roundtrip.files import LabelFiles
from core.roundtrip.places import Places

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MEND = "export again as CVAT for images 1.1 or CVAT for video 1.1"
_CORNERS = ("xtl", "ytl", "xbr", "ybr")


@dataclass(frozen=True)
class _Shown:
    """A box of a track, in one frame."""

    number: int
    corners: tuple[float, float, float, float]
    outside: bool


def is_cvat(files: LabelFiles) -> bool:
    """Whether this may be such."""
    return bool(files.with_suffix(".xml"))


def read_cvat(files: LabelFiles, places: Places) -> tuple[Collected, str]:
    """Read every file that is of the video.

    Raises:
        LabelsError: A file is no such XML, or is of another video or size.
    """
    found, video = Collected(), False
    for name in files.with_suffix(".xml"):
        root = _root(files, name)
        size = root.find("meta//original_size")
        if size is not None:
            width, height = (_number(size.findtext(k), k, name) for k in ("width", "height"))
            places.check_size(width, height, f"The video of {name}")
        if _is_video(root):
            video = True
            _read_video(root, name, places, found)
        else:
            _read_images(root, name, places, found)
    return found, "CVAT video" if video else "CVAT images"


def _root(files: LabelFiles, name: str) -> "Element":
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(files.read(name))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise LabelsError(f"{name} cannot be read as XML ({error})", mend=_MEND) from error
    if root.tag != "annotations":
        raise LabelsError(f"{name} is no XML of CVAT (it holds <{root.tag}>)", mend=_MEND)
    return root


def _is_video(root: "Element") -> bool:
    return root.find("track") is not None or root.findtext("meta//mode") == "interpolation"


def _read_images(root: "Element", file: str, places: Places, found: Collected) -> None:
    for image in root.iter("image"):
        name = image.get("name", "")
        frame, where = places.frame_of(name), f"{name} in {file}"
        if not found.label(frame, where) or frame is None:
            continue
        if "width" in image.keys() and "height" in image.keys():  # noqa: SIM118 - no mapping
            width, height = (_number(image.get(k), k, where) for k in ("width", "height"))
            places.check_size(width, height, where)
        for box in image.iter("box"):
            class_id = found.class_id(box.get("label", ""))
            found.boxes.add(where, frame, _corners(box, where), 1.0, class_id)


def _read_video(root: "Element", file: str, places: Places, found: Collected) -> None:
    meta = root.find("meta")
    called = [text for key in ("source", "name") for text in _texts(meta, key)]
    if places.is_of_another([*called, PurePosixPath(file).stem]):
        return
    frame_of = places.frames_of(_numbers(meta, file))
    for number, frame in frame_of.items():
        found.label(frame, f"Frame {number} of {file}")
    for track in root.iter("track"):
        where = f"Track {track.get('id', '')} of {file}"
        boxes = track.iter("box")
        shown = sorted((_shown(box, where) for box in boxes), key=lambda each: each.number)
        _add_track(shown, frame_of, found, where, track.get("label", ""))


def _add_track(
    shown: Sequence[_Shown], frame_of: Mapping[int, int], found: Collected, where: str, label: str
) -> None:
    numbers = [each.number for each in shown]
    for number, frame in frame_of.items():
        at = bisect_right(numbers, number)
        if not at or shown[at - 1].outside:
            continue
        before, after = shown[at - 1], shown[min(at, len(shown) - 1)]
        found.boxes.add(where, frame, _between(before, after, number), 1.0, found.class_id(label))


def _between(before: _Shown, after: _Shown, number: int) -> list[float]:
    share = (number - before.number) / max(after.number - before.number, 1)
    pairs = zip(before.corners, after.corners, strict=True)
    return [a + share * (b - a) for a, b in pairs]


def _shown(box: "Element", where: str) -> _Shown:
    frame = _number(box.get("frame"), "frame", where)
    return _Shown(int(frame), _corners(box, where), box.get("outside") == "1")


def _numbers(meta: "Element | None", file: str) -> range | None:
    """The frames that annotators were shown, as CVAT counts them; None where it does not say."""
    first, last = (_texts(meta, key)[:1] for key in ("start_frame", "stop_frame"))
    if not (first and last):
        size = _texts(meta, "size")[:1]
        return range(int(_number(size[0], "size", file))) if size else None
    start, stop = (int(_number(text[0], "start_frame", file)) for text in (first, last))
    step = next((text for text in _texts(meta, "frame_filter") if text.startswith("step=")), "")
    return range(start, stop + 1, int(_number(step[5:] or "1", "frame_filter", file)) or 1)


def _texts(meta: "Element | None", key: str) -> list[str]:
    found = meta.iter(key) if meta is not None else ()
    return [each.text.strip() for each in found if each.text and each.text.strip()]


def _corners(box: "Element", where: str) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (_number(box.get(corner), corner, where) for corner in _CORNERS)
    return x0, y0, x1, y1


def _number(text: str | None, key: str, where: str) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise LabelsError(
            f"{where} has {key} {text or 'nothing'!r}, which is no number", mend=_MEND
        ) from None
