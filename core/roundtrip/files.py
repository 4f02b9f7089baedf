"""The files of finished labels: a folder, a zip, or one file, read in the same way."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from core.errors import LabelsError

_MEND = "give the folder, zip or file that the annotation tool has exported"
_UNREADABLE = (OSError, BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
"""What `zipfile` raises for damaged, encrypted and oddly compressed members."""


@dataclass(frozen=True)
class LabelFiles:
    """Files by their names."""

    path: Path
    """What the person named."""
    names: tuple[str, ...]
    """Paths below it, with `/`, sorted."""
    content: Callable[[str], bytes]

    def read(self, name: str) -> bytes:
        """A file's content.

        Raises:
            LabelsError: It cannot be read.
        """
        try:
            return self.content(name)
        except _UNREADABLE as error:
            raise LabelsError(f"{name} in {self.path} cannot be read ({error})", mend=_MEND) from (
                error
            )

    def text(self, name: str) -> str:
        """The same as text, with or without a byte order mark.

        Raises:
            LabelsError: It cannot be read, or is not UTF-8.
        """
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise LabelsError(f"{name} in {self.path} is not text", mend=_MEND) from error

    def with_suffix(self, *suffixes: str) -> list[str]:
        """The names that end so; suffixes in lower case, with their dots."""
        return [name for name in self.names if PurePosixPath(name).suffix.lower() in suffixes]


@contextmanager
def opened(path: Path) -> Iterator[LabelFiles]:
    """The files in a folder or a zip, or the one file that `path` is.

    Raises:
        LabelsError: There is nothing, or the zip is damaged.
    """
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.is_file())
        names = _wanted(file.relative_to(path).as_posix() for file in found)
        yield LabelFiles(path, names, lambda name: (path / name).read_bytes())
    elif not path.is_file():
        raise LabelsError(f"{path} is not there", mend=_MEND)
    elif path.suffix.lower() == ".zip":
        with _zip(path) as archive:
            names = _wanted(name for name in archive.namelist() if not name.endswith("/"))
            yield LabelFiles(path, names, archive.read)
    else:
        yield LabelFiles(path, (path.name,), lambda name: path.read_bytes())


def _zip(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except _UNREADABLE as error:
        raise LabelsError(f"{path} cannot be read as a zip ({error})", mend=_MEND) from error


def _wanted(names: Iterator[str]) -> tuple[str, ...]:
    """Without what systems hide."""
    return tuple(
        sorted(
            name
            for name in names
            if not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
        )
    )
