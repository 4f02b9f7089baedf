"""A folder made into one zip file, so that both together never take much more than one of them.

Files are packed in batches and deleted after each. A zip ends with the list of its files, which the
next batch overwrites; so that list is kept beside it, and a torn batch is taken back with it.
"""

import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

PACKED, LIST = ".packed.zip", ".packed.list"
"""The zip while it grows, and its length and end before the batch that is being packed."""
_NEXT_LIST = f"{LIST}.new"
_BATCH = 256
"""Files."""
_PACKED_ALREADY = frozenset({".png", ".jpg", ".jpeg", ".mp4", ".mov", ".mkv", ".avi", ".webm"})


def is_being_packed(folder: Path) -> bool:
    """Whether `pack` has begun, so that all of its files had been made."""
    return (folder / PACKED).exists()


def pack(folder: Path, leave: frozenset[str], on_file: Callable[[], None]) -> Path:
    """Move all files of a folder into a zip in it; goes on where an earlier attempt ended.

    Args:
        folder: Its files vanish.
        leave: Names in it that are not packed.
        on_file: Called after each file; may raise `Cancelled`.

    Returns:
        The zip.

    Raises:
        OSError: It cannot be written; doing it again goes on.
    """
    packed = folder / PACKED
    if not packed.exists() or not packed.stat().st_size:
        ZipFile(packed, "w").close()
    _take_back(folder)
    with ZipFile(packed) as file:
        for name in file.namelist():
            (folder / name).unlink(missing_ok=True)
    left = leave | {PACKED, LIST, _NEXT_LIST}
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in left)
    for batch in _batches(files):
        _keep_list(folder)
        with ZipFile(packed, "a") as file:
            for path in batch:
                method = ZIP_STORED if path.suffix.lower() in _PACKED_ALREADY else ZIP_DEFLATED
                file.write(path, path.relative_to(folder).as_posix(), method)
                on_file()
        (folder / LIST).unlink()
        for path in batch:
            path.unlink()
    return packed


def _batches(files: list[Path]) -> Iterator[list[Path]]:
    rest = iter(files)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _keep_list(folder: Path) -> None:
    with ZipFile(folder / PACKED) as file:
        start = file.start_dir
    with (folder / PACKED).open("rb") as content:
        content.seek(start)
        found = {"start": start, "end": content.read().hex()}
    temporary = folder / _NEXT_LIST
    temporary.write_text(json.dumps(found), encoding="utf-8")
    temporary.replace(folder / LIST)


def _take_back(folder: Path) -> None:
    """Undo a batch that was not finished; its files are still there."""
    if not (folder / LIST).exists():
        return
    found = json.loads((folder / LIST).read_text(encoding="utf-8"))
    with (folder / PACKED).open("r+b") as file:
        file.truncate(found["start"])
        file.seek(0, os.SEEK_END)
        file.write(bytes.fromhex(found["end"]))
    (folder / LIST).unlink()
