"""Copies of videos, piece by piece, so that progress can be told and one can stop."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from core.errors import ExportError

_PIECE = 1 << 20
"""Bytes."""


def copy_videos(videos: Iterable[Path], folder: Path) -> Iterator[int]:
    """Copy videos into a folder, which is made for the first one; the bytes of each piece.

    Raises:
        ExportError: A video cannot be read.
        OSError: The folder cannot be written.
    """
    for video in videos:
        folder.mkdir(exist_ok=True)
        with (folder / video.name).open("wb") as copy:
            for piece in _read(video):
                copy.write(piece)
                yield len(piece)


def count_pieces(video: Path) -> int:
    """In how many pieces `copy_videos` copies a video.

    Raises:
        ExportError: It cannot be read.
    """
    try:
        return -(-video.stat().st_size // _PIECE)
    except OSError as error:
        raise _unreadable(video, error) from error


def _read(video: Path) -> Iterator[bytes]:
    try:
        with video.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise _unreadable(video, error) from error


def _unreadable(video: Path, error: OSError) -> ExportError:
    return ExportError(
        f"The video {video} cannot be read ({error.strerror or error})",
        mend="put it back, or tell where it is now (flickerscope relocate PROJECT VIDEO)",
    )
