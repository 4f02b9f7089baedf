"""What it takes to read videos in S3 piece by piece: requests, bytes and seconds.

    python -m benchmarks.streaming ../shared/media/dashcam_highway.mp4 ...

A server of the tests stands for S3, so seconds are those of this computer alone. Beside our reader
smart_open is asked, if it is installed: as it comes, and with requests of 1 MiB.
"""

import argparse
import importlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from core.cloud.address import S3Address, S3Way
from core.cloud.objects import Stored, patient_client, stored_at
from core.cloud.receiving import receive
from core.cloud.remote_video import identity_of
from core.frames import FrameIndex
from core.video import VideoReader
from core.video.identity import FileIdentity
from core.video.index import build_index
from core.video.remote import standing_in
from tests.servers.s3 import CREDENTIALS, s3_server

BUCKET = "videos"
SEGMENT = 60
"""Frames, from a keyframe in the middle on."""
MIB = 1 << 20

Open = Callable[[Any, Stored], BinaryIO]


class Counter:
    """A client that counts what comes of its requests for content."""

    def __init__(self, client: Any) -> None:
        self._client, self.requests, self.bytes = client, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_object(self, **which: Any) -> Any:
        """As botocore's."""
        answer = self._client.get_object(**which)
        self.requests += 1
        read = answer["Body"].read

        def counted(amount: int | None = None) -> bytes:
            content: bytes = read(amount)
            self.bytes += len(content)
            return content

        answer["Body"].read = counted
        return answer


@dataclass(frozen=True)
class Opened:
    """A remote file that is opened in one of the ways."""

    client: Any
    stored: Stored
    identity: FileIdentity
    how: Open

    def open(self) -> BinaryIO:
        """See `RemoteFile`."""
        return self.how(self.client, self.stored)


def ways() -> dict[str, Open]:
    """How an object is opened, by name."""
    from core.cloud import remote_video

    def ours(client: Any, stored: Stored) -> Any:
        blocks = remote_video._Blocks(client, S3Way(), stored)
        return io.BufferedReader(remote_video._BlockReader(blocks, stored))

    found: dict[str, Open] = {"ours": ours}
    if find_spec("smart_open") is not None:
        smart_open = importlib.import_module("smart_open.s3")
        for name, options in {
            "smart_open": {},
            "smart_open, 1 MiB": {"buffer_size": MIB, "range_chunk_size": MIB},
        }.items():
            found[name] = lambda client, stored, options=options: smart_open.open(  # type: ignore[misc]
                stored.address.bucket,
                stored.address.prefix,
                "rb",
                client=client,
                defer_seek=True,
                **options,
            )
    return found


def measure(client: Any, way: S3Way, video: Path, folder: Path) -> None:
    """Print what each way takes for one video."""
    client.put_object(Bucket=BUCKET, Key=video.name, Body=video.read_bytes())
    stored = stored_at(client, way, S3Address(BUCKET, video.name))
    if stored is None:
        raise RuntimeError(f"{video} did not arrive")
    identity, index = identity_of(client, way, stored), build_index(video)
    print(f"{video.name}: {stored.size / MIB:.2f} MiB, {len(index)} frames")
    for name, how in ways().items():
        for what in ("index", "segment"):
            counter, began = Counter(client), time.monotonic()
            with standing_in(Opened(counter, stored, identity, how), folder / video.name) as path:
                read(path, index if what == "segment" else None)
            seconds = time.monotonic() - began
            print(
                f"  {name:18} {what:8} {counter.requests:4} requests "
                f"{counter.bytes / MIB:8.2f} MiB {seconds:6.2f} s"
            )
    began = time.monotonic()
    receive(client, way, stored, folder / "fetched", lambda done: None)
    print(f"  fetching {stored.size / MIB:.2f} MiB: {time.monotonic() - began:.2f} s")


def read(path: Path, index: FrameIndex | None) -> None:
    """Make the index of a video, or decode a segment of one that has its index."""
    if index is None:
        build_index(path)
        return
    start = index.keyframe_before(len(index) // 2)
    with VideoReader(path, index) as reader:
        for _ in reader.frames_in_range(start, min(start + SEGMENT, len(index))):
            pass


def main() -> None:
    """Measure all videos that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", nargs="+", type=Path)
    os.environ |= {**CREDENTIALS, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}
    with s3_server(BUCKET) as server, tempfile.TemporaryDirectory() as folder:
        way = S3Way(server.url)
        for video in parser.parse_args().videos:
            measure(patient_client(way), way, video, Path(folder))


if __name__ == "__main__":
    main()
