"""Uploads to S3: planned first, sent where something changed, verified at the end."""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.cloud.address import S3Address, S3Way
from core.cloud.contents import Content, Item, content_of
from core.cloud.gate import Gate
from core.cloud.listing import Listed, listed
from core.cloud.progress import Meter, UploadProgress
from core.cloud.s3 import s3_client
from core.cloud.sending import Sender
from core.errors import Cancelled, CloudError
from core.paths import write_text_atomically

__all__ = [
    "Item",
    "TargetPlan",
    "UploadPlan",
    "UploadProgress",
    "UploadResult",
    "plan_upload",
    "run_upload",
]

log = logging.getLogger(__name__)

_SAVE_EVERY = 5.0
"""Seconds between two savings of the memory."""
_NAMED = 3
"""Files that a sentence names at most."""

Memory = dict[str, tuple[str, str]]
"""By address: the MD5 of what was sent, and the ETag that S3 gave it, where the two differ."""


@dataclass(frozen=True)
class TargetPlan:
    """What goes to one folder."""

    address: S3Address
    """A bucket, with the first folder in it."""
    files: int
    """To be sent; 0 if all is there already."""
    bytes: int


@dataclass(frozen=True)
class UploadPlan:
    """What an upload would send, for a person to see before."""

    way: S3Way
    send: tuple[Item, ...]
    unchanged: int
    """Files that are there already."""
    bytes_to_send: int
    bytes_unchanged: int
    targets: tuple[TargetPlan, ...]
    contents: Mapping[S3Address, Content] = field(default_factory=dict, repr=False)
    """Of all files, also of those that are there."""
    there: Mapping[S3Address, Listed] = field(default_factory=dict, repr=False)
    """What S3 keeps of that which is not sent."""
    memory: Path | None = None


@dataclass(frozen=True)
class UploadResult:
    """What an upload did."""

    sent: int
    bytes_sent: int
    unchanged: int
    verified: int
    """Files that S3 lists with the right size and checksum: all of them."""
    seconds: float


