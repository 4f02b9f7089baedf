"""Small pictures of frames: from a video's small copy, or else decoded."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Condition

from PySide6.QtCore import QSize, Qt, QThread, Signal
from PySide6.QtGui import QImage

from core.errors import UserError
from core.frames import FrameIndex
from core.opening import Target, open_reader
from core.paths import ProxyPlace
from core.video import Picture
from core.video.identity import identify
from core.video.proxy import ProxyReader, proxy_folder
from core.video.reader import VideoReader
from gui.frame_loader import to_image

log = logging.getLogger(__name__)

SIZE = QSize(192, 144)
"""Within which a picture fits, px."""
_WAITING = 96
"""Requests that wait at most; older ones were scrolled past."""
_OPEN = 4
"""Videos that are open at a time: a decoder holds some 10 MB."""


@dataclass(frozen=True, eq=False)
class Film:
    """A video that pictures are taken of."""

    video: Path
    project: Path
    index: FrameIndex | None = None
    """Its frames; None takes the index that its project keeps."""


Key = tuple[Path, int]
"""A project, and a frame of its video."""


class Pictures(QThread):
    """Answers all requests: one video after another, and of each the first frame first, so that
    decoding seldom seeks.

    Args:
        place: Where small copies of videos lie; None to do without.
    """

    ready = Signal(object, int, object)
    """Project, frame and `QImage`."""

    def __init__(self, place: ProxyPlace | None) -> None:
        super().__init__()
        self._place = place
        self._open: OrderedDict[Path, _Opened] = OrderedDict()
        self._wanted: OrderedDict[Key, Film] = OrderedDict()
        self._stopping = False
        self._changed = Condition()
        self._last: Key | None = None

    def want(self, film: Film, frame: int) -> None:
        """Ask for a frame; the answer comes by signal, unless it cannot be decoded."""
        with self._changed:
            key = film.project, frame
            self._wanted[key] = film
            self._wanted.move_to_end(key)
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
            while (found := self._next()) is not None:
                self._answer(*found)
        finally:
            while self._open:
                self._open.popitem()[1].close()

    def _next(self) -> tuple[Film, int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._wanted))
            if self._stopping:
                return None
            key = _next_of(list(self._wanted), self._last)
            self._last = key
            return self._wanted.pop(key), key[1]

    def _answer(self, film: Film, frame: int) -> None:
        try:
            picture = self._opened(film).picture(frame)
        except (UserError, OSError) as error:
            log.info("no small picture of frame %d of %s: %s", frame, film.video, error)
            return
        image: QImage = to_image(picture).scaled(
            SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.ready.emit(film.project, frame, image)

    def _opened(self, film: Film) -> _Opened:
        if film.project not in self._open:
            while len(self._open) >= _OPEN:
                self._open.popitem(last=False)[1].close()
            self._open[film.project] = _Opened(film, self._place)
        self._open.move_to_end(film.project)
        return self._open[film.project]


class _Opened:
    """What gives the pictures of one video."""

    def __init__(self, film: Film, place: ProxyPlace | None) -> None:
        self._film = film
        self._reader: VideoReader | None = None
        self._proxy: ProxyReader | None = None
        if film.index is None:
            self._reader = open_reader(Target(film.video, film.project))
        if place is not None:
            index = film.index or self._decoded.index
            self._proxy = ProxyReader(proxy_folder(place, identify(film.video)), len(index))

    def picture(self, frame: int) -> Picture:
        picture = self._proxy.picture(frame) if self._proxy is not None else None
        return self._decoded.frame_at(frame) if picture is None else picture

    def close(self) -> None:
        for source in (self._reader, self._proxy):
            if source is not None:
                source.close()

    @property
    def _decoded(self) -> VideoReader:
        if self._reader is None:
            self._reader = VideoReader(self._film.video, self._film.index)
        return self._reader


def _next_of(wanted: list[Key], last: Key | None) -> Key:
    """The next one in the same video, else its first one, else the one that waits longest."""
    same = [key for key in wanted if last is not None and key[0] == last[0]]
    if last is None or not same:
        return min(key for key in wanted if key[0] == wanted[0][0])
    ahead = [key for key in same if key[1] >= last[1]]
    return min(ahead or same)
