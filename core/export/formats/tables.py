"""Everything as tables, in CSV or Parquet: a row for each box, and a row for each frame."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.export.base import Format, Labeled, LabeledFrame
from core.prelabels import Prelabel

Value = str | int | float | bool | None
Row = tuple[Value, ...]

_OF_FRAME: Mapping[str, type] = {
    "file": str,
    "video": str,
    "video_file": str,
    "frame": int,
    "seconds": float,
    "number": int,
    "split": str,
    "context": bool,
    "model": str,
    "run": str,
}
"""Columns of both tables."""
_SIZE: Mapping[str, type] = {"width": int, "height": int, "boxes": int}
_OF_BOX: Mapping[str, type] = {
    "x0": float,
    "y0": float,
    "x1": float,
    "y1": float,
    "class": str,
    "score": float,
    "source": str,
    "track": int,
    "kind": str,
    "key": str,
}
"""Edges are px of the upright picture, origin top left; a box of no track has none."""
_STRETCH = 1 << 14
"""Rows that become columns at a time."""


@dataclass(frozen=True)
class _Table:
    name: str
    """Of the file, without suffix."""
    columns: Mapping[str, type]
    rows: Callable[[Labeled], Iterator[Row]]


def write_csv(folder: Path, labeled: Labeled) -> None:
    """Write `boxes.csv` and `frames.csv`; see `core.export.base.FormatWriter`."""
    for table in _TABLES:
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows(table.rows(labeled))


def write_parquet(folder: Path, labeled: Labeled) -> None:
    """Write `boxes.parquet` and `frames.parquet`; see `core.export.base.FormatWriter`."""
    import polars  # Few exports want it, and all would wait for it.

    for table in _TABLES:
        rows = table.rows(labeled)
        parts = [polars.DataFrame(schema=table.columns)]
        while stretch := list(islice(rows, _STRETCH)):
            parts.append(polars.DataFrame(stretch, schema=table.columns, orient="row"))
        polars.concat(parts).write_parquet(folder / f"{table.name}.parquet")


def _frame_rows(labeled: Labeled) -> Iterator[Row]:
    for frame in labeled.frames:
        video = labeled.videos[frame.video]
        yield (*_of_frame(labeled, frame), video.width, video.height, len(frame.prelabels))


def _box_rows(labeled: Labeled) -> Iterator[Row]:
    for frame in labeled.frames:
        about_frame = _of_frame(labeled, frame)
        for box in frame.prelabels:
            yield about_frame + _of_box(box)


def _of_frame(labeled: Labeled, frame: LabeledFrame) -> Row:
    video = labeled.videos[frame.video]
    return (
        frame.path, video.name, video.path.name, frame.frame, round(labeled.seconds(frame), 6),
        frame.number, frame.split, frame.context, video.model, video.run,
    )  # fmt: skip


def _of_box(box: Prelabel) -> Row:
    track = box.track if box.track >= 0 else None
    return (
        *box.xyxy, box.class_name, box.score, box.source.value, track, box.kind, box.key
    )  # fmt: skip


_TABLES = (
    _Table("boxes", {**_OF_FRAME, **_OF_BOX}, _box_rows),
    _Table("frames", {**_OF_FRAME, **_SIZE}, _frame_rows),
)

CSV = Format(
    "csv",
    "CSV",
    write_csv,
    ("none", "frames", "video"),
    about="Two tables of everything, `boxes.csv` and `frames.csv`, for spreadsheets and scripts.",
)
PARQUET = Format(
    "parquet",
    "Parquet",
    write_parquet,
    ("none", "frames", "video"),
    about="The same tables with types, small and fast, for pandas, polars, DuckDB and Spark.",
)
