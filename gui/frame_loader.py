"""Pictures for the canvas: one thread that decodes, and one for the small copies, so that a scrub
does not wait for a frame that is being decoded. Both answer the newest request first.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from core.errors import Cancelled, UserError
from core.frames import FrameIndex
from core.video.picture import DecodedFrame, Picture, Size
from core.video.proxy import ProxyReader
from core.video.reader import VideoReader
from core.video.scrubber import Scrubber
from gui.newest import NewestFirst

log = logging.getLogger(__name__)

_SETTLE_SECONDS = 0.05
"""After a proxy picture was shown: how long the person must stay before the full frame of another
place is decoded, so that a scrub is not slowed down by walks that nobody waits for."""


@dataclass(frozen=True, eq=False)
class ShownFrame:
    """A frame's picture, ready to be painted."""

    frame: int
    image: QImage
    size: Size
    """Pixels of the full upright picture, in which boxes are given."""
    full: bool
    """Whether this is the full picture; else it is the small one, and the full one follows."""
    damaged: bool = False
    """The file has errors here; see `DecodedFrame.damaged`."""


class FrameLoader(QObject):
    """Answers requests for frames; a request that a newer one overtakes is dropped.

    Args:
        path: The video.
        index: Its frames.
        proxy: Folder of its proxy, which may come and go; None to do without.
        hardware: See `VideoReader`.
    """

    loaded = Signal(object)
    """A `ShownFrame`, only for the newest request: the small picture first, if it is quicker."""
    loaded_beside = Signal(object)
    """A `ShownFrame` beside the requested one; see `show_neighbours`."""
    failed = Signal(int, str)
    """Frame index and the sentence that says why it has no picture."""

    def __init__(
        self,
        path: Path,
        index: FrameIndex,
        parent: QObject | None = None,
        *,
        proxy: Path | None = None,
        hardware: bool = False,
    ) -> None:
        super().__init__(parent)
        self._generation = self._answered = 0
        self._last = len(index) - 1
        self._neighbours = False
        self._decoder = _Decoder(path, index, proxy, hardware)
        self._decoder.decoded.connect(self._receive)
        self._decoder.decoded_beside.connect(self._receive_beside)
        self._decoder.refused.connect(self._refuse)
        self._decoder.start()
        self._previewer = _Previewer(proxy, len(index), self._decoder) if proxy else None
        if self._previewer is not None:
            self._previewer.decoded.connect(self._receive)
            self._previewer.start()

    def request(self, frame: int) -> None:
        """Ask for a frame; the answer comes by signal."""
        self._generation += 1
        both = [frame - 1, frame + 1] if self._neighbours else []
        beside = tuple(other for other in both if 0 <= other <= self._last)
        self._decoder.want(self._generation, frame, beside)
        if self._previewer is not None and not self._decoder.holds(frame):
            self._previewer.want(_Request(self._generation, frame))

    def show_neighbours(self, wanted: bool) -> None:
        """Whether from now on the full frames before and after a requested one come as well."""
        self._neighbours = wanted

    def close(self) -> None:
        """End the threads; what they have answered and nobody received yet is dropped."""
        self._generation += 1
        for thread in (self._decoder, self._previewer):
            if thread is not None:
                thread.stop()

    @Slot(int, object)
    def _receive(self, generation: int, shown: ShownFrame) -> None:
        # A small picture that comes after the full one has nothing to tell.
        if generation == self._generation and (shown.full or generation > self._answered):
            self._answered = generation
            self.loaded.emit(shown)

    @Slot(int, object)
    def _receive_beside(self, generation: int, shown: ShownFrame) -> None:
        if generation == self._generation:
            self.loaded_beside.emit(shown)

    @Slot(int, int, str)
    def _refuse(self, generation: int, frame: int, sentence: str) -> None:
        if generation == self._generation:
            self.failed.emit(frame, sentence)


@dataclass(frozen=True)
class _Request:
    generation: int
    frame: int
    beside: tuple[int, ...] = ()


