"""Pictures by frame: the small one at once, the right one always, and no thread left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event

import av
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

import gui.frame_loader
from core.frames import FrameIndex, FrameRange
from core.paths import ProxyPlace
from core.video import VideoReader
from core.video.decoder import ContainerDecoder
from core.video.picture import DecodedFrame, Picture
from core.video.proxy import delete_all, open_writer, proxy_folder, proxy_size
from core.video.proxy_making import ProxyRequest, make_proxy
from core.video.reader import VideoInfo
from core.video.scrubber import Scrubber
from gui.frame_loader import FrameLoader, ShownFrame
from tests.conftest import MakeVideo, index_at_any_size
from tests.gui.making import COUNT, pixels

IndexIn = Callable[[Picture], int]
MakeLoader = Callable[..., FrameLoader]

LONG = 200
LARGE = (960, 576)


@pytest.fixture(autouse=True)
def _small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring that takes a part of `large` only, as it does of a long video."""
    few = partial(Scrubber, ring_bytes=40 * LARGE[0] * LARGE[1] * 3 // 2)
    monkeypatch.setattr(gui.frame_loader, "Scrubber", few)


@pytest.fixture
def make_loader(qtbot: QtBot) -> Iterator[MakeLoader]:
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


def wait_for_quiet(qtbot: QtBot, loader: FrameLoader) -> None:
    """Wait until the loader has looked ahead as far as it wants."""
    scrubber = loader._decoder._scrubber
    assert scrubber is not None
    qtbot.waitUntil(lambda: scrubber.missing_ahead() is None, timeout=20_000)


# Full pictures


def test_each_frame_comes_with_its_own_picture(
    qtbot: QtBot, loader: FrameLoader, index_in: IndexIn
) -> None:
    for frame in (0, 1, 23, 22, 21, 6, 5, 12, 0):
        shown = load(qtbot, loader, frame)
        assert index_in(pixels(shown.image)) == frame
        assert (shown.size, shown.full, shown.damaged) == ((160, 96), True, False)


def test_pictures_have_the_format_that_paints_without_converting(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, whole_place: ProxyPlace
) -> None:
    loader = make_loader(large, whole_place)
    answers = answers_of(loader)
    load(qtbot, loader, 100)
    assert len(answers) == 2
    assert {shown.image.format() for shown in answers} == {QImage.Format.Format_RGB32}


def test_the_graphics_hardware_is_used_where_it_works_and_missed_nowhere(
    qtbot: QtBot, make_loader: MakeLoader, clip: Path, index_in: IndexIn
) -> None:
    loader = make_loader(clip, hardware=True)
    for frame in (0, 17, 16, 3):
        assert index_in(pixels(load(qtbot, loader, frame).image)) == frame


def test_of_many_requests_only_the_newest_is_answered(
    qtbot: QtBot, loader: FrameLoader, index_in: IndexIn
) -> None:
    answers = answers_of(loader)
    for frame in range(COUNT):
        loader.request(frame)
    qtbot.waitUntil(lambda: bool(answers))
    # One more answer follows all that could still be under way.
    load(qtbot, loader, 2)
    assert [shown.frame for shown in answers] == [COUNT - 1, 2]
    assert index_in(pixels(answers[0].image)) == COUNT - 1


def test_a_picture_that_a_newer_request_overtook_is_kept_but_not_shown(
    qtbot: QtBot, loader: FrameLoader, walks: list[range]
) -> None:
    decoded = Event()
    loader._decoder.decoded.connect(lambda *_: decoded.set(), Qt.ConnectionType.DirectConnection)
    answers = answers_of(loader)
    loader.request(20)
    assert decoded.wait(20)
    # Its picture is under way to this thread, which has not looked yet.
    load(qtbot, loader, 7)
    assert [shown.frame for shown in answers] == [7]
    wait_for_quiet(qtbot, loader)
    walks.clear()
    load(qtbot, loader, 20)
    assert not any(20 in walk for walk in walks)


def test_a_frame_that_was_shown_before_is_shown_without_decoding(
    qtbot: QtBot, loader: FrameLoader, walks: list[range]
) -> None:
    first = load(qtbot, loader, 11)
    load(qtbot, loader, 4)
    walks.clear()
    again = load(qtbot, loader, 11)
    assert not any(11 in walk for walk in walks)
    assert again.image == first.image


# The small picture first


def test_the_small_picture_comes_first_and_the_full_one_follows(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, whole_place: ProxyPlace
) -> None:
    loader = make_loader(large, whole_place)
    answers = answers_of(loader)
    for frame in (150, 40, 199, 0):
        answers.clear()
        load(qtbot, loader, frame)
        assert [(shown.frame, shown.full) for shown in answers] == [(frame, False), (frame, True)]
        assert [index_of(shown) for shown in answers] == [frame, frame]
        assert [shown.size for shown in answers] == [LARGE, LARGE]
        assert [size_of(shown.image) for shown in answers] == [proxy_size(LARGE), LARGE]


def test_without_a_proxy_only_the_full_picture_comes(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, tmp_path: Path
) -> None:
    for place in (None, ProxyPlace(tmp_path / "nowhere", 1)):
        loader = make_loader(large, place)
        answers = answers_of(loader)
        for frame in (150, 40):
            load(qtbot, loader, frame)
        assert [(shown.frame, shown.full) for shown in answers] == [(150, True), (40, True)]


def test_a_frame_without_its_small_picture_comes_in_full_alone(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, tmp_path: Path
) -> None:
    place = ProxyPlace(tmp_path, 1 << 30)
    fill(place, large, range(60))
    loader = make_loader(large, place)
    answers = answers_of(loader)
    for frame in (150, 40):
        load(qtbot, loader, frame)
    assert [(s.frame, s.full) for s in answers] == [(150, True), (40, False), (40, True)]


def test_a_proxy_that_appears_later_is_used_and_one_that_vanishes_is_not_missed(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, tmp_path: Path
) -> None:
    place = ProxyPlace(tmp_path / "proxies", 1 << 30)
    loader = make_loader(large, place)
    answers = answers_of(loader)
    load(qtbot, loader, 150)
    fill(place, large)
    load(qtbot, loader, 40)
    delete_all(place.folder)
    load(qtbot, loader, 180)
    full = [(150, True), (40, False), (40, True), (180, True)]
    assert [(shown.frame, shown.full) for shown in answers] == full
    assert [index_of(shown) for shown in answers] == [150, 40, 40, 180]


def test_a_frame_at_hand_is_shown_in_full_at_once(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, whole_place: ProxyPlace, walks: list[range]
) -> None:
    loader = make_loader(large, whole_place)
    load(qtbot, loader, 100)
    wait_for_quiet(qtbot, loader)
    answers = answers_of(loader)
    for frame in (101, 100, 99):
        load(qtbot, loader, frame)
    assert [(shown.frame, shown.full) for shown in answers] == [
        (101, True),
        (100, True),
        (99, True),
    ]


def test_nothing_is_decoded_for_places_that_a_scrub_only_passes(
    qtbot: QtBot,
    make_loader: MakeLoader,
    large: Path,
    whole_place: ProxyPlace,
    walks: list[range],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gui.frame_loader, "_SETTLE_SECONDS", 60.0)
    loader = make_loader(large, whole_place)
    load(qtbot, loader, 0)
    wait_for_quiet(qtbot, loader)
    walks.clear()
    answers = answers_of(loader)
    for frame in range(20, LONG, 20):
        with qtbot.waitSignal(loader.loaded):
            loader.request(frame)
    assert [(s.frame, s.full) for s in answers] == [(f, False) for f in range(20, LONG, 20)]
    assert walks == []
    # A frame next to the place of the last one is what the person wants to see.
    load(qtbot, loader, LONG - 18)
    began = time.monotonic()
    loader.request(20)
    loader.close()
    assert time.monotonic() - began < 5


# While it is busy


def test_the_newest_request_wins_while_a_long_walk_is_under_way(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, whole_place: ProxyPlace, slow: Event
) -> None:
    loader = make_loader(large, whole_place)
    load(qtbot, loader, 0)
    newest = [0]
    wrong: list[tuple[int, int]] = []
    loader.loaded.connect(
        lambda s: wrong.append((s.frame, newest[0])) if s.frame != newest[0] else None
    )
    answers = answers_of(loader)
    slow.set()
    for frame in (190, 30, 170, 60, 199):
        newest[0] = frame
        loader.request(frame)
        qtbot.wait(80)  # long enough to begin the walk, much too short to end it
    slow.clear()
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].full and answers[-1].frame == 199)
    assert wrong == []
    assert [s.frame for s in answers if s.full] == [199]
    assert index_of(answers[-1]) == 199
    assert {s.frame for s in answers if not s.full} <= {190, 30, 170, 60, 199}


