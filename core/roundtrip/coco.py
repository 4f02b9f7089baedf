"""COCO: data sets with `images`, `annotations` and `categories`."""

from typing import Any

from core.errors import LabelsError
from core.export.manifest import MANIFEST
from core.importing.coco import (
    add_box,
    as_object,
    category,
    image_id,
    parse_json,
    read_categories,
)
from core.roundtrip.collecting import Collected
from core.roundtrip.files import LabelFiles
from core.roundtrip.places import Places

_LISTS = ("images", "annotations", "categories")
_MEND = "give a COCO data set with images, annotations and categories"


def is_coco(files: LabelFiles) -> bool:
    """Whether this may be such."""
    return bool(_names(files))


def read_coco(files: LabelFiles, places: Places) -> tuple[Collected, str]:
    """Read every data set there is; regions with `iscrowd` are no boxes.

    Raises:
        LabelsError: None of the files is a data set, or two are of the same picture.
        ImportedDetectionsError: An entry cannot be understood; names it.
    """
    found, sets = Collected(), 0
    for name in _names(files):
        document = parse_json(files.text(name), name, _MEND)
        if isinstance(document, dict) and all(isinstance(document.get(k), list) for k in _LISTS):
            sets += 1
            _read(document, name, places, found)
    if not sets:
        raise LabelsError(f"{files.path} holds no COCO data set", mend=_MEND)
    return found, "COCO"


def _names(files: LabelFiles) -> list[str]:
    return [name for name in files.with_suffix(".json") if not name.endswith(MANIFEST)]


def _read(document: dict[str, Any], file: str, places: Places, found: Collected) -> None:
    class_of, names = read_categories(document["categories"], file)
    frame_of: dict[int | str, int | None] = {}
    for number, item in enumerate(document["images"], start=1):
        where = f"Image {number} of {file}"
        image = as_object(item, where)
        id_, name = image_id(image, "id", where), str(image.get("file_name", ""))
        frame = places.frame_of(name)
        frame_of[id_] = frame
        width, height = image.get("width"), image.get("height")
        if found.label(frame, f"{name} in {file}") and width and height:
            places.check_size(width, height, f"{where} ({name})")
    for number, item in enumerate(document["annotations"], start=1):
        where = f"Annotation {number} of {file}"
        entry = as_object(item, where)
        frame = frame_of.get(image_id(entry, "image_id", where))
        if frame is not None and not entry.get("iscrowd"):
            class_id = found.class_id(names[category(entry, class_of, where)])
            add_box(found.boxes, where, frame, entry, class_id)
