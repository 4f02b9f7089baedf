"""A disk that takes no more."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.project.schema import DATABASE


@contextmanager
def refusing_writes(folder: Path, table: str = "decision") -> Iterator[None]:
    """A project whose database refuses every change of a table, as a full disk would."""
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        for event in ("INSERT", "UPDATE", "DELETE"):
            other.execute(
                f"CREATE TRIGGER refuse_{event} BEFORE {event} ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'no room left'); END"
            )
        try:
            yield
        finally:
            for event in ("INSERT", "UPDATE", "DELETE"):
                other.execute(f"DROP TRIGGER refuse_{event}")
