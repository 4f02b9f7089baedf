"""Which videos a batch is about, and bringing each to where it is worked on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.batch.place import Place
from core.batch.steps import Item, Tell, Work
from core.cloud.address import S3Way


@dataclass(frozen=True)
class Unreadable:
    """Something that looks like a video and cannot even be opened as a file."""

    source: str
    reason: str
    """A sentence."""


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
    raise NotImplementedError


@contextmanager
def at_hand(item: Item, work: Work, place: Place, scratch: Path, tell: Tell) -> Iterator[Path]:
    """A local path at which a video can be read, fetched if it is in S3.

    Where `work.keep_videos` and the place is a folder, what was fetched stays there for the
    project; else it is gone when the block ends.

    Raises:
        VideoError: It is not there any more, or is another one by now.
        CloudError: It cannot be fetched.
    """
    yield Path()
    raise NotImplementedError
