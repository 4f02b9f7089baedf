"""Fetches an object of S3 into a file, on several connections at once."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.cloud.address import S3Way
from core.cloud.contents import PART
from core.cloud.objects import Stored
from core.cloud.refusals import explained
from core.errors import UnreachableError

PARTS_AT_ONCE = 4
_TICK = 0.1


def receive(
    client: Any, way: S3Way, stored: Stored, file: Path, on_progress: Callable[[int], None]
) -> None:
    """Fetch an object; whatever ends this early, part of it may lie in the file.

    Args:
        client: Of `core.cloud.objects.patient_client`, with `PARTS_AT_ONCE` connections.
        way: Its way.
        stored: The object; another one that has come in its place is refused.
        file: Is written anew.
        on_progress: Told bytes about ten times a second, in this thread; what it raises ends it.

    Raises:
        OSError: The file cannot be written.
        CloudError: The object cannot be read, or has changed.
    """
    from boto3.s3.transfer import TransferConfig, create_transfer_manager
    from s3transfer.exceptions import RetriesExceededError

    config = TransferConfig(
        multipart_threshold=PART + 1,
        multipart_chunksize=PART,
        max_concurrency=PARTS_AT_ONCE,
        preferred_transfer_client="classic",
    )
    arrived = _Arrived()
    address = stored.address
    with (
        explained(way, address),
        file.open("wb") as written,
        create_transfer_manager(client, config) as manager,
    ):
        future = manager.download(
            address.bucket, address.prefix, written, subscribers=[_subscriber(stored, arrived)]
        )
        try:
            while not future.done():
                on_progress(arrived.bytes)
                time.sleep(_TICK)
        except BaseException:
            future.cancel()
            raise
        try:
            future.result()
        except RetriesExceededError:
            raise UnreachableError(f"{address} broke off", mend="check the network") from None
    on_progress(stored.size)


class _Arrived:
    """Counts; what is told again after a failure counts backwards first."""

    def __init__(self) -> None:
        self.bytes = 0

    def count(self, more: int) -> None:
        self.bytes += more


def _subscriber(stored: Stored, arrived: _Arrived) -> Any:
    from boto3.s3.transfer import BaseSubscriber

    class Subscriber(BaseSubscriber):  # type: ignore[misc]
        """Tells the transfer manager which object is meant, and us how far it is."""

        def on_queued(self, future: Any, **_: object) -> None:
            future.meta.provide_transfer_size(stored.size)
            future.meta.provide_object_etag(stored.etag)

        def on_progress(self, bytes_transferred: int, **_: object) -> None:
            arrived.count(bytes_transferred)

    return Subscriber()
