"""What runs on the nodes of a Ray cluster: a step of a batch, and the board where its worker tells.

Imports what numerical libraries read the environment for only when a step comes.
"""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.batch.worker import telling
from core.detectors.machine import limit_cores
from core.detectors.registry import keep_detectors
from core.errors import BatchError
from core.logs import log_to_stderr

if TYPE_CHECKING:
    from core.batch.steps import Result, Step, Told, Work
    from core.batch.weights import Files, Weights


@dataclass(frozen=True)
class Errand:
    """A step, and what a worker on any node needs to know for it."""

    step: Step
    work: Work
    weights: Weights | None
    """None where each node finds the model by itself."""
    token: str | None
    """A file below `work.out`, by which a node knows the folder; None for a place in S3."""


class Board:
    """An actor: the last word of each worker, until it is taken."""

    def __init__(self) -> None:
        self._told: dict[str, Told] = {}

    def tell(self, told: Told) -> None:
        """Replace what this worker has said before."""
        self._told[told.worker] = told

    def take(self) -> list[Told]:
        """What is new since the last call."""
        told, self._told = list(self._told.values()), {}
        return told


def run_errand(
    sent: bytes, cores: int, gpu: bool, tell: Callable[[Told], None], fetch: Callable[[], Files]
) -> Result:
    """Carry out a step in a worker's process of Ray, which may have done others before.

    Args:
        sent: An `Errand`, pickled.
        cores: How many the worker may use.
        gpu: Whether it has a share of a GPU.
        tell: Brings what is told to who began the batch.
        fetch: Brings the weights.

    Raises:
        BatchError: This node does not see the folders that the batch is about.
        Exception: See `core.batch.work.perform`.
    """
    _begin_worker(cores, gpu)
    errand: Errand = pickle.loads(sent)  # noqa: S301 - from who began the batch
    from core.batch.steps import Told
    from core.batch.work import perform

    check_folders(errand)
    if errand.weights is not None:
        _take(errand.work.request.config.model, errand.weights, fetch)
    worker = f"{socket.gethostname()} {os.getpid()}"
    try:
        return perform(errand.step, errand.work, telling(worker, errand.step, tell))
    finally:
        tell(Told(worker, os.getpid(), ""))


@cache
def _begin_worker(cores: int, gpu: bool) -> None:
    limit_cores(cores)
    keep_detectors()
    if not gpu:
        # Ray leaves it visible, and as many workers as there are cores would share its memory.
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    log_to_stderr()


_taken: set[tuple[str, Weights]] = set()
"""What this process has looked for: hashing weights takes a moment."""


def _take(model: str, weights: Weights, fetch: Callable[[], Files]) -> None:
    """Detect with these weights where a configuration names a model that only others may have."""
    from core.batch.weights import weights_here
    from core.detectors.weights import stand_in

    if (model, weights) not in _taken:
        stand_in(model, weights_here(weights, fetch))
        _taken.add((model, weights))


def check_folders(errand: Errand) -> None:
    """Make sure that this node sees what the computer sees that began the batch.

    Raises:
        BatchError: It does not.
    """
    node, out = socket.gethostname(), errand.work.out
    if errand.token is not None and not Path(out, errand.token).is_file():
        raise BatchError(
            f"The node {node} does not see the folder {out}, or sees another one there",
            mend="give one with --out that all nodes share, or s3://bucket/prefix",
        )
    source = errand.step.item.source
    if "://" not in source and not Path(source).parent.is_dir():
        raise BatchError(
            f"The node {node} does not see the folder {Path(source).parent} with videos",
            mend="give a folder that all nodes share, or s3://bucket/prefix",
        )


def asking(version: str) -> Callable[..., Any]:
    """The function that a Ray task is made of.

    It is made anew and so travels as it is, not by name: a node with another Flickerscope, or none,
    could not find it. Such a node gives its name and the version that it has, as a tuple.
    """

    def ask(sent: bytes, cores: int, gpu: bool, board: Any, files: list[Any]) -> Any:
        import socket
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as version_of

        import ray

        try:
            there = version_of("flickerscope")
        except PackageNotFoundError:
            there = ""
        if there != version:
            return socket.gethostname(), there
        from core.batch.ray_node import run_errand

        return run_errand(sent, cores, gpu, board.tell.remote, lambda: ray.get(files[0]))

    return ask
