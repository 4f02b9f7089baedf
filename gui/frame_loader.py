"""Pictures for the canvas: one decoding thread, the newest request first."""

import logging
from collections import OrderedDict
from pathlib import Path
from threading import Condition

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from core.errors import UserError
from core.frames import FrameIndex
from core.video.reader import Picture, VideoReader

log = logging.getLogger(__name__)

CACHE_BYTES = 256 << 20


class FrameLoader(QObject):
    """Answers requests for frames; a request that a newer one overtakes is dropped."""

    loaded = Signal(int, QImage)
    """Frame index and its picture; only for the newest request."""
    failed = Signal(int, str)
    """Frame index and the sentence that says why it has no picture."""

    def __init__(self, path: Path, index: FrameIndex, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._generation = 0
        self._cache: OrderedDict[int, QImage] = OrderedDict()
        self._decoder = _Decoder(path, index)
        self._decoder.decoded.connect(self._receive)
        self._decoder.refused.connect(self._refuse)
        self._decoder.start()

    def request(self, frame: int) -> None:
        """Ask for a frame; the answer comes by signal, at once for a cached one."""
        self._generation += 1
        picture = self._cache.get(frame)
        if picture is not None:
            self._cache.move_to_end(frame)
            self.loaded.emit(frame, picture)
            return
        self._decoder.want(self._generation, frame)

    def close(self) -> None:
        """End the thread."""
        self._decoder.stop()

    @Slot(int, int, QImage)
    def _receive(self, generation: int, frame: int, picture: QImage) -> None:
        self._cache[frame] = picture
        while len(self._cache) > max(CACHE_BYTES // max(picture.sizeInBytes(), 1), 2):
            self._cache.popitem(last=False)
        if generation == self._generation:
            self.loaded.emit(frame, picture)

    @Slot(int, int, str)
    def _refuse(self, generation: int, frame: int, sentence: str) -> None:
        if generation == self._generation:
            self.failed.emit(frame, sentence)


class _Decoder(QThread):
    decoded = Signal(int, int, QImage)
    refused = Signal(int, int, str)

    def __init__(self, path: Path, index: FrameIndex) -> None:
        super().__init__()
        self._path = path
        self._index = index
        self._wanted: tuple[int, int] | None = None
        self._stopping = False
        self._changed = Condition()

    def want(self, generation: int, frame: int) -> None:
        with self._changed:
            self._wanted = (generation, frame)
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        reader: VideoReader | None = None
        try:
            while (wanted := self._next()) is not None:
                generation, frame = wanted
                try:
                    reader = reader or VideoReader(self._path, self._index)
                    self.decoded.emit(generation, frame, _to_image(reader.frame_at(frame)))
                except UserError as error:
                    self.refused.emit(generation, frame, str(error))
                except Exception as error:
                    log.exception("frame %d of %s", frame, self._path)
                    self.refused.emit(generation, frame, f"{type(error).__name__}: {error}")
        finally:
            if reader is not None:
                reader.close()

    def _next(self) -> tuple[int, int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._wanted is not None)
            wanted, self._wanted = self._wanted, None
            return None if self._stopping else wanted


def _to_image(picture: Picture) -> QImage:
    height, width = picture.shape[:2]
    image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_BGR888)
    # A deep copy, and the format that Qt paints without converting.
    return image.convertToFormat(QImage.Format.Format_RGB32)
