"""A detector's stages, kept going when memory runs out or a graphics device fails."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from core.detections import FrameDetections
from core.detectors.base import Detector, Notice, Say, StagedDetector
from core.errors import DetectorError, DeviceFailedError, OutOfMemoryError
from core.video.picture import Picture

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Batch:
    """Pictures on their way."""

    pictures: Sequence[Picture]
    by: Detector | None
    """Who prepared them; None where that failed and is to be tried again."""
    ready: object
    """As that detector has it."""


@dataclass(frozen=True, eq=False)
class Inferred:
    """A batch, and what the network said of it."""

    batch: Batch
    raw: object


class Stages:
    """Any detector in three stages; one that has none does all of its work in the second.

    Args:
        detector: Sees the pictures.
        on_cpu: Makes one that runs on the processor, should this one's device fail.
        say: Told of such a change.
    """

    def __init__(
        self,
        detector: Detector,
        on_cpu: Callable[[], Detector] | None = None,
        say: Say = lambda message: None,
    ) -> None:
        self._detector = detector
        self._on_cpu = on_cpu
        self._say = say
        self._lock = Lock()
        self.batch_size = detector.batch_size
        """Pictures together; falls when memory runs out."""
        self.workers = detector.workers if isinstance(detector, StagedDetector) else 1
        """How many threads may `infer` at a time."""

    def prepare(self, pictures: Sequence[Picture]) -> Batch:
        """The first stage; for any thread. What fails here is left to the second."""
        try:
            return _prepared(self._detector, pictures)
        except (OutOfMemoryError, DeviceFailedError):
            return Batch(pictures, None, None)

    def infer(self, batch: Batch) -> list[Inferred]:
        """The second stage: one part, or several where the batch had to be divided.

        Raises:
            DetectorError: The detector cannot go on.
        """
        detector = self._detector
        try:
            if batch.by is not detector:
                batch = _prepared(detector, batch.pictures)
            if isinstance(detector, StagedDetector):
                return [Inferred(batch, detector.infer(batch.ready))]
            return [Inferred(batch, detector.detect(batch.pictures))]
        except OutOfMemoryError as error:
            if len(batch.pictures) > 1:
                return self._divided(batch.pictures)
            self._fall_back(detector, error)
        except DeviceFailedError as error:
            self._fall_back(detector, error)
        return self.infer(batch)

    def finish(self, parts: Sequence[Inferred]) -> list[FrameDetections]:
        """The third stage, for one thread: what was seen in each picture of the batch."""
        return [frame for part in parts for frame in _finished(part)]

    def _divided(self, pictures: Sequence[Picture]) -> list[Inferred]:
        half = len(pictures) // 2
        with self._lock:
            self.batch_size = min(self.batch_size, half)
        log.warning("out of memory with %d pictures; going on with %d", len(pictures), half)
        parts: list[Inferred] = []
        done = 0
        while done < len(pictures):
            # It may have become even smaller meanwhile.
            some = pictures[done : done + self.batch_size]
            parts += self.infer(self.prepare(some))
            done += len(some)
        return parts

    def _fall_back(self, failed: Detector, error: DetectorError) -> None:
        with self._lock:
            if self._detector is not failed:
                return  # another thread was faster
            if self._on_cpu is None or failed.info.device == "cpu":
                raise error
            log.warning("falling back to the processor", exc_info=error)
            self._say(going_on_slower(error))
            self._detector, self._on_cpu = self._on_cpu(), None
            self.batch_size = self._detector.batch_size


def going_on_slower(error: DetectorError) -> Notice:
    """What a person is told when the processor takes over."""
    return Notice(f"{error.problem}: going on with the processor, which is slower.")


def _prepared(detector: Detector, pictures: Sequence[Picture]) -> Batch:
    ready = detector.prepare(pictures) if isinstance(detector, StagedDetector) else None
    return Batch(pictures, detector, ready)


def _finished(part: Inferred) -> list[FrameDetections]:
    detector, batch = part.batch.by, part.batch
    if isinstance(detector, StagedDetector):
        return detector.finish(part.raw, batch.ready, batch.pictures)
    return part.raw  # type: ignore[return-value]