class _Decoder(QThread):
    """The thread of full frames. All but `want`, `holds`, `size` and `stop` runs in it."""

    decoded = Signal(int, object)
    decoded_beside = Signal(int, object)
    refused = Signal(int, int, str)

    def __init__(self, path: Path, index: FrameIndex, proxy: Path | None, hardware: bool) -> None:
        super().__init__()
        self._path = path
        self._index = index
        self._hardware = hardware
        self._proxy = ProxyReader(proxy, len(index)) if proxy else None
        self._scrubber: Scrubber | None = None
        self._reader: VideoReader | None = None
        self._wanted: _Request | None = None
        self._may_look_ahead = True
        self._stopping = False
        self._changed = Condition()
        self._opened = Event()

    def want(self, generation: int, frame: int, beside: tuple[int, ...]) -> None:
        with self._changed:
            self._wanted = _Request(generation, frame, beside)
            self._changed.notify()

    def holds(self, frame: int) -> bool:
        """Whether a frame is at hand; it may have gone a moment later."""
        return self._scrubber is not None and self._scrubber.holds(frame)

    def size(self) -> Size | None:
        """Pixels of full pictures; waits until the video is open, None if it never will be."""
        self._opened.wait()
        reader = self._reader
        return (reader.info.width, reader.info.height) if reader is not None else None

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._opened.set()
        self.wait()

    def run(self) -> None:
        try:
            while not self._stopping:
                request = self._next()
                if request is not None:
                    self._guarded(request, self._answer)
                elif self._scrubber is not None and not self._stopping:
                    self._look_ahead(self._scrubber)
        finally:
            for source in (self._reader, self._proxy):
                if source is not None:
                    source.close()

    def _next(self) -> _Request | None:
        """The newest request; None if it is time to look ahead, or to stop."""
        ahead = self._scrubber.missing_ahead() if self._scrubber else None
        busy = self._may_look_ahead and ahead is not None
        with self._changed:
            if not busy:
                self._changed.wait_for(lambda: self._stopping or self._wanted is not None)
            return self._take()

    def _take(self) -> _Request | None:
        request, self._wanted = self._wanted, None
        return request

    def _guarded(self, request: _Request, act: Callable[[_Request], object]) -> None:
        try:
            act(request)
        except Cancelled:
            return
        except UserError as error:
            self.refused.emit(request.generation, request.frame, str(error))
        except Exception as error:
            log.exception("frame %d of %s", request.frame, self._path)
            sentence = f"{type(error).__name__}: {error}"
            self.refused.emit(request.generation, request.frame, sentence)

    def _answer(self, request: _Request) -> None:
        scrubber = self._open()
        self._may_look_ahead = True
        far = not scrubber.near(request.frame)
        scrubber.move_to(request.frame)
        if far and not scrubber.holds(request.frame) and self._has_small(request.frame):
            self._settle()
        self._show(request, scrubber.frame(request.frame, self._overtaken))
        for frame in request.beside:
            shown = _shown(frame, scrubber.frame(frame, self._overtaken))
            self.decoded_beside.emit(request.generation, shown)

    def _settle(self) -> None:
        """Wait a moment for a newer request.

        Raises:
            Cancelled: There is one, or the thread is to end.
        """
        until = time.monotonic() + _SETTLE_SECONDS
        with self._changed:
            while not self._stopping and self._wanted is None:
                left = until - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
        raise Cancelled

    def _overtaken(self) -> bool:
        """Whether decoding is in vain, because a frame is wanted that it does not lead to.

        What is at hand is shown meanwhile, and does not end it.
        """
        scrubber = self._scrubber
        with self._changed:
            request = self._wanted
            if self._stopping or request is None or scrubber is None:
                return self._stopping
            # With its neighbours it takes longer, and is answered in its turn.
            held = scrubber.holds(request.frame) and not request.beside
            if held:
                self._take()
        if held:
            self._guarded(request, lambda r: self._show(r, scrubber.frame(r.frame)))
            return False
        # A stretch backwards serves all the steps that follow: if each of them ended it, none
        # would ever be shown.
        return not scrubber.will_hold(request.frame)

    def _look_ahead(self, scrubber: Scrubber) -> None:
        try:
            scrubber.look_ahead(self._overtaken)
        except Cancelled:
            return
        except Exception:
            # Whoever asks for such a frame is told; here nobody has.
            log.exception("looking ahead in %s", self._path)
            self._may_look_ahead = False

    def _open(self) -> Scrubber:
        if self._scrubber is None:
            self._reader = VideoReader(self._path, self._index, hardware=self._hardware)
            self._scrubber = Scrubber(self._reader)
            self._opened.set()
        return self._scrubber

    def _has_small(self, frame: int) -> bool:
        return self._proxy is not None and self._proxy.holds(frame)

    def _show(self, request: _Request, decoded: DecodedFrame) -> None:
        self.decoded.emit(request.generation, _shown(request.frame, decoded))


class _Previewer(NewestFirst[_Request]):
    """The thread of small pictures: reads and decodes one JPEG a request."""

    decoded = Signal(int, object)

    def __init__(self, proxy: Path, frame_count: int, decoder: _Decoder) -> None:
        super().__init__()
        self._proxy = ProxyReader(proxy, frame_count)
        self._decoder = decoder

    def answer(self, request: _Request) -> None:
        size = self._decoder.size()
        if size is None:
            return
        picture = self._proxy.picture(request.frame)
        if picture is not None:
            shown = ShownFrame(request.frame, to_image(picture), size, full=False)
            self.decoded.emit(request.generation, shown)

    def release(self) -> None:
        self._proxy.close()


def _shown(frame: int, decoded: DecodedFrame) -> ShownFrame:
    image = to_image(decoded.picture())
    return ShownFrame(frame, image, decoded.geometry.upright, full=True, damaged=decoded.damaged)


def to_image(picture: Picture) -> QImage:
    """A picture in the form that Qt paints fastest."""
    height, width = picture.shape[:2]
    image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_BGR888)
    # A deep copy, and the format that Qt paints without converting.
    return image.convertToFormat(QImage.Format.Format_RGB32)
