"""What a person decided, step by step, on disk: undo and redo without limit, across restarts."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.assertions.imputed import ImputedBox
from core.errors import ProjectError
from core.prelabels import Correction, Decision, Verdict
from core.project.changes import SetDecisions


def record(connection: sqlite3.Connection, done: SetDecisions, inverse: SetDecisions) -> None:
    """Note a step that was made; what was undone before it cannot be redone any more."""
    connection.execute("DELETE FROM history WHERE undone = 1")
    connection.execute(
        "INSERT INTO history (text, done, inverse) VALUES (?, ?, ?)",
        (done.text, _to_json(done), _to_json(inverse)),
    )


def to_undo(connection: sqlite3.Connection) -> tuple[int, SetDecisions] | None:
    """Number of the last step that is not undone, and what undoes it.

    Raises:
        ProjectError: The history is damaged.
    """
    return _step(connection, "inverse", "undone = 0 ORDER BY id DESC")


def to_redo(connection: sqlite3.Connection) -> tuple[int, SetDecisions] | None:
    """Number of the step that was undone last, and what does it again; raises as `to_undo`."""
    return _step(connection, "done", "undone = 1 ORDER BY id")


def mark(connection: sqlite3.Connection, step: int, *, undone: bool) -> None:
    """Note that a step is undone, or done again."""
    connection.execute("UPDATE history SET undone = ? WHERE id = ?", (undone, step))


def texts(connection: sqlite3.Connection) -> tuple[str | None, str | None]:
    """What can be undone and what can be redone, in words; None for nothing."""
    rows = (
        connection.execute("SELECT text FROM history WHERE undone = 0 ORDER BY id DESC LIMIT 1"),
        connection.execute("SELECT text FROM history WHERE undone = 1 ORDER BY id LIMIT 1"),
    )
    undo, redo = (found.fetchone() for found in rows)
    return undo[0] if undo else None, redo[0] if redo else None


def _step(
    connection: sqlite3.Connection, column: str, which: str
) -> tuple[int, SetDecisions] | None:
    try:
        row = connection.execute(
            f"SELECT id, {column}, text FROM history WHERE {which} LIMIT 1"  # noqa: S608
        ).fetchone()
        return (row[0], _from_json(row[1], row[2])) if row else None
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise ProjectError(
            f"The history of decisions is damaged ({error})",
            mend="go on without undo, or restore the project from a backup",
        ) from error


def _to_json(change: SetDecisions) -> str:
    made = [
        {
            "box": _box_to_json(decision.box),
            "verdict": decision.verdict.value,
            "correction": asdict(decision.correction) if decision.correction else None,
        }
        for decision in change.made
    ]
    return json.dumps({"made": made, "unmade": [_box_to_json(box) for box in change.unmade]})


def _from_json(text: str, said: str) -> SetDecisions:
    saved = json.loads(text)
    made = (
        Decision(
            _box_from_json(one["box"]), Verdict(one["verdict"]), _correction(one["correction"])
        )
        for one in saved["made"]
    )
    return SetDecisions(tuple(made), tuple(map(_box_from_json, saved["unmade"])), said)


def _box_to_json(box: ImputedBox) -> dict[str, Any]:
    return {name: value for name, value in vars(box).items() if name != "evidence"}


def _box_from_json(saved: Mapping[str, Any]) -> ImputedBox:
    return ImputedBox(**{**saved, "xyxy": tuple(saved["xyxy"])})


def _correction(saved: Mapping[str, Any] | None) -> Correction | None:
    return Correction(tuple(saved["xyxy"]), saved["class_name"]) if saved else None
