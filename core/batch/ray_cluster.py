"""Joining a Ray cluster, or starting one of this computer alone; Ray is imported here only."""

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from tempfile import TemporaryFile
from typing import Any

from core.batch.engines import EngineChoice
from core.detectors.machine import usable_cores
from core.errors import BatchError

log = logging.getLogger(__name__)

RETRIES = 4
"""Times that a step is done again whose worker or node is gone; nodes of a spot market often go."""
_ANSWER_SECONDS = 5.0
"""Ray itself would ask for a quarter of an hour."""
_ADDRESS = "RAY_ADDRESS"
_STDERR = 2


def load_ray() -> Any:
    """The package.

    Raises:
        BatchError: It is not installed.
    """
    # Read when Ray is loaded; else a step that needs too much memory would be tried for ever.
    os.environ.setdefault("RAY_task_oom_retries", str(RETRIES))
    try:
        import ray
    except ImportError as error:
        raise BatchError(
            f"The engine ray needs a package that is not installed ({error.name or error})",
            mend='run: pip install "flickerscope[cluster]"',
        ) from error
    return ray


def join(choice: EngineChoice, cpus: float) -> tuple[Any, bool]:
    """Connect this process to the cluster that a person chose.

    Args:
        choice: Its address, and how many workers a cluster that is started here is for.
        cpus: Cores of each worker.

    Returns:
        The package Ray, connected, and whether the cluster was started here.

    Raises:
        BatchError: It does not answer or cannot be used, or Ray is not installed.
    """
    ray = load_ray()
    address = choice.address or os.environ.get(_ADDRESS) or _running_here() or "local"
    here = address == "local"
    _expect_answer(address)
    cores = max(usable_cores(), ceil((choice.workers or 1) * cpus))
    own = {"num_cpus": cores, "include_dashboard": False} if here else {}
    said: list[str] = []
    try:
        with _listening(said):
            ray.init(
                address, namespace="flickerscope", log_to_driver=False, logging_level="ERROR", **own
            )
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        log.warning("Ray says: %s", "".join(said), exc_info=error)
        where = "of this computer" if here else f"at {address}"
        if any("InvalidAuthToken" in text for text in (*said, str(error))):
            raise BatchError(
                f"The Ray cluster {where} asks for a token that this computer does not give",
                mend="set RAY_AUTH_MODE=token, and bring ~/.ray/auth_token from its head",
            ) from error
        reason = " ".join(str(error).split())[:400].rstrip(".")
        raise BatchError(
            f"The Ray cluster {where} cannot be used ({reason})",
            mend="use the same Ray and Python on all nodes, of which this computer is one",
        ) from error
    log.info("Ray %s, address %s", ray.__version__, address)
    return ray, here


def fitting(ray: Any, cpus: float, gpus: float) -> int:
    """How many workers of this size all nodes that are there have room for."""
    total = 0
    for node in ray.nodes():
        if node["Alive"]:
            there = node["Resources"]
            rooms = [there.get("CPU", 0.0) // cpus]
            if gpus:
                rooms.append(there.get("GPU", 0.0) // gpus)
            total += int(min(rooms))
    return total


@contextmanager
def _listening(said: list[str]) -> Iterator[None]:
    """Take what comes to standard error meanwhile: Ray's own code writes past Python."""
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
            file.seek(0)
            said.append(file.read().decode(errors="replace"))


def _running_here() -> str | None:
    """Whether this computer is a node of a cluster; one that has died without a word is none."""
    from ray._private.services import canonicalize_bootstrap_address

    address: str | None = canonicalize_bootstrap_address(None)
    # Ray takes the token of a person only if it is to find the cluster itself.
    return "auto" if address is not None and _answers(address) else None


def _expect_answer(address: str) -> None:
    if "://" in address:
        raise BatchError(
            f'"{address}" is an address for a client outside of the cluster',
            mend="run the command on one of its nodes, with --address HOST:6379 or none",
        )
    if address not in ("auto", "local") and not _answers(address):
        raise BatchError(
            f"There is no Ray cluster at {address}",
            mend="give HOST:PORT of its head, or leave --address out for this computer alone",
        )


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        return False
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER_SECONDS).close()
    except (OSError, OverflowError):
        return False
    return True
