"""Scrubbing: the small picture at once, the newest request first, the next frames for free."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

import gui.frame_loader
from core.paths import ProxyPlace
from core.video.picture import Picture
from core.video.proxy import delete_all, proxy_size
from tests.gui.loading import (
    LARGE,
    LONG,
    MakeLoader,
    answers_of,
    fill,
    index_of,
    load,
    size_of,
    wait_for_quiet,
)

IndexIn = Callable[[Picture], int]


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
    for frame in range(148, 126, -1):
        assert index_of(load(qtbot, loader, frame)) == frame
    assert not any(frame in walk for walk in walks for frame in range(127, 149))


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
