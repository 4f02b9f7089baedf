"""A video that is larger than its proxy, and a place for that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import ProxyPlace
from core.video import VideoReader
from core.video.proxy import ProxyReader, proxy_folder
from tests.conftest import MakeVideo
from tests.core.proxies import COUNT, GIB, SIZE
from tests.servers.s3_fixtures import aws, s3, s3_process, way

__all__ = ["aws", "s3", "s3_process", "way"]


@pytest.fixture(scope="session")
def large(make_video: MakeVideo) -> Path:
    """A video of `COUNT` frames of `SIZE`."""
    return make_video("large.mp4", COUNT, size=SIZE, gop=30, b_frames=2)


@pytest.fixture
def reader(large: Path) -> Iterator[VideoReader]:
    """Reads `large`."""
    with VideoReader(large) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> ProxyPlace:
    """An empty place for proxies, with room enough."""
    return ProxyPlace(tmp_path / "proxies", GIB)


@pytest.fixture
def proxy(reader: VideoReader, place: ProxyPlace) -> Iterator[ProxyReader]:
    """Reads the proxy of `large`, which is not there yet."""
    made = ProxyReader(proxy_folder(place, reader.info.identity), len(reader))
    yield made
    made.close()
