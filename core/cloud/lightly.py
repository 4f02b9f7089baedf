"""Lightly's client: made without asking the network, its errors as sentences without secrets."""

import json
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from core.cloud.token import lightly_token, redacted
from core.errors import Cancelled, CloudError, SignInError, UnreachableError

T = TypeVar("T")

SERVER_VARIABLE = "LIGHTLY_SERVER_LOCATION"
TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for more of an answer."""
PAUSES = (0.5, 2.0, 5.0)
"""Seconds before asking again, when the server is out of reach or overloaded."""

_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
"""Variables that Lightly's client obeys, the first that is set; it ignores NO_PROXY."""
_TICK = 0.05


class ConflictError(CloudError):
    """What was to be made is there already."""


def never() -> bool:
    """Nobody cancels."""
    return False


def client(dataset_id: str | None = None) -> Any:
    """An `ApiWorkflowClient`; importing it takes 2 s the first time.

    Raises:
        SignInError: No token is known.
    """
    token = lightly_token()
    api = library()
    made = once(lambda: api.ApiWorkflowClient(token=token, dataset_id=dataset_id))
    configuration = made.api_client.configuration
    # urllib3 would log the token when it tries again, and sleep where nobody can cancel.
    configuration.retries = False
    rest = api.swagger_rest_client.LightlySwaggerRESTClientObject
    made.api_client.rest_client = rest(configuration, timeout=TIMEOUT)
    return made


@cache
def library() -> Any:
    """The package `lightly.api`, imported so that it asks the network nothing."""
    # Importing it starts a thread that looks for newer versions, unless it is told that one did.
    os.environ["LIGHTLY_DID_VERSION_CHECK"] = "True"
    import lightly.api

    # Each client would ask again whether it is too old, with 2 s lost where there is no network.
    lightly.api._version_checking.is_compatible_version = lambda version: True
    # `ask` does so, and can be cancelled.
    lightly.api.retry_utils.retry = lightly.api.retry_utils.no_retry
    return lightly.api


def ask(question: Callable[[], T], cancelled: Callable[[], bool] = never) -> T:
    """The answer to a question that may be asked again without harm.

    Raises:
        Cancelled: While waiting to ask again.
        CloudError: Lightly refuses, or stays out of reach.
    """
    for pause in PAUSES:
        try:
            return once(question)
        except UnreachableError:
            wait(pause, cancelled)
    return once(question)


def make_once(
    make: Callable[[], T], made: Callable[[], T | None], cancelled: Callable[[], bool] = never
) -> T:
    """Make something that must not be there twice, though an answer may get lost.

    Args:
        make: Makes it.
        made: Looks whether it is there after all.
        cancelled: Whether to stop.

    Raises:
        Cancelled: While waiting to look; it may be there.
        CloudError: Lightly refuses, or stays out of reach.
    """
    for pause in PAUSES:
        try:
            return make()
        except UnreachableError:
            wait(pause, cancelled)
            there = ask(made, cancelled)
            if there is not None:
                return there
    return make()


def once(question: Callable[[], T]) -> T:
    """The answer to a question that is asked once.

    Raises:
        CloudError: Lightly refuses, or is out of reach.
    """
    import requests
    import urllib3
    from lightly.openapi_generated.swagger_client.exceptions import OpenApiException

    try:
        return question()
    except OpenApiException as error:
        problem = _refused(error)
    except requests.HTTPError as error:
        status = getattr(error.response, "status_code", "unknown")
        problem = UnreachableError(
            f"A file of the run cannot be fetched (status {status})", mend="try again later"
        )
    except (urllib3.exceptions.HTTPError, requests.RequestException) as error:
        problem = _out_of_reach(error)
    except ValueError as error:
        problem = CloudError(
            f"Lightly's answer cannot be understood ({one_line(str(error))})",
            mend=f"check that {server()} is Lightly's server",
        )
    # Not `from error`: its text holds the address of the request, and with it the token.
    raise problem from None


def wait(seconds: float, cancelled: Callable[[], bool]) -> None:
    """Sleep, but stop when cancelled.

    Raises:
        Cancelled: The person asked to stop.
    """
    end = time.monotonic() + seconds
    while not cancelled():
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_TICK, left))
    raise Cancelled


def server() -> str:
    """Address of Lightly's server."""
    return os.environ.get(SERVER_VARIABLE, "").strip().rstrip("/") or "https://api.lightly.ai"


def _refused(error: Any) -> CloudError:
    status, said = getattr(error, "status", None), _said(error)
    match status:
        case 401:
            return SignInError(
                f"Lightly refuses the token{said}",
                mend="take a valid one from Lightly's preferences",
            )
        case 403:
            return SignInError(
                f"Lightly refuses this to the token's owner{said}",
                mend="check the token, or have access granted",
            )
        case 402:
            return CloudError(
                f"Lightly's plan does not cover this{said}", mend="ask Lightly for a larger plan"
            )
        case 404:
            return CloudError(
                f"Lightly does not know what it was asked for{said}",
                mend="check that it was not deleted, and schedule again",
            )
        case 409:
            return ConflictError(
                f"Lightly has something else there already{said}", mend="choose another name"
            )
        case 422:
            return CloudError(
                f"Lightly misses a file in the buckets, or cannot read it{said}",
                mend="upload again, then repeat",
            )
        case 407:
            return _out_of_reach(error)
        case 0:
            return CloudError(
                f"The connection to {server()} is not secure{said}",
                mend="name your certificates in LIGHTLY_CA_CERTS, or check the address",
            )
        case int() if status == 429 or status >= 500:
            return UnreachableError(
                f"Lightly's server cannot answer now (status {status}{said})",
                mend="try again later",
            )
    return CloudError(
        f"Lightly refuses the request (status {status}{said})", mend="change it and try again"
    )


def _said(error: Any) -> str:
    """What the server gives as its reason, as an end of a sentence."""
    body = getattr(error, "body", None)
    try:
        reason = json.loads(body)["error"] if body else getattr(error, "reason", "")
    except (ValueError, TypeError, KeyError):
        reason = getattr(error, "reason", "")
    return f": {one_line(str(reason))}" if reason else ""


def _out_of_reach(error: Exception) -> UnreachableError:
    proxy = next((name for name in _PROXIES if os.environ.get(name)), None)
    if proxy:
        return UnreachableError(
            f"{server()} cannot be reached through the proxy in {proxy} ({type(error).__name__})",
            mend=f"correct {proxy} or unset it; Lightly's client ignores NO_PROXY",
        )
    return UnreachableError(
        f"{server()} cannot be reached ({type(error).__name__})",
        mend="check the network and try again",
    )


def one_line(text: str) -> str:
    """The first line of a text, short, without a full stop and without secrets."""
    lines = redacted(text).strip().splitlines()
    return lines[0][:200].rstrip(". ") if lines else ""
