"""What tests of the window get, and what none of them may leave behind."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial, partialmethod
from itertools import count
from pathlib import Path
from threading import Event

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gui.frame_loader
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace, default_project_dir
from core.project import Project
from core.settings import Settings
from core.video import VideoReader
from core.video.decoder import ContainerDecoder
from core.video.picture import DecodedFrame
from core.video.proxy import proxy_folder
from core.video.reader import VideoInfo
from core.video.scrubber import Scrubber
from gui.frame_loader import FrameLoader
from gui.main_window import MainWindow
from gui.session import Session
from gui.theme import apply_theme
from tests.conftest import MakeVideo
from tests.gui.loading import LARGE, LONG, MakeLoader, fill
from tests.gui.making import COUNT, add_run, seen

OpenWindow = Callable[..., MainWindow]

# A computer that others use too may stand still for longer than the usual 5 s.
QtBot.waitUntil = partialmethod(QtBot.waitUntil, timeout=30_000)  # type: ignore[method-assign, assignment]
QtBot.waitSignal = partialmethod(QtBot.waitSignal, timeout=30_000)  # type: ignore[method-assign, assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning of Qt fails the test that caused it."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            # The offscreen platform has no window manager to tell sizes to.
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture(autouse=True)
def _no_thread_is_left(_clean_process: None) -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = thread_count()
    yield
    app = QCoreApplication.instance()
    # Looking for Qt's threads takes up to 0.1 s, counting all threads none.
    if app is None or thread_count() <= before:
        return
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = running_threads()
    for thread in left:
        thread.requestInterruption()
    assert not left, f"threads that still run: {left}"


def thread_count() -> int:
    """Threads of this process, of whatever kind; more than any where they cannot be counted."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else next(_UNKNOWN)


_UNKNOWN = count()
"""Rises, so that without a count the threads are always looked for."""


def running_threads() -> list[QThread]:
    """Every thread of Qt's that runs now, but for the window's."""
    main = QCoreApplication.instance().thread()
    found = [one for one in gc.get_objects() if issubclass(type(one), QThread)]
    return [one for one in found if shiboken6.isValid(one) and one is not main and one.isRunning()]


@pytest.fixture(scope="session")
def clip(make_video: MakeVideo) -> Path:
    """24 frames, each of which shows its own index."""
    return make_video("clip.mp4", COUNT, gop=6)


@pytest.fixture(scope="session")
def clip_facts(clip: Path) -> tuple[VideoInfo, FrameIndex]:
    """What a reader says about the clip."""
    with VideoReader(clip) as reader:
        return reader.info, reader.index


@pytest.fixture
def folder(clip: Path) -> Path:
    """Where the window keeps the clip's project; it may not exist yet."""
    return default_project_dir(clip)


@pytest.fixture
def reviewed(folder: Path, clip_facts: tuple[VideoInfo, FrameIndex]) -> Path:
    """The folder of a project with one complete run that flickers; see `tests.gui.making`."""
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, seen())
    return folder


@pytest.fixture
def open_session(
    qapp: QApplication, clip_facts: tuple[VideoInfo, FrameIndex]
) -> Iterator[Callable[[Path], Session]]:
    """Opens sessions on project folders, and closes them after the test."""
    opened: list[Session] = []

    def open_(folder: Path) -> Session:
        opened.append(Session(Project.open(folder), *clip_facts))
        return opened[-1]

    yield open_
    for session in opened:
        session.close()


@pytest.fixture
def session(open_session: Callable[[Path], Session], reviewed: Path) -> Session:
    """A session on the project `reviewed`."""
    return open_session(reviewed)


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> OpenWindow:
    """Opens the real window, shown and active, with a video or project in it if one is named."""

    def open_(path: Path | None = None, settings: Settings | None = None) -> MainWindow:
        window = MainWindow(apply_theme(qapp, "light"), settings or Settings())
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(window.isActiveWindow)
        if path is not None:
            window.open_path(path)
            qtbot.waitUntil(lambda: window.session is not None)
        return window

    return open_


@pytest.fixture
def window(open_window: OpenWindow, clip: Path, reviewed: Path) -> MainWindow:
    """The window with the project `reviewed` in it."""
    return open_window(clip)


@pytest.fixture
def small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring that takes a part of `large` only, as it does of a long video."""
    few = partial(Scrubber, ring_bytes=40 * LARGE[0] * LARGE[1] * 3 // 2)
    monkeypatch.setattr(gui.frame_loader, "Scrubber", few)


@pytest.fixture
def make_loader(qtbot: QtBot, small_ring: None) -> Iterator[MakeLoader]:
    """Makes loaders, and closes them after the test."""
    loaders: list[FrameLoader] = []

    def make(path: Path, place: ProxyPlace | None = None, *, hardware: bool = False) -> FrameLoader:
        with VideoReader(path) as reader:
            folder = proxy_folder(place, reader.info.identity) if place else None
            loaders.append(FrameLoader(path, reader.index, proxy=folder, hardware=hardware))
        return loaders[-1]

    yield make
    for loader in loaders:
        loader.close()


@pytest.fixture
def loader(make_loader: MakeLoader, clip: Path) -> FrameLoader:
    """Loads frames of the clip."""
    return make_loader(clip)


@pytest.fixture(scope="session")
def large(make_video: MakeVideo) -> Path:
    """A video larger than its proxy, with one keyframe at its start."""
    return make_video("large.mp4", LONG, gop=1000, b_frames=2, size=LARGE)


@pytest.fixture(scope="session")
def whole_place(large: Path, tmp_path_factory: pytest.TempPathFactory) -> ProxyPlace:
    """Where the whole proxy of `large` lies."""
    place = ProxyPlace(tmp_path_factory.mktemp("proxies"), 1 << 30)
    fill(place, large)
    return place


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[range]:
    """What every reader is asked to decode from now on."""
    asked: list[range] = []
    decode = VideoReader.decode

    def watched(self: VideoReader, frames: FrameRange, **how: object) -> Iterator[DecodedFrame]:
        asked.append(range(frames.start, frames.stop))
        return decode(self, frames, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(VideoReader, "decode", watched)
    return asked


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Each packet takes long to decode while this is set."""
    held_up = Event()
    advance = ContainerDecoder.advance

    def dragged(self: ContainerDecoder, wanted: int) -> bool:
        if held_up.is_set():
            time.sleep(0.01)
        return advance(self, wanted)

    monkeypatch.setattr(ContainerDecoder, "advance", dragged)
    return held_up


def shown(window: MainWindow) -> int | None:
    """The frame whose picture the window shows, or None."""
    return window.workspace.shown_frame if window.workspace is not None else None
