"""Batches for tests: an engine in this process with a detector that needs no weights."""

import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import av

from core.batch.request import BatchRequest
from core.batch.steps import AWS, Begin, Item, Result, Step, Work
from core.batch.videos import Listed, list_videos
from core.batch.work import perform
from core.detectors.base import DetectorConfig
from core.export.request import ExportRequest
from core.selection.request import SelectRequest, Weighting
from core.video import VideoReader

QUICK = BatchRequest(
    DetectorConfig("columns"),
    SelectRequest(n=3, proportion=None, strategies=(Weighting("object_frequency"),)),
    ExportRequest(scope="selected", min_score=0.0),
)
"""For the detector of `tests.core.killing`, which tells nothing of what pictures look like."""


def heed_interrupts() -> None:
    """In a new process: Ctrl+C counts, also where the tests run in a background that ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def quiet(*args: object, **kwargs: object) -> None:
    """Hears how far a step is."""


class HereEngine:
    """Carries steps out in this process, one after another."""

    workers = 1

    def __init__(self, work: Work, carry_out: Callable[..., Result] = perform) -> None:
        self._work, self._carry_out = work, carry_out
        self._thread = ThreadPoolExecutor(1)
        self.steps: list[Step] = []

    def submit(self, step: Step) -> Future[Result]:
        """See `core.batch.engines.Engine`."""
        return self._thread.submit(self._run, step)

    def close(self) -> None:
        """See `core.batch.engines.Engine`."""
        self._thread.shutdown(cancel_futures=True)

    def _run(self, step: Step) -> Result:
        self.steps.append(step)
        return self._carry_out(step, self._work, quiet)

    @property
    def begun(self) -> list[str]:
        """Names of the videos that were begun, in that order."""
        return [step.item.name for step in self.steps if isinstance(step, Begin)]


def listed(*sources: Path) -> Listed:
    """The videos below some paths."""
    return list_videos([str(source) for source in sources], AWS)


def one_item(video: Path) -> Item:
    """A single video of a batch."""
    (item,) = listed(video).items
    return item


def work_to(out: Path, request: BatchRequest = QUICK, **changes: object) -> Work:
    """A batch with results in a folder."""
    return replace(Work(request, str(out)), **changes)  # type: ignore[arg-type]


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file's content by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cut_clip(source: Path, target: Path, frames: int, start: int = 0) -> None:
    """Write some frames of a video into another one, nearly as they are."""
    with VideoReader(source) as reader, av.open(str(target), "w") as container:
        options = {"preset": "ultrafast", "crf": "10", "g": "4"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height = reader.info.width, reader.info.height
        stream.pix_fmt = "yuv420p"
        for number, index in enumerate(range(start, start + frames)):
            frame = av.VideoFrame.from_ndarray(reader.frame_at(index), format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