def test_small_pictures_are_shown_while_a_long_walk_is_under_way(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, whole_place: ProxyPlace, slow: Event
) -> None:
    loader = make_loader(large, whole_place)
    load(qtbot, loader, 0)
    slow.set()
    answers = answers_of(loader)
    loader.request(190)
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.wait(100)
    for frame in (120, 150, 110):
        began = time.monotonic()
        with qtbot.waitSignal(loader.loaded, timeout=1500):
            loader.request(frame)
        assert time.monotonic() - began < 1.0, "it waited for the walk, which takes 2 s"
        assert (answers[-1].frame, answers[-1].full) == (frame, False)
    slow.clear()
    load(qtbot, loader, 110)


def test_frames_at_hand_are_shown_while_a_long_walk_is_under_way(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, slow: Event
) -> None:
    loader = make_loader(large)
    for frame in (20, 21, 22):
        load(qtbot, loader, frame)
    slow.set()
    loader.request(199)
    qtbot.wait(100)
    began = time.monotonic()
    shown = load(qtbot, loader, 21)
    assert time.monotonic() - began < 1.0, "it waited for the walk, which takes 2 s"
    assert index_of(shown) == 21
    slow.clear()
    assert index_of(load(qtbot, loader, 199)) == 199


def test_looking_ahead_makes_the_next_frames_free(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, walks: list[range]
) -> None:
    loader = make_loader(large)
    load(qtbot, loader, 100)
    for frame in range(101, 106):
        wait_for_quiet(qtbot, loader)
        walks.clear()
        assert index_of(load(qtbot, loader, frame)) == frame
        assert not any(frame in walk for walk in walks)


