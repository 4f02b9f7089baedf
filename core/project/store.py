"""Rows of the project database: what is read when a project is opened, and how it is written."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.assertions.imputed import ImputedBox
from core.detectors.base import DetectorConfig, DetectorInfo, Sampling
from core.errors import ProjectError
from core.prelabels import Correction, Decision, Verdict
from core.project.records import Run, VideoRecord


@contextmanager
def transaction(connection: sqlite3.Connection, folder: Path) -> Iterator[None]:
    """All of what the block writes, or nothing of it.

    Raises:
        ProjectError: It could not be written.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise ProjectError(
            f"The project {folder} could not be written ({error})",
            mend="free some disk space or make the folder writable, then try again",
        ) from error


def read_video(connection: sqlite3.Connection, folder: Path) -> VideoRecord:
    """The video that the project is about.

    Raises:
        ProjectError: There is none.
    """
    row = connection.execute(
        "SELECT path, size, digest, frame_count, width, height FROM video WHERE id = 1"
    ).fetchone()
    if row is None:
        raise ProjectError(
            f"The project {folder.name} names no video", mend="delete it and open the video"
        )
    return VideoRecord(Path(row[0]), *row[1:])


def read_runs(connection: sqlite3.Connection) -> Iterator[Run]:
    """Every run, oldest first."""
    for id_, created, config, info in connection.execute(
        "SELECT id, created, config, info FROM run WHERE video = 1 ORDER BY rowid"
    ):
        settings, known = json.loads(config), json.loads(info)
        if settings["classes"] is not None:
            settings["classes"] = tuple(settings["classes"])
        if "sampling" in settings:  # not in runs of earlier versions
            settings["sampling"] = Sampling(**settings["sampling"])
        known["class_names"] = tuple(known["class_names"])
        yield Run(id_, created, DetectorConfig(**settings), DetectorInfo(**known))


def read_setting(connection: sqlite3.Connection, name: str) -> str | None:
    """One of the project's settings, or None."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def write_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Note one of the project's settings."""
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def read_decisions(connection: sqlite3.Connection) -> Iterator[tuple[str, Decision]]:
    """Decisions by the key of their box, in the order in which they were made."""
    for row in connection.execute(
        "SELECT key, frame, x0, y0, x1, y1, class_name, plausibility, assertion, doubted, verdict,"
        " correction FROM decision WHERE video = 1 ORDER BY rowid"
    ):
        key, frame, x0, y0, x1, y1, class_name, plausibility, assertion, doubted, *decided = row
        xyxy = (x0, y0, x1, y1)
        box = ImputedBox(frame, xyxy, class_name, plausibility, assertion, bool(doubted))
        verdict, corrected = decided
        correction = None
        if corrected is not None:
            *corners, name = json.loads(corrected)
            correction = Correction(tuple(corners), name)
        yield key, Decision(box, Verdict(verdict), correction)


def write_decision(connection: sqlite3.Connection, decision: Decision) -> None:
    """Note a decision, in the place of an earlier one about the same box."""
    box, corrected = decision.box, decision.correction
    connection.execute(
        "INSERT OR REPLACE INTO decision VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            box.key,
            box.frame,
            *box.xyxy,
            box.class_name,
            box.plausibility,
            box.assertion,
            decision.verdict.value,
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            box.doubted,
            json.dumps([*corrected.xyxy, corrected.class_name]) if corrected else None,
        ),
    )


def delete_decision(connection: sqlite3.Connection, box: ImputedBox) -> None:
    """Forget what was decided about a box."""
    connection.execute("DELETE FROM decision WHERE video = 1 AND key = ?", (box.key,))
