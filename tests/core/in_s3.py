"""Videos in the S3 server of the tests."""

import shutil
from pathlib import Path
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.objects import Stored, patient_client, stored_at
from core.cloud.remote_video import S3Video, identity_of
from core.cloud.s3 import s3_client
from tests.servers.s3_fixtures import INPUT


def put(way: S3Way, key: str, source: Path | bytes) -> str:
    """Put an object into the bucket `INPUT`; its address."""
    client: Any = s3_client(way)
    body = source if isinstance(source, bytes) else source.read_bytes()
    client.put_object(Bucket=INPUT, Key=key, Body=body)
    return f"s3://{INPUT}/{key}"


def put_folder(way: S3Way, folder: Path, prefix: str) -> str:
    """Put all files of a folder below a prefix of the bucket `INPUT`; its address."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            put(way, f"{prefix}/{path.relative_to(folder).as_posix()}", path)
    return f"s3://{INPUT}/{prefix}"


def delete(way: S3Way, key: str) -> None:
    """Remove an object of the bucket `INPUT`."""
    s3_client(way).delete_object(Bucket=INPUT, Key=key)


def stored(way: S3Way, key: str) -> Stored:
    """An object of the bucket `INPUT`."""
    found = stored_at(patient_client(way), way, S3Address(INPUT, key))
    assert found is not None
    return found


def video_at(way: S3Way, key: str) -> S3Video:
    """An object of the bucket `INPUT`, as it is read piece by piece."""
    found = stored(way, key)
    return S3Video(found, way, identity_of(patient_client(way), way, found))


def copied(source: Path, folder: Path, name: str) -> Path:
    """A copy of a file, below a folder."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, target))
