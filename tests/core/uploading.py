"""Uploading in tests."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.s3 import s3_client
from core.cloud.upload import (
    Item,
    UploadPlan,
    UploadProgress,
    UploadResult,
    plan_upload,
    run_upload,
)
from tests.servers.s3_fixtures import INPUT, LIGHTLY

LARGE = (8 << 20) + 5
"""Bytes of a file that goes in two parts."""


def small_items(count: int, salt: str = "") -> list[Item]:
    folder = S3Address(LIGHTLY, "drive/.lightly/metadata/data")
    return [
        Item(folder.below(f"clip-{n:03d}-mp4.json"), f"{salt}{n}".encode()) for n in range(count)
    ]


def large_item(folder: Path, byte: bytes = b"v") -> Item:
    video = folder / "clip.mp4"
    video.write_bytes(byte * LARGE)
    return Item(S3Address(INPUT, "drive/data/clip.mp4"), video)


def planned(items: Iterable[Item], way: S3Way, memory: Path | None = None) -> UploadPlan:
    return plan_upload(
        items, way, memory=memory, on_progress=lambda _: None, cancelled=lambda: False
    )


def ran(
    plan: UploadPlan,
    on_progress: Callable[[UploadProgress], object] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    paused: Callable[[], bool] = lambda: False,
) -> UploadResult:
    return run_upload(
        plan,
        on_progress=lambda progress: on_progress(progress) and None,
        cancelled=cancelled,
        paused=paused,
    )


def kept(way: S3Way, bucket: str) -> dict[str, bytes]:
    """What lies in a bucket."""
    client: Any = s3_client(way)
    entries = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {
        entry["Key"]: client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for entry in entries
    }
