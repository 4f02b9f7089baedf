"""Sends what a plan says, on many connections at once."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from mimetypes import guess_type
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.contents import (
    PART,
    Content,
    Item,
    check_unchanged,
    part_size,
    read_whole,
    readable,
)
from core.cloud.gate import MOST_DAMAGED, Gate
from core.cloud.progress import Meter
from core.cloud.refusals import explained
from core.cloud.s3 import s3_client
from core.errors import Cancelled, CloudError

_AT_ONCE = 16
"""Small files on the way; with S3 their time is mostly waiting for the answer."""
_PARTS_AT_ONCE = 4
_TICK = 0.1
_GRACE = 5.0
"""Seconds that requests on the way are waited for when the rest is given up."""
_ANSWER_SECONDS = 60.0
"""Long, for on a slow line an answer comes only when what the system has buffered has left."""
_ENCRYPTED = ("aws:kms", "aws:kms:dsse")


class Sender:
    """Sends items to the addresses that they name."""

    def __init__(
        self, way: S3Way, contents: Mapping[S3Address, Content], meter: Meter, gate: Gate
    ) -> None:
        self._contents, self._meter, self._gate, self._way = contents, meter, gate, way
        self._error: Exception | None = None
        self.etags: dict[S3Address, str] = {}
        """What S3 answered for what has arrived."""
        self.client = s3_client(
            way, _AT_ONCE + _PARTS_AT_ONCE, attempts=1, answer_seconds=_ANSWER_SECONDS
        )
        events = self.client.meta.events
        events.register("needs-retry.s3", gate.again)
        events.register("provide-client-params.s3.UploadPart", self._begin_part)
        events.register("after-call.s3.CompleteMultipartUpload", self._completed)

    def send(self, items: Sequence[Item], every: Callable[[], None]) -> None:
        """Send all; returns when they have arrived.

        Args:
            items: What to send.
            every: Called about ten times a second, in this thread; what it raises ends the rest.

        Raises:
            CloudError: Something cannot be sent; the rest is not tried.
        """
        small, large = SimpleQueue[Item](), SimpleQueue[Item]()
        for item in items:
            (small if self._contents[item.address].whole else large).put(item)
        work = [(small, self._send_small)] * min(_AT_ONCE, small.qsize())
        work += [(large, self._send_large)] * min(1, large.qsize())
        threads = [Thread(target=self._work, args=args, daemon=True) for args in work]
        for thread in threads:
            thread.start()
        try:
            while _alive(threads, _TICK):
                every()
        except BaseException:
            self._gate.stop()
            _alive(threads, _GRACE)
            raise
        if self._error is not None:
            raise self._error

    def _work(self, queue: SimpleQueue[Item], send: Callable[[Item], None]) -> None:
        try:
            while True:
                self._gate.enter()
                send(queue.get_nowait())
        except (Empty, Cancelled):
            return
        except Exception as error:
            self._error = self._error or error
            self._gate.stop()

    def _send_small(self, item: Item) -> None:
        content = self._contents[item.address]
        data = read_whole(item.source, content)
        for _ in range(MOST_DAMAGED):
            with explained(self._way, item.address):
                # Bytes, for with a file botocore asks first whether it may send (Expect:
                # 100-continue), a round trip for each. Content-MD5 is known from the plan and
                # spares us a second checksum, and over HTTPS the signature's SHA-256 too.
                answer = self.client.put_object(
                    Bucket=item.address.bucket,
                    Key=item.address.prefix,
                    Body=data,
                    ContentMD5=content.check(),
                    ContentType=_media_type(item.address),
                )
            if self._arrived(item.address, answer):
                self._meter.count_small(content.size)
                return
        raise _damaged(item.address)

    def _send_large(self, item: Item) -> None:
        content = self._contents[item.address]
        try:
            with readable(item.source), explained(self._way, item.address):
                self._transfer(item, content)
        except CloudError:
            check_unchanged(item.source, content)  # if it was changed, say that
            raise
        check_unchanged(item.source, content)
        if item.address not in self.etags:
            raise _damaged(item.address)
        self._meter.count_large()

    def _transfer(self, item: Item, content: Content) -> None:
        from boto3.s3.transfer import TransferConfig, create_transfer_manager

        config = TransferConfig(
            multipart_threshold=PART + 1,
            multipart_chunksize=part_size(content.size),
            max_concurrency=_PARTS_AT_ONCE,
            preferred_transfer_client="classic",
        )
        body = BytesIO(item.source) if isinstance(item.source, bytes) else str(item.source)
        with create_transfer_manager(self.client, config) as manager:
            future = manager.upload(
                body,
                item.address.bucket,
                item.address.prefix,
                extra_args={"ContentType": _media_type(item.address)},
                subscribers=[_subscriber(content.size, self._meter.count_part)],
            )
            while not future.done():
                if self._gate.stopped:
                    future.cancel()
                time.sleep(_TICK)
            if self._gate.stopped:
                raise Cancelled
            future.result()

    def _begin_part(self, *, params: dict[str, Any], **_: object) -> dict[str, Any]:
        """Before each part: wait while paused, and add its checksum."""
        self._gate.enter()
        content = self._contents[S3Address(params["Bucket"], params["Key"])]
        return params | {"ContentMD5": content.check(params["PartNumber"] - 1)}

    def _completed(self, *, parsed: dict[str, Any], **_: object) -> None:
        if "ETag" in parsed:
            self._arrived(S3Address(parsed["Bucket"], parsed["Key"]), parsed)

    def _arrived(self, address: S3Address, answer: dict[str, Any]) -> bool:
        """Remember the ETag, unless it says that something else arrived.

        Not every server compares what arrives with `Content-MD5`. But ETags of encrypted buckets,
        and of servers that compose them otherwise than AWS, say nothing of the content.
        """
        etag, expected = str(answer.get("ETag", "")).strip('"'), self._contents[address].etag
        silent = answer.get("ServerSideEncryption") in _ENCRYPTED or not _alike(etag, expected)
        if silent or etag == expected:
            self.etags[address] = etag
        return address in self.etags


def _alive(threads: Sequence[Thread], seconds: float) -> bool:
    """Wait for all of them; whether one still runs."""
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return any(thread.is_alive() for thread in threads)


def _alike(etag: str, expected: str) -> bool:
    """Whether both are MD5s, and of as many parts."""
    form = f"[0-9a-f]{{32}}{expected[32:]}"
    return re.fullmatch(form, etag) is not None


def _media_type(address: S3Address) -> str:
    return guess_type(address.prefix)[0] or "application/octet-stream"


def _damaged(address: S3Address) -> CloudError:
    return CloudError(f"What was sent to {address} arrived damaged", mend="check the network")


def _subscriber(size: int, count: Callable[[int], None]) -> Any:
    from boto3.s3.transfer import BaseSubscriber

    class Subscriber(BaseSubscriber):  # type: ignore[misc]
        """Tells the transfer manager the size of the plan, and us how far it is."""

        def on_queued(self, future: Any, **_: object) -> None:
            future.meta.provide_transfer_size(size)

        def on_progress(self, bytes_transferred: int, **_: object) -> None:
            count(bytes_transferred)

    return Subscriber()
