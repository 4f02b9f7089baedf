"""Clients of S3 and of servers that speak it, and whether a bucket can be used."""

import logging
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.cloud.refusals import UnreachableError, explained
from core.errors import CloudError

__all__ = ["UnreachableError", "check_bucket", "explained", "s3_client"]

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_OTHERS_REGION = "us-east-1"
"""What servers other than AWS are told where nobody says a region: signatures need one."""

for _name in ("boto3", "botocore", "s3transfer", "urllib3"):
    # At DEBUG they write signed headers, and so what a session token is.
    logging.getLogger(_name).setLevel(logging.WARNING)


def s3_client(way: S3Way, connections: int = 10, *, attempts: int = 3) -> Any:
    """A client of botocore; making it sends nothing.

    Args:
        way: Where, and as whom.
        connections: Kept open at most.
        attempts: How often each request is tried before it fails.

    Raises:
        SignInError: The profile is unknown.
        CloudError: The endpoint is no address.
    """
    import boto3
    from botocore.config import Config

    check_endpoint(way)
    config = Config(
        max_pool_connections=connections,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Servers other than AWS seldom answer to bucket.host.
        s3={"addressing_style": "path" if way.endpoint else "auto"},
        signature_version="s3v4",
        # We give Content-MD5, which every server knows and which we need anyway to compare ETags.
        # A CRC beside it would be computed twice, and sent as a trailer in chunks, which many
        # servers other than AWS refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    with explained(way):
        session = boto3.Session(profile_name=way.profile or None)
        region = way.region or session.region_name or (_OTHERS_REGION if way.endpoint else None)
        return session.client(
            "s3", region_name=region, endpoint_url=way.endpoint or None, config=config
        )


def check_endpoint(way: S3Way) -> None:
    """Refuse an endpoint that is no address.

    Raises:
        CloudError: It is none.
    """
    from urllib.parse import urlsplit

    if not way.endpoint:
        return
    try:
        parts = urlsplit(way.endpoint)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(c.isspace() for c in way.endpoint):
        raise CloudError(
            f"{way.endpoint!r} is no endpoint address", mend="write it as https://server:port"
        )


def check_bucket(address: S3Address, way: S3Way, *, writing: bool) -> None:
    """Ask whether what lies below an address can be listed and, if `writing`, written.

    Nothing is written: an upload in parts is begun and given up again.

    Raises:
        SignInError: Credentials are missing, expired or wrong.
        CloudError: The bucket cannot be used.
    """
    client = s3_client(way, attempts=2)
    prefix = f"{address.prefix}/" if address.prefix else ""
    with explained(way, address):
        client.list_objects_v2(Bucket=address.bucket, Prefix=prefix, MaxKeys=1)
        if writing:
            where = {"Bucket": address.bucket, "Key": f"{prefix}.flickerscope-check"}
            upload = client.create_multipart_upload(**where)["UploadId"]
            client.abort_multipart_upload(**where, UploadId=upload)
