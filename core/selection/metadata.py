"""A person's own numbers of frames, from a CSV or JSON file."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import SelectionError
from core.selection.frame_lists import listed
from core.selection.naming import FrameNames
from core.selection.pool import Pool
from core.selection.request import FrameId

_FRAME, _NAME, _VIDEO = "frame", "file_name", "video"
_KEYS = {_FRAME, _NAME, _VIDEO}

Record = Mapping[str, Any]


def with_metadata(pool: Pool, path: Path) -> Pool:
    """The pool with a column for each key of the file that holds numbers.

    Each row of the file is about one frame: `frame` is its index, or `file_name` its name as
    `core.lightly.names` writes it; `video` is the file name of its video, needed beside `frame`
    where there are several. Every other key that holds numbers becomes a column; keys that hold
    texts only are passed over. What is empty, or no finite number, is unknown, as are frames
    without a row.

    Args:
        pool: The candidates.
        path: A CSV file with a head line, or a JSON list of objects.

    Raises:
        SelectionError: The file cannot be read or used.
    """
    rows: dict[FrameId, Record] = {}
    known = _Known(pool)
    for place, record in _records(path):
        where = known.frame_of(record, place)
        if where in rows:
            raise _refused(f"{place} is about a frame that an earlier one is about", "name it once")
        rows[where] = record
    keys = dict.fromkeys(key for record in rows.values() for key in record if key not in _KEYS)
    at = {where: row for where in rows if (row := pool.row(where)) is not None}
    columns = {}
    for key in keys:
        values = {where: _number(record.get(key)) for where, record in rows.items()}
        if all(value is None or math.isnan(value) for value in values.values()):
            continue
        bad = next((where for where, value in values.items() if value is None), None)
        if bad is not None:
            raise _refused(
                f"“{rows[bad][key]}” in the column “{key}” of {path.name} is not a number",
                "write a number, or leave it empty",
            )
        if key in pool.columns:
            raise _refused(f"There is a column “{key}” already", f"rename the one in {path.name}")
        column = np.full(len(pool), np.nan)
        for where, row in at.items():
            column[row] = values[where]
        columns[key] = column
    if not columns:
        raise _refused(f"{path.name} has no numbers", "add a column of numbers beside the frames")
    return replace(pool, columns={**pool.columns, **columns})


def _records(path: Path) -> Iterator[tuple[str, Record]]:
    """Each row of the file, and what people call it."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(f"{path} cannot be read ({error})", "choose a text file") from error
    if path.suffix.lower() == ".json":
        for number, record in enumerate(_parsed(path, text), 1):
            if not isinstance(record, dict):
                raise _refused(f"Entry {number} of {path.name} is no object", _FORM)
            yield f"Entry {number} of {path.name}", record
        return
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for record in lines:
        place = f"Line {lines.line_num} of {path.name}"
        if None in record:
            raise _refused(f"{place} has more values than the head line", "correct it")
        yield place, record


_FORM = "make it a CSV file with a head line, or a JSON list of objects"


def _parsed(path: Path, text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise _refused(f"{path.name} is not valid JSON ({error})", _FORM) from error
    if not isinstance(found, list):
        raise _refused(f"{path.name} is no list", _FORM)
    return found


class _Known:
    """Videos and frames by the names that a file may have for them."""

    def __init__(self, pool: Pool) -> None:
        self._videos = pool.videos
        self._numbers = {video.name: number for number, video in enumerate(pool.videos)}
        self._frames = FrameNames([(video.path, video.frame_count) for video in pool.videos])

    def frame_of(self, record: Record, place: str) -> FrameId:
        if record.get(_NAME):
            return self._of_name(str(record[_NAME]), place)
        number = _number(record.get(_FRAME))
        if number is None or not number.is_integer():
            raise _refused(
                f"{place} does not say which frame it is about",
                f"add a column “{_FRAME}” with frame indexes, or “{_NAME}”",
            )
        at, frame = self._video_of(record, place), int(number)
        video = self._videos[at]
        if not 0 <= frame < video.frame_count:
            raise _refused(
                f"{place} is about frame {frame:,}, but {video.name} has {video.frame_count:,} "
                "frames",
                "count frames from 0",
            )
        return FrameId(at, frame)

    def _video_of(self, record: Record, place: str) -> int:
        name = record.get(_VIDEO)
        if not name:
            if len(self._videos) > 1:
                raise _refused(f"{place} does not say of which video", f"add a column “{_VIDEO}”")
            return 0
        if name not in self._numbers:
            raise _refused(
                f"{place} is about {name}, which is none of the videos",
                f"name one of {listed(list(self._numbers))}",
            )
        return self._numbers[name]

    def _of_name(self, name: str, place: str) -> FrameId:
        found = self._frames.find(name)
        if len(found) == 1:
            return found[0]
        if found:
            meant = listed([self._videos[each.video].name for each in found])
            raise _refused(
                f"{place} is about {name}, which may be a frame of {meant}",
                "write the folder of the video before it",
            )
        raise _refused(
            f"{place} is about {name}, which is no frame of these videos",
            "name frames as Lightly does, such as clip-042-mp4.png",
        )


def _number(value: object) -> float | None:
    """The number; NaN for what is unknown, None for what is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return math.nan
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else math.nan


def _refused(problem: str, mend: str) -> SelectionError:
    return SelectionError(problem, mend=mend)
