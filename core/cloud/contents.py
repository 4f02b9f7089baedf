"""What goes to S3: sources, and the ETag that S3 should give each of them."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

from core.cloud.address import S3Address
from core.errors import Cancelled, CloudError

PART = 8 << 20
"""Bytes of a part; what is not longer is sent as a whole."""
_MOST_PARTS = 10_000
"""Source: "Amazon S3 multipart upload limits" of the user guide."""
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Item:
    """Something to send, and where to."""

    address: S3Address
    source: Path | bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What a source holds."""

    size: int
    md5s: tuple[bytes, ...]
    """Of each part, in order."""
    modified: int
    """Nanoseconds; 0 for bytes."""

    @property
    def whole(self) -> bool:
        """Whether it is sent in one request."""
        return self.size <= PART

    @property
    def etag(self) -> str:
        """The one of S3, unless the bucket encrypts with other keys than S3's own."""
        if self.whole:
            return self.md5s[0].hex()
        return f"{md5(b''.join(self.md5s), usedforsecurity=False).hexdigest()}-{len(self.md5s)}"

    def check(self, part: int = 0) -> str:
        """The header `Content-MD5` of a part."""
        return b64encode(self.md5s[part]).decode()


def part_size(size: int) -> int:
    """Bytes of each part of a file: the same for the same size, always."""
    part = PART
    while part * _MOST_PARTS < size:
        part *= 2
    return part


def content_of(source: Path | bytes, cancelled: Callable[[], bool]) -> Content:
    """Read a source through.

    Raises:
        CloudError: It cannot be read.
        Cancelled: `cancelled` said so.
    """
    if isinstance(source, bytes):
        blocks = (source[at : at + _BLOCK] for at in range(0, len(source), _BLOCK))
        return Content(len(source), tuple(_md5s(blocks, len(source))), 0)
    with readable(source):
        found = source.stat()
        md5s = tuple(_md5s(_blocks(source, cancelled), found.st_size))
    content = Content(found.st_size, md5s, found.st_mtime_ns)
    check_unchanged(source, content)
    return content


def read_whole(source: Path | bytes, content: Content) -> bytes:
    """A short source, as it was when it was looked at.

    Raises:
        CloudError: It cannot be read, or is not the same any more.
    """
    if isinstance(source, bytes):
        return source
    with readable(source):
        data = source.read_bytes()
    if md5(data, usedforsecurity=False).digest() != content.md5s[0]:
        raise _changed(source)
    return data


def check_unchanged(source: Path | bytes, content: Content) -> None:
    """Make sure that a file is what it was.

    Raises:
        CloudError: It is not, or is gone.
    """
    if isinstance(source, bytes):
        return
    with readable(source):
        found = source.stat()
    if (found.st_size, found.st_mtime_ns) != (content.size, content.modified):
        raise _changed(source)


@contextmanager
def readable(source: object) -> Iterator[None]:
    """Say it in a sentence if a file cannot be read in the block.

    Raises:
        CloudError: It cannot.
    """
    try:
        yield
    except OSError as error:
        raise CloudError(
            f"{source} cannot be read ({error.strerror})", mend="put it back, or leave it out"
        ) from error


def _changed(source: Path) -> CloudError:
    return CloudError(
        f"{source} changed while it was uploaded", mend="wait until it is written to its end"
    )


def _blocks(path: Path, cancelled: Callable[[], bool]) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if cancelled():
                raise Cancelled
            yield block


def _md5s(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """MD5s of the parts; a part is whole blocks, but for the last one."""
    part, done, digest = part_size(size), 0, md5(usedforsecurity=False)
    for block in blocks:
        if size > PART and done == part:
            yield digest.digest()
            done, digest = 0, md5(usedforsecurity=False)
        digest.update(block)
        done += len(block)
    yield digest.digest()
