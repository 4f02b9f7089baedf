"""Finds the objects in S3 that are taken for videos."""

import glob
from functools import partial
from typing import Any

from core.batch.finding import (
    Candidate,
    in_order,
    is_passed_over,
    is_video_name,
)
from core.batch.layout import BATCH, RESULTS
from core.cloud.address import S3Address, S3Way
from core.cloud.objects import Stored, object_at, patient_client, stored_below
from core.cloud.refusals import explained
from core.cloud.remote_video import identity_of
from core.errors import BatchError


def find_in_s3(source: str, way: S3Way, connections: int) -> list[Candidate]:
    """The videos below a prefix, in the order of their names, or the one object that is named.

    What is passed over in folders is passed over here, too.

    Args:
        source: `s3://bucket/prefix`, or the address of an object.
        way: To the server.
        connections: So many candidates will be looked at at a time.

    Raises:
        BatchError: Nothing lies there.
        CloudError: It is no address, or S3 cannot be asked.
    """
    client, folder = patient_client(way, connections), S3Address.parse(source)
    exact = _exact(client, way, object_at(source))
    below = {_below(stored, folder): stored for stored in stored_below(client, way, folder)}
    if exact is None and not below:
        patterned = "name a folder, for S3 knows no patterns"
        raise BatchError(
            f"There is nothing at {source}",
            mend=patterned if glob.has_magic(source) else "correct the address",
        )
    if exact is not None:
        below[exact.address.prefix.rpartition("/")[2]] = exact
    batches = [path.removesuffix(BATCH) for path in below if _name(path) == BATCH]
    results = tuple(f"{batch}{name}/" for batch in batches for name in RESULTS)
    return in_order(
        [
            Candidate(str(stored.address), path, partial(identity_of, client, way, stored))
            for path, stored in below.items()
            if stored is exact or (_is_wanted(path) and not path.startswith(results))
        ]
    )


def _exact(client: Any, way: S3Way, address: S3Address) -> Stored | None:
    """The object at an address; None for a folder."""
    if not address.prefix:
        return None
    with explained(way, address):
        # A listing and no HEAD, which needs another permission to say that there is nothing.
        page = client.list_objects_v2(Bucket=address.bucket, Prefix=address.prefix, MaxKeys=1)
    for entry in page.get("Contents", []):
        if entry["Key"] == address.prefix and not address.prefix.endswith("/"):
            return Stored(address, entry["Size"], entry["ETag"], entry["LastModified"])
    return None


def _is_wanted(path: str) -> bool:
    *folders, name = path.split("/")
    hidden = any(is_passed_over(folder, folder=True) for folder in folders)
    return is_video_name(name) and not hidden and not is_passed_over(name, folder=False)


def _below(stored: Stored, folder: S3Address) -> str:
    return stored.address.prefix[len(folder.prefix) + 1 if folder.prefix else 0 :]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
