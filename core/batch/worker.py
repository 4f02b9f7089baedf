"""What runs in a worker's process: one step after another, telling now and then how far it is.

Imports what numerical libraries read the environment for only when the first step comes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.child import tell_asker
from core.detectors.machine import limit_cores
from core.detectors.registry import keep_detectors
from core.logs import start_logging

if TYPE_CHECKING:
    from core.batch.steps import Result, Step, Tell, Told, Work

_TELL_SECONDS = 0.2
"""Least time from one message about a stage to the next."""


def begin_worker(name: str, cores: int) -> None:
    """Make this process a worker."""
    limit_cores(cores)
    keep_detectors()
    start_logging(f"worker-{name}")


@dataclass(frozen=True)
class Given:
    """What a worker is told once."""

    name: str
    work: Work


def answer(given: Given, step: Step) -> Result:
    """Carry out a step in a child process."""
    from core.batch.work import perform

    return perform(step, given.work, telling(given.name, step, tell_asker))


def telling(worker: str, step: Step, send: Callable[[Told], None]) -> Tell:
    """How a step says how far it is: at most a few times a second, and each stage at once.

    Args:
        worker: What people call it.
        step: Which it carries out.
        send: Brings it to who asked.
    """
    from core.batch.steps import Told

    last_stage, last_time = "", 0.0

    def tell(
        stage: str,
        done: int,
        total: int,
        fps: float | None = None,
        *,
        unit: Literal["items", "bytes"] = "items",
    ) -> None:
        nonlocal last_stage, last_time
        now = time.monotonic()
        if stage == last_stage and now - last_time < _TELL_SECONDS:
            return
        last_stage, last_time = stage, now
        send(Told(worker, os.getpid(), step.item.name, stage, done, total, fps))

    return tell
