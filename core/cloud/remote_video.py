"""A video in S3 that is read piece by piece; see `core.video.remote.RemoteFile`."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from core.cloud.address import S3Way
from core.cloud.objects import Stored, patient_client, read_range
from core.video.identity import ENDS_BYTES, FileIdentity, digest_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_FIRST, _MOST = 256 << 10, 8 << 20
"""Bytes of the first request after a seek, and of the last of those that follow one another."""


@dataclass(frozen=True)
class S3Video:
    """An object as a video; may be sent to other processes."""

    stored: Stored
    way: S3Way
    identity: FileIdentity
    """As `identity_of` gives it."""

    def open(self) -> BinaryIO:
        """See `RemoteFile.open`; asks for nothing yet.

        Raises:
            SignInError: The profile is unknown.
        """
        reader = _Ranges(patient_client(self.way, 1), self.way, self.stored)
        return cast(BinaryIO, io.BufferedReader(reader, _MOST))


def identity_of(client: Any, way: S3Way, stored: Stored) -> FileIdentity:
    """The identity that a copy of the object on this computer has.

    Raises:
        CloudError: It cannot be read.
    """
    size = stored.size
    if size <= 2 * ENDS_BYTES:  # one request
        content = read_range(client, way, stored, 0, size) if size else b""
        head, tail = content[:ENDS_BYTES], content[-ENDS_BYTES:]
    else:
        head = read_range(client, way, stored, 0, ENDS_BYTES)
        tail = read_range(client, way, stored, size - ENDS_BYTES, size)
    return FileIdentity(size, stored.modified_ns, digest_of(head, tail))


class _Ranges(io.RawIOBase):
    """Reads ranges of an object, longer ones as long as nobody seeks.

    So the small jumps at the start of a file (to the index at its end and back) cost little, and a
    walk through it few requests.
    """

    def __init__(self, client: Any, way: S3Way, stored: Stored) -> None:
        self._client, self._way, self._stored = client, way, stored
        self._at, self._ended_at, self._length = 0, -1, _FIRST
        self.name = stored.address.prefix.rpartition("/")[2]
        """FFmpeg takes the suffix as a hint."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._stored.size}[whence]
        if base + offset < 0:
            raise ValueError(f"expected a place in the file, got {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, target: "WriteableBuffer") -> int:
        view = memoryview(target).cast("B")
        self._length = min(2 * self._length, _MOST) if self._at == self._ended_at else _FIRST
        stop = min(self._at + min(self._length, len(view)), self._stored.size)
        if stop <= self._at:
            return 0
        content = read_range(self._client, self._way, self._stored, self._at, stop)
        view[: len(content)] = content
        self._at = self._ended_at = stop
        return len(content)
