"""YOLO: a text file a picture, a line `class cx cy w h` a box.

Which pictures were labeled: those with a text file, empty or not; those that a list names
(`train.txt`), and those that lie beside the labels. Tools differ: CVAT, Label Studio and our own
export write a file for every picture, others none for a picture without boxes, as YOLO allows.
"""

from pathlib import PurePosixPath

from core.errors import LabelsError
from core.importing.base import names_for
from core.importing.yolo_txt import NAME_FILES, class_names, read_lines
from core.roundtrip.collecting import Collected
from core.roundtrip.files import LabelFiles
from core.roundtrip.places import Places

_LISTS = frozenset(("train.txt", "val.txt", "valid.txt", "test.txt"))
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")


def is_yolo(files: LabelFiles) -> bool:
    """Whether this may be such."""
    return bool(files.with_suffix(".txt"))


def read_yolo(files: LabelFiles, places: Places) -> tuple[Collected, str]:
    """Read every text file that is of a frame.

    Raises:
        LabelsError: Nothing names the classes, or two files are of the same frame.
        ImportedDetectionsError: A line cannot be understood; names it.
    """
    found = Collected()
    texts = [name for name in files.with_suffix(".txt") if _last(name) not in NAME_FILES]
    lists = [name for name in texts if _last(name).lower() in _LISTS]
    for name in texts:
        if name not in lists and found.label(frame := places.frame_of(name), name):
            read_lines(files.text(name), name, frame or 0, places.video, found.boxes)
    listed = [line.strip() for name in lists for line in files.text(name).splitlines()]
    for name in [*listed, *files.with_suffix(*_PICTURES)]:
        if (frame := places.frame_of(name)) is not None:
            found.label(frame, name, again=True)
    if found.boxes.where:
        found.class_names.extend(names_for(found.boxes.boxes(), _class_names(files)))
    return found, "YOLO"


def _class_names(files: LabelFiles) -> tuple[str, ...]:
    """Names by class id."""
    named = [name for name in files.names if _last(name) in NAME_FILES]
    if not named:
        raise LabelsError(
            f"{files.path} does not name its classes ({', '.join(NAME_FILES)})",
            mend="give the folder or zip that holds data.yaml beside the labels",
        )
    nearest = min(named, key=lambda name: (name.count("/"), NAME_FILES.index(_last(name))))
    return class_names(files.text(nearest), files.path / nearest)


def _last(name: str) -> str:
    return PurePosixPath(name).name
