"""Pictures by frame: the right one always, and no thread left."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

import gui.frame_loader
from core.frames import FrameIndex
from core.paths import ProxyPlace
from core.video.picture import Picture
from core.video.reader import VideoInfo
from gui.frame_loader import FrameLoader
from tests.conftest import MakeVideo
from tests.gui.loading import (
    MakeLoader,
    answers_of,
    damage,
    load,
    wait_for_quiet,
)
from tests.gui.making import COUNT, pixels

IndexIn = Callable[[Picture], int]


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
        broken.setattr(gui.frame_loader, "to_image", fail)
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
