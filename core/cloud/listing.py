"""What lies in S3 already, at a request for a thousand keys."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.refusals import explained

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Listed:
    """An object that S3 keeps."""

    size: int
    etag: str
    """Without quotes."""


def listed(client: Any, way: S3Way, addresses: Iterable[S3Address]) -> dict[S3Address, Listed]:
    """What S3 keeps at these addresses; those where nothing lies are left out.

    Each folder is listed from its first wanted key to its last, and what lies between two wanted
    keys is leapt over: a few files beside a million others cost a few requests.

    Raises:
        CloudError: It cannot be listed.
    """
    folders = defaultdict[S3Address, list[str]](list)
    for address in addresses:
        folder = address.prefix.rpartition("/")[0]
        folders[S3Address(address.bucket, folder)].append(address.prefix)
    found: dict[S3Address, Listed] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = (
            pool.submit(_of_folder, client, way, folder, keys) for folder, keys in folders.items()
        )
        for job in list(jobs):
            found.update(job.result())
    return found


def _of_folder(
    client: Any, way: S3Way, folder: S3Address, keys: list[str]
) -> dict[S3Address, Listed]:
    wanted = set(keys)
    return {
        S3Address(folder.bucket, entry["Key"]): Listed(entry["Size"], entry["ETag"].strip('"'))
        for page in _pages(client, way, folder, sorted(keys))
        for entry in page
        if entry["Key"] in wanted
    }


def _pages(
    client: Any, way: S3Way, folder: S3Address, keys: list[str]
) -> Iterator[list[dict[str, Any]]]:
    prefix = f"{folder.prefix}/" if folder.prefix else ""
    after = keys[0][:-1]  # nearly nothing sorts between a key without its last character and it
    while True:
        with explained(way, folder):
            answer = client.list_objects_v2(Bucket=folder.bucket, Prefix=prefix, StartAfter=after)
        page = answer.get("Contents", [])
        yield page
        left = bisect_right(keys, page[-1]["Key"]) if page else len(keys)
        if not answer.get("IsTruncated") or left == len(keys):
            return
        after = max(page[-1]["Key"], keys[left][:-1])
