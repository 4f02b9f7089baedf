"""Holds, ends and repeats the requests of an upload."""

import random
import threading
import time
from typing import Any

from core.errors import Cancelled

PATIENCE = 60.0
"""Seconds that a request is tried again after its first failure."""
MOST_DAMAGED = 3
"""How often something is sent that arrives damaged."""
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 8.0
_TRANSIENT = {
    "SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "RequestLimitExceeded",
    "InternalError", "ServiceUnavailable", "IncompleteBody", "ConditionalRequestConflict",
}  # fmt: skip
_STATUSES = {429, 500, 502, 503, 504}


class Gate:
    """Where every request passes: holds it while paused, and ends it when stopped.

    It also decides which failed requests are tried again, in the place of botocore's own rule,
    whose waiting nobody can cut short.
    """

    def __init__(self) -> None:
        self._open, self._stopped = threading.Event(), threading.Event()
        self._open.set()

    @property
    def stopped(self) -> bool:
        """Whether nothing more shall be sent."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Let nothing through any more."""
        self._stopped.set()
        self._open.set()

    def pause(self, paused: bool) -> None:
        """Hold requests back, or no longer."""
        if paused and not self.stopped:
            self._open.clear()
        else:
            self._open.set()

    def enter(self, **_: object) -> None:
        """Wait while paused.

        Raises:
            Cancelled: It is stopped.
        """
        self._open.wait()
        if self.stopped:
            raise Cancelled

    def again(
        self,
        *,
        attempts: int,
        response: Any,
        caught_exception: Exception | None,
        request_dict: dict[str, Any],
        **_: object,
    ) -> float | None:
        """A handler of botocore's `needs-retry`: 0 to try again now, None to be content.

        Raises:
            Cancelled: It is stopped.
        """
        if not _transient(response, caught_exception, attempts):
            return None
        context, now = request_dict["context"], time.monotonic()
        if now - context.setdefault("flickerscope_failed", now) > PATIENCE:
            return None
        longest = min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT)
        self._stopped.wait(longest * random.uniform(0.5, 1))  # noqa: S311 - no secret
        held = time.monotonic()
        self.enter()
        context["flickerscope_failed"] += time.monotonic() - held  # a pause is nobody's fault
        return 0


def _transient(response: Any, error: Exception | None, attempts: int) -> bool:
    """Whether the same request may do better later."""
    if error is not None:
        from botocore import exceptions as known

        network = isinstance(error, (known.ConnectionError, known.HTTPClientError))
        return network and not isinstance(error, known.SSLError)
    if response is None or response[0].status_code < 300:
        return False
    code = response[1].get("Error", {}).get("Code")
    if code == "BadDigest":
        return attempts < MOST_DAMAGED
    return response[0].status_code in _STATUSES or code in _TRANSIENT
