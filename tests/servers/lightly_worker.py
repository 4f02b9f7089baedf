"""What Lightly's Worker does with buckets: reads the layout, chooses frames, extracts them."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

REPORT = b"%PDF-1.4\n" + b"% a report of a selection\n" * 4000 + b"%%EOF\n"
_FRAME = re.compile(r"(?P<stem>.+)-(?P<frame>\d+)-(?P<suffix>\w+)\.png")


class WorkerError(Exception):
    """What makes a run fail: the layout is not what the selection asks for."""


@dataclass(frozen=True)
class Chosen:
    """A chosen frame, and where its picture lies."""

    file_name: str
    bucket: str = ""
    key: str = ""


class Bucket:
    """Reads and writes objects by `s3://bucket/key`."""

    def __init__(self, endpoint: str) -> None:
        import boto3
        from botocore.config import Config

        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        self._s3 = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="worker",
            aws_secret_access_key="the-worker-has-keys-of-its-own",
            config=config,
        )

    def exists(self, address: str) -> bool:
        """Whether the address' bucket is there."""
        bucket, _ = parted(address)
        return any(b["Name"] == bucket for b in self._s3.list_buckets()["Buckets"])

    def keys(self, address: str) -> Iterator[str]:
        """Keys below an address."""
        bucket, prefix = parted(address)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def read(self, bucket: str, key: str) -> bytes:
        """An object's content."""
        content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object."""
        self._s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType="image/png")

    def signed(self, bucket: str, key: str) -> str:
        """An address under which anybody can read an object for ten minutes."""
        params = {"Bucket": bucket, "Key": key}
        url: str = self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=600)
        return url


@dataclass(frozen=True)
class Worker:
    """Chooses the frames that flicker most, and puts them to `.lightly/frames` as PNG."""

    storage: Bucket

    def reaches(self, addresses: Sequence[str]) -> bool:
        """Whether all buckets are there."""
        return all(self.storage.exists(address) for address in addresses)

    def choose(self, source: str, lightly: str, selection: Any) -> list[Chosen]:
        """The chosen frames, whose pictures are in the Lightly bucket afterwards."""
        self._check_tasks(lightly, selection)
        scores = self._flickering(lightly)
        n = selection.n_samples or max(1, round(len(scores) * selection.proportion_samples))
        names = sorted(sorted(scores), key=lambda name: -scores[name])[:n]
        return [self._extracted(name, source, lightly) for name in sorted(names)]

    def _check_tasks(self, lightly: str, selection: Any) -> None:
        """All tasks that the selection names must be there with predictions."""
        keys = list(self.storage.keys(f"{lightly}/.lightly/predictions"))
        for task in {entry.input.task for entry in selection.strategies} - {None}:
            files = [key for key in keys if f"/predictions/{task}/" in key]
            if not any(key.endswith(f"/{task}/schema.json") for key in files) or len(files) < 2:
                raise WorkerError(f"there are no predictions for the task {task}")

    def _flickering(self, lightly: str) -> dict[str, float]:
        """Flickering by the file name of each frame."""
        bucket, _ = parted(lightly)
        keys = list(self.storage.keys(f"{lightly}/.lightly/metadata"))
        files = [key for key in keys if key.endswith(".json") and not key.endswith("/schema.json")]
        entries = [json.loads(self.storage.read(bucket, key)) for key in files]
        return {entry["file_name"]: entry["metadata"]["flickering"] for entry in entries}

    def _extracted(self, file_name: str, source: str, lightly: str) -> Chosen:
        match = _FRAME.fullmatch(file_name)
        if not match:
            raise WorkerError(f"{file_name} is no name of a frame")
        bucket, prefix = parted(source)
        key = f"{prefix}/{match['stem']}.{match['suffix']}".lstrip("/")
        picture = _png(self.storage.read(bucket, key), int(match["frame"]))
        target, below = parted(lightly)
        place = f"{below}/.lightly/frames/{file_name}".lstrip("/")
        self.storage.write(target, place, picture)
        return Chosen(file_name, target, place)


def parted(address: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    parts = urlsplit(address)
    return parts.netloc, parts.path.strip("/")


def _png(video: bytes, index: int) -> bytes:
    import av

    with av.open(io.BytesIO(video)) as container:
        for position, frame in enumerate(container.decode(video=0)):
            if position == index:
                out = io.BytesIO()
                frame.to_image().save(out, "PNG")
                return out.getvalue()
    raise WorkerError(f"the video has no frame {index}")
