"""What goes where when videos are handed over to Lightly."""

from collections.abc import Iterator, Sequence

from core.cloud.address import S3Address
from core.cloud.upload import Item
from core.lightly.names import DATA
from core.lightly.writer import LightlyVideo, layout_count, layout_files


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
