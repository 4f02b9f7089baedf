"""Lightly's predictions: a JSON file a frame, counted from 0, and a schema with the categories.

`.lightly/predictions/TASK/<folder>/<video>-<n>-<ext>.json`; boxes are (x, y, width, height) in px.
Source: https://docs.lightly.ai/docs/prediction-format.
"""

from pathlib import Path, PurePosixPath
from typing import Any

from core.errors import ImportedDetectionsError
from core.importing.base import (
    BoxList,
    ForVideo,
    Imported,
    ImportOptions,
    decoded,
    fit,
    hash_of,
    read_bytes,
)
from core.importing.coco import add_box, as_object, category, parse_json, read_categories
from core.importing.frame_numbers import frames_of_names

_FIRST_FRAME = 0
_SCHEMA, _TASKS = "schema.json", "tasks.json"
_TASK_TYPE = "object-detection"
_MEND = "give the folder of a Lightly prediction task, which holds schema.json"


def read_lightly(path: Path, video: ForVideo, options: ImportOptions) -> Imported:
    """Read a task's folder, or a `predictions` or `.lightly` folder with a single task.

    Files of other videos are left out, frames without a file have no boxes.

    Raises:
        ImportedDetectionsError: There is not one task of object detection, no file is of the
            video, or a file cannot be read or holds something else; names file and entry.
    """
    task = _task_folder(path)
    schema = read_bytes(task / _SCHEMA, _MEND)
    class_of, names = _read_schema(_json(schema, task / _SCHEMA, _SCHEMA), task / _SCHEMA)
    files = sorted(
        file.relative_to(task).as_posix() for file in task.rglob("*.json") if file.name != _SCHEMA
    )
    if not files:
        raise ImportedDetectionsError(f"{task} holds no predictions", mend=_MEND)
    frames = frames_of_names(files, video, options, _FIRST_FRAME, files.__getitem__)
    found, read = BoxList(), [(_SCHEMA, schema)]
    for file, frame in zip(files, frames, strict=True):
        if frame is not None:
            data = read_bytes(task / file, _MEND)
            read.append((file, data))
            _read_frame(_json(data, task / file, file), file, frame, class_of, found)
    detections = fit(found.boxes(), video, options.min_score)
    return Imported(detections, names, "lightly", hash_of(read))


def _task_folder(path: Path) -> Path:
    if (path / _SCHEMA).is_file():
        return path
    places = (path, path / "predictions", path / ".lightly" / "predictions")
    folder = next((place for place in places if (place / _TASKS).is_file()), None)
    if folder is None:
        raise ImportedDetectionsError(f"{path} holds neither {_SCHEMA} nor {_TASKS}", mend=_MEND)
    tasks = _json(read_bytes(folder / _TASKS, _MEND), folder / _TASKS, _TASKS)
    if not isinstance(tasks, list) or not all(isinstance(task, str) for task in tasks):
        raise ImportedDetectionsError(f"{folder / _TASKS} holds no list of tasks", mend=_MEND)
    if len(tasks) != 1:
        raise ImportedDetectionsError(
            f"{folder / _TASKS} names {len(tasks)} tasks ({', '.join(tasks)})",
            mend="give the folder of one of them",
        )
    if not (folder / tasks[0] / _SCHEMA).is_file():
        raise ImportedDetectionsError(
            f"{folder / _TASKS} names the task {tasks[0]!r}, whose folder has no {_SCHEMA}",
            mend=_MEND,
        )
    return folder / str(tasks[0])


def _read_schema(document: Any, path: Path) -> tuple[dict[int, int], tuple[str, ...]]:
    schema = as_object(document, str(path))
    if schema.get("task_type") != _TASK_TYPE:
        raise ImportedDetectionsError(
            f"{path} has task_type {schema.get('task_type')!r}, not {_TASK_TYPE!r}",
            mend="give the folder of a task that detects objects",
        )
    return read_categories(schema.get("categories"), path.name)


def _read_frame(
    document: Any, file: str, frame: int, class_of: dict[int, int], found: BoxList
) -> None:
    entry = as_object(document, file)
    name, predictions = entry.get("file_name"), entry.get("predictions")
    if not isinstance(name, str) or PurePosixPath(name).stem != PurePosixPath(file).stem:
        raise ImportedDetectionsError(
            f"{file} has file_name {name!r}, which is another frame's",
            mend="rename the file, or export the predictions again",
        )
    if not isinstance(predictions, list):
        raise ImportedDetectionsError(f"{file} holds no list of predictions", mend=_MEND)
    for number, item in enumerate(predictions, start=1):
        where = f"Prediction {number} of {file}"
        prediction = as_object(item, where)
        class_id = category(prediction, class_of, where)
        add_box(found, where, frame, prediction, class_id)


def _json(data: bytes, path: Path, name: str) -> Any:
    return parse_json(decoded(data, path, _MEND), name, _MEND)
