"""Single objects in S3, and what lies below a prefix, with patience for a server that fails."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from core.cloud.address import S3Address, S3Way
from core.cloud.gate import Gate
from core.cloud.refusals import explained
from core.cloud.s3 import s3_client
from core.errors import CloudError, UnreachableError

T = TypeVar("T")

log = logging.getLogger(__name__)

_ANSWER_SECONDS = 60.0
_PAGE = 1000
"""Keys of one answer; S3 gives no more."""
PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before what broke off is asked for again."""


@dataclass(frozen=True)
class Stored:
    """An object that S3 keeps."""

    address: S3Address
    size: int
    etag: str
    """With quotes, as S3 wants it back."""
    modified: datetime

    @property
    def modified_ns(self) -> int:
        """As `stat` has it; S3 knows whole seconds."""
        return int(self.modified.timestamp()) * 1_000_000_000


def patient_client(way: S3Way, connections: int = 10) -> Any:
    """A client that tries again for a minute what may do better later.

    Raises:
        SignInError, CloudError: As `s3_client`.
    """
    client = s3_client(way, connections, attempts=1, answer_seconds=_ANSWER_SECONDS)
    client.meta.events.register("needs-retry.s3", Gate().again)
    return client


def object_at(source: str) -> S3Address:
    """The address of an object whose key is taken as it is, empty folders and dots included."""
    bucket, _, key = source.removeprefix("s3://").partition("/")
    return S3Address(bucket, key)


def stored_below(client: Any, way: S3Way, folder: S3Address) -> Iterator[Stored]:
    """All objects below a folder, by key.

    Raises:
        CloudError: It cannot be listed.
    """
    prefix = f"{folder.prefix}/" if folder.prefix else ""
    more: dict[str, str] = {}
    while True:
        with explained(way, folder):
            page = client.list_objects_v2(
                Bucket=folder.bucket, Prefix=prefix, MaxKeys=_PAGE, **more
            )
        for entry in page.get("Contents", []):
            address = S3Address(folder.bucket, entry["Key"])
            yield Stored(address, entry["Size"], entry["ETag"], entry["LastModified"])
        if not page.get("IsTruncated"):
            return
        more = {"ContinuationToken": page["NextContinuationToken"]}


def stored_at(client: Any, way: S3Way, address: S3Address) -> Stored | None:
    """An object, without its content; None where there is none.

    Raises:
        CloudError: It cannot be asked for.
    """
    with explained(way, address):
        found = _if_there(lambda: client.head_object(Bucket=address.bucket, Key=address.prefix))
    if found is None:
        return None
    return Stored(address, found["ContentLength"], found["ETag"], found["LastModified"])


def read_object(client: Any, way: S3Way, address: S3Address) -> bytes | None:
    """The content of a small object; None where there is none.

    Raises:
        CloudError: It cannot be read.
    """
    with explained(way, address):
        return _if_there(lambda: _content(client, address))


def read_range(client: Any, way: S3Way, stored: Stored, start: int, stop: int) -> bytes:
    """Bytes `[start, stop)` of an object.

    Args:
        client: Of `patient_client`.
        way: Its way.
        stored: The object, which must not have changed since.
        start: Offset in bytes.
        stop: More than `start`, and within the object.

    Raises:
        CloudError: It cannot be read, or has changed.
    """
    with explained(way, stored.address):
        content = _content(
            client, stored.address, Range=f"bytes={start}-{stop - 1}", IfMatch=stored.etag
        )
    if len(content) != stop - start:
        raise CloudError(
            f"S3 gave {len(content):,} of {stop - start:,} bytes of {stored.address}",
            mend="use a server that knows ranges, or do not stream",
        )
    return content


def patiently(call: Callable[[], T]) -> T:
    """What a call gives; while the server is out of reach, it is made again a few times.

    Raises:
        UnreachableError: It is out of reach for longer.
    """
    for pause in PAUSES:
        try:
            return call()
        except UnreachableError as error:
            log.warning("trying again: %s", error)
            time.sleep(pause)
    return call()


def _if_there(ask: Callable[[], T]) -> T | None:
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        if error.response["Error"].get("Code") not in ("404", "NoSuchKey"):
            raise
        return None


def _content(client: Any, address: S3Address, **which: str) -> bytes:
    """What is asked for; a body that breaks off is asked for again."""
    from botocore.exceptions import HTTPClientError, IncompleteReadError

    for pause in (*PAUSES, None):
        answer = client.get_object(Bucket=address.bucket, Key=address.prefix, **which)
        try:
            content: bytes = answer["Body"].read()
            return content
        except (HTTPClientError, IncompleteReadError) as error:
            # Its kind alone: it may carry a signed address.
            log.warning("%s broke off (%s)", address, type(error).__name__)
            if pause is not None:
                time.sleep(pause)
    raise UnreachableError(f"{address} broke off {len(PAUSES) + 1} times", mend="check the network")
