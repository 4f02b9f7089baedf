"""What botocore and S3 complain of, as sentences; no secret ever gets into one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.cloud.address import S3Address, S3Way
from core.errors import CloudError, SignInError, UnreachableError

_PERMISSIONS = {
    "ListObjectsV2": "s3:ListBucket",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
}
"""The permission behind an operation, where it is not called like it."""

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {"InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "AccountProblem"}
_WRONG_KEY = {"SignatureDoesNotMatch", "AuthorizationQueryParametersError"}
_DENIED = {"AccessDenied", "403", "AllAccessDisabled", "MethodNotAllowed", "405"}
_MISSING = {"NoSuchBucket", "404", "NotFound"}
_MISSING_OBJECT = {"NoSuchKey", "NoSuchVersion"}
_ARCHIVED = {"InvalidObjectState"}
_CHANGED = {"PreconditionFailed", "412"}
_ELSEWHERE = {
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "301",
}
_BUSY = {"SlowDown", "503", "Throttling", "ThrottlingException", "RequestLimitExceeded", "429"}


@contextmanager
def explained(way: S3Way, address: S3Address | None = None) -> Iterator[None]:
    """Turn what botocore raises in the block into sentences.

    Raises:
        SignInError: Credentials are missing, expired or wrong.
        UnreachableError: The server gives no answer.
        CloudError: Anything else that S3 refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        # Without the cause: messages of S3 may quote the access key.
        raise _refused(error, way, address) from None
    except (BotoCoreError, ValueError) as error:
        raise _failed(error, way, address) from None


def _refused(error: Any, way: S3Way, address: S3Address | None) -> CloudError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    operation = error.operation_name
    bucket = f"s3://{address.bucket}" if address else "the bucket"
    permission = _PERMISSIONS.get(operation, f"s3:{operation}")
    if code in _EXPIRED:
        return _expired(way)
    if code in _UNKNOWN:
        return SignInError(f"S3 does not know the access key {_of(way)}", mend=_check_keys(way))
    if code in _WRONG_KEY:
        return SignInError(f"S3 refuses the secret key {_of(way)}", mend=_check_keys(way))
    if code in _DENIED:
        return CloudError(
            f"{bucket} refuses {permission} to the credentials {_of(way)}",
            mend="allow it in the bucket's or the user's policy, or choose another bucket",
        )
    if code in _MISSING and operation != "HeadObject":
        return CloudError(
            f"There is no bucket {bucket}{_at(way)}", mend="make it, or correct its name"
        )
    if code in _MISSING_OBJECT | _MISSING:
        return CloudError(f"There is no {address or 'such object'}{_at(way)}", mend="put it back")
    if code in _ARCHIVED:
        return CloudError(f"{address or 'The object'} is archived", mend="restore it in S3 first")
    if code in _CHANGED:
        return CloudError(f"{address or 'The object'} has changed meanwhile", mend="start again")
    if code in _ELSEWHERE:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        region = error.response["Error"].get("Region") or headers.get("x-amz-bucket-region")
        return elsewhere(address, way, region)
    if code == "RequestTimeTooSkewed":
        return CloudError(
            "This computer's clock differs from that of S3 by more than 15 minutes",
            mend="set the clock, then try again",
        )
    if code in _BUSY:
        return UnreachableError(f"S3{_at(way)} is busy ({code})", mend="try again in a while")
    if code == "BadDigest":
        return CloudError(f"What was sent to {address or bucket} arrived damaged", mend="try again")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:
        return UnreachableError(f"S3{_at(way)} failed ({code})", mend="try again in a while")
    return CloudError(
        f"{bucket} refuses {operation} ({code or status})", mend="check the bucket and the address"
    )


def elsewhere(address: S3Address | None, way: S3Way, region: str | None) -> CloudError:
    """The bucket is in another region than the way says."""
    bucket = f"s3://{address.bucket}" if address else "The bucket"
    asked = f"not in {way.region!r}" if way.region else "in another region"
    right = f"set the region to {region}" if region else "set the region that the bucket is in"
    return CloudError(f"{bucket} is {asked}", mend=right)


