"""Small pictures of frames that the mouse points at, from the video's small copy."""

from pathlib import Path

from PySide6.QtCore import Signal

from core.video.proxy import ProxyReader
from gui.frame_loader import to_image
from gui.newest import NewestFirst


class Thumbnails(NewestFirst[int]):
    """Answers requests for frames; without a small copy of a frame there is no answer.

    Args:
        proxy: Folder of the small copy, which may come and go.
        frame_count: Frames of the video.
    """

    ready = Signal(int, object)
    """Frame and `QImage`."""

    def __init__(self, proxy: Path, frame_count: int) -> None:
        super().__init__()
        self._proxy = ProxyReader(proxy, frame_count)

    def answer(self, frame: int) -> None:
        picture = self._proxy.picture(frame)
        if picture is not None:
            self.ready.emit(frame, to_image(picture))

    def release(self) -> None:
        self._proxy.close()
