"""Addresses of objects in S3, and the way to the server that keeps them."""

import re
from dataclasses import dataclass

from core.errors import CloudError
from core.project.handover import CloudPlace

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Source: "Bucket naming rules" of the Amazon S3 user guide."""


@dataclass(frozen=True)
class S3Address:
    """`s3://bucket/prefix`; the prefix has no slash at either end and may be empty."""

    bucket: str
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> "S3Address":
        """Read `s3://bucket/prefix`.

        Raises:
            CloudError: It is something else.
        """
        scheme, _, rest = text.strip().partition("://")
        bucket, _, prefix = rest.partition("/")
        parts = [part for part in prefix.split("/") if part]
        if scheme != "s3" or not _BUCKET.fullmatch(bucket) or {".", ".."} & set(parts):
            raise CloudError(
                f"{text!r} is no address in S3", mend="write it as s3://bucket or s3://bucket/path"
            )
        return cls(bucket, "/".join(parts))

    def below(self, path: str) -> "S3Address":
        """The address of what lies at a relative path below this one."""
        return S3Address(self.bucket, f"{self.prefix}/{path}" if self.prefix else path)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True)
class S3Way:
    """How a server that speaks S3 is reached, and as whom; never holds a secret."""

    endpoint: str = ""
    """Its address; empty for AWS."""
    region: str = ""
    """Empty for that of the AWS configuration."""
    profile: str = ""
    """A named profile of the AWS configuration; empty for the usual chain."""

    @classmethod
    def of(cls, place: CloudPlace) -> "S3Way":
        """The way that a project remembers."""
        return cls(place.endpoint, place.region, place.profile)
