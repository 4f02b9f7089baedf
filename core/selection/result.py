"""The files that say which frames were chosen and why, for people, spreadsheets and programs."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.selection.naming import named_frame
from core.selection.pool import Picks, Pool
from core.selection.request import SelectRequest

JSON_FILE, CSV_FILE, TEXT_FILE = "selection.json", "selection.csv", "selection.txt"

_PACKAGES = "flickerscope", "lightly-mundig", "numpy"
_FORMULA = "=", "+", "-", "@", "\t", "\r"


@dataclass(frozen=True, eq=False)
class Selected:
    """A choice, and all that is needed to say what it is."""

    pool: Pool
    """With the time of each frame."""
    picks: Picks
    request: SelectRequest


def write_selection(selected: Selected, folder: Path) -> None:
    """Write `selection.json`, `selection.csv` and `selection.txt`, frames in order of choice.

    The same choice gives the same files.

    Raises:
        OSError: The folder cannot be written.
    """
    rows = list(_rows(selected))
    text = json.dumps(_described(selected) | {"frames": rows}, indent=1, ensure_ascii=False)
    _write(folder / JSON_FILE, f"{text}\n")
    _write(folder / TEXT_FILE, "".join(f"{row['file_name']}\n" for row in rows))
    with (folder / CSV_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_table(selected, rows))


def versions() -> dict[str, str]:
    """What the choice was made with."""
    return {name: version(name) for name in _PACKAGES}


def means(pool: Pool, picks: Picks) -> dict[str, dict[str, float | None]]:
    """By column: the mean over all frames and over the chosen ones; None where no value is."""
    return {
        name: {"all": _mean(column), "chosen": _mean(column[picks.rows])}
        for name, column in pool.columns.items()
    }


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _described(selected: Selected) -> dict[str, Any]:
    pool, picks = selected.pool, selected.picks
    return {
        "versions": versions(),
        "request": selected.request.to_json(),
        "videos": [
            {
                "name": video.name,
                "project": video.project.name,
                "frame_count": video.frame_count,
                "rate": video.rate,
                "run": video.run,
                "model": video.model,
            }
            for video in pool.videos
        ],
        "candidates": picks.candidates,
        "included": picks.included,
        "stopped": picks.stopped,
        "notes": list(picks.notes),
        "means": means(pool, picks),
    }


def _rows(selected: Selected) -> Iterator[dict[str, Any]]:
    pool, picks = selected.pool, selected.picks
    for order, row in enumerate(picks.rows.tolist()):
        where = pool.where(row)
        video = pool.videos[where.video]
        yield {
            "order": order + 1,
            "video": video.name,
            "frame": where.frame,
            "file_name": named_frame(video.name, video.path, where.frame, video.frame_count),
            "timestamp": round(float(pool.seconds[row]), 6),
            "reasons": [
                {
                    "strategy": reason.title,
                    "strength": reason.strength,
                    "value": _number(reason.value[order]),
                    "share": _number(reason.share[order]),
                }
                for reason in picks.reasons
            ],
        }


def _table(selected: Selected, rows: Sequence[dict[str, Any]]) -> Iterator[list[object]]:
    named = ("order", "video", "frame", "file_name", "timestamp")
    titles = [reason.title for reason in selected.picks.reasons]
    yield [*named, *(plain(head) for title in titles for head in (title, f"{title}, share"))]
    for row in rows:
        cells = (row[name] for name in named)
        reasons = ((reason["value"], reason["share"]) for reason in row["reasons"])
        yield [
            *(plain(cell) if isinstance(cell, str) else cell for cell in cells),
            *(value for pair in reasons for value in pair),
        ]


def _number(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None


def _mean(column: NDArray[np.float64]) -> float | None:
    known = column[np.isfinite(column)]
    return round(float(known.mean()), 6) if len(known) else None


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
