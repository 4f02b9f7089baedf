"""YOLO text: a file a frame, a line `class cx cy w h [score]` a box, relative to the picture.

Source: ultralytics 8.4, `Results.save_txt` and `BasePredictor.write_results`, which counts a
video's frames from 1 and writes no file for a frame without boxes.
"""

from pathlib import Path
from typing import Any

from core.errors import ImportedDetectionsError
from core.importing.base import (
    MOST_CLASSES,
    OVERHANG,
    BoxList,
    ForVideo,
    Imported,
    ImportOptions,
    decoded,
    fit,
    hash_of,
    names_for,
    read_bytes,
)
from core.importing.frame_numbers import frames_of_names

_FIRST_FRAME = 1
_COLUMNS = ("class", "cx", "cy", "w", "h", "score", "track id")
_LINE = "class cx cy w h [score]"
_MEND = "give a folder with one text file a frame, such as highway_12.txt"
NAME_FILES = ("data.yaml", "classes.txt", "obj.names")
"""Files that name the classes."""


def read_yolo(path: Path, video: ForVideo, options: ImportOptions) -> Imported:
    """Read a folder of text files, or the folder with `labels` that `yolo predict` writes.

    Frames without a file have no boxes; boxes without a score get 1. Track ids are left out.

    Raises:
        ImportedDetectionsError: A file cannot be read, is of no frame of the video, or holds
            something else than boxes; names file and line.
    """
    folder = path / "labels" if (path / "labels").is_dir() else path
    files = sorted(file for file in folder.glob("*.txt") if file.name not in NAME_FILES)
    if not files:
        raise ImportedDetectionsError(f"{path} holds no .txt files", mend=_MEND)
    frames = frames_of_names(
        [file.name for file in files], video, options, _FIRST_FRAME, lambda i: files[i].name
    )
    found, read = BoxList(), []
    for file, frame in zip(files, frames, strict=True):
        if frame is not None:
            data = read_bytes(file, _MEND)
            read.append((file.name, data))
            read_lines(decoded(data, file, _MEND), file.name, frame, video, found)
    boxes = found.boxes()
    names = options.class_names
    name_file = None if names is not None else _name_file(folder)
    if name_file is not None:
        data = read_bytes(name_file, "mend or remove it")
        read.append((name_file.name, data))
        names = class_names(decoded(data, name_file, "save it as UTF-8"), name_file)
    return Imported(
        fit(boxes, video, options.min_score, in_pixels=False),
        names_for(boxes, names),
        "yolo",
        hash_of(read),
    )


def read_lines(text: str, name: str, frame: int, video: ForVideo, found: BoxList) -> None:
    """Read the boxes of one frame.

    Raises:
        ImportedDetectionsError: A line is no box; names it.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        fields = line.split()
        if fields:
            where = f"Line {number} of {name}"
            class_id, cx, cy, w, h, score = _numbers(fields, where)
            x, y = (cx - w / 2) * video.width, (cy - h / 2) * video.height
            corners = (x, y, x + w * video.width, y + h * video.height)
            found.add(where, frame, corners, score, int(class_id))


def _numbers(fields: list[str], where: str) -> list[float]:
    """Class, cx, cy, w, h and score of a line."""
    # `yolo track` appends the track's id to the score.
    if not (5 <= len(fields) <= 6 or (len(fields) == 7 and fields[6].isdecimal())):
        says = ", as for segments, key points or rotated boxes" if len(fields) > 6 else ""
        raise _wrong(where, f"has {len(fields)} columns{says}", "give detections as boxes")
    try:
        numbers = [float(field) for field in fields[:6]]
    except ValueError:
        at, field = next((i, field) for i, field in enumerate(fields) if not _is_number(field))
        raise _wrong(where, f"has {_COLUMNS[at]} {field!r}, no number") from None
    class_id = numbers[0]
    if not (class_id.is_integer() and 0 <= class_id < MOST_CLASSES):
        raise _wrong(where, f"has class {fields[0]}, no whole number from 0 to {MOST_CLASSES - 1}")
    for at in range(1, 5):
        if not -OVERHANG <= numbers[at] <= 1 + OVERHANG:
            raise _wrong(
                where, f"has {_COLUMNS[at]} {fields[at]}, not within 0..1",
                "divide by the picture's width or height",
            )  # fmt: skip
    if len(numbers) == 5:
        return [*numbers, 1.0]
    if not 0 <= numbers[5] <= 1:
        raise _wrong(
            where, f"has score {fields[5]}, not within 0..1", "let ultralytics save_conf=True"
        )
    return numbers


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _wrong(where: str, says: str, mend: str = "correct it") -> ImportedDetectionsError:
    return ImportedDetectionsError(f"{where} {says}", mend=f"{mend}; a line is {_LINE}")


def _name_file(folder: Path) -> Path | None:
    places = (place / name for place in (folder, folder.parent) for name in NAME_FILES)
    return next((place for place in places if place.is_file()), None)


def class_names(text: str, path: Path) -> tuple[str, ...]:
    """Names by class id, from a line each, or from `names` in YAML.

    Raises:
        ImportedDetectionsError: There are none.
    """
    if path.suffix != ".yaml":
        lines = text.rstrip().splitlines()
        return tuple(line.strip() or f"class {i}" for i, line in enumerate(lines))
    document = _yaml(text, path)
    names = document.get("names") if isinstance(document, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not all(
        type(id_) is int and 0 <= id_ < MOST_CLASSES for id_ in names
    ):
        raise ImportedDetectionsError(
            f"{path} holds no names by class id",
            mend="add them as `names: [person, car]`, or remove the file",
        )
    return tuple(str(names.get(i, f"class {i}")) for i in range(max(names, default=-1) + 1))


def _yaml(text: str, path: Path) -> Any:
    import yaml  # type: ignore[import-untyped]

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"Line {mark.line + 1} of {path}" if mark else str(path)
        raise ImportedDetectionsError(
            f"{line} is not YAML", mend="correct it or remove the file"
        ) from error
