"""Small copies of frames for instant scrubbing.

A proxy is a folder with `pictures.mjpeg`, JPEG pictures one after the other (a raw MJPEG stream,
which every player plays), and `table`, which says where each frame's picture lies in it. It can be
read while it is written, also from another process, may have frames missing, and may be deleted at
any time.
"""

import json
import logging
import os
import re
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal

import av
import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from core.paths import ProxyPlace, write_text_atomically
from core.video.identity import FileIdentity
from core.video.picture import DecodedFrame, Picture, Size
from core.video.reader import VideoInfo

log = logging.getLogger(__name__)

LONG_SIDE = 640
"""Pixels of the longer side of a proxy picture."""
_QUALITY = 5
"""Quantiser of MJPEG, 2 (best) to 31."""
_VERSION = 1

_FACTS, _TABLE, _PICTURES, _LOCK = "proxy.json", "table", "pictures.mjpeg", "lock"
_NAME = re.compile(r"[0-9a-f]{16}--?[0-9a-f]+")
"""What `proxy_folder` gives."""
_ENTRY_BYTES = 2 * np.dtype(np.int64).itemsize
"""Of the table: where a frame's picture begins, and its size, 0 for none."""
_BINARY = getattr(os, "O_BINARY", 0)  # Windows alone has it
_LARGEST = 1 << 24
"""Bytes that no picture takes."""
_CHECK_ROOM_EVERY = 64 << 20
"""Bytes written between two looks at how much disk all proxies take."""


def proxy_folder(place: ProxyPlace, identity: FileIdentity) -> Path:
    """Where the proxy of a video lies; another content of the same file has another place."""
    return place.folder / f"{identity.digest[:16]}-{identity.mtime_ns:x}"


