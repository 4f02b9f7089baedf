"""Clients of S3 and of servers that speak it, and whether a bucket can be used."""

import logging
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from core.cloud.address import S3Address, S3Way
from core.cloud.refusals import elsewhere, explained, without_password
from core.errors import CloudError

__all__ = ["check_bucket", "explained", "s3_client"]

_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 20.0
_OTHERS_REGION = "us-east-1"
"""What servers other than AWS are told where nobody says a region: signatures need one."""

for _name in ("boto3", "botocore", "s3transfer", "urllib3"):
    # At DEBUG they write signed headers, and so what a session token is.
    logging.getLogger(_name).setLevel(logging.WARNING)


def s3_client(
    way: S3Way,
    connections: int = 10,
    *,
    attempts: int = 3,
    answer_seconds: float = _ANSWER_SECONDS,
) -> Any:
    """A client of botocore; making it sends nothing.

    Args:
        way: Where, and as whom.
        connections: Kept open at most.
        attempts: How often each request is tried before it fails.
        answer_seconds: How long each answer is waited for.

    Raises:
        SignInError: The profile is unknown.
        CloudError: The endpoint is no address.
    """
    from botocore.config import Config

    check_endpoint(way)
    config = Config(
        max_pool_connections=connections,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=answer_seconds,
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
        session = aws_session(way)
        region = way.region or session.region_name or (_OTHERS_REGION if way.endpoint else None)
        return session.client(
            "s3", region_name=region, endpoint_url=way.endpoint or None, config=config
        )


def aws_session(way: S3Way) -> Any:
    """Credentials and region by the usual chain of AWS, or of the profile.

    Raises:
        botocore.exceptions.ProfileNotFound: See `explained`.
    """
    import boto3
    import botocore.session

    session = botocore.session.Session()
    session.register_component("data_loader", _models())
    return boto3.Session(botocore_session=session, profile_name=way.profile or None)


@cache
def _models() -> Any:
    """Descriptions of AWS's services; to read them is most of what making a client takes."""
    from botocore.session import Session

    return Session().get_component("data_loader")


def check_endpoint(way: S3Way) -> None:
    """Refuse an endpoint that is no address.

    Raises:
        CloudError: It is none.
    """
    if not way.endpoint:
        return
    try:
        parts = urlsplit(way.endpoint)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(c.isspace() for c in way.endpoint):
        raise CloudError(
            f"{without_password(way.endpoint)!r} is no endpoint address",
            mend="write it as https://server:port",
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
        answer = client.list_objects_v2(Bucket=address.bucket, Prefix=prefix, MaxKeys=1)
        # botocore finds the region by itself, but URLs signed for a wrong one are refused.
        region = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region")
        if way.region and region and region != way.region:
            raise elsewhere(address, way, region)
        if writing:
            where = {"Bucket": address.bucket, "Key": f"{prefix}.flickerscope-check"}
            upload = client.create_multipart_upload(**where)["UploadId"]
            client.abort_multipart_upload(**where, UploadId=upload)
