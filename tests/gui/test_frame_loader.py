"""Pictures by frame: the right one, the newest request first, and no thread left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import av
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.frames import FrameIndex
from core.video import VideoReader
from core.video.picture import Picture
from core.video.reader import VideoInfo
from gui.frame_loader import FrameLoader
from tests.conftest import MakeVideo
from tests.gui.making import COUNT, pixels

IndexIn = Callable[[Picture], int]
MakeLoader = Callable[[Path], FrameLoader]


@pytest.fixture
def make_loader(qtbot: QtBot) -> Iterator[MakeLoader]:
    loaders: list[FrameLoader] = []

    def make(path: Path) -> FrameLoader:
        with VideoReader(path) as reader:
            loaders.append(FrameLoader(path, reader.index))
        return loaders[-1]

    yield make
    for loader in loaders:
        loader.close()


@pytest.fixture
def loader(make_loader: MakeLoader, clip: Path) -> FrameLoader:
    return make_loader(clip)


def answers_of(loader: FrameLoader) -> list[tuple[int, QImage]]:
    answers: list[tuple[int, QImage]] = []
    loader.loaded.connect(lambda frame, picture: answers.append((frame, picture)))
    return answers


def load(qtbot: QtBot, loader: FrameLoader, frame: int) -> QImage:
    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.request(frame)
    assert loaded.args[0] == frame
    return loaded.args[1]


def test_each_frame_comes_with_its_own_picture(
    qtbot: QtBot, loader: FrameLoader, index_in: IndexIn
) -> None:
    for frame in (0, 1, 23, 22, 21, 6, 5, 12, 0):
        assert index_in(pixels(load(qtbot, loader, frame))) == frame


def test_pictures_have_the_format_that_paints_without_converting(
    qtbot: QtBot, loader: FrameLoader
) -> None:
    assert load(qtbot, loader, 3).format() is QImage.Format.Format_RGB32


def test_of_many_requests_only_the_newest_is_answered(
    qtbot: QtBot, loader: FrameLoader, index_in: IndexIn
) -> None:
    answers = answers_of(loader)
    for frame in range(COUNT):
        loader.request(frame)
    qtbot.waitUntil(lambda: bool(answers))
    # One more answer follows all that could still be under way.
    load(qtbot, loader, 2)
    assert [frame for frame, _ in answers] == [COUNT - 1, 2]
    assert index_in(pixels(answers[0][1])) == COUNT - 1


def test_a_stale_request_is_not_answered_even_where_its_picture_comes_later(
    qtbot: QtBot, loader: FrameLoader
) -> None:
    load(qtbot, loader, 7)
    answers = answers_of(loader)
    loader.request(20)
    loader.request(7)
    load(qtbot, loader, 3)
    assert [frame for frame, _ in answers] == [7, 3]


def test_a_picture_that_a_newer_request_overtook_is_kept_but_not_shown(
    qtbot: QtBot, loader: FrameLoader
) -> None:
    decoded = Event()
    loader._decoder.decoded.connect(lambda *_: decoded.set(), Qt.ConnectionType.DirectConnection)
    answers = answers_of(loader)
    loader.request(20)
    assert decoded.wait(20)
    # Its picture is under way to this thread, which has not looked yet.
    load(qtbot, loader, 7)
    assert [frame for frame, _ in answers] == [7]
    loader.request(20)
    assert [frame for frame, _ in answers] == [7, 20]


def test_a_frame_that_was_shown_before_is_answered_at_once(
    qtbot: QtBot, loader: FrameLoader
) -> None:
    first = load(qtbot, loader, 11)
    load(qtbot, loader, 4)
    answers = answers_of(loader)
    loader.request(11)
    assert [frame for frame, _ in answers] == [11]
    assert answers[0][1] == first


def test_a_damaged_frame_is_refused_with_a_sentence_and_its_neighbours_are_shown(
    qtbot: QtBot, make_loader: MakeLoader, make_video: MakeVideo, index_in: IndexIn
) -> None:
    path = make_video("damaged.mp4", 20, gop=1)
    damage(path, 10)
    loader = make_loader(path)
    with qtbot.waitSignal(loader.failed) as failed, qtbot.assertNotEmitted(loader.loaded):
        loader.request(10)
    frame, sentence = failed.args
    assert frame == 10
    assert sentence.lower().startswith("frame 10 of damaged.mp4 cannot be decoded: go to another")
    for frame in (9, 11):
        assert index_in(pixels(load(qtbot, loader, frame))) == frame


def test_a_refusal_that_a_newer_request_overtook_is_not_shown(
    qtbot: QtBot, make_loader: MakeLoader, make_video: MakeVideo
) -> None:
    path = make_video("damaged.mp4", 20, gop=1)
    damage(path, 10)
    loader = make_loader(path)
    with qtbot.assertNotEmitted(loader.failed):
        for frame in (10, 10, 12):
            loader.request(frame)
        load(qtbot, loader, 13)


def test_a_video_that_went_away_is_a_sentence_and_comes_back_with_the_file(
    qtbot: QtBot, make_loader: MakeLoader, make_video: MakeVideo, index_in: IndexIn
) -> None:
    path = make_video("gone.mp4")
    loader = make_loader(path)
    away = path.rename(path.with_name("away.mp4"))
    with qtbot.waitSignal(loader.failed) as failed:
        loader.request(5)
    frame, sentence = failed.args
    assert frame == 5
    assert f"here is no file {path}: check the path" in sentence
    away.rename(path)
    assert index_in(pixels(load(qtbot, loader, 5))) == 5


def test_closing_ends_the_thread_and_nothing_is_answered_any_more(
    qtbot: QtBot, clip: Path, clip_facts: tuple[VideoInfo, FrameIndex]
) -> None:
    for requests in (0, 1, 5):
        loader = FrameLoader(clip, clip_facts[1])
        answers = answers_of(loader)
        for frame in range(requests):
            loader.request(frame)
        loader.close()
        loader.close()
        QCoreApplication.processEvents()
        assert answers == []


def damage(path: Path, frame: int) -> None:
    """Overwrite the packet of one frame; every frame must be a keyframe."""
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][frame]
        assert packet.pos is not None
        data = bytearray(path.read_bytes())
        data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path.write_bytes(data)
