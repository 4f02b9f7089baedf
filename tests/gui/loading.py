"""Loading frames in tests, and telling which ones came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.frames import FrameRange
from core.paths import ProxyPlace
from core.video import VideoReader
from core.video.proxy import open_writer
from core.video.proxy_making import ProxyRequest, make_proxy
from gui.frame_loader import FrameLoader, ShownFrame
from tests.conftest import index_at_any_size
from tests.gui.making import pixels

MakeLoader = Callable[..., FrameLoader]

LONG = 200
LARGE = (960, 576)


def fill(place: ProxyPlace, path: Path, frames: range | None = None) -> None:
    """Make a proxy, whole or in part."""
    with VideoReader(path) as reader:
        if frames is None:
            list(make_proxy(ProxyRequest(path, reader.index, place)))
            return
        with open_writer(place, reader.info) as writer:
            for decoded in reader.decode(FrameRange(frames.start, frames.stop)):
                writer.add(decoded)


def answers_of(loader: FrameLoader) -> list[ShownFrame]:
    answers: list[ShownFrame] = []
    loader.loaded.connect(answers.append)
    return answers


def load(qtbot: QtBot, loader: FrameLoader, frame: int) -> ShownFrame:
    """Ask for a frame and wait for its full picture."""
    answers = answers_of(loader)
    loader.request(frame)
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].full, timeout=20_000)
    assert answers[-1].frame == frame
    loader.loaded.disconnect(answers.append)
    return answers[-1]


def index_of(shown: ShownFrame) -> int:
    return index_at_any_size(pixels(shown.image))


def size_of(image: QImage) -> tuple[int, int]:
    return image.width(), image.height()


def wait_for_quiet(qtbot: QtBot, loader: FrameLoader) -> None:
    """Wait until the loader has looked ahead as far as it wants."""
    scrubber = loader._decoder._scrubber
    assert scrubber is not None
    qtbot.waitUntil(lambda: scrubber.missing_ahead() is None, timeout=20_000)


def damage(path: Path, frame: int) -> None:
    """Overwrite the packet of one frame; B-frames would lie elsewhere."""
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][frame]
        assert packet.pos is not None
        data = bytearray(path.read_bytes())
        data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path.write_bytes(data)
