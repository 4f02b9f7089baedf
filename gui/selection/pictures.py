"""Small pictures of frames: from the video's small copy, or else decoded."""

import logging
from collections import OrderedDict
from pathlib import Path
from threading import Condition

from PySide6.QtCore import QSize, Qt, QThread, Signal
from PySide6.QtGui import QImage

from core.errors import UserError
from core.frames import FrameIndex
from core.video.proxy import ProxyReader
from core.video.reader import VideoReader
from gui.frame_loader import to_image

log = logging.getLogger(__name__)

SIZE = QSize(192, 144)
"""Within which a picture fits, px."""
_WAITING = 96
"""Requests that wait at most; older ones were scrolled past."""


class Pictures(QThread):
    """Answers all requests, the first in the video first, so that decoding seldom seeks.

    Args:
        path: The video.
        index: Its frames.
        proxy: Folder of its small copy, which may come and go; None to do without.
    """

    ready = Signal(int, object)
    """Frame and `QImage`."""

    def __init__(self, path: Path, index: FrameIndex, proxy: Path | None) -> None:
        super().__init__()
        self._path, self._index = path, index
        self._proxy = ProxyReader(proxy, len(index)) if proxy else None
        self._reader: VideoReader | None = None
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._stopping = False
        self._changed = Condition()
        self._last = 0

    def want(self, frame: int) -> None:
        """Ask for a frame; the answer comes by signal, unless it cannot be decoded."""
        with self._changed:
            self._wanted[frame] = None
            self._wanted.move_to_end(frame)
            while len(self._wanted) > _WAITING:
                self._wanted.popitem(last=False)
            self._changed.notify()
        if not self.isRunning():
            self.start()

    def stop(self) -> None:
        """End the thread; returns when it has ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        try:
            while (frame := self._next()) is not None:
                self._answer(frame)
        finally:
            for source in (self._reader, self._proxy):
                if source is not None:
                    source.close()

    def _next(self) -> int | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._wanted))
            if self._stopping:
                return None
            ahead = [frame for frame in self._wanted if frame >= self._last]
            self._last = min(ahead or self._wanted)
            del self._wanted[self._last]
            return self._last

    def _answer(self, frame: int) -> None:
        try:
            picture = self._proxy.picture(frame) if self._proxy is not None else None
            if picture is None:
                picture = self._open().frame_at(frame)
        except UserError as error:
            log.info("no small picture of frame %d: %s", frame, error)
            return
        image: QImage = to_image(picture).scaled(
            SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.ready.emit(frame, image)

    def _open(self) -> VideoReader:
        if self._reader is None:
            self._reader = VideoReader(self._path, self._index)
        return self._reader
