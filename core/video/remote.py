"""Videos that lie elsewhere and are read piece by piece, as if they were files of this computer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from core.video.identity import FileIdentity

_lock = threading.Lock()
_standing_in: dict[Path, "RemoteFile"] = {}


class RemoteFile(Protocol):
    """A file that is elsewhere and does not change."""

    @property
    def identity(self) -> "FileIdentity":
        """The same as of a copy on this computer."""
        ...

    def open(self) -> BinaryIO:
        """A new reader, buffered and able to seek; whatever it raises ends the reading.

        Raises:
            UserError: The file is out of reach.
        """
        ...


@contextmanager
def standing_in(file: RemoteFile, path: Path) -> Iterator[Path]:
    """A path at which this process reads the file as a video while the block lasts.

    All that reads videos takes a path, keeps it and passes it on, up to the project and the
    export; so it is the path that leads elsewhere, and not a second kind of source.

    Args:
        file: The video.
        path: Where it would be on this computer; nothing needs to be there.
    """
    place = path.resolve()
    with _lock:
        before = _standing_in.get(place)
        _standing_in[place] = file
    try:
        yield place
    finally:
        with _lock:
            if before is None:
                del _standing_in[place]
            else:
                _standing_in[place] = before


def remote_at(path: Path) -> RemoteFile | None:
    """What is read at a path, or None where the path means what it says."""
    return _standing_in.get(path.resolve()) if _standing_in else None
