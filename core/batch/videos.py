"""Which videos a batch is about, and bringing each to where it is worked on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from core.batch.finding import Candidate, Unreadable, find_local
from core.batch.naming import give_names
from core.batch.place import Place
from core.batch.steps import Item, Tell, Work
from core.cloud.address import S3Way
from core.errors import BatchError, CloudError, SignInError, UnreachableError, VideoError
from core.video.identity import FileIdentity, identify

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
    project; else it is gone when the block ends.

    Raises:
        VideoError: It is not there any more, or is another one by now.
        CloudError: It cannot be fetched.
    """
    if item.source.startswith("s3://"):
        raise NotImplementedError
    path = Path(item.source)
    try:
        identity = identify(path)
    except OSError as error:
        raise VideoError(
            f"{path} cannot be read any more ({error.strerror or error})",
            mend="put it back, or start the batch again without it",
        ) from error
    if key_of(identity) != item.key:
        raise VideoError(
            f"{path} is not the file that it was when the batch began",
            mend="start the batch again, which takes it for a new video",
        )
    yield path


def key_of(identity: FileIdentity) -> str:
    """`Item.key` of a video: copies have the same, wherever they are."""
    return sha256(f"{identity.size} {identity.digest}".encode()).hexdigest()[:16]


def _find(source: str, way: S3Way) -> tuple[list[Candidate], list[Unreadable]]:
    if source.startswith("s3://"):
        raise NotImplementedError
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
