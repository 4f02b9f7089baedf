"""What goes where when videos are handed over to Lightly."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.cloud.address import S3Address, S3Way
from core.cloud.upload import Item, UploadPlan, plan_upload
from core.lightly.names import DATA
from core.lightly.writer import LightlyVideo, layout_count, layout_files
from core.project.handover import CloudPlace

MEMORY = "uploads.json"
"""File in a project's folder that remembers what was uploaded."""


def plan_hand_over(
    videos: Sequence[LightlyVideo],
    place: CloudPlace,
    project: Path,
    *,
    on_progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> UploadPlan:
    """See what must be sent so that all of it is there; see `core.cloud.upload.plan_upload`.

    Args:
        videos: What is handed over.
        place: Where to.
        project: The folder that remembers what was uploaded.
        on_progress: Told how many of `item_count` items were looked at.
        cancelled: Asked often.
    """
    items = items_of(videos, S3Address.parse(place.input), S3Address.parse(place.lightly))
    return plan_upload(
        items,
        S3Way.of(place),
        memory=project / MEMORY,
        on_progress=on_progress,
        cancelled=cancelled,
    )


def items_of(
    videos: Sequence[LightlyVideo], source: S3Address, lightly: S3Address
) -> Iterator[Item]:
    """The videos for the input bucket, then every file of the layout for Lightly's.

    Args:
        videos: What is handed over.
        source: Where Lightly takes the videos from.
        lightly: Where it looks for predictions and metadata.

    Raises:
        CloudError: Names of videos or classes do not serve; before the first item.
    """
    files = layout_files(videos)
    for video in videos:
        yield Item(source.below(f"{DATA}/{video.path.name}"), video.path)
    for file in files:
        yield Item(lightly.below(file.path), file.data)


def item_count(videos: Sequence[LightlyVideo]) -> int:
    """How many items `items_of` gives."""
    return len(videos) + layout_count(videos)
