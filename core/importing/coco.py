"""COCO: boxes (x, y, width, height) in pixels, as a results list or a whole data set.

Source: https://cocodataset.org/#format-results and #format-data.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.errors import ImportedDetectionsError
from core.importing.base import (
    MOST_CLASSES,
    BoxList,
    ForVideo,
    Imported,
    ImportOptions,
    decoded,
    fit,
    names_for,
    read_bytes,
)
from core.importing.frame_numbers import frames_of_names

_FIRST_FRAME = 0
_MEND = "give a list of COCO results, or a COCO data set with images, annotations and categories"
Entry = dict[str, Any]


def read_coco(path: Path, video: ForVideo, options: ImportOptions) -> Imported:
    """Read a JSON file.

    A results list tells frames by `image_id`, a number or a name that ends in one, and classes by
    `category_id`, counted from 0. A data set tells frames by `file_name` (`id` where there is
    none) and its own categories, in their order. Boxes without a score get 1; crowds are left out.
    Errors count entries from 1.

    Raises:
        ImportedDetectionsError: The file cannot be read, or an entry is not a box in the video.
    """
    data = read_bytes(path, _MEND)
    document = parse_json(decoded(data, path, _MEND), path.name, _MEND)
    found = BoxList()
    if isinstance(document, list):
        _read_results(document, path.name, video, options, found)
        boxes = found.boxes()
        names = names_for(boxes, options.class_names)
    elif isinstance(document, dict):
        names = _read_dataset(document, path.name, video, options, found)
        boxes = found.boxes()
    else:
        raise ImportedDetectionsError(f"{path.name} holds neither list nor object", mend=_MEND)
    detections = fit(boxes, video, options.min_score)
    return Imported(detections, names, "coco", sha256(data).hexdigest())


def _read_results(
    document: list[Any], file: str, video: ForVideo, options: ImportOptions, found: BoxList
) -> None:
    entries = [(f"Entry {n} of {file}", entry) for n, entry in enumerate(document, start=1)]
    first: dict[int | str, str] = {}
    for where, entry in entries:
        first.setdefault(image_id(as_object(entry, where), "image_id", where), where)
    places = list(first.values())
    names = [str(image) for image in first]
    frames = frames_of_names(names, video, options, _FIRST_FRAME, lambda i: places[i])
    frame_of = dict(zip(first, frames, strict=True))
    for where, entry in entries:
        frame = frame_of[entry["image_id"]]
        if frame is not None and not entry.get("iscrowd"):
            class_id = whole_number(entry.get("category_id"), f"{where} has category_id")
            if not 0 <= class_id < MOST_CLASSES:
                raise _wrong(f"{where} has category_id {class_id}, not 0..{MOST_CLASSES - 1}")
            add_box(found, where, frame, entry, class_id)


def _read_dataset(
    document: Entry, file: str, video: ForVideo, options: ImportOptions, found: BoxList
) -> tuple[str, ...]:
    """The names of the categories; adds the boxes to `found`."""
    lists = {name: document.get(name) for name in ("images", "annotations", "categories")}
    for name, value in lists.items():
        if not isinstance(value, list):
            raise ImportedDetectionsError(f"{file} holds no list of {name}", mend=_MEND)
    class_of, names = read_categories(lists["categories"], file)
    frame_of = _frames_of_images(lists["images"] or [], file, video, options)
    for number, item in enumerate(lists["annotations"] or [], start=1):
        where = f"Annotation {number} of {file}"
        entry = as_object(item, where)
        image = image_id(entry, "image_id", where)
        if image not in frame_of:
            raise _wrong(f"{where} has image_id {image!r}, which is none of the images")
        frame = frame_of[image]
        if frame is not None and not entry.get("iscrowd"):
            add_box(found, where, frame, entry, category(entry, class_of, where))
    return names


def _frames_of_images(
    images: list[Any], file: str, video: ForVideo, options: ImportOptions
) -> dict[int | str, int | None]:
    places = [f"Image {number} of {file}" for number in range(1, len(images) + 1)]
    objects = [as_object(image, where) for image, where in zip(images, places, strict=True)]
    ids = [image_id(image, "id", where) for image, where in zip(objects, places, strict=True)]
    names = [str(image.get("file_name") or id_) for image, id_ in zip(objects, ids, strict=True)]
    frames = frames_of_names(
        names, video, options, _FIRST_FRAME, lambda i: f"{places[i]} ({names[i]})"
    )
    frame_of: dict[int | str, int | None] = {}
    for image, id_, where, frame in zip(objects, ids, places, frames, strict=True):
        if id_ in frame_of:
            raise _wrong(f"{where} has the id {id_!r} of another image")
        frame_of[id_] = frame
        if frame is not None:
            _check_size(image, where, video)
    return frame_of


def _check_size(image: Entry, where: str, video: ForVideo) -> None:
    width, height = image.get("width"), image.get("height")
    if width and height and (width, height) != (video.width, video.height):
        raise ImportedDetectionsError(
            f"{where} is {width} × {height} px, but {video.name} is {video.width} × {video.height}",
            mend="give detections made for this picture size",
        )


def parse_json(text: str, file: str, mend: str) -> Any:
    """What a JSON text holds.

    Raises:
        ImportedDetectionsError: It is malformed; names file and line.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ImportedDetectionsError(
            f"Line {error.lineno} of {file} is not JSON ({error.msg})", mend=mend
        ) from error
    except (ValueError, RecursionError) as error:
        raise ImportedDetectionsError(f"{file} is no JSON of this kind", mend=mend) from error


