"""Playback: which frame shows when, either way, faster, and round a gap."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from core.frames import FrameIndex
from gui.player import FASTEST, Course, Player
from gui.session import Session
from tests.gui.making import COUNT

RATE = 25


def index_of(pts: Sequence[int], unit: Fraction = Fraction(1, 1000)) -> FrameIndex:
    return FrameIndex(np.array(pts, np.int64), np.ones(len(pts), np.bool_), unit)


STEADY = index_of(range(100), Fraction(1, RATE))
VARYING = index_of([0, 40, 80, 500, 510, 520, 1000])
"""Frames 2 and 5 show for a long time."""

anything = st.lists(st.integers(1, 900), min_size=1, max_size=30).map(
    lambda steps: index_of(np.cumsum([0, *steps]).tolist())
)
speeds = st.sampled_from([1, 2, 4, FASTEST, -1, -2, -FASTEST])


# Which frame shows


@pytest.mark.parametrize(
    ("first", "speed", "seconds", "frame"),
    [
        (10, 1, 0.0, 10),
        (10, 1, 0.039, 10),
        (10, 1, 0.04, 11),
        (10, 1, 1.0, 35),
        (10, 4, 1.0, 99),
        (10, 2, 1.0, 60),
        (50, -1, 1.0, 25),
        (50, -2, 1.0, 0),
        (10, 1, 999.0, 99),
        (10, -1, 999.0, 0),
    ],
)
def test_frames_follow_the_clock(first: int, speed: int, seconds: float, frame: int) -> None:
    assert Course(first, speed).frame_after(seconds, STEADY) == frame


def test_a_frame_that_lasts_is_shown_as_long() -> None:
    shown = [Course(1).frame_after(ms / 1000, VARYING) for ms in (0, 39, 40, 459, 460, 470, 480)]
    assert shown == [1, 1, 2, 2, 3, 4, 5]
    back = [Course(6, -1).frame_after(ms / 1000, VARYING) for ms in (0, 1, 480, 481, 501, 1000)]
    assert back == [6, 5, 5, 4, 2, 0]


@given(index=anything, data=st.data(), speed=speeds)
def test_time_never_goes_the_other_way(index: FrameIndex, data: st.DataObject, speed: int) -> None:
    first = data.draw(st.integers(0, len(index) - 1))
    times = sorted(data.draw(st.lists(st.floats(0, 60), min_size=1)))
    frames = [Course(first, speed).frame_after(t, index) for t in [0.0, *times]]
    assert frames[0] == first
    assert frames == sorted(frames, reverse=speed < 0)


@given(index=anything, data=st.data())
def test_a_loop_stays_in_its_frames_and_shows_each_of_them(
    index: FrameIndex, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(index) - 1))
    last = data.draw(st.integers(first, len(index) - 1))
    course = Course(first, 1, (first, last))
    begin = index.timestamp(first)
    once = index.end_of(last) - begin
    for frame in range(first, last + 1):
        middle = (index.timestamp(frame) + index.end_of(frame)) / 2 - begin
        assert course.frame_after(middle, index) == frame
        assert course.frame_after(middle + 3 * once, index) == frame
    for seconds in data.draw(st.lists(st.floats(0, 1000))):
        assert first <= course.frame_after(seconds, index) <= last


# What the player does


@pytest.fixture
def player(session: Session) -> Player:
    return Player(session)


def frames_of(session: Session) -> list[int]:
    frames: list[int] = []
    session.frame_changed.connect(frames.append)
    return frames


def test_it_plays_to_the_end_and_pauses_there(
    qtbot: QtBot, session: Session, player: Player
) -> None:
    frames, told = frames_of(session), []
    player.playing_changed.connect(told.append)
    session.go_to(COUNT - 5)
    player.toggle()
    assert (player.playing, player.speed) == (True, 1)
    qtbot.waitUntil(lambda: not player.playing)
    assert session.frame == COUNT - 1
    assert frames == sorted(frames)
    assert (told, player.speed) == ([True, False], 0)


def test_backwards_it_pauses_at_the_start(qtbot: QtBot, session: Session, player: Player) -> None:
    session.go_to(4)
    frames = frames_of(session)
    player.play(-1)
    qtbot.waitUntil(lambda: not player.playing)
    assert session.frame == 0
    assert frames == sorted(frames, reverse=True)


def test_from_the_end_it_plays_from_the_start(
    qtbot: QtBot, session: Session, player: Player
) -> None:
    session.go_to(COUNT - 1)
    player.toggle()
    assert player.playing
    assert session.frame == 0
    player.toggle()
    assert not player.playing


def test_the_same_way_again_is_twice_as_fast_and_the_other_way_begins_anew(
    session: Session, player: Player
) -> None:
    speeds = []
    for way in (1, 1, 1, 1, 1, 1, -1, -1, 1):
        player.play(way)
        speeds.append(player.speed)
    assert speeds == [1, 2, 4, 8, 16, 16, -1, -2, 1]
    player.pause()
    assert player.speed == 0
    player.play(-1)
    assert player.speed == -1
    player.pause()


def test_another_speed_goes_on_from_where_it_is(
    qtbot: QtBot, session: Session, player: Player
) -> None:
    player.play(1)
    qtbot.waitUntil(lambda: session.frame >= 3)
    at = session.frame
    frames = frames_of(session)
    player.play(-1)
    qtbot.waitUntil(lambda: not player.playing)
    assert frames == sorted(frames, reverse=True)
    assert frames[0] < at
    assert session.frame == 0


def test_a_loop_goes_round_the_gap_and_leaves_the_focus_on_its_box(
    qtbot: QtBot, session: Session, player: Player
) -> None:
    session.go_to(9)
    box = session.focused
    assert box is not None
    frames = frames_of(session)
    focuses: list[object] = []
    session.focus_changed.connect(lambda: focuses.append(session.focused))
    player.loop(9, 10)
    qtbot.waitUntil(lambda: any(after < before for before, after in pairwise(frames)))
    assert player.playing
    assert player.speed == 1
    # Half a second around the gap begins before the video does.
    assert (min(frames), max(frames) <= 21) == (0, True)
    assert session.focused == box
    assert focuses == []
    player.loop(9, 10)
    assert not player.playing


def test_what_plays_already_can_be_made_a_loop_and_the_other_way_round(
    session: Session, player: Player
) -> None:
    player.play(1)
    player.play(1)
    player.loop(9, 10)
    assert (player.playing, player.speed) == (True, 1)
    player.play(1)
    assert (player.playing, player.speed) == (True, 1)
    assert player._course.loop is None
    player.pause()


def test_going_elsewhere_pauses(qtbot: QtBot, session: Session, player: Player) -> None:
    player.play(1)
    qtbot.waitUntil(lambda: session.frame >= 2)
    with qtbot.waitSignal(player.playing_changed) as told:
        session.go_to(20)
    assert told.args == [False]
    assert session.frame == 20


def test_pausing_what_stands_tells_nothing(qtbot: QtBot, player: Player) -> None:
    with qtbot.assertNotEmitted(player.playing_changed):
        player.pause()