def _failed(error: Exception, way: S3Way, address: S3Address | None) -> CloudError:
    from botocore import exceptions as known

    def one_of(*names: str) -> bool:
        # By name, for some came later than the oldest botocore that will do.
        return isinstance(error, tuple(k for name in names if (k := getattr(known, name, None))))

    if one_of("ProfileNotFound"):
        return _unknown_profile(way)
    if one_of("NoCredentialsError", "NoAuthTokenError"):
        return SignInError(
            f"There are no AWS credentials {_of(way)}",
            mend="run `aws configure`, set AWS_PROFILE, or choose a profile",
        )
    if one_of("PartialCredentialsError"):
        return SignInError(f"The AWS credentials {_of(way)} are incomplete", mend=_check_keys(way))
    if one_of("TokenRetrievalError", "SSOError", "LoginError"):
        return _expired(way)
    if one_of("CredentialRetrievalError", "UnknownCredentialError", "ConfigParseError"):
        return SignInError(
            f"The AWS credentials {_of(way)} cannot be read", mend="correct the AWS configuration"
        )
    if one_of("ProxyConnectionError", "InvalidProxiesConfigError"):
        return UnreachableError(
            f"The proxy of {_proxy_variable(way)} gives no answer",
            mend="correct that variable, unset it, or name the server in NO_PROXY",
        )
    if one_of("SSLError"):
        return CloudError(
            f"The certificate of S3{_at(way)} is not trusted",
            mend="set AWS_CA_BUNDLE to the file of its authority",
        )
    if one_of("ConnectionError", "HTTPClientError"):
        return UnreachableError(
            f"S3{_at(way)} gives no answer", mend="check the network and the endpoint address"
        )
    if one_of("ResponseParserError") or type(error).__name__ == "ResponseParserError":
        return CloudError(
            f"What answers{_at(way)} does not speak S3", mend="correct the endpoint address"
        )
    if one_of("InvalidRegionError", "NoRegionError", "UnknownRegionError", "EndpointProviderError"):
        return CloudError(f"{way.region!r} is no region of AWS", mend="write it as eu-central-1")
    if "endpoint" in str(error).lower():
        return CloudError(
            f"{without_password(way.endpoint)!r} is no endpoint address",
            mend="write it as https://server:port",
        )
    return CloudError(
        f"{address or 'S3'} cannot be used ({type(error).__name__})",
        mend="check the bucket, the endpoint and the AWS configuration",
    )


def _expired(way: S3Way) -> SignInError:
    profile = f" --profile {way.profile}" if way.profile else ""
    return SignInError(
        f"The AWS credentials {_of(way)} have expired",
        mend=f"run `aws sso login{profile}`, or renew them as you got them",
    )


def _unknown_profile(way: S3Way) -> SignInError:
    from botocore.session import Session

    name = way.profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE", "")
    others = ", ".join(Session(profile="default").full_config.get("profiles", {}))
    known = f"choose one of {others}" if others else f"run `aws configure --profile {name}`"
    return SignInError(f"The AWS configuration has no profile {name!r}", mend=known)


def _check_keys(way: S3Way) -> str:
    profile = f" --profile {way.profile}" if way.profile else ""
    return f"correct them with `aws configure{profile}`"


def _of(way: S3Way) -> str:
    """Whose credentials."""
    name = way.profile or os.environ.get("AWS_PROFILE", "")
    return f"of the profile {name!r}" if name else "of this computer"


def _at(way: S3Way) -> str:
    return f" at {without_password(way.endpoint)}" if way.endpoint else ""


def without_password(url: str) -> str:
    """An address for people: what precedes its host may be a secret."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def _proxy_variable(way: S3Way) -> str:
    scheme = "http" if way.endpoint.lower().startswith("http://") else "https"
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper()]
    found = next((name for name in names if os.environ.get(name)), None)
    return f"{found} ({without_password(os.environ[found])})" if found else "the system's settings"
