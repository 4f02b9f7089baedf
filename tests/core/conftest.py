"""A video that is larger than its proxy, and a place for that; Lightly on this computer."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import core.cloud.lightly
from core.paths import ProxyPlace
from core.video import VideoReader
from core.video.proxy import ProxyReader, proxy_folder
from tests.conftest import MakeVideo
from tests.core.proxies import COUNT, GIB, SIZE
from tests.servers.s3_fixtures import aws, s3, s3_process, way

__all__ = ["aws", "s3", "s3_process", "way"]

if TYPE_CHECKING:  # Takes 2 s, and few tests want it.
    from tests.servers.lightly_api import LightlyServer


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


@pytest.fixture(scope="session")
def _lightly_server() -> "Iterator[LightlyServer]":
    from tests.servers.lightly_api import serving

    with serving() as server:
        yield server


@pytest.fixture
def lightly(_lightly_server: "LightlyServer", monkeypatch: pytest.MonkeyPatch) -> "LightlyServer":
    """Lightly, where nothing was made yet and nothing fails; its token is in the environment."""
    from tests.servers.lightly_platform import TOKEN, Platform

    server = _lightly_server
    server.platform = Platform(url=server.url)
    server.faults, server.requests = [], []
    monkeypatch.setenv("LIGHTLY_SERVER_LOCATION", server.url)
    monkeypatch.setenv("LIGHTLY_TOKEN", TOKEN)
    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(core.cloud.lightly, "PAUSES", (0.01, 0.01, 0.01))
    return server