def test_looking_ahead_backwards_makes_the_frames_before_free(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, walks: list[range]
) -> None:
    loader = make_loader(large)
    load(qtbot, loader, 150)
    load(qtbot, loader, 149)
    wait_for_quiet(qtbot, loader)
    walks.clear()
    for frame in range(148, 120, -1):
        assert index_of(load(qtbot, loader, frame)) == frame
    assert not any(frame in walk for walk in walks for frame in range(121, 149))


def test_a_request_interrupts_looking_ahead(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, slow: Event
) -> None:
    loader = make_loader(large)
    load(qtbot, loader, 5)
    load(qtbot, loader, 4)
    load(qtbot, loader, 180)
    slow.set()
    loader.request(179)
    qtbot.wait(100)  # it decodes backwards now, 180 packets for a stretch
    slow.clear()
    assert index_of(load(qtbot, loader, 60)) == 60


# Damage


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
        assert index_in(pixels(load(qtbot, loader, frame).image)) == frame


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


def test_a_frame_that_builds_upon_an_error_is_shown_and_says_so(
    qtbot: QtBot, make_loader: MakeLoader, make_video: MakeVideo
) -> None:
    path = make_video("errors.mp4", 36, gop=12)
    damage(path, 15)
    loader = make_loader(path)
    told = {}
    for frame in (12, 13, 20, 24, 30, 3):
        loader.request(frame)
        with qtbot.waitSignal(loader.loaded) as loaded:
            pass
        told[frame] = loaded.args[0].damaged
    assert told == {12: False, 13: False, 20: True, 24: False, 30: False, 3: False}


def test_a_bug_is_a_sentence_and_the_loader_goes_on(
    qtbot: QtBot,
    loader: FrameLoader,
    index_in: IndexIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    load(qtbot, loader, 0)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as broken, qtbot.waitSignal(loader.failed) as failed:
        broken.setattr(gui.frame_loader, "_to_image", fail)
        loader.request(15)
        qtbot.waitUntil(lambda: failed.signal_triggered)
    assert failed.args == [15, "ZeroDivisionError: a bug"]
    assert "frame 15" in caplog.text
    assert index_in(pixels(load(qtbot, loader, 16).image)) == 16


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
    assert index_in(pixels(load(qtbot, loader, 5).image)) == 5


# The end


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


@pytest.mark.parametrize("ahead", [False, True], ids=["for a request", "looking ahead"])
def test_closing_during_a_long_walk_ends_it_at_once(
    qtbot: QtBot, make_loader: MakeLoader, large: Path, slow: Event, ahead: bool
) -> None:
    loader = make_loader(large)
    load(qtbot, loader, 0)
    if ahead:
        load(qtbot, loader, 180)
    slow.set()
    loader.request(179 if ahead else 199)
    qtbot.wait(100)
    began = time.monotonic()
    loader.close()
    assert time.monotonic() - began < 0.7, "it waited for the walk, which takes 2 s"


def damage(path: Path, frame: int) -> None:
    """Overwrite the packet of one frame; B-frames would lie elsewhere."""
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][frame]
        assert packet.pos is not None
        data = bytearray(path.read_bytes())
        data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path.write_bytes(data)
