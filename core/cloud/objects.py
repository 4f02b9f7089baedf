"""Single objects in S3, and what lies below a prefix, with patience for a server that fails."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.gate import Gate
from core.cloud.refusals import explained
from core.cloud.s3 import s3_client
from core.errors import CloudError, UnreachableError

log = logging.getLogger(__name__)

_ANSWER_SECONDS = 60.0
PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before a body that broke off is asked for again; requests wait by `core.cloud.gate`."""


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
            page = client.list_objects_v2(Bucket=folder.bucket, Prefix=prefix, **more)
        for entry in page.get("Contents", []):
            address = S3Address(folder.bucket, entry["Key"])
            yield Stored(address, entry["Size"], entry["ETag"], entry["LastModified"])
        if not page.get("IsTruncated"):
            return
        more = {"ContinuationToken": page["NextContinuationToken"]}


def stored_at(client: Any, way: S3Way, address: S3Address) -> Stored:
    """An object, without its content.

    Raises:
        CloudError: There is none, or it cannot be asked for.
    """
    with explained(way, address):
        found = client.head_object(Bucket=address.bucket, Key=address.prefix)
    return Stored(address, found["ContentLength"], found["ETag"], found["LastModified"])


def read_range(client: Any, way: S3Way, stored: Stored, start: int, stop: int) -> bytes:
    """Bytes `[start, stop)` of an object; a body that breaks off is asked for again.

    Args:
        client: Of `patient_client`.
        way: Its way.
        stored: The object, which must not have changed since.
        start: Offset in bytes.
        stop: More than `start`, and within the object.

    Raises:
        CloudError: It cannot be read, or has changed.
    """
    from botocore.exceptions import HTTPClientError, IncompleteReadError

    for pause in (*PAUSES, None):
        with explained(way, stored.address):
            answer = client.get_object(
                Bucket=stored.address.bucket,
                Key=stored.address.prefix,
                Range=f"bytes={start}-{stop - 1}",
                IfMatch=stored.etag,
            )
        try:
            content: bytes = answer["Body"].read()
        except (HTTPClientError, IncompleteReadError) as error:
            # Without the error: it may carry a signed address.
            log.warning("%s broke off at byte %d (%s)", stored.address, start, type(error).__name__)
            if pause is not None:
                time.sleep(pause)
            continue
        if len(content) != stop - start:
            raise CloudError(
                f"S3 gave {len(content):,} of {stop - start:,} bytes of {stored.address}",
                mend="use a server that knows ranges, or do not stream",
            )
        return content
    raise UnreachableError(
        f"{stored.address} broke off {len(PAUSES) + 1} times", mend="check the network"
    )
