"""Who carries out the steps of a batch."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, Protocol

from core.batch.steps import Result, Step, Told, Work

EngineName = Literal["local", "ray"]
OnTold = Callable[[Told], None]
"""Called by any thread."""


class Engine(Protocol):
    """Carries out steps somewhere, as many at a time as it has workers.

    Each step is `core.batch.work.perform`; an engine adds nothing to what comes out. A worker that
    dies is replaced, and its step is done again, a few times; what `perform` raises is a bug, or
    `Cancelled`.
    """

    @property
    def workers(self) -> int:
        """How many steps are carried out at a time."""
        ...

    def submit(self, step: Step) -> Future[Result]:
        """Carry out a step when a worker is free.

        The future raises `WorkerDiedError` for a step whose workers have died again and again.
        """
        ...

    def close(self) -> None:
        """End all workers, whatever they do; what they have saved stays."""
        ...


@dataclass(frozen=True)
class EngineChoice:
    """What a person chose."""

    name: EngineName = "local"
    workers: int | None = None
    """At most so many steps at a time; None for what suits the computer, or all of the cluster."""
    address: str | None = None
    """Of a Ray cluster; None for the one that is there, else one of this computer alone."""
    cpus: float | None = None
    """Cores of each worker on a cluster; None for what suits."""
    gpus: float = 0.0
    """Share of a GPU of each worker on a cluster, such as 0.25."""


def make_engine(choice: EngineChoice, work: Work, on_told: OnTold) -> Engine:
    """The engine that a person chose; its workers start with the first step.

    Raises:
        BatchError: There is no such cluster, or a package is missing.
    """
    if choice.name == "ray":
        from core.batch.on_ray import RayEngine

        return RayEngine(choice, work, on_told)
    from core.batch.local import LocalEngine

    return LocalEngine(choice, work, on_told)
