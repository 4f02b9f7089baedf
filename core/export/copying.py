"""A whole video copied into an export, resumable."""

from collections.abc import Callable
from pathlib import Path

CHUNK = 1 << 20
"""Bytes that are copied at a time."""


def copying_of(target: Path) -> Path:
    """What a copy is called until it is whole."""
    return target.with_name(f".{target.name}.copying")


def copy_video(source: Path, target: Path, on_chunk: Callable[[], None]) -> None:
    """Copy a file; goes on where an earlier attempt ended.

    Args:
        source: Unchanged since the earlier attempt.
        target: In a folder that is there; it appears when it is whole.
        on_chunk: Called for each `CHUNK` bytes, those of an earlier attempt included; may raise
            `Cancelled`.

    Raises:
        OSError: It cannot be read or written; what is copied stays.
    """
    growing = copying_of(target)
    with source.open("rb") as read, growing.open("ab") as written:
        # A disk that was full may have taken part of a chunk.
        done = written.tell() // CHUNK
        written.truncate(done * CHUNK)
        read.seek(done * CHUNK)
        for _ in range(done):
            on_chunk()
        while chunk := read.read(CHUNK):
            written.write(chunk)
            on_chunk()
    growing.replace(target)
