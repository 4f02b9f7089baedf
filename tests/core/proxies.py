"""Making proxies in tests, and reading back which frame each picture shows."""

from collections.abc import Sequence
from pathlib import Path

from core.frames import FrameRange
from core.paths import ProxyPlace
from core.video import Picture, VideoReader
from core.video.proxy import ProxyReader, ProxyWriter
from core.video.proxy_making import ProxyRequest
from tests.conftest import index_at_any_size

COUNT = 50
SIZE = (960, 576)
SMALL = (640, 384)
GIB = 1 << 30


def request_of(reader: VideoReader, place: ProxyPlace) -> ProxyRequest:
    return ProxyRequest(reader.path, reader.index, place)


def add(writer: ProxyWriter, reader: VideoReader, frames: Sequence[int]) -> None:
    for frame in frames:
        writer.add(next(reader.decode(FrameRange(frame, frame + 1))))


def seen(proxy: ProxyReader, count: int = COUNT) -> dict[int, int]:
    """Frames that have a picture, and the index that each one shows."""
    pictures = ((frame, proxy.picture(frame)) for frame in range(count))
    return {frame: index_at_any_size(p) for frame, p in pictures if p is not None}


def each(frames: Sequence[int]) -> dict[int, int]:
    return {frame: frame for frame in frames}


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def checked(picture: Picture | None) -> Picture:
    assert picture is not None
    assert picture.shape == (SMALL[1], SMALL[0], 3)
    return picture


def checked_size(picture: Picture | None, size: tuple[int, int]) -> Picture:
    assert picture is not None
    assert picture.shape[1::-1] == size
    return picture
