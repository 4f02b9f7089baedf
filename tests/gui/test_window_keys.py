"""Every key of the window does what it says, and playback keeps to the clock."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from core.prelabels import Verdict
from gui.actions import SPECS
from gui.handlers import handlers, switches
from gui.key_overlay import KeyOverlay
from gui.main_window import MainWindow
from gui.session import Session
from tests.conftest import MakeVideo
from tests.gui.conftest import OpenWindow, shown
from tests.gui.making import BOXES, COUNT, on_disk, texts

KEY = Qt.Key
NATIVE = QKeySequence.SequenceFormat.NativeText
PLAIN, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def press(
    window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key as a person does: it goes to whatever has the focus."""
    QTest.keyClick(window.windowHandle(), key, modifiers)


def session_of(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


MOVES = [
    (KEY.Key_Comma, PLAIN, 11),
    (KEY.Key_Period, PLAIN, 13),
    (KEY.Key_Left, PLAIN, 11),
    (KEY.Key_Right, PLAIN, 13),
    (KEY.Key_Left, SHIFT, 2),
    (KEY.Key_Right, SHIFT, 22),
    # The offscreen platform does not know which keys need Shift.
    (KEY.Key_Less, PLAIN, 2),
    (KEY.Key_Greater, PLAIN, 22),
    (KEY.Key_Home, PLAIN, 0),
    (KEY.Key_End, PLAIN, 23),
    (KEY.Key_N, PLAIN, 15),
    (KEY.Key_P, PLAIN, 9),
]
"""Keys, and the frame that each leads to from frame 12."""


@pytest.mark.parametrize("focus", ["canvas", "queue", "toolbar"])
def test_keys_go_to_their_frames_wherever_the_focus_is(window: MainWindow, focus: str) -> None:
    session = session_of(window)
    reached = []
    for key, modifiers, _ in MOVES:
        session.go_to(12)
        give_focus(window, focus)
        press(window, key, modifiers)
        reached.append((key, modifiers, session.frame))
    assert reached == MOVES


def give_focus(window: MainWindow, place: str) -> None:
    widgets: dict[str, QWidget | None] = {
        "canvas": window.workspace.canvas,
        "queue": window.workspace.review.findChild(QTableView),
        "toolbar": window.toolbar.widgetForAction(window.actions_by_name["play"]),
    }
    widget = widgets[place]
    assert widget is not None
    widget.setFocus()
    assert window.focusWidget() is widget


@pytest.mark.parametrize("focus", ["canvas", "queue"])
def test_a_review_by_keys_alone(window: MainWindow, reviewed: Path, focus: str) -> None:
    give_focus(window, focus)
    press(window, KEY.Key_N)
    press(window, KEY.Key_A)
    press(window, KEY.Key_X)
    press(window, KEY.Key_S)
    press(window, KEY.Key_X)
    accepted, rejected = Verdict.ACCEPTED, Verdict.REJECTED
    # Each key goes on in the queue; S leaves the last one, and the queue begins anew.
    made = [(*BOXES[0], accepted), (*BOXES[1], rejected), (*BOXES[2], rejected)]
    assert on_disk(reviewed) == made
    press(window, KEY.Key_Z, CTRL)
    assert on_disk(reviewed) == made[:2]
    press(window, KEY.Key_Z)
    assert on_disk(reviewed) == made[:1]
    press(window, KEY.Key_Z, CTRL | SHIFT)
    assert on_disk(reviewed) == made[:2]
    press(window, KEY.Key_Z, SHIFT)
    assert on_disk(reviewed) == made


def test_keys_go_on_working_after_a_click_in_the_queue(
    qtbot: QtBot, window: MainWindow, reviewed: Path
) -> None:
    table = window.workspace.review.findChild(QTableView)
    assert isinstance(table, QTableView)
    place = table.visualRect(table.model().index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert session_of(window).frame == 15
    press(window, KEY.Key_A)
    assert on_disk(reviewed) == [(*BOXES[3], Verdict.ACCEPTED)]
    assert session_of(window).frame == 4
    press(window, KEY.Key_N)
    assert session_of(window).frame == 9


def test_a_click_on_a_box_of_the_canvas_puts_it_under_review(
    qtbot: QtBot, window: MainWindow
) -> None:
    session = session_of(window)
    session.go_to(4)
    qtbot.waitUntil(lambda: shown(window) == 4)
    x0, y0, x1, y1 = window.workspace.canvas.view().to_widget((100, 20, 112, 60))
    middle = QPoint(round((x0 + x1) / 2), round((y0 + y1) / 2))
    qtbot.mouseClick(window.workspace.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert session.focused == session.boxes[1]


def test_a_click_in_the_timeline_goes_there(qtbot: QtBot, window: MainWindow) -> None:
    timeline = window.workspace.timeline
    place = QPoint(round(timeline.width() * 0.6), 40)
    with qtbot.waitSignal(timeline.frame_requested) as asked:
        qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=place)
    assert session_of(window).frame == asked.args[0]
    assert 11 <= asked.args[0] <= 17


def test_help_lists_every_key_and_any_key_closes_it(window: MainWindow, reviewed: Path) -> None:
    session_of(window).go_to(9)
    press(window, KEY.Key_Question)
    overlay = window.findChild(KeyOverlay)
    assert isinstance(overlay, KeyOverlay)
    assert overlay.isVisible()
    said = set(texts(overlay))
    for action in window.actions_by_name.values():
        for key in action.shortcuts():
            assert {action.text().rstrip("…"), key.toString(NATIVE)} <= said
    press(window, KEY.Key_A)
    assert not overlay.isVisible()
    # The key closed it, and did no more.
    assert on_disk(reviewed) == []


def test_no_key_is_given_twice_and_every_action_is_wired(window: MainWindow) -> None:
    keys = [key for spec in SPECS for key in spec.keys]
    assert len(keys) == len(set(keys))
    table, on_or_off = handlers(window), switches(window)
    assert sorted([*table, *on_or_off]) == sorted(spec.name for spec in SPECS)
    assert set(on_or_off) == {spec.name for spec in SPECS if spec.checkable}


def test_space_plays_by_the_clock_and_stops_at_the_end(qtbot: QtBot, window: MainWindow) -> None:
    session = session_of(window)
    play = window.actions_by_name["play"]
    seen: list[tuple[float, int]] = []
    session.frame_changed.connect(lambda frame: seen.append((monotonic(), frame)))
    began = monotonic()
    press(window, KEY.Key_Space)
    assert play.text() == "Pause"
    qtbot.waitUntil(lambda: play.text() == "Play", timeout=15_000)
    assert seen[-1][1] == COUNT - 1
    assert [frame for _, frame in seen] == sorted({frame for _, frame in seen})
    # 25 frames a second: never ahead of the clock, nor far behind.
    assert all(frame <= (at - began) * 25 for at, frame in seen)
    assert all(frame > (at - began) * 25 - 8 for at, frame in seen)


def test_space_pauses_where_it_is(qtbot: QtBot, window: MainWindow) -> None:
    session = session_of(window)
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: session.frame >= 3)
    press(window, KEY.Key_Space)
    stopped = session.frame
    assert window.actions_by_name["play"].text() == "Play"
    with qtbot.assertNotEmitted(session.frame_changed, wait=150):
        pass
    assert session.frame == stopped < COUNT - 1


def test_playing_at_the_end_begins_anew(qtbot: QtBot, window: MainWindow) -> None:
    session = session_of(window)
    session.go_to(COUNT - 1)
    shown: list[int] = []
    session.frame_changed.connect(shown.append)
    press(window, KEY.Key_Space)
    # On a busy machine the next frame may be due already.
    assert shown[0] == 0
    qtbot.waitUntil(lambda: session.frame >= 2)


def test_scrubbing_in_the_timeline_ends_playback(qtbot: QtBot, window: MainWindow) -> None:
    press(window, KEY.Key_Space)
    place = QPoint(round(window.workspace.timeline.width() * 0.9), 40)
    qtbot.mouseClick(window.workspace.timeline, Qt.MouseButton.LeftButton, pos=place)
    assert window.actions_by_name["play"].text() == "Play"
    assert session_of(window).frame > 18


@pytest.mark.parametrize(("key", "expected"), [(KEY.Key_End, 249), (KEY.Key_Home, 0)])
def test_a_jump_during_playback_is_not_taken_back_by_the_clock(
    qtbot: QtBot, open_window: OpenWindow, make_video: MakeVideo, key: Qt.Key, expected: int
) -> None:
    window = open_window(make_video("long.mp4", 250))
    session = session_of(window)
    session.go_to(100)
    press(window, KEY.Key_Space)
    qtbot.waitUntil(lambda: session.frame > 100)
    visited: list[int] = []
    session.frame_changed.connect(visited.append)
    press(window, key)
    assert expected in visited
    with qtbot.assertNotEmitted(session.failed, wait=200):
        pass
    # It may play on from there, but not from where it was.
    after = visited[visited.index(expected) :]
    assert all(abs(frame - expected) < 50 for frame in after)


def test_a_disabled_key_does_nothing(window: MainWindow, reviewed: Path) -> None:
    accept: QAction = window.actions_by_name["accept"]
    assert not accept.isEnabled()
    press(window, KEY.Key_A)
    press(window, KEY.Key_X)
    press(window, KEY.Key_Z, CTRL)
    assert on_disk(reviewed) == []


def test_a_key_that_is_held_moves_on_and_on_but_decides_once(open_window: OpenWindow) -> None:
    actions = open_window().actions_by_name
    again = {spec.name: actions[spec.name].autoRepeat() for spec in SPECS}
    assert all(again[name] for name in ("next", "forward", "undo", "zoom_in"))
    deciding = [spec.name for spec in SPECS if spec.group in ("Review", "Edit", "File", "Detect")]
    assert [name for name in deciding if again[name] and name not in ("undo", "redo")] == []
