"""Results below a prefix in S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cloud.address import S3Way


class BucketPlace:
    """See `core.batch.place.Place`."""

    @classmethod
    def of(cls, out: str, way: S3Way) -> "BucketPlace":
        """The place at `s3://bucket/prefix`.

        Raises:
            CloudError: It is no address.
        """
        raise NotImplementedError

    def read(self, name: str) -> bytes | None:
        """See `Place.read`."""
        raise NotImplementedError

    def write(self, name: str, content: bytes) -> None:
        """See `Place.write`."""
        raise NotImplementedError

    def write_once(self, name: str, content: bytes) -> bool:
        """See `Place.write_once`."""
        raise NotImplementedError

    def names(self, below: str) -> list[str]:
        """See `Place.names`."""
        raise NotImplementedError

    def remove(self, below: str) -> None:
        """See `Place.remove`."""
        raise NotImplementedError

    @contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """See `Place.scratch`."""
        yield Path()
        raise NotImplementedError

    def put(self, file: Path, name: str) -> None:
        """See `Place.put`."""
        raise NotImplementedError

    def get(self, name: str, file: Path) -> bool:
        """See `Place.get`."""
        raise NotImplementedError

    def publish(self, folder: Path, name: str) -> None:
        """See `Place.publish`."""
        raise NotImplementedError

    def local(self, name: str) -> Path | None:
        """See `Place.local`."""
        return None
