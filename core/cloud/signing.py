"""Signed URLs: addresses that anybody can read for a while, without credentials."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.s3 import aws_session, explained, s3_client
from core.cloud.signed import SignedFrame
from core.errors import CloudError
from core.paths import write_atomically

LONGEST = timedelta(days=7)
"""Source: "Authenticating Requests: Using Query Parameters" of the Amazon S3 API reference."""
_SHORTEST = timedelta(seconds=1)


def sign(
    addresses_by_name: Mapping[str, S3Address], way: S3Way, expiry: timedelta
) -> list[SignedFrame]:
    """Give each file a URL; no request is made for one, and whether it exists is not asked.

    Of AWS, each bucket's region is asked once if nobody says one, for it is part of a signature.

    Raises:
        SignInError: Credentials are missing, expired or wrong.
        CloudError: The expiry is not between a second and seven days, or a bucket's region
            cannot be found.
    """
    if not _SHORTEST <= expiry <= LONGEST:
        raise CloudError(
            f"A signed URL cannot be valid for {expiry}", mend="choose 1 second to 7 days"
        )
    clients: dict[str, Any] = {}
    frames = []
    for name, address in addresses_by_name.items():
        if address.bucket not in clients:
            clients[address.bucket] = _client_for(address, way)
        with explained(way, address):
            url = clients[address.bucket].generate_presigned_url(
                "get_object",
                Params={"Bucket": address.bucket, "Key": address.prefix},
                ExpiresIn=int(expiry.total_seconds()),
            )
        frames.append(SignedFrame(name, url, str(address)))
    return frames


def ends_earlier(way: S3Way) -> bool:
    """Whether URLs signed now may end before their expiry, with temporary credentials.

    Those of SSO and of roles last hours; a URL that they signed dies with them.

    Raises:
        SignInError: Credentials are missing or expired.
    """
    with explained(way):
        credentials = aws_session(way).get_credentials()
        return credentials is not None and bool(credentials.get_frozen_credentials().token)


def write_signed(frames: Iterable[SignedFrame], path: Path) -> None:
    """Write Lightly's JSON form; only the person may read the file.

    Raises:
        CloudError: It cannot be written.
    """
    rows = [
        {"fileName": f.file_name, "readUrl": f.read_url, "datasourceUrl": f.datasource_url}
        for f in frames
    ]
    text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    try:
        write_atomically(path, write, 0o600)
    except OSError as error:
        raise CloudError(
            f"{path} cannot be written ({error.strerror})", mend="choose another place"
        ) from error


def _client_for(address: S3Address, way: S3Way) -> Any:
    """A client that signs for the region of the bucket."""
    client = s3_client(way)
    if way.endpoint or way.region:
        return client
    with explained(way, address):
        answer = client.head_bucket(Bucket=address.bucket)
    region = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", "")
    return s3_client(replace(way, region=region))
