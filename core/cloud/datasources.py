"""How Lightly itself gets into the buckets: by a role of AWS, or by keys."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.cloud.address import S3Address
from core.cloud.lightly import ask, library, never
from core.cloud.token import keep_secret, redacted
from core.errors import CloudError, SignInError
from core.project.handover import CloudPlace

_ARN = re.compile(r"arn:aws:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
_EXTERNAL_ID = re.compile(r"[a-zA-Z0-9_+=,.@:/-]+")
"""Source of both: `DatasourceConfigS3DelegatedAccess` of Lightly's client."""
_SHORTEST_ID = 10


@dataclass(frozen=True)
class Access:
    """Either a role with its external id, or a pair of keys."""

    region: str
    role_arn: str = ""
    external_id: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)


def check_access(place: CloudPlace) -> None:
    """Make sure that the role and the external id can be right.

    Raises:
        CloudError: One of them is missing or malformed.
    """
    if not place.role_arn:
        raise CloudError(
            "The role is missing that lets Lightly read the buckets",
            mend="give its ARN and external id, or hand over your keys of AWS instead",
        )
    if not _ARN.fullmatch(place.role_arn):
        raise CloudError(
            f"{place.role_arn!r} is no ARN of a role",
            mend="write it as arn:aws:iam::<account of 12 digits>:role/<name>",
        )
    external_id = place.external_id
    if len(external_id) < _SHORTEST_ID:
        raise CloudError(
            f"The external id {external_id!r} has {len(external_id)} characters",
            mend=f"give the role one of {_SHORTEST_ID} or more",
        )
    if not _EXTERNAL_ID.fullmatch(external_id):
        raise CloudError(
            f"The external id {external_id!r} has characters that Lightly refuses",
            mend="use a-z, A-Z, 0-9 and _+=,.@:/- only",
        )


def access_to(place: CloudPlace, *, keys: bool) -> Access:
    """What Lightly is to use, with the region and keys of the AWS configuration where needed.

    Raises:
        SignInError: There are no keys.
        CloudError: The region is not known, or Lightly does not know it.
    """
    if place.region and not keys:
        return Access(_known_region(place.region), place.role_arn, place.external_id)
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session(profile_name=place.profile or None)
        region = _known_region(place.region or session.region_name or "")
        if not keys:
            return Access(region, place.role_arn, place.external_id)
        found = session.get_credentials()
        pair = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        raise SignInError(
            f"The AWS configuration cannot be used ({redacted(str(error))})",
            mend="correct the profile",
        ) from None
    if pair is None or not pair.access_key or not pair.secret_key:
        raise SignInError(
            "The AWS configuration has no keys", mend="give the ARN of a role, or set keys"
        )
    keep_secret(pair.secret_key)
    if pair.token:
        keep_secret(pair.token)
        raise SignInError(
            "The keys of the AWS configuration are temporary, and Lightly takes lasting ones only",
            mend="give the ARN of a role instead",
        )
    return Access(region, key=pair.access_key, secret=pair.secret_key)


def set_datasources(
    api: Any, place: CloudPlace, access: Access, cancelled: Callable[[], bool] = never
) -> None:
    """Tell Lightly's dataset where its buckets are, and let Lightly try them.

    Raises:
        CloudError: The dataset reads another bucket, or Lightly cannot read ours.
    """
    _check_unused(api, place, cancelled)
    for purpose, text in (("INPUT", place.input), ("LIGHTLY", place.lightly)):
        common = {
            "resource_path": str(S3Address.parse(text)),
            "region": access.region,
            "purpose": purpose,
        }
        if access.role_arn:
            role = {"role_arn": access.role_arn, "external_id": access.external_id}
            ask(partial(api.set_s3_delegated_access_config, **common, **role), cancelled)
        else:
            pair = {"access_key": access.key, "secret_access_key": access.secret}
            ask(partial(api.set_s3_config, **common, **pair), cancelled)
    _check_permissions(ask(api.list_datasource_permissions, cancelled))


def _check_unused(api: Any, place: CloudPlace, cancelled: Callable[[], bool]) -> None:
    """Without this, a second project of the same dataset would take the first one's videos away."""
    ours = str(S3Address.parse(place.input))
    datasources = api._datasources_api
    for config in ask(lambda: datasources.get_datasources_by_dataset_id(api.dataset_id), cancelled):
        known = config.actual_instance
        if known.purpose == "INPUT" and known.full_path.rstrip("/") != ours:
            raise CloudError(
                f"The dataset name {place.dataset!r} is taken: it reads {known.full_path}",
                mend="choose another name",
            )


def _check_permissions(granted: dict[str, Any]) -> None:
    missing = [what for what in ("list", "read") if not granted[f"can_{what}"]]
    if missing:
        reasons = (granted.get("errors") or {}).values()
        reason = next((f": {redacted(text)}" for text in reasons if text), "")
        raise CloudError(
            f"Lightly cannot {' nor '.join(missing)} the buckets{reason}",
            mend="check the role, its external id, and the addresses",
        )


def _known_region(region: str) -> str:
    if not region:
        raise CloudError(
            "The region of the buckets is not known", mend="give it, for instance eu-central-1"
        )
    # From the models, after `library`, which keeps the import from asking the network.
    library()
    from lightly.openapi_generated.swagger_client.models import S3Region

    known = [entry.value for entry in S3Region]
    if region not in known:
        raise CloudError(
            f"Lightly does not know the region {region!r}", mend=f"choose from {', '.join(known)}"
        )
    return region
