"""Decisions, on disk before anything says so, and undone without limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.errors import ProjectError
from core.prelabels import Verdict
from gui.session import Session
from tests.core.refusing import refusing_writes
from tests.gui.making import (
    BOXES,
    CAR_BOX,
    LIGHT_BOX,
    add_run,
    nothing_seen,
    on_disk,
)

ACCEPTED, REJECTED = Verdict.ACCEPTED, Verdict.REJECTED

OpenSession = Callable[[Path], Session]


def decide(session: Session, number: int, verdict: Verdict) -> None:
    """Decide about a box by its number in `BOXES`."""
    session.focus(session.boxes[number])
    session.decide(verdict)


def test_a_decision_is_on_disk_when_it_is_made(session: Session, reviewed: Path) -> None:
    decide(session, 2, ACCEPTED)
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED)]
    decide(session, 4, REJECTED)
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED), (*BOXES[4], REJECTED)]
    assert session.verdict(session.boxes[2]) is ACCEPTED
    assert session.verdict(session.boxes[3]) is None


def test_the_next_box_to_do_in_the_queue_gets_the_focus(session: Session) -> None:
    session.go_to(4)
    session.decide(ACCEPTED)
    assert session.focused == session.boxes[1]
    session.decide(REJECTED)
    assert session.focused == session.boxes[4]
    assert session.frame == 20


def test_without_a_focus_nothing_is_decided(session: Session, reviewed: Path) -> None:
    session.go_to(5)
    session.decide(ACCEPTED)
    assert on_disk(reviewed) == []
    assert session.can_undo is None


def test_the_same_verdict_again_is_no_decision(session: Session) -> None:
    decide(session, 2, ACCEPTED)
    session.focus(session.boxes[2])
    session.decide(ACCEPTED)
    session.undo()
    assert session.can_undo is None


def test_a_verdict_can_be_turned_round(session: Session, reviewed: Path) -> None:
    decide(session, 2, ACCEPTED)
    decide(session, 2, REJECTED)
    assert on_disk(reviewed) == [(*BOXES[2], REJECTED)]
    assert (session.frame, session.focused) == (9, session.boxes[2])
    session.undo()
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED)]


def test_every_step_of_undo_and_redo_is_on_disk_at_once(session: Session, reviewed: Path) -> None:
    states = [on_disk(reviewed)]
    for number, verdict in ((0, ACCEPTED), (1, REJECTED), (3, ACCEPTED), (3, REJECTED)):
        decide(session, number, verdict)
        states.append(on_disk(reviewed))
    assert [len(state) for state in states] == [0, 1, 2, 3, 3]
    for state in reversed(states[:-1]):
        session.undo()
        assert sorted(on_disk(reviewed)) == sorted(state)
    assert session.can_undo is None
    for state in states[1:]:
        session.redo()
        assert sorted(on_disk(reviewed)) == sorted(state)
    assert session.can_redo is None


def test_undo_goes_back_as_far_as_the_first_decision(session: Session, reviewed: Path) -> None:
    count = 150
    for number in range(count):
        decide(session, 2, (ACCEPTED, REJECTED)[number % 2])
    for _ in range(count):
        session.undo()
    assert on_disk(reviewed) == []
    for _ in range(count):
        session.redo()
    assert on_disk(reviewed) == [(*BOXES[2], REJECTED)]


def test_undo_and_redo_show_the_box_that_they_are_about(session: Session) -> None:
    decide(session, 2, ACCEPTED)
    session.go_to(0)
    session.undo()
    assert (session.frame, session.focused) == (9, session.boxes[2])
    session.go_to(0)
    session.redo()
    assert (session.frame, session.focused) == (9, session.boxes[2])


def test_undo_and_redo_with_nothing_to_do_change_nothing(session: Session, reviewed: Path) -> None:
    session.undo()
    session.redo()
    decide(session, 2, ACCEPTED)
    session.redo()
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED)]


def test_a_new_decision_ends_what_could_be_redone(session: Session, reviewed: Path) -> None:
    decide(session, 2, ACCEPTED)
    session.undo()
    decide(session, 4, REJECTED)
    assert session.can_redo is None
    session.redo()
    assert on_disk(reviewed) == [(*BOXES[4], REJECTED)]


def test_commands_name_what_they_did(session: Session) -> None:
    decide(session, 2, ACCEPTED)
    assert session.can_undo == "Accept car in frame 9"
    decide(session, 1, REJECTED)
    assert session.can_undo == "Reject traffic light in frame 4"


def test_listeners_hear_of_each_change_after_it_was_made(session: Session, reviewed: Path) -> None:
    heard: list[int] = []
    session.decisions_changed.connect(lambda: heard.append(len(on_disk(reviewed))))
    decide(session, 2, ACCEPTED)
    decide(session, 3, ACCEPTED)
    session.undo()
    session.redo()
    assert heard == [1, 2, 1, 2]


def test_decisions_of_an_earlier_sitting_are_there_and_can_be_undone(
    open_session: OpenSession, reviewed: Path
) -> None:
    decide(open_session(reviewed), 0, ACCEPTED)
    later = open_session(reviewed)
    assert [(d.box.frame, d.box.xyxy, d.verdict) for d in later.decisions] == [
        (4, CAR_BOX, ACCEPTED)
    ]
    later.go_to(4)
    assert later.focused is not None
    assert later.focused.xyxy == LIGHT_BOX
    later.undo()
    assert on_disk(reviewed) == []
    assert later.can_redo == "Accept car in frame 4"


def test_an_accepted_box_of_an_earlier_run_is_worth_a_visit_only_while_it_is_accepted(
    open_session: OpenSession, reviewed: Path
) -> None:
    first = open_session(reviewed)
    decide(first, 2, ACCEPTED)
    add_run(first.project, nothing_seen())
    second = open_session(reviewed)
    assert second.flagged == [9]
    decide(second, 0, REJECTED)
    assert second.flagged == []
    second.undo()
    assert second.flagged == [9]


def test_a_decision_that_cannot_be_written_fails_with_a_sentence_and_changes_nothing(
    session: Session, reviewed: Path, qtbot: QtBot
) -> None:
    decide(session, 2, ACCEPTED)
    session.go_to(4)
    focused = session.focused
    with (
        refusing_writes(reviewed),
        qtbot.assertNotEmitted(session.decisions_changed),
        qtbot.waitSignal(session.failed) as failed,
    ):
        session.decide(REJECTED)
    assert isinstance(failed.args[0], ProjectError)
    assert "no room left" in str(failed.args[0])
    assert str(reviewed) in str(failed.args[0])
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED)]
    assert (session.can_undo, session.can_redo) == ("Accept car in frame 9", None)
    assert session.focused == focused
    session.decide(REJECTED)
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED), (*BOXES[0], REJECTED)]


@pytest.mark.parametrize("step", ["undo", "redo"])
def test_an_undo_or_redo_that_cannot_be_written_fails_and_keeps_the_decisions_true(
    session: Session, reviewed: Path, qtbot: QtBot, step: str
) -> None:
    decide(session, 2, ACCEPTED)
    decide(session, 3, REJECTED)
    if step == "redo":
        session.undo()
    before = on_disk(reviewed)
    with refusing_writes(reviewed), qtbot.waitSignal(session.failed) as failed:
        getattr(session, step)()
    assert isinstance(failed.args[0], ProjectError)
    assert on_disk(reviewed) == before
    assert [(d.box.frame, d.box.xyxy, d.verdict) for d in session.decisions] == before


@pytest.mark.parametrize("step", ["undo", "redo"])
def test_an_undo_or_redo_that_could_not_be_written_can_be_tried_again(
    session: Session, reviewed: Path, step: str
) -> None:
    decide(session, 2, ACCEPTED)
    decide(session, 3, REJECTED)
    if step == "redo":
        session.undo()
    with refusing_writes(reviewed):
        getattr(session, step)()
    getattr(session, step)()
    second = [(*BOXES[3], REJECTED)] if step == "redo" else []
    assert on_disk(reviewed) == [(*BOXES[2], ACCEPTED), *second]
