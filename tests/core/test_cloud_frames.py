"""Frames as pictures in S3, and the URLs that give them back."""

import os
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.cloud import frames as cloud_frames
from core.cloud.address import S3Address, S3Way
from core.cloud.frames import upload_frames
from core.errors import Cancelled, CloudError
from core.export.png import encode_png
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.servers.s3 import CREDENTIALS, S3Server, s3_server

TARGET = S3Address("pictures", "drives")
DAY = timedelta(days=1)
FRAMES = [0, 1, 2, 7, 11]


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server(TARGET.bucket) as running:
        yield running


@pytest.fixture
def way(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Way:
    """To an empty bucket."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server.clear()
    return S3Way(server.url)


@pytest.fixture(scope="module")
def reader(make_video: MakeVideo) -> Iterator[VideoReader]:
    with VideoReader(make_video("drive.mp4", 12, b_frames=2)) as made:
        yield made


def test_urls_give_the_pictures_back(reader: VideoReader, way: S3Way) -> None:
    told: list[tuple[int, int]] = []
    signed = upload_frames(
        reader, FRAMES, TARGET, way, DAY, on_progress=lambda *done: told.append(done)
    )
    assert [frame.file_name for frame in signed] == [f"drive-{f:02}-mp4.png" for f in FRAMES]
    for number, frame in zip(FRAMES, signed, strict=True):
        assert frame.datasource_url == f"s3://pictures/drives/frames/{frame.file_name}"
        assert downloaded(frame.read_url) == encode_png(reader.frame_at(number))
    assert told == sorted(told)
    assert told[-1] == (5, 5)


def test_what_is_there_is_not_sent_again(reader: VideoReader, way: S3Way, server: S3Server) -> None:
    upload_frames(reader, FRAMES, TARGET, way, DAY)
    assert server.counts()["PUT"] == 5
    signed = upload_frames(reader, [*FRAMES[:4], 8], TARGET, way, DAY)
    assert server.counts()["PUT"] == 1
    assert signed[4].file_name == "drive-08-mp4.png"


def test_no_more_than_a_batch_is_kept_and_a_cancelled_upload_goes_on(
    reader: VideoReader, way: S3Way, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_frames, "_BATCH", 1)
    sent = 0

    def count(done: int, total: int) -> None:
        nonlocal sent
        sent = done

    with pytest.raises(Cancelled):
        upload_frames(
            reader, FRAMES, TARGET, way, DAY, on_progress=count, cancelled=lambda: sent >= 2
        )
    assert server.counts()["PUT"] == 2
    assert len(upload_frames(reader, FRAMES, TARGET, way, DAY)) == 5
    assert server.counts()["PUT"] == 3


def test_an_expiry_out_of_bounds_is_refused_before_anything_is_sent(
    reader: VideoReader, way: S3Way, server: S3Server
) -> None:
    server.counts()
    with pytest.raises(CloudError, match="cannot be valid for 8 days"):
        upload_frames(reader, FRAMES, TARGET, way, timedelta(days=8))
    assert set(server.counts()) <= {"GET"}


def downloaded(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        content: bytes = answer.read()
    return content
