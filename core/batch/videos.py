"""Which videos a batch is about, and bringing each to where it is worked on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.batch.fetching import Cache, another_one, fetch, file_name
from core.batch.finding import Candidate, Unreadable, find_local
from core.batch.in_s3 import find_in_s3
from core.batch.naming import give_names
from core.batch.origins import key_of
from core.batch.place import Place
from core.batch.request import BatchRequest
from core.batch.steps import Item, Tell, Work
from core.batch.temporary import temporary_folder
from core.cloud.address import S3Way
from core.cloud.objects import object_at, patient_client, stored_at
from core.cloud.remote_video import S3Video, identity_of
from core.errors import BatchError, CloudError, SignInError, UnreachableError, VideoError
from core.export import formats
from core.export.checks import media_of
from core.video.identity import FileIdentity, identify
from core.video.remote import standing_in

__all__ = ["Listed", "Unreadable", "at_hand", "key_of", "list_videos"]

_AT_ONCE = 16
"""Files whose ends are read at a time: with S3 and network drives that is mostly waiting."""


@dataclass(frozen=True)
class Listed:
    """What a person's sources hold."""

    items: tuple[Item, ...]
    """In the order of sources and names."""
    copies: Mapping[str, tuple[str, ...]]
    """Further sources with the same content, by key."""
    unreadable: tuple[Unreadable, ...] = ()


def list_videos(
    sources: Sequence[str], way: S3Way, names: Mapping[str, str] | None = None
) -> Listed:
    """Find the videos that a person means, and what each one's results are called.

    Args:
        sources: Files, folders (searched to any depth), globs, or `s3://bucket/prefix`.
        way: To the S3 server.
        names: What results were called before, by key; these names stay.

    Raises:
        BatchError: A source is not there, or there is no video in all of them.
        CloudError: S3 cannot be asked.
    """
    candidates: dict[str, Candidate] = {}
    unreadable: list[Unreadable] = []
    for source in sources:
        found, not_readable = _find(source, way)
        candidates |= {c.source: c for c in found if c.source not in candidates}
        unreadable += not_readable
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looked = list(pool.map(_look, candidates.values()))
    unreadable += [each for each in looked if isinstance(each, Unreadable)]
    identities = {
        source: each
        for source, each in zip(candidates, looked, strict=True)
        if isinstance(each, FileIdentity)
    }
    if not identities:
        raise _nothing(sources, unreadable)
    by_key = defaultdict[str, list[str]](list)
    for source, identity in identities.items():
        by_key[key_of(identity)].append(source)
    firsts = {key: found[0] for key, found in by_key.items()}
    named = give_names(
        {key: _without_suffix(candidates[source].below) for key, source in firsts.items()},
        names or {},
    )
    return Listed(
        tuple(
            Item(key, named[key], source, identities[source].size) for key, source in firsts.items()
        ),
        {key: tuple(found[1:]) for key, found in by_key.items() if len(found) > 1},
        tuple(unreadable),
    )


@contextmanager
def at_hand(item: Item, work: Work, place: Place, scratch: Path, tell: Tell) -> Iterator[Path]:
    """A local path at which a video can be read, fetched if it is in S3.

    Where `work.keep_videos` and the place is a folder, what was fetched stays there for the
    project; else it is gone when nobody on this computer works on it any more, or soon after.
    Where `work.stream`, nothing lies at the path, and this process reads the video in S3 by it,
    unless the export is to hold whole videos.

    Raises:
        VideoError: It is not there any more, or is another one by now.
        BatchError: There is no room for it.
        CloudError: It cannot be fetched.
    """
    if item.source.startswith("s3://"):
        with _from_s3(item, work, place, tell) as path:
            yield path
        return
    path = Path(item.source)
    try:
        identity = identify(path)
    except OSError as error:
        raise VideoError(
            f"{path} cannot be read any more ({error.strerror or error})",
            mend="put it back, or start the batch again without it",
        ) from error
    if key_of(identity) != item.key:
        raise another_one(item.source)
    yield path


@contextmanager
def _from_s3(item: Item, work: Work, place: Place, tell: Tell) -> Iterator[Path]:
    client = patient_client(work.way, 1)
    stored = stored_at(client, work.way, object_at(item.source))
    if stored is None:
        raise VideoError(
            f"There is no {item.source} any more",
            mend="put it back, or start the batch again without it",
        )
    if stored.size != item.bytes:
        raise another_one(item.source)
    cache = Cache(
        temporary_folder(work.out, work.way.endpoint),
        lambda key: bool(place.names(f"parts/{key}")),
    )
    kept = place.local(f"videos/{file_name(item)}") if work.keep_videos else None

    def is_right(identity: FileIdentity) -> bool:
        return key_of(identity) == item.key

    if work.stream and not _copies_videos(work.request):
        identity = identity_of(client, work.way, stored)
        if not is_right(identity):
            raise another_one(item.source)
        with standing_in(S3Video(stored, work.way, identity), kept or cache.path(item)) as path:
            yield path
    elif kept is not None:
        lock = kept.with_name(f".{kept.name}.lock")
        fetch(stored, work.way, kept, lock, is_right, tell)
        with suppress(OSError):  # somebody waits for it, and will find the video
            lock.unlink()
        yield kept
    else:
        with cache.holding(item, stored, work.way, is_right, tell) as path:
            yield path


def _copies_videos(request: BatchRequest) -> bool:
    export = request.export
    if export is None or export.format not in formats():
        return False
    return media_of(export, formats()[export.format]) == "video"


def _find(source: str, way: S3Way) -> tuple[list[Candidate], list[Unreadable]]:
    if source.startswith("s3://"):
        return find_in_s3(source, way, _AT_ONCE), []
    return find_local(source)


def _look(candidate: Candidate) -> FileIdentity | Unreadable:
    try:
        identity = candidate.identify()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Unreadable(candidate.source, f"{candidate.source} cannot be read ({reason}).")
    except (SignInError, UnreachableError):  # the same for all others
        raise
    except CloudError as error:
        return Unreadable(candidate.source, str(error))
    if identity.size == 0:
        return Unreadable(candidate.source, f"{candidate.source} is empty (0 bytes).")
    return identity


def _nothing(sources: Sequence[str], unreadable: Sequence[Unreadable]) -> BatchError:
    where = ", ".join(sources)
    if unreadable:
        return BatchError(
            f"None of the videos in {where} can be read: {unreadable[0].reason.rstrip('.')}",
            mend="correct that, or name other videos",
        )
    return BatchError(
        f"There is no video in {where}",
        mend="name a folder with videos in it, or files themselves if their suffix is unusual",
    )


def _without_suffix(below: str) -> str:
    path = PurePosixPath(below)
    return str(path.with_name(path.stem))
