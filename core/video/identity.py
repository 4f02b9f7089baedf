"""Whether a video file is the one that was seen before."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from core.video.images import images_in
from core.video.remote import remote_at

ENDS_BYTES = 1 << 16
"""At the start and at the end of a file, that are looked at."""


@dataclass(frozen=True)
class FileIdentity:
    """Enough to notice that a file is another one, without reading all of it."""

    size: int
    """Bytes; of all images, for a folder."""
    mtime_ns: int
    """Time of the last change; of the newest image, for a folder."""
    digest: str
    """SHA-256 of the file's first and last 64 KiB; for a folder, of all names and sizes, and of
    the ends of the first and the last image."""

    def same_content(self, other: "FileIdentity") -> bool:
        """Whether all but the time of change is the same, as in a copy."""
        return (self.size, self.digest) == (other.size, other.digest)


def identify(path: Path) -> FileIdentity:
    """Identify a video file, or a folder of images.

    Raises:
        OSError: It cannot be read.
    """
    remote = remote_at(path)
    if remote is not None:
        return remote.identity
    if path.is_dir():
        return _identify_folder(path)
    status = path.stat()
    return FileIdentity(status.st_size, status.st_mtime_ns, digest_of(*_ends(path)))


def digest_of(head: bytes, tail: bytes) -> str:
    """`FileIdentity.digest` of a file.

    Args:
        head: Its first `ENDS_BYTES`, or all of it.
        tail: Its last `ENDS_BYTES`, or all of it.
    """
    return sha256(head + tail).hexdigest()


def _identify_folder(folder: Path) -> FileIdentity:
    images = images_in(folder)
    found = [(image.name, image.stat()) for image in images]
    digest = sha256("\n".join(f"{name}\t{s.st_size}" for name, s in found).encode())
    for image in images[:1] + images[1:][-1:]:
        digest.update(b"".join(_ends(image)))
    return FileIdentity(
        sum(s.st_size for _, s in found),
        max((s.st_mtime_ns for _, s in found), default=0),
        digest.hexdigest(),
    )


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(ENDS_BYTES)
        file.seek(max(path.stat().st_size - ENDS_BYTES, 0))
        return head, file.read()
