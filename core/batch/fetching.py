"""Brings videos from S3 to this computer, once for all who work on them at a time."""

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath

from filelock import FileLock, ReadWriteLock, Timeout

from core.batch.steps import Item, Tell
from core.cloud.address import S3Way
from core.cloud.objects import Stored, patient_client
from core.cloud.receiving import PARTS_AT_ONCE, receive
from core.errors import BatchError, CloudError, VideoError
from core.video.identity import FileIdentity, identify

log = logging.getLogger(__name__)

STAGE = "Fetching"
_VIDEOS = "videos"

IsRight = Callable[[FileIdentity], bool]
"""Whether a file is the video that is meant."""


def file_name(item: Item) -> str:
    """What a fetched video is called, its suffix included; as `Item.name`, a relative path."""
    return f"{item.name}{PurePosixPath(item.source).suffix}"


def fetch(
    stored: Stored, way: S3Way, target: Path, lock: Path, is_right: IsRight, tell: Tell
) -> None:
    """Make sure that a video of S3 lies at a path; of several who want it, one fetches it.

    Args:
        stored: The video.
        way: To it.
        target: Where it is to lie; it appears there when it is whole.
        lock: A file that all who fetch it lock; it stays.
        is_right: Asked of what is there, and of what was fetched.
        tell: Told bytes.

    Raises:
        BatchError: There is no room for it.
        VideoError: It is another one by now.
        CloudError: It cannot be fetched.
    """
    if _is_there(target, is_right):
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            if not _is_there(target, is_right):
                _fetch(stored, way, target, is_right, tell)
    except OSError as error:
        raise _not_written(error, stored, target) from error


class Cache:
    """Videos of S3 that this computer holds only while they are needed.

    Who uses one holds a lock that others share and that ends with its process; it is removed
    under a lock that nobody shares. Files of locks stay, for removing them would let two
    processes lock different files.

    Args:
        folder: Of this computer.
        is_needed: Asked of a key whether the video will be wanted again soon.
    """

    def __init__(self, folder: Path, is_needed: Callable[[str], bool]) -> None:
        self._folder, self._is_needed = folder / _VIDEOS, is_needed

    @contextmanager
    def holding(
        self, item: Item, stored: Stored, way: S3Way, is_right: IsRight, tell: Tell
    ) -> Iterator[Path]:
        """The path of a video, fetched if it is not there.

        Raises:
            UserError: See `fetch`.
        """
        target = self.path(item)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_written(error, stored, target) from error
        try:
            with self._users(item.key) as users, users.read_lock():
                fetch(stored, way, target, self._folder / f"{item.key}.lock", is_right, tell)
                yield target
        except BaseException:
            self._remove(item.key)
            raise
        try:
            for folder in self._folder.iterdir():
                if folder.is_dir() and not self._is_needed(folder.name):
                    self._remove(folder.name)
        except CloudError as error:  # what was done with the video stands
            log.warning("fetched videos stay in %s: %s", self._folder, error)

    def path(self, item: Item) -> Path:
        """Where a video lies if it is here."""
        return self._folder / item.key / PurePosixPath(file_name(item)).name

    def _remove(self, key: str) -> None:
        """Unless somebody uses it."""
        with suppress(Timeout), self._users(key) as users, users.write_lock(blocking=False):
            shutil.rmtree(self._folder / key, ignore_errors=True)

    def _users(self, key: str) -> closing[ReadWriteLock]:
        return closing(ReadWriteLock(self._folder / f"{key}.users", is_singleton=False))


def _is_there(target: Path, is_right: IsRight) -> bool:
    try:
        return is_right(identify(target))
    except OSError:
        return False


def _fetch(stored: Stored, way: S3Way, target: Path, is_right: IsRight, tell: Tell) -> None:
    if shutil.disk_usage(target.parent).free < stored.size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    client, partial = (
        patient_client(way, PARTS_AT_ONCE),
        target.with_name(f".{target.name}.partial"),
    )

    def on_progress(done: int) -> None:
        tell(STAGE, done, stored.size, unit="bytes")

    try:
        receive(client, way, stored, partial, on_progress)
        # As in S3, so that the video is the same one wherever and whenever it was fetched.
        os.utime(partial, ns=(stored.modified_ns, stored.modified_ns))
        if not is_right(identify(partial)):
            raise another_one(str(stored.address))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def another_one(source: str) -> VideoError:
    """A video that is not the one that was listed."""
    return VideoError(
        f"{source} is not the file that it was when the batch began",
        mend="start the batch again, which takes it for a new video",
    )


def _not_written(error: OSError, stored: Stored, target: Path) -> BatchError:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return BatchError(
            f"There is no room for {stored.address} ({stored.size:,} bytes) in {target.parent}",
            mend="free some, or read videos piece by piece with --stream",
        )
    return BatchError(
        f"{stored.address} cannot be kept at {target} ({error.strerror or error})",
        mend="choose another folder",
    )
