"""Small pictures of frames that the mouse points at, from the video's small copy."""

from pathlib import Path
from threading import Condition

from PySide6.QtCore import QThread, Signal

from core.video.proxy import ProxyReader
from gui.frame_loader import to_image


class Thumbnails(QThread):
    """Answers the newest request; without a small copy of the frame there is no answer.

    Args:
        proxy: Folder of the small copy, which may come and go.
        frame_count: Frames of the video.
    """

    ready = Signal(int, object)
    """Frame and `QImage`."""

    def __init__(self, proxy: Path, frame_count: int) -> None:
        super().__init__()
        self._proxy = ProxyReader(proxy, frame_count)
        self._wanted: int | None = None
        self._stopping = False
        self._changed = Condition()

    def request(self, frame: int) -> None:
        """Ask for a frame's picture; the answer comes by signal."""
        with self._changed:
            self._wanted = frame
            self._changed.notify()

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        try:
            while (frame := self._next()) is not None:
                picture = self._proxy.picture(frame)
                if picture is not None:
                    self.ready.emit(frame, to_image(picture))
        finally:
            self._proxy.close()

    def _next(self) -> int | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._wanted is not None)
            frame, self._wanted = self._wanted, None
            return None if self._stopping else frame
