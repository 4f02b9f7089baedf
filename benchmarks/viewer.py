"""The window's own way from a request to a painted frame, with a clock."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage, QPaintEvent

from benchmarks.contenders import Ours, Truth
from core.frames import FrameIndex
from core.video.picture import Picture
from gui.canvas import CanvasWidget
from gui.frame_loader import FrameLoader, ShownFrame

_MOST_SECONDS = 60.0
_REST_SECONDS = 0.1
"""A process that hardly works for so long has nothing left to do."""


class Stage(StrEnum):
    """How far a request has come."""

    LOADED = "loaded"
    """The full picture was handed over."""
    PAINTED = "painted"
    """A picture of the frame, small or full, had been painted."""
    PAINTED_IN_FULL = "painted in full"


@dataclass(eq=False)
class Request:
    """A frame that was asked for."""

    frame: int
    began: float = field(default_factory=time.perf_counter)
    ms: dict[Stage, float] = field(default_factory=dict)
    """When each stage was reached, from the request on."""

    def reached(self, stage: Stage) -> None:
        """Note that the request has come so far."""
        self.ms.setdefault(stage, (time.perf_counter() - self.began) * 1000)


class WatchedCanvas(CanvasWidget):
    """The canvas; tells when it has painted."""

    def __init__(self) -> None:
        super().__init__()
        self.on_painted: Callable[[], object] = lambda: None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.on_painted()


class Viewer:
    """A frame loader and, on demand, a canvas, connected as the window connects them.

    Args:
        path: The video.
        index: Its frames.
        truth: What its pictures are.
        proxy: Folder of its proxy.
        canvas: A canvas that is seen on the screen.
    """

    def __init__(
        self,
        path: Path,
        index: FrameIndex,
        truth: Truth,
        *,
        proxy: Path | None = None,
        canvas: WatchedCanvas | None = None,
    ) -> None:
        self._truth = truth
        self._loader = FrameLoader(path, index, proxy=proxy)
        self._loader.loaded.connect(self._receive)
        self._canvas = canvas
        if canvas is not None:
            canvas.on_painted = self._painted
        self._request = Request(-1)
        self._on_canvas: tuple[Request, ShownFrame] | None = None
        self._awaited: Callable[[], bool] = lambda: False
        self._loop = QEventLoop()
        self._deadline = QTimer(singleShot=True, interval=int(_MOST_SECONDS * 1000))
        self._deadline.timeout.connect(self._loop.quit)
        self.wrong = 0
        """Pictures that were not those of the frame asked for."""

    def request(self, frame: int) -> Request:
        """Ask for a frame, as a key or the timeline does."""
        self._request = request = Request(frame)
        self._loader.request(frame)
        return request

    def ask(self, frame: int, stage: Stage = Stage.LOADED) -> Request:
        """Ask for a frame, and run the event loop until it has come so far.

        Raises:
            TimeoutError: It has not within a minute.
        """
        request = self.request(frame)
        self.wait_for(lambda: stage in request.ms)
        return request

    def wait_for(self, reached: Callable[[], bool]) -> None:
        """Run the event loop until a request of this viewer has come so far.

        Raises:
            TimeoutError: It has not within a minute.
        """
        self._awaited = reached
        self._deadline.start()
        while not reached() and self._deadline.isActive():
            self._loop.exec()
        self._deadline.stop()
        if not reached():
            raise TimeoutError(f"nothing came of frame {self._request.frame}")

    def walk(self, frames: Iterable[int]) -> list[Request]:
        """Ask for frames, each as soon as the full picture of the one before is there."""
        return [self.ask(frame) for frame in frames]

    def pace(self, frames: Sequence[int], every_ms: int) -> list[Request]:
        """Ask for frames at an even pace, whatever comes of it, and wait for the last one."""
        requests: list[Request] = []
        coming: Iterator[int] = iter(frames)
        last = Stage.LOADED if self._canvas is None else Stage.PAINTED

        def step() -> None:
            frame = next(coming, None)
            if frame is None:
                timer.stop()
                self._loop.quit()
            else:
                requests.append(self.request(frame))

        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=every_ms)
        timer.timeout.connect(step)
        timer.start()
        self._awaited = lambda: False
        while timer.isActive():
            self._loop.exec()
        self.wait_for(lambda: last in requests[-1].ms)
        return requests

    def rest(self) -> None:
        """Wait until the thread has nothing left to decode ahead."""
        while True:
            before = time.process_time()
            wait(_REST_SECONDS)
            if time.process_time() - before < _REST_SECONDS / 10:
                return

    def close(self) -> None:
        """End the thread."""
        self._loader.close()

    def _receive(self, shown: ShownFrame) -> None:
        request = self._request
        if shown.full:
            request.reached(Stage.LOADED)
        if self._canvas is None:
            self._check(request, shown)
        else:
            self._canvas.set_picture(shown.image, shown.size)
            self._on_canvas = request, shown
        self._look()

    def _painted(self) -> None:
        if self._on_canvas is None:
            return
        request, shown = self._on_canvas
        request.reached(Stage.PAINTED)
        if shown.full:
            request.reached(Stage.PAINTED_IN_FULL)
        self._on_canvas = None
        self._check(request, shown)
        self._look()

    def _look(self) -> None:
        if self._awaited():
            self._loop.quit()

    def _check(self, request: Request, shown: ShownFrame) -> None:
        picture = _pixels(shown.image)
        right = (
            self._truth.is_right(Ours.name, request.frame, picture)
            if shown.full
            else self._truth.is_right_small(request.frame, picture)
        )
        if shown.frame != request.frame or not right:
            self.wrong += 1


def wait(seconds: float) -> None:
    """Run the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _pixels(image: QImage) -> Picture:
    """The picture in an image of `Format_RGB32`, which is stored as BGR and a filler."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[:, : image.width(), :3]
