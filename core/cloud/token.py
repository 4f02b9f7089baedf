"""Lightly's token, and keeping secrets out of everything that is written."""

import os
import re
from typing import Literal
from urllib.parse import quote

from core.errors import CloudError, SignInError

TOKEN_VARIABLE = "LIGHTLY_TOKEN"  # noqa: S105 - the name of a variable
SERVICE = "flickerscope-lightly"
"""What the token is kept under in the system's keyring."""

_ACCOUNT = "token"
_SECRET_VARIABLES = (TOKEN_VARIABLE, "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_SHORTEST = 8
"""Characters of a secret; a shorter one would take ordinary words out of a text."""
_IN_ADDRESS = re.compile(
    r"\b(token|publicToken|X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId)"
    r"=[^&\s'\"<>),]+",
    re.IGNORECASE,
)
_HIDDEN = "[hidden]"

_known: set[str] = set()
"""Secrets that this process has seen apart from the environment."""


def lightly_token() -> str:
    """The token, from LIGHTLY_TOKEN or else from the system's keyring.

    Raises:
        SignInError: There is none.
    """
    token = _in_environment() or _in_keyring()
    if not token:
        raise SignInError(
            "No token of Lightly is known",
            mend=f"run `flickerscope lightly token`, or set {TOKEN_VARIABLE} to it",
        )
    keep_secret(token)
    return token


def token_source() -> Literal["environment", "keyring"] | None:
    """Where `lightly_token` would take it from; None for nowhere."""
    if _in_environment():
        return "environment"
    return "keyring" if _in_keyring() else None


def keep_token(token: str) -> None:
    """Store the token in the system's keyring.

    Raises:
        CloudError: There is no keyring, or it is locked.
    """
    import keyring
    from keyring.errors import KeyringError

    token = token.strip()
    if not token:
        raise SignInError("The token is empty", mend="copy it from Lightly's preferences")
    keep_secret(token)
    try:
        keyring.set_password(SERVICE, _ACCOUNT, token)
    except KeyringError as error:
        raise CloudError(
            f"The system's keyring does not store the token ({type(error).__name__})",
            mend=f"unlock it, or set {TOKEN_VARIABLE} instead",
        ) from None


def forget_token() -> None:
    """Take the token out of the system's keyring, if it is there.

    Raises:
        CloudError: The keyring is locked.
    """
    import keyring
    from keyring.errors import KeyringError

    if not _in_keyring():
        return
    try:
        keyring.delete_password(SERVICE, _ACCOUNT)
    except KeyringError as error:
        raise CloudError(
            f"The system's keyring does not give the token away ({type(error).__name__})",
            mend="unlock it and try again",
        ) from None


def keep_secret(secret: str) -> None:
    """Hide `secret` in whatever `redacted` gets from now on."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def redacted(text: str) -> str:
    """`text` without tokens, secret keys, and what is secret in signed addresses."""
    for secret in _known | {os.environ.get(name, "").strip() for name in _SECRET_VARIABLES}:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _HIDDEN).replace(quote(secret, safe=""), _HIDDEN)
    return _IN_ADDRESS.sub(rf"\1={_HIDDEN}", text)


def _in_environment() -> str:
    return os.environ.get(TOKEN_VARIABLE, "").strip()


def _in_keyring() -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, _ACCOUNT) or ""
    except KeyringError:  # A computer without a screen has none.
        return ""
