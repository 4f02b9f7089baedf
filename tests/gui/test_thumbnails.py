"""Small pictures of the frames that the mouse points at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.paths import ProxyPlace
from core.video import Picture, VideoReader
from core.video.proxy import ProxyReader, proxy_folder
from gui.thumbnails import Thumbnails
from tests.conftest import index_at_any_size
from tests.gui.conftest import running_threads
from tests.gui.loading import LARGE, LONG, fill
from tests.gui.making import pixels

Answers = list[tuple[int, QImage]]


def started(place: ProxyPlace, path: Path) -> tuple[Thumbnails, Answers]:
    with VideoReader(path) as reader:
        folder = proxy_folder(place, reader.info.identity)
    thumbnails = Thumbnails(folder, LONG)
    answers: Answers = []
    thumbnails.ready.connect(lambda frame, image: answers.append((frame, image)))
    thumbnails.start()
    return thumbnails, answers


@pytest.fixture
def partial_place(large: Path, tmp_path: Path) -> ProxyPlace:
    """Where the small copies of frames 50 to 59 lie, and those of no other ones."""
    place = ProxyPlace(tmp_path / "proxies", 1 << 30)
    fill(place, large, range(50, 60))
    return place


@pytest.fixture
def partial(large: Path, partial_place: ProxyPlace) -> Iterator[tuple[Thumbnails, Answers]]:
    thumbnails, answers = started(partial_place, large)
    yield thumbnails, answers
    thumbnails.stop()


def test_each_frame_comes_with_its_own_small_picture(
    qtbot: QtBot, large: Path, whole_place: ProxyPlace
) -> None:
    thumbnails, answers = started(whole_place, large)
    for frame in (0, LONG - 1, 100, 99):
        thumbnails.want(frame)
        qtbot.waitUntil(lambda wanted=frame: bool(answers) and answers[-1][0] == wanted)
        image = answers[-1][1]
        assert index_at_any_size(pixels(image)) == frame
        assert 0 < image.width() < LARGE[0]
    thumbnails.stop()
    assert thumbnails not in running_threads()


def test_the_newest_request_is_answered_whatever_came_before(
    qtbot: QtBot, large: Path, whole_place: ProxyPlace
) -> None:
    thumbnails, answers = started(whole_place, large)
    for frame in range(LONG):
        thumbnails.want(frame)
    qtbot.waitUntil(lambda: bool(answers) and answers[-1][0] == LONG - 1)
    thumbnails.stop()
    frames = [frame for frame, _ in answers]
    assert frames == sorted(frames)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Frames whose small copy was looked for."""
    frames: list[int] = []
    picture = ProxyReader.picture

    def watched(self: ProxyReader, frame: int) -> Picture | None:
        found = picture(self, frame)
        frames.append(frame)
        return found

    monkeypatch.setattr(ProxyReader, "picture", watched)
    return frames


def test_a_frame_without_a_small_copy_has_no_answer(
    qtbot: QtBot, asked: list[int], partial: tuple[Thumbnails, Answers]
) -> None:
    thumbnails, answers = partial
    for frame in (10, 49, 60, 55):
        thumbnails.want(frame)
        qtbot.waitUntil(lambda wanted=frame: wanted in asked)
    qtbot.waitUntil(lambda: bool(answers))
    assert [frame for frame, _ in answers] == [55]


def test_small_copies_may_come_later(
    qtbot: QtBot,
    large: Path,
    asked: list[int],
    partial_place: ProxyPlace,
    partial: tuple[Thumbnails, Answers],
) -> None:
    thumbnails, answers = partial
    thumbnails.want(105)
    qtbot.waitUntil(lambda: asked == [105])
    fill(partial_place, large, range(100, 110))

    def asked_again() -> bool:
        thumbnails.want(105)
        return bool(answers)

    qtbot.waitUntil(asked_again)
    assert answers[0][0] == 105
    assert index_at_any_size(pixels(answers[0][1])) == 105


def test_closing_ends_the_thread_even_if_a_request_waits(
    large: Path, whole_place: ProxyPlace
) -> None:
    thumbnails, _ = started(whole_place, large)
    thumbnails.want(3)
    thumbnails.stop()
    assert thumbnails.isFinished()
    thumbnails.stop()
