"""Results in a folder that every worker sees."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock

from core.errors import BatchError
from core.paths import write_atomically

_WORK = ".work"
"""Below the place: what is in the making."""


class FolderPlace:
    """See `core.batch.place.Place`.

    Raises:
        BatchError: The folder cannot be made.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BatchError(
                f"The folder {root} cannot be made ({error.strerror or error})",
                mend="choose another one with --out",
            ) from error

    def read(self, name: str) -> bytes | None:
        """See `Place.read`."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """See `Place.write`."""
        write_atomically(self._new(name), lambda temporary: _fill(temporary, content))

    def write_once(self, name: str, content: bytes) -> bool:
        """See `Place.write_once`."""
        path = self._new(name)
        # No process id, which is the same on two computers now and then.
        temporary = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            _fill(temporary, content)
            os.link(temporary, path)  # unlike a rename, refuses to take the place of a file
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def names(self, below: str) -> list[str]:
        """See `Place.names`."""
        found = self._path(below).rglob("*")
        return sorted(path.relative_to(self.root).as_posix() for path in found if path.is_file())

    def remove(self, below: str) -> None:
        """See `Place.remove`."""
        path = self._path(below)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    @contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """See `Place.scratch`."""
        folder = self.root / _WORK / name
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock")):
            folder.mkdir(exist_ok=True)  # who had it before may have removed it
            yield folder
        with suppress(OSError):  # of an earlier attempt or not empty: it stays
            folder.rmdir()

    def put(self, file: Path, name: str) -> None:
        """See `Place.put`."""
        file.replace(self._new(name))

    def get(self, name: str, file: Path) -> bool:
        """See `Place.get`."""
        try:
            shutil.copyfile(self._path(name), file)
        except FileNotFoundError:
            return False
        return True

    def publish(self, folder: Path, name: str) -> None:
        """See `Place.publish`."""
        target = self._new(name)
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            shutil.rmtree(folder)

    def local(self, name: str) -> Path | None:
        """See `Place.local`."""
        return self._path(name)

    def _path(self, name: str) -> Path:
        return self.root / name

    def _new(self, name: str) -> Path:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _fill(path: Path, content: bytes) -> None:
    path.write_bytes(content)
