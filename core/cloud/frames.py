"""Chosen frames as pictures in S3, with signed URLs: what Lightly gives for a tag, without it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from core.cloud.address import S3Address, S3Way
from core.cloud.signed import SignedFrame
from core.cloud.signing import sign
from core.cloud.upload import Item, UploadProgress, plan_upload, run_upload
from core.errors import Cancelled
from core.export.png import encode_png
from core.lightly.names import frame_name
from core.video.reader import VideoReader

FOLDER = "frames"
"""Where the pictures go, below the address that a person gives."""
_BATCH = 64 << 20
"""Bytes of pictures that are sent together, and are in memory until they are."""


def upload_frames(
    reader: VideoReader,
    frames: Sequence[int],
    target: S3Address,
    way: S3Way,
    expiry: timedelta,
    *,
    memory: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[SignedFrame]:
    """Send frames as PNG to `target`/frames, those that are there already aside, and sign URLs.

    Args:
        reader: The video.
        frames: Frames to send, ascending.
        target: Where to; the pictures are named as Lightly names frames.
        way: How, and as whom.
        expiry: How long the URLs can be used from now on.
        memory: As for `plan_upload`.
        on_progress: Told frames done and frames in all.
        cancelled: Asked often.

    Returns:
        Each frame with its URLs, in order; frames that cannot be decoded are left out.

    Raises:
        SignInError: Credentials are missing, expired or wrong.
        CloudError: The expiry is out of bounds, or a picture cannot be sent.
        DamagedFrameError: A frame cannot be decoded, nor one beside it that was asked for.
        Cancelled: `cancelled` said so; what has arrived stays, and is not sent again.
    """
    sign({}, way, expiry)  # what it refuses is refused before anything is sent
    folder = target.below(FOLDER)
    addresses: dict[str, S3Address] = {}
    for batch in _batches(_items(reader, frames, folder, cancelled)):
        done = len(addresses)
        plan = plan_upload(
            batch, way, memory=memory, on_progress=lambda files: None, cancelled=cancelled
        )

        def tell(progress: UploadProgress, before: int = done + plan.unchanged) -> None:
            on_progress(before + progress.done_files, len(frames))

        run_upload(plan, on_progress=tell, cancelled=cancelled, paused=lambda: False)
        addresses |= {_name(item): item.address for item in batch}
    on_progress(len(frames), len(frames))
    return sign(addresses, way, expiry)


def _items(
    reader: VideoReader,
    frames: Sequence[int],
    folder: S3Address,
    cancelled: Callable[[], bool],
) -> Iterator[Item]:
    for frame, picture in reader.pictures(frames):
        if cancelled():
            raise Cancelled
        name = frame_name(reader.path, frame, len(reader))
        yield Item(folder.below(name), encode_png(picture))


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.source) if isinstance(item.source, bytes) else 0
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _name(item: Item) -> str:
    return item.address.prefix.rpartition("/")[2]
