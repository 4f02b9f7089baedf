"""Workers of a Ray cluster; see `core.batch.engines.Engine`."""

from concurrent.futures import Future

from core.batch.engines import EngineChoice, OnTold
from core.batch.steps import Result, Step, Work


class RayEngine:
    """See `Engine`."""

    def __init__(self, choice: EngineChoice, work: Work, on_told: OnTold) -> None:
        raise NotImplementedError

    @property
    def workers(self) -> int:
        """See `Engine.workers`."""
        raise NotImplementedError

    def submit(self, step: Step) -> Future[Result]:
        """See `Engine.submit`."""
        raise NotImplementedError

    def close(self) -> None:
        """See `Engine.close`."""
        raise NotImplementedError
