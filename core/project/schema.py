"""The project database: its tables, and the steps from one version to the next."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import ProjectError
from core.paths import DATABASE as DATABASE

_STEPS = (
    """
    CREATE TABLE video (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        digest TEXT NOT NULL,
        frame_count INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL
    );
    CREATE TABLE run (
        id TEXT PRIMARY KEY,
        video INTEGER NOT NULL REFERENCES video (id),
        created TEXT NOT NULL,
        config TEXT NOT NULL,
        info TEXT NOT NULL
    );
    CREATE TABLE decision (
        video INTEGER NOT NULL REFERENCES video (id),
        key TEXT NOT NULL,
        frame INTEGER NOT NULL,
        x0 INTEGER NOT NULL, y0 INTEGER NOT NULL, x1 INTEGER NOT NULL, y1 INTEGER NOT NULL,
        class_name TEXT NOT NULL,
        plausibility REAL NOT NULL,
        assertion TEXT NOT NULL,
        verdict TEXT NOT NULL,
        decided TEXT NOT NULL,
        PRIMARY KEY (video, key)
    );
    """,
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
    """
    ALTER TABLE decision ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE decision ADD COLUMN correction TEXT;
    CREATE TABLE history (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        text TEXT NOT NULL,
        done TEXT NOT NULL,
        inverse TEXT NOT NULL,
        undone INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX history_undone ON history (undone, id);
    """,
)

VERSION = len(_STEPS)
"""The schema that this program writes."""


def connect(folder: Path) -> sqlite3.Connection:
    """Open the database of a project folder, brought to this program's schema.

    Before a database is changed to a newer schema, it is copied to `project.sqlite.version-N`.

    Raises:
        ProjectError: The database is damaged, cannot be written, or is of a newer program.
    """
    path = folder / DATABASE
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            connection.close()
            raise ProjectError(
                f"The project {folder.name} has schema {found}, this program knows up to {VERSION}",
                mend="update Flickerscope to open it; the project was not touched",
            )
        # WAL with full synchronisation: a decision that was shown as made survives a power cut.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if 0 < found < VERSION:
            _back_up(connection, path.with_name(f"{DATABASE}.version-{found}"))
        for step in range(found, VERSION):
            connection.executescript(
                f"BEGIN; {_STEPS[step]} PRAGMA user_version = {step + 1}; COMMIT;"
            )
    except sqlite3.Error as error:
        raise ProjectError(
            f"The project database {path} cannot be used ({error})",
            mend="check that the folder is writable, or restore it from a backup",
        ) from error
    return connection


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    # Through SQLite, since the newest decisions may still be in its log beside the file.
    with closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)
