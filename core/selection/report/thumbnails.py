"""Small pictures of chosen frames, straight from their videos."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from core.errors import DamagedFrameError, UserError
from core.frames import FrameRange
from core.opening import Target, open_reader
from core.selection.pool import Pool, PoolVideo
from core.selection.report.text import name
from core.selection.request import FrameId
from core.video import Picture, VideoReader
from core.video.picture import Size

_LONG_SIDE = 320
_QUALITY = 80


@dataclass(frozen=True)
class Shot:
    """A frame of a video that could be opened."""

    seconds: float
    """Timestamp."""
    size: Size
    jpeg: bytes | None = field(repr=False)
    """None where the frame is damaged."""


@dataclass(frozen=True)
class Shots:
    """What the videos gave."""

    found: Mapping[FrameId, Shot]
    missing: tuple[str, ...]
    """Sentences on videos that gave nothing."""


def take_shots(pool: Pool, rows: Sequence[int], step: Callable[[], None]) -> Shots:
    """Small pictures of some rows.

    Args:
        pool: The frames.
        rows: Any order.
        step: Called for every row; may raise `Cancelled`.
    """
    wanted = sorted(pool.where(row) for row in rows)
    found: dict[FrameId, Shot] = {}
    missing = []
    for place, video in enumerate(pool.videos):
        frames = [where.frame for where in wanted if where.video == place]
        if not frames:
            continue
        try:
            with open_reader(Target(video.path, video.project)) as reader:
                if len(reader) != video.frame_count:
                    missing.append(_sentence(video, "it is not the same video any more"))
                    continue
                for frame, shot in _shots(reader, frames, step):
                    found[FrameId(place, frame)] = shot
        except (OSError, UserError):
            why = "it cannot be read" if video.path.exists() else "it is not there any more"
            missing.append(_sentence(video, why))
    return Shots(found, tuple(missing))


def _sentence(video: PoolVideo, why: str) -> str:
    return f"Pictures of {name(video.name)} are left out: {why}."


def _shots(
    reader: VideoReader, frames: Sequence[int], step: Callable[[], None]
) -> Iterator[tuple[int, Shot]]:
    width, height = reader.info.width, reader.info.height
    scale = min(1.0, _LONG_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    for frame in frames:
        step()
        try:
            decoded = next(reader.decode(FrameRange(frame, frame + 1)))
            jpeg = encode_jpeg(decoded.picture(size))
        except DamagedFrameError:
            jpeg = None
        yield frame, Shot(reader.index.timestamp(frame), size, jpeg)


def encode_jpeg(picture: Picture) -> bytes:
    """The picture as a JPEG file's content."""
    target = BytesIO()
    Image.fromarray(picture[:, :, ::-1].copy()).save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
