"""What the files of Lightly's layout may hold: each check gives the problems that it finds."""

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.lightly.names import FLICKERING, TASK_TYPE

_SLACK = 0.01
"""Pixels that a box may reach beyond the picture, as rounded numbers do."""
_MOST_SHOWN = 60
_METADATA_TYPE = "frame"


class UnreadableError(Exception):
    """A file that holds no JSON; says why."""


@dataclass(frozen=True)
class Expected:
    """What a file must say of its frame."""

    file_name: str
    width: int
    """Of the picture, px."""
    height: int


def read_json(path: Path) -> Any:
    """What a file holds.

    Raises:
        UnreadableError: It cannot be read.
    """
    try:
        return json.loads(path.read_bytes().decode())
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise UnreadableError("cannot be read (it is not UTF-8)") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not JSON (line {error.lineno}: {error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError("is no JSON of this kind") from error


def task_list_problems(document: Any) -> Iterator[str]:
    """Of `tasks.json`."""
    if not isinstance(document, list) or not document:
        yield f"holds {shown(document)}, not a list of tasks"
        return
    for name in document:
        if not isinstance(name, str) or name in ("", ".", "..") or set(name) & set("/\\"):
            yield f"holds {shown(name)}, which cannot be the name of a task"
        elif document.count(name) > 1:
            yield f"names the task {shown(name)} {document.count(name)} times"


def schema_problems(document: Any) -> Iterator[str]:
    """Of a task's `schema.json`."""
    if not isinstance(document, dict):
        yield f"holds {shown(document)}, not an object with task_type and categories"
        return
    if document.get("task_type") != TASK_TYPE:
        yield f"has task_type {shown(document.get('task_type'))}, not {TASK_TYPE!r}"
    categories = document.get("categories")
    if not isinstance(categories, list):
        yield f"has categories {shown(categories)}, not a list"
        return
    ids: set[int] = set()
    for number, category in enumerate(categories, start=1):
        id_, name = _of(category, "id"), _of(category, "name")
        if type(id_) is not int:
            yield f"category {number} has id {shown(id_)}, no whole number"
        elif id_ in ids:
            yield f"category {number} has id {id_}, which another category has, too"
        else:
            ids.add(id_)
        if not isinstance(name, str) or not name:
            yield f"category {number} has name {shown(name)}, no text"


def category_ids(document: Any) -> frozenset[int]:
    """The category ids of a task's schema, as far as it has some."""
    categories = _of(document, "categories")
    found = [_of(each, "id") for each in categories] if isinstance(categories, list) else []
    return frozenset(id_ for id_ in found if type(id_) is int)


def prediction_problems(
    categories: Collection[int], expected: Expected, document: Any
) -> Iterator[str]:
    """Of a frame's predictions, whose categories have these ids."""
    if not isinstance(document, dict):
        yield f"holds {shown(document)}, not an object with file_name and predictions"
        return
    yield from _file_name_problems(document, expected)
    predictions = document.get("predictions")
    if not isinstance(predictions, list):
        yield f"has predictions {shown(predictions)}, not a list"
        return
    for number, prediction in enumerate(predictions, start=1):
        for problem in _box_problems(prediction, expected, categories):
            yield f"prediction {number} {problem}"


def metadata_schema_problems(document: Any) -> Iterator[str]:
    """Of the metadata's `schema.json`."""
    if not isinstance(document, list):
        yield f"holds {shown(document)}, not a list"
        return
    for number, entry in enumerate(document, start=1):
        for key in ("name", "path"):
            if not isinstance(_of(entry, key), str) or not _of(entry, key):
                yield f"entry {number} has {key} {shown(_of(entry, key))}, no text"
        kind = _of(entry, "valueDataType")
        if not isinstance(kind, str) or kind not in _VALUE_TYPES:
            yield (
                f"entry {number} has valueDataType {shown(kind)}, none of {', '.join(_VALUE_TYPES)}"
            )
        elif not _VALUE_TYPES[kind](_of(entry, "defaultValue")):
            yield f"entry {number} has defaultValue {shown(_of(entry, 'defaultValue'))}, no {kind}"
    if not any(_of(entry, "path") == FLICKERING for entry in document):
        yield f"has no entry with the path {FLICKERING!r}"


def value_types(document: Any) -> Mapping[str, str]:
    """Type by path of the metadata's schema, as far as it has some."""
    entries = document if isinstance(document, list) else []
    found = ((_of(entry, "path"), _of(entry, "valueDataType")) for entry in entries)
    return {
        path: kind
        for path, kind in found
        if isinstance(path, str) and isinstance(kind, str) and kind in _VALUE_TYPES
    }


def metadata_problems(types: Mapping[str, str], expected: Expected, document: Any) -> Iterator[str]:
    """Of a frame's metadata, with the type of value at each path."""
    if not isinstance(document, dict):
        yield f"holds {shown(document)}, not an object with file_name, type and metadata"
        return
    yield from _file_name_problems(document, expected)
    if document.get("type") != _METADATA_TYPE:
        yield f"has type {shown(document.get('type'))}, not {_METADATA_TYPE!r}"
    for path, kind in types.items():
        value = document.get("metadata")
        for key in path.split("."):
            value = _of(value, key)
        if value is None:
            yield f"has no value of {path!r}"
        elif not _VALUE_TYPES[kind](value):
            yield f"has {shown(value)} as {path!r}, no {kind}"


def shown(value: Any) -> str:
    """A value of a file, cut where it is long."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _file_name_problems(document: Mapping[str, Any], expected: Expected) -> Iterator[str]:
    name = document.get("file_name")
    if name != expected.file_name:
        yield f"has file_name {shown(name)}, not {expected.file_name!r}"


def _box_problems(
    prediction: Any, expected: Expected, categories: Collection[int]
) -> Iterator[str]:
    id_, bbox, score = (_of(prediction, key) for key in ("category_id", "bbox", "score"))
    if type(id_) is not int or id_ not in categories:
        yield f"has category_id {shown(id_)}, which schema.json does not have"
    if not _is_number(score) or not 0 <= score <= 1:
        yield f"has score {shown(score)}, not a number within 0..1"
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(map(_is_number, bbox)):
        yield f"has bbox {shown(bbox)}, not [x, y, width, height] in px"
        return
    x, y, width, height = bbox
    if x < 0 or y < 0:
        yield f"has bbox {shown(bbox)}, whose x or y is less than 0"
    if width < 1 or height < 1:
        yield f"has bbox {shown(bbox)}, whose width or height is less than 1"
    if x + width > expected.width + _SLACK or y + height > expected.height + _SLACK:
        yield (
            f"has bbox {shown(bbox)}, which reaches beyond the picture of "
            f"{expected.width} × {expected.height} px"
        )


def _of(value: Any, key: str) -> Any:
    """An entry of an object; None where there is none."""
    return value.get(key) if isinstance(value, dict) else None


def _is_number(value: Any) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


_VALUE_TYPES: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "NUMERIC_INT": _is_whole,
        "NUMERIC_FLOAT": _is_number,
        "CATEGORICAL_STRING": _is_text,
        "CATEGORICAL_INT": _is_whole,
        "CATEGORICAL_BOOLEAN": _is_truth,
        "CATEGORICAL_DATETIME": _is_text,
        "CATEGORICAL_TIMESTAMP": _is_number,
        "OTHER_STRING": _is_text,
    }
)
"""What each type of Lightly's metadata takes."""