def proxy_size(size: Size) -> Size:
    """Size of the proxy pictures of a video; even, and never larger than a video of 2 pixels up."""
    scale = min(LONG_SIDE / max(size), 1.0)
    width, height = (max(min(round(side * scale / 2), side // 2), 1) * 2 for side in size)
    return width, height


class ProxyReader:
    """Proxy pictures by frame index. Not for several threads at once.

    Args:
        folder: See `proxy_folder`; it may not exist yet.
        frame_count: Frames of the video.
    """

    def __init__(self, folder: Path, frame_count: int) -> None:
        self._folder = folder
        self._frame_count = frame_count
        self._table: NDArray[np.int64] | None = None
        self._pictures: int | None = None
        self._decoder = av.VideoCodecContext.create("mjpeg", "r")
        # More threads would hold each picture back for the next one.
        self._decoder.thread_count = 1

    def holds(self, frame: int) -> bool:
        """Whether there is a picture of the frame."""
        return self._place(frame)[1] > 0

    @property
    def count(self) -> int:
        """Frames that have a picture."""
        table = self._open()
        return 0 if table is None else int(np.count_nonzero(table[:, 1]))

    def picture(self, frame: int) -> Picture | None:
        """The small picture of a frame, or None if there is none (yet, or any more)."""
        offset, size = self._place(frame)
        if not 0 < size < _LARGEST or self._pictures is None:
            return None
        try:
            os.lseek(self._pictures, offset, os.SEEK_SET)
            data = os.read(self._pictures, size)
            if len(data) < size:
                return None  # lost in a crash; nothing at all would end the decoder for good
            decoded = self._decoder.decode(av.Packet(data))
            return np.asarray(decoded[0].to_ndarray(format="bgr24"), np.uint8)
        except (OSError, av.FFmpegError, IndexError, ValueError) as error:
            log.info("no proxy picture of frame %d: %s", frame, error)
            return None

    def close(self) -> None:
        """Let go of the files."""
        self._table = None
        if self._pictures is not None:
            os.close(self._pictures)
            self._pictures = None

    def _place(self, frame: int) -> tuple[int, int]:
        table = self._open()
        if table is None:
            return 0, 0
        # In this order, as the writer sets them in the other one.
        size = int(table[frame, 1])
        return int(table[frame, 0]), size

    def _open(self) -> NDArray[np.int64] | None:
        """The table as it is now: a proxy may be deleted and made anew meanwhile."""
        if self._pictures is not None and _is_deleted(self._pictures):
            self.close()
        if self._table is None:
            try:
                self._pictures = os.open(self._folder / _PICTURES, os.O_RDONLY | _BINARY)
            except OSError:
                return None
            self._table = _map_table(self._folder, self._frame_count, "r")
            if self._table is None or _is_deleted(self._pictures):
                self.close()
        return self._table


class ProxyWriter:
    """Writes proxy pictures; a crash costs at most the picture that was being written.

    A full disk, or a limit that is reached, ends the writing and not the work around it.

    Args:
        folder: See `proxy_folder`.
        frame_count: Frames of the video.
        limit: Bytes that all proxies beside this one and this one may take together; the ones
            that were used least recently are deleted for it.
    """

    def __init__(self, folder: Path, frame_count: int, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = FileLock(folder / _LOCK)
        self._encoder: av.VideoCodecContext | None = None
        self._since_check = _CHECK_ROOM_EVERY
        self._table: NDArray[np.int64] | None = None
        self._pictures: BinaryIO | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            table = _new_table(folder, frame_count)
            self._pictures = (folder / _PICTURES).open("ab")
            _forget_lost(table, self._pictures.tell())
            self._table = table
        except Timeout:
            log.info("another process writes the proxy in %s", folder)
        except OSError:
            log.warning("no proxy can be written in %s", folder, exc_info=True)
            self.close()

    def __enter__(self) -> "ProxyWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def writing(self) -> bool:
        """Whether pictures are still taken."""
        return self._table is not None

    def holds(self, frame: int) -> bool:
        """Whether there is a picture of the frame."""
        return self._table is not None and bool(self._table[frame, 1])

    def add(self, frame: DecodedFrame) -> None:
        """Write the picture of a frame, unless there is one."""
        if self._table is None or self._pictures is None or self.holds(frame.index):
            return
        if _is_deleted(self._pictures.fileno()):
            log.info("the proxy in %s was deleted", self._folder)
            self.close()
            return
        try:
            if self._since_check >= _CHECK_ROOM_EVERY and not self._make_room():
                self.close()
                return
            data = self._encode(frame)
            offset = self._pictures.tell()
            self._pictures.write(data)
            self._pictures.flush()
        except OSError:
            log.warning("the proxy in %s cannot be continued", self._folder, exc_info=True)
            self.close()
            return
        self._since_check += len(data)
        # After the picture: a reader that sees the size finds the picture.
        self._table[frame.index, 0] = offset
        self._table[frame.index, 1] = len(data)

    def close(self) -> None:
        """Let go of the files."""
        self._table = None
        if self._pictures is not None:
            self._pictures.close()
            self._pictures = None
        self._lock.release()

    def _encode(self, frame: DecodedFrame) -> bytes:
        size = proxy_size(frame.geometry.upright)
        if self._encoder is None:
            self._encoder = _jpeg_encoder(size)
        planes = frame.planes(size)
        # The encoder minds the video's times, which go back where a copy is gone on with.
        planes.pts, planes.time_base = None, self._encoder.time_base
        return b"".join(bytes(packet) for packet in self._encoder.encode(planes))

    def _make_room(self) -> bool:
        self._since_check = 0
        return make_room(self._folder.parent, self._limit, keep=self._folder)


def open_writer(place: ProxyPlace, info: VideoInfo) -> ProxyWriter:
    """The writer for a video's proxy."""
    return ProxyWriter(proxy_folder(place, info.identity), info.frame_count, place.limit)


def make_room(root: Path, limit: int, keep: Path | None = None) -> bool:
    """Delete proxies, the least recently used first, until the rest fit the limit.

    Returns:
        Whether they fit now.
    """
    sizes = {folder: _bytes_in(folder) for folder in _proxies_in(root)}
    for folder in sorted(sizes, key=_last_use):
        if sum(sizes.values()) <= limit:
            break
        if folder != keep:
            log.info("deleting the proxy %s for room", folder)
            _delete(folder)
            sizes[folder] = _bytes_in(folder)
    return sum(sizes.values()) <= limit


def delete_all(root: Path) -> None:
    """Delete every proxy below a folder; one that is in use goes on without."""
    make_room(root, 0)


def bytes_used(root: Path) -> int:
    """Disk that the proxies below a folder take."""
    return sum(_bytes_in(folder) for folder in _proxies_in(root))


def _proxies_in(root: Path) -> list[Path]:
    """Folders that nobody but this program can have made."""
    try:
        return [
            folder
            for folder in root.iterdir()
            if _NAME.fullmatch(folder.name) and (folder / _FACTS).is_file()
        ]
    except OSError:
        return []


def _delete(folder: Path) -> None:
    """Delete a proxy, and not a file that is none of its own."""
    with suppress(OSError):  # where open files cannot be deleted, it stays as it is
        for name in (_PICTURES, _TABLE, _FACTS, _LOCK):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _jpeg_encoder(size: Size) -> av.VideoCodecContext:
    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    encoder.qmin = encoder.qmax = _QUALITY
    return encoder


def _new_table(folder: Path, frame_count: int) -> NDArray[np.int64]:
    """The table to write to, made if there is none.

    Raises:
        OSError: It cannot be made.
    """
    known = {"version": _VERSION, "frames": frame_count, "long_side": LONG_SIDE}
    table = _map_table(folder, frame_count, "r+")
    if table is None:
        for name in (_TABLE, _PICTURES):
            (folder / name).unlink(missing_ok=True)
        # Zeros that take their room now: a full disk would kill whoever writes to a mapped hole.
        (folder / _TABLE).write_bytes(bytes(frame_count * _ENTRY_BYTES))
        write_text_atomically(folder / _FACTS, json.dumps(known))
        table = _map_table(folder, frame_count, "r+")
    if table is None:
        raise OSError(f"no table can be made in {folder}")
    return table


def _forget_lost(table: NDArray[np.int64], written: int) -> None:
    """Forget pictures that were lost in a crash: others would be written in their place."""
    lost = (table.sum(axis=1) > written) | (table < 0).any(axis=1)
    if lost.any():
        table[lost] = 0


def _map_table(
    folder: Path, frame_count: int, mode: Literal["r", "r+"]
) -> NDArray[np.int64] | None:
    try:
        known = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        if (known["version"], known["frames"]) != (_VERSION, frame_count):
            return None
        if (folder / _TABLE).stat().st_size != frame_count * _ENTRY_BYTES:
            return None
        with suppress(OSError):  # a proxy that cannot be written can be read all the same
            os.utime(folder / _FACTS)
        return np.memmap(folder / _TABLE, np.int64, mode, shape=(frame_count, 2))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_deleted(file: int) -> bool:
    return os.fstat(file).st_nlink == 0


def _bytes_in(folder: Path) -> int:
    try:
        return sum(entry.stat().st_size for entry in folder.iterdir())
    except OSError:
        return 0


def _last_use(folder: Path) -> float:
    try:
        return (folder / _FACTS).stat().st_mtime
    except OSError:
        return 0.0
