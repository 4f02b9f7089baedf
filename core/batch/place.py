"""Where the results of a batch go: a folder that every worker sees, or a prefix in S3.

batch.json                 what was asked, and what each video's results are called
projects/NAME.flickerscope
exports/NAME/
videos/NAME.SUFFIX         those that were fetched from S3, beside results in a folder
outcomes/KEY.json          what became of a video, written last
summary.json
parts/KEY/                 of long videos, as long as they are in the making
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from core.batch.steps import Work


class Place(Protocol):
    """Names are relative paths with slashes. Whatever is written appears whole or not at all."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None if there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Make or replace a file."""
        ...

    def write_once(self, name: str, content: bytes) -> bool:
        """Make a file; False where it was there already, which stays as it is."""
        ...

    def names(self, below: str) -> list[str]:
        """The files directly or deeper below a folder, ascending."""
        ...

    def remove(self, below: str) -> None:
        """Remove a folder with all that is in it, or a file, if it is there."""
        ...

    def scratch(self, name: str) -> AbstractContextManager[Path]:
        """A folder of this computer to work in.

        Where the place is a folder, what is left in it is there for who asks for the same name
        next; two workers never have the same one at a time.
        """
        ...

    def put(self, file: Path, name: str) -> None:
        """Move a file of the scratch folder to the place; one that is there is replaced."""
        ...

    def get(self, name: str, file: Path) -> bool:
        """Bring a file to a path of this computer; False where there is none."""
        ...

    def publish(self, folder: Path, name: str) -> None:
        """Move a folder of the scratch folder to the place, as a whole.

        One that is there already stays: it was made of the same content.
        """
        ...

    def local(self, name: str) -> Path | None:
        """Where a file or folder of the place is on this computer; None for a place in S3."""
        ...


def place_of(work: Work) -> Place:
    """The place that `work.out` names.

    Raises:
        UserError: It cannot be used.
    """
    if work.out.startswith("s3://"):
        from core.batch.bucket import BucketPlace

        return BucketPlace.of(work.out, work.way)
    from core.batch.folder import FolderPlace

    return FolderPlace(Path(work.out))
