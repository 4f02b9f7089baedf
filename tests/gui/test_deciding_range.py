"""The range that a person looks at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.errors import UserError
from core.frames import FrameRange
from gui.session import Session
from tests.gui.making import COUNT

OpenSession = Callable[[Path], Session]


def test_marks_set_both_ends_of_the_range_and_are_kept(
    open_session: OpenSession, session: Session, reviewed: Path, qtbot: QtBot
) -> None:
    session.go_to(5)
    with qtbot.waitSignal(session.range_changed):
        session.mark_in()
    assert session.project.range == FrameRange(5, COUNT)
    session.go_to(12)
    session.mark_out()
    assert session.project.range == FrameRange(5, 13)
    assert open_session(reviewed).project.range == FrameRange(5, 13)
    with qtbot.waitSignal(session.range_changed):
        session.clear_range()
    assert session.project.range is None
    assert open_session(reviewed).project.range is None


def test_a_mark_beyond_the_other_one_lets_that_go(session: Session) -> None:
    session.set_range(5, 8)
    session.go_to(10)
    session.mark_in()
    assert session.project.range == FrameRange(10, COUNT)
    session.set_range(5, 8)
    session.go_to(2)
    session.mark_out()
    assert session.project.range == FrameRange(0, 3)


def test_a_range_of_everything_is_none_and_the_same_one_is_told_once(session: Session) -> None:
    told: list[object] = []
    session.range_changed.connect(lambda: told.append(session.project.range))
    for start, stop in ((3, 9), (3, 9), (0, COUNT), (None, None)):
        session.set_range(start, stop)
    assert told == [FrameRange(3, 9), None]


def test_a_range_that_cannot_be_written_fails(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(change: object) -> None:
        raise UserError("no room left", mend="make some")

    monkeypatch.setattr(session.project, "apply", refuse)
    with qtbot.waitSignal(session.failed), qtbot.assertNotEmitted(session.range_changed):
        session.set_range(3, 9)
    assert session.project.range is None
