"""Results below a prefix in S3."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.batch.temporary import temporary_folder
from core.cloud.address import S3Address, S3Way
from core.cloud.contents import content_of
from core.cloud.objects import patient_client, patiently, read_object, stored_at, stored_below
from core.cloud.receiving import PARTS_AT_ONCE, receive
from core.cloud.refusals import explained
from core.cloud.s3 import check_bucket
from core.cloud.upload import Item, plan_upload, run_upload

log = logging.getLogger(__name__)

_WORK = "work"
"""Below the temporary folder: what is in the making."""
_AT_ONCE = 8
"""Objects that are removed at a time."""
_TAKEN = {"PreconditionFailed", "412"}
_UNKNOWN_CONDITION = {"NotImplemented", "InvalidArgument", "InvalidRequest"}
"""What servers answer that do not know conditions on writing."""


class BucketPlace:
    """See `core.batch.place.Place`.

    Args:
        root: What all names are below.
        way: To the server.
    """

    def __init__(self, root: S3Address, way: S3Way) -> None:
        self.root, self._way = root, way

    @classmethod
    def of(cls, out: str, way: S3Way) -> "BucketPlace":
        """The place at `s3://bucket/prefix`, which is looked at once in each process.

        Raises:
            SignInError: Credentials are missing, expired or wrong.
            CloudError: It is no address, or the bucket cannot be written.
        """
        root = S3Address.parse(out)
        _check(root, way)
        return cls(root, way)

    def read(self, name: str) -> bytes | None:
        """See `Place.read`."""
        return read_object(self._client, self._way, self.root.below(name))

    def write(self, name: str, content: bytes) -> None:
        """See `Place.write`."""
        address = self.root.below(name)
        with explained(self._way, address):
            self._write(address, content)

    def write_once(self, name: str, content: bytes) -> bool:
        """See `Place.write_once`.

        Where the answer to a write is lost, the next try finds what this one has written, and it
        is False as well. A server that knows no conditions is asked first; between question and
        write another worker may have written, whose content this one then replaces.
        """
        from botocore.exceptions import ClientError

        if self.read(name) is not None:  # some servers pass over a condition without a word
            return False
        address = self.root.below(name)
        with explained(self._way, address):
            try:
                self._write(address, content, IfNoneMatch="*")
            except ClientError as error:
                code = error.response["Error"].get("Code")
                if code in _TAKEN:
                    return False
                if code not in _UNKNOWN_CONDITION:
                    raise
                log.info("%s is written without a condition (%s)", address, code)
                self._write(address, content)
        return True

    def names(self, below: str) -> list[str]:
        """See `Place.names`."""
        start = len(self.root.below("").prefix)
        folder = self.root.below(below) if below else self.root
        found = stored_below(self._client, self._way, folder)
        return sorted(stored.address.prefix[start:] for stored in found)

    def remove(self, below: str) -> None:
        """See `Place.remove`."""
        names = [below, *self.names(below)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._delete, names))  # raises what one of them did

    @contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """See `Place.scratch`.

        It lies among the temporary files of this computer. After a failure it stays for a second
        attempt on the same computer.
        """
        folder = temporary_folder(str(self.root), self._way.endpoint) / _WORK / name
        folder.parent.mkdir(exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock")):
            folder.mkdir(exist_ok=True)
            yield folder
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, file: Path, name: str) -> None:
        """See `Place.put`."""
        self._send([Item(self.root.below(name), file)])
        file.unlink()

    def get(self, name: str, file: Path) -> bool:
        """See `Place.get`."""
        stored = stored_at(self._client, self._way, self.root.below(name))
        if stored is None:
            return False
        receive(self._client, self._way, stored, file, lambda done: None)
        return True

    def publish(self, folder: Path, name: str) -> None:
        """See `Place.publish`; what an earlier attempt has sent is not sent again."""
        target = self.root.below(name)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        self._send(
            [Item(target.below(path.relative_to(folder).as_posix()), path) for path in files]
        )
        shutil.rmtree(folder)

    def local(self, name: str) -> Path | None:
        """See `Place.local`."""
        return None

    @cached_property
    def _client(self) -> Any:
        return patient_client(self._way, max(_AT_ONCE, PARTS_AT_ONCE))

    def _write(self, address: S3Address, content: bytes, **condition: str) -> None:
        self._client.put_object(
            Bucket=address.bucket,
            Key=address.prefix,
            Body=content,
            ContentMD5=content_of(content, _never).check(),
            **condition,
        )

    def _delete(self, name: str) -> None:
        address = self.root.below(name)
        with explained(self._way, address):
            self._client.delete_object(Bucket=address.bucket, Key=address.prefix)

    def _send(self, items: Sequence[Item]) -> None:
        def send() -> None:
            plan = plan_upload(items, self._way, on_progress=lambda files: None, cancelled=_never)
            run_upload(plan, on_progress=lambda done: None, cancelled=_never, paused=_never)

        patiently(send)


@cache
def _check(root: S3Address, way: S3Way) -> None:
    patiently(lambda: check_bucket(root, way, writing=True))


def _never() -> bool:
    return False
