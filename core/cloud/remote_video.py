"""A video in S3 that is read piece by piece; see `core.video.remote.RemoteFile`."""

import io
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from core.cloud.address import S3Way
from core.cloud.objects import Stored, patient_client, read_range
from core.video.identity import ENDS_BYTES, FileIdentity, digest_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 256 << 10
"""Bytes that are kept or forgotten together, and of a request after a seek."""
_MOST = 32
"""Blocks of a request, of those that follow one another."""
_KEPT = 128
"""Blocks that are kept."""
_WALKS = 16
"""Places from which reading may go on: FFmpeg goes to and fro between pictures and sound."""


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
        blocks = _Blocks(patient_client(self.way, 1), self.way, self.stored)
        return cast(BinaryIO, io.BufferedReader(_BlockReader(blocks, self.stored)))


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


class _Blocks:
    """Blocks of an object: the last ones are kept, and more and more are asked for on a walk.

    So it costs little to leap in a file and back, and few requests to walk through it.
    """

    def __init__(self, client: Any, way: S3Way, stored: Stored) -> None:
        self._client, self._way, self._stored = client, way, stored
        self._count = ceil(stored.size / _BLOCK)
        self._kept = OrderedDict[int, bytes]()
        self._walks = OrderedDict[int, int]()
        """The block after each of the last requests, and how many blocks that was for."""

    def block(self, number: int) -> bytes:
        if number not in self._kept:
            self._ask_from(number)
        self._kept.move_to_end(number)
        return self._kept[number]

    def _ask_from(self, number: int) -> None:
        longest = min(number + min(2 * self._walks.pop(number, 0) or 1, _MOST), self._count)
        end = next((n for n in range(number, longest) if n in self._kept), longest)
        start, stop = number * _BLOCK, min(end * _BLOCK, self._stored.size)
        content = read_range(self._client, self._way, self._stored, start, stop)
        for at in range(number, end):
            self._kept[at] = content[(at - number) * _BLOCK : (at - number + 1) * _BLOCK]
        self._walks[end] = end - number
        while len(self._walks) > _WALKS:
            self._walks.popitem(last=False)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class _BlockReader(io.RawIOBase):
    def __init__(self, blocks: _Blocks, stored: Stored) -> None:
        self._blocks, self._size, self._at = blocks, stored.size, 0
        self.name = stored.address.prefix.rpartition("/")[2]
        """FFmpeg takes the suffix as a hint."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"expected a place in the file, got {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, target: "WriteableBuffer") -> int:
        view = memoryview(target).cast("B")
        if self._at >= self._size or not view:
            return 0
        number, skipped = divmod(self._at, _BLOCK)
        content = self._blocks.block(number)[skipped : skipped + len(view)]
        view[: len(content)] = content
        self._at += len(content)
        return len(content)