def plan_upload(
    items: Iterable[Item],
    way: S3Way,
    *,
    memory: Path | None = None,
    on_progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> UploadPlan:
    """Compare what shall be in S3 with what is there; sends nothing.

    An object is unchanged if its size and its ETag are those that the source would get. In buckets
    whose ETags are no MD5s it is unchanged if we remember to have sent the same before.

    Args:
        items: May be lazy; bytes that must be sent are kept in memory.
        way: Where to, and as whom.
        memory: File that remembers ETags that are no MD5s; losing it costs sending again.
        on_progress: Told how many items were looked at.
        cancelled: Asked often.

    Raises:
        SignInError: Credentials are missing, expired or wrong.
        CloudError: A file cannot be read, two go to the same address, or a bucket cannot be listed.
        Cancelled: `cancelled` said so.
    """
    client = s3_client(way)
    contents: dict[S3Address, Content] = {}
    sources: list[Item] = []
    for item in items:
        if cancelled():
            raise Cancelled
        if item.address in contents:
            raise CloudError(f"Two files would go to {item.address}", mend="rename one of them")
        contents[item.address] = content_of(item.source, cancelled)
        sources.append(item)
        on_progress(len(sources))
    remembered, found = _read(memory), listed(client, way, contents)
    there = {
        address: found[address]
        for address, content in contents.items()
        if address in found and _same(address, content, found[address], remembered)
    }
    send = tuple(item for item in sources if item.address not in there)
    return UploadPlan(
        way,
        send,
        len(there),
        sum(contents[item.address].size for item in send),
        sum(entry.size for entry in there.values()),
        _targets(send, contents),
        contents,
        there,
        memory,
    )


def run_upload(
    plan: UploadPlan,
    *,
    on_progress: Callable[[UploadProgress], None],
    cancelled: Callable[[], bool],
    paused: Callable[[], bool],
) -> UploadResult:
    """Send what a plan says, then list all of it again and compare.

    Args:
        plan: What to send.
        on_progress: Told about ten times a second, in this thread.
        cancelled: Asked as often.
        paused: Asked as often; while it says so, what is on the way ends and nothing new starts.

    Raises:
        SignInError: Credentials are missing, have expired or are wrong.
        CloudError: Something cannot be sent, or is not there as it was sent. What has arrived
            stays, and a plan made anew leaves it out.
        Cancelled: `cancelled` said so; what has arrived stays.
    """
    began = time.monotonic()
    large = [c.size for item in plan.send if not (c := plan.contents[item.address]).whole]
    meter = Meter(plan.bytes_to_send, len(plan.send), sum(large), len(large))
    gate = Gate()
    sender = Sender(plan.way, plan.contents, meter, gate)
    memory = _Memory(plan, sender.etags)

    def every() -> None:
        if cancelled():
            raise Cancelled
        held = paused()
        gate.pause(held)
        on_progress(meter.progress(paused=held))
        memory.save_now_and_then()

    try:
        every()
        sender.send(plan.send, every)
        on_progress(meter.progress(paused=False))
        _verify(plan, sender)
    except CloudError as error:
        raise _with_how_far(error, meter.files, len(plan.send)) from None
    finally:
        memory.save()
    seconds = time.monotonic() - began
    return UploadResult(
        len(plan.send), plan.bytes_to_send, plan.unchanged, len(plan.contents), seconds
    )


class _Memory:
    """Keeps what plans need to recognise, in the file of a plan."""

    def __init__(self, plan: UploadPlan, sent: Mapping[S3Address, str]) -> None:
        self._plan, self._sent = plan, sent
        self._before = _read(plan.memory)
        self._saved = time.monotonic()

    def save_now_and_then(self) -> None:
        if time.monotonic() - self._saved > _SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write it, if there is anything to remember."""
        self._saved = time.monotonic()
        sent = dict(self._sent)  # in one step, while other threads add to it
        etags = (
            (address, self._plan.contents[address].etag, etag) for address, etag in sent.items()
        )
        new: Memory = {str(address): (md5, etag) for address, md5, etag in etags if md5 != etag}
        if self._plan.memory is not None and new:
            try:
                write_text_atomically(self._plan.memory, json.dumps(self._before | new))
            except OSError as error:
                log.warning("what was uploaded cannot be remembered: %s", error)


def _read(memory: Path | None) -> Memory:
    """What was remembered; nothing if there is nothing that can be read."""
    if memory is None or not memory.exists():
        return {}
    try:
        rows = json.loads(memory.read_text(encoding="utf-8"))
        return {str(address): (str(md5), str(etag)) for address, (md5, etag) in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.warning("what was uploaded before is forgotten: %s", error)
        return {}


def _same(address: S3Address, content: Content, entry: Listed, remembered: Memory) -> bool:
    if entry.size != content.size:
        return False
    return entry.etag == content.etag or remembered.get(str(address)) == (content.etag, entry.etag)


def _targets(send: Iterable[Item], contents: Mapping[S3Address, Content]) -> tuple[TargetPlan, ...]:
    files, sizes = Counter[S3Address](), Counter[S3Address]()
    for address in contents:
        files[_target(address)] += 0
    for item in send:
        files[_target(item.address)] += 1
        sizes[_target(item.address)] += contents[item.address].size
    return tuple(TargetPlan(target, files[target], sizes[target]) for target in files)


def _target(address: S3Address) -> S3Address:
    folder, slash, _ = address.prefix.partition("/")
    return S3Address(address.bucket, folder if slash else "")


def _verify(plan: UploadPlan, sender: Sender) -> None:
    """Make sure that S3 lists every file with its size and checksum."""
    found = listed(sender.client, plan.way, plan.contents)
    etags = {address: entry.etag for address, entry in plan.there.items()} | sender.etags
    wrong = [
        str(address)
        for address, content in plan.contents.items()
        if found.get(address) != Listed(content.size, etags[address])
    ]
    if wrong:
        names = ", ".join(wrong[:_NAMED])
        raise CloudError(
            f"{len(wrong):,} of {len(plan.contents):,} files are not in S3 as they were sent: "
            f"{names}{', …' if len(wrong) > _NAMED else ''}",
            mend="make sure that nobody else writes there",
        )


def _with_how_far(error: CloudError, done: int, total: int) -> CloudError:
    return type(error)(
        f"{error.problem}; {done:,} of {total:,} files were sent",
        mend=f"{error.mend}, then start the upload again, which goes on from there",
    )