def as_object(value: Any, where: str) -> Entry:
    """A JSON object, or an error that names the place."""
    if not isinstance(value, dict):
        raise _wrong(f"{where} is no object")
    return value


def image_id(entry: Entry, key: str, where: str) -> int | str:
    """The id of an image: a whole number from 0, or text."""
    value = entry.get(key)
    if isinstance(value, str) or (type(value) is int and value >= 0):
        return value
    raise _wrong(f"{where} has {key} {_shown(value)}, neither text nor a whole number from 0")


def whole_number(value: Any, says: str) -> int:
    """A JSON integer, or an error that begins with `says`."""
    if type(value) is not int:
        raise _wrong(f"{says} {_shown(value)}, no whole number")
    return value


def read_categories(value: Any, file: str) -> tuple[dict[int, int], tuple[str, ...]]:
    """Class id by category id, and names by class id, of a list of `{id, name}`."""
    if not isinstance(value, list) or len(value) > MOST_CLASSES:
        raise _wrong(f"{file} holds no list of at most {MOST_CLASSES} categories")
    class_of: dict[int, int] = {}
    names: list[str] = []
    for number, item in enumerate(value, start=1):
        where = f"Category {number} of {file}"
        entry = as_object(item, where)
        id_ = whole_number(entry.get("id"), f"{where} has id")
        name = entry.get("name")
        if id_ in class_of or not isinstance(name, str):
            raise _wrong(f"{where} has id {id_} and name {_shown(name)}, no id of its own and text")
        class_of[id_] = len(names)
        names.append(name)
    return class_of, tuple(names)


def category(entry: Entry, class_of: Mapping[int, int], where: str) -> int:
    """The class id of an entry's `category_id`."""
    id_ = whole_number(entry.get("category_id"), f"{where} has category_id")
    if id_ not in class_of:
        raise _wrong(f"{where} has category_id {id_}, which is none of the categories")
    return class_of[id_]


def add_box(found: BoxList, where: str, frame: int, entry: Entry, class_id: int) -> None:
    """Append an entry's `bbox` and `score`."""
    bbox, score = entry.get("bbox"), entry.get("score")
    if not isinstance(bbox, list) or len(bbox) != 4:
        raise _wrong(f"{where} has bbox {_shown(bbox)}, not [x, y, width, height]")
    x, y, w, h = (_number(value, f"{where} has a bbox with") for value in bbox)
    sure = 1.0 if score is None else _number(score, f"{where} has score")
    found.add(where, frame, (x, y, x + w, y + h), sure, class_id)


def _number(value: Any, says: str) -> float:
    if type(value) is float or (type(value) is int and abs(value) < 2**53):
        return float(value)
    raise _wrong(f"{says} {_shown(value)}, no number of pixels or score")


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _wrong(problem: str) -> ImportedDetectionsError:
    return ImportedDetectionsError(problem, mend="correct it, or export it again")
