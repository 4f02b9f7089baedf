"""Decisions about more than one box, corrections and drawn boxes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.assertions.imputed import DRAWN, MODEL, ImputedBox
from core.errors import UserError
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.review import ReviewState, View
from core.video.reader import VideoInfo
from gui.presentation import canvas_boxes
from gui.session import Session
from tests.core.refusing import refusing_writes
from tests.gui.making import add_run, nothing_seen, on_disk, seen

ACCEPTED, REJECTED, EDITED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.EDITED
OpenSession = Callable[[Path], Session]

CAR_GAP = [9, 10, 11]
"""The car is missing here, and in frame 15; the traffic light in frames 4 and 20."""


@pytest.fixture
def gaps_folder(folder: Path, clip_facts: tuple[VideoInfo, FrameIndex]) -> Path:
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, seen(car_missing=(*CAR_GAP, 15)))
    return folder


@pytest.fixture
def session(open_session: OpenSession, gaps_folder: Path) -> Session:
    session = open_session(gaps_folder)
    session.go_to(CAR_GAP[1])
    return session


def verdicts(session: Session) -> dict[int, Verdict]:
    """By frame; no frame here has two boxes."""
    return {decision.box.frame: decision.verdict for decision in session.decisions}


def the_models(session: Session, frame: int) -> ImputedBox:
    """The first box of the model's in a frame."""
    box = canvas_boxes(session, frame)[0].key
    assert isinstance(box, ImputedBox)
    assert box.assertion == MODEL
    return box


def focused(session: Session) -> ImputedBox:
    assert session.focused is not None
    return session.focused


# Scopes


@pytest.mark.parametrize("verdict", [ACCEPTED, REJECTED])
def test_a_gap_is_decided_at_once_and_undone_at_once(session: Session, verdict: Verdict) -> None:
    session.decide(verdict, "gap")
    assert verdicts(session) == dict.fromkeys(CAR_GAP, verdict)
    assert session.can_undo is not None
    assert session.can_undo.endswith("3 boxes in frames 9 to 11")
    assert session.frame == 15
    session.undo()
    assert verdicts(session) == {}
    assert session.can_undo is None


def test_of_a_gap_only_the_rest_is_decided(session: Session) -> None:
    session.decide(REJECTED)
    assert session.frame == CAR_GAP[0]
    session.decide(ACCEPTED, "gap")
    assert verdicts(session) == {9: ACCEPTED, 10: REJECTED, 11: ACCEPTED}


def test_accepting_the_gap_keeps_the_correction_that_has_the_focus(session: Session) -> None:
    session.correct(focused(session), xyxy=(1.0, 2.0, 30.0, 40.0))
    assert focused(session).frame == CAR_GAP[1]
    session.decide(ACCEPTED, "gap")
    assert verdicts(session) == {9: ACCEPTED, 10: EDITED, 11: ACCEPTED}
    assert session.frame == 15


def test_a_track_is_decided_with_all_its_gaps(session: Session) -> None:
    session.decide(ACCEPTED, "track")
    assert verdicts(session) == dict.fromkeys([*CAR_GAP, 15], ACCEPTED)
    assert focused(session).class_name == "traffic light"
    session.decide(REJECTED, "track")
    assert verdicts(session)[4] is verdicts(session)[20] is REJECTED
    session.undo()
    session.undo()
    assert verdicts(session) == {}


def test_a_box_alone_is_all_of_its_scope_where_it_has_no_violation(session: Session) -> None:
    for scope in ("gap", "track"):
        box = the_models(session, 0)
        session.focus(box)
        session.decide(REJECTED, scope)  # type: ignore[arg-type]
        assert [decision.box for decision in session.decisions] == [box]
        session.undo()


# Which comes next


def test_after_a_gap_comes_the_next_violation_of_the_queue(session: Session) -> None:
    order = []
    session.focus(session.queue.boxes_of(int(session.shown[0]))[0])
    while session.queue.done < len(session.queue):
        number = session.queue.number_of(session.focused)
        order.append(number)
        session.decide(ACCEPTED, "gap")
    assert order == session.shown.tolist()


def test_when_all_is_done_we_stay_where_we_are(session: Session) -> None:
    for box in session.boxes[:-1]:
        session.focus(box)
        session.decide(ACCEPTED)
    last = session.boxes[-1]
    session.focus(last)
    session.decide(REJECTED)
    assert session.queue.done == len(session.queue)
    assert (session.frame, session.focused) == (last.frame, last)
    session.skip()
    assert session.focused == last


def test_skipping_leaves_the_gap_to_do_and_comes_back_to_it(session: Session) -> None:
    visited = []
    for _ in range(len(session.queue)):
        visited.append(session.queue.number_of(session.focused))
        session.skip()
    assert sorted(n for n in visited if n is not None) == list(range(len(session.queue)))
    assert session.queue.number_of(session.focused) == visited[0]
    assert session.decisions == []


def test_skipping_from_nowhere_begins_at_the_top_of_the_queue(session: Session) -> None:
    session.go_to(0)
    assert session.focused is None
    session.skip()
    assert session.queue.number_of(session.focused) == session.shown[0]


@pytest.mark.parametrize(
    "view", [View(state=ReviewState.TO_DO), View(sorted_by="state", descending=False)]
)
def test_a_violation_that_leaves_its_place_does_not_send_us_to_the_top(
    session: Session, view: View
) -> None:
    session.set_view(view)
    first, second, third = session.shown[:3].tolist()
    session.focus(session.queue.boxes_of(second)[0])
    session.decide(ACCEPTED, "gap")
    assert session.queue.number_of(session.focused) == third
    assert (second in session.shown.tolist()) is (view.state is None)
    assert session.queue[first].state is ReviewState.TO_DO


def test_a_verdict_that_is_changed_leaves_us_there(session: Session) -> None:
    session.decide(ACCEPTED)
    session.go_to(CAR_GAP[1], session.boxes_in(CAR_GAP[1])[0])
    session.decide(REJECTED)
    assert session.frame == CAR_GAP[1]
    assert verdicts(session) == {CAR_GAP[1]: REJECTED}


# The model's own boxes


def test_a_box_of_the_models_is_taken_out_and_kept_again(session: Session) -> None:
    box = the_models(session, 2)
    session.focus(box)
    session.decide(ACCEPTED)
    assert session.can_undo is None
    session.decide(REJECTED)
    assert (session.verdict(box), session.frame) == (REJECTED, 2)
    session.decide(ACCEPTED)
    assert session.verdict(box) is None
    assert session.can_undo == f"Keep {box.class_name} in frame 2"
    session.undo()
    assert session.verdict(box) is REJECTED


def test_deleting_a_box_of_the_models_or_an_imputed_one_rejects_it(session: Session) -> None:
    for box in (the_models(session, 2), session.boxes_in(CAR_GAP[0])[0]):
        session.focus(box)
        session.delete()
        assert session.verdict(box) is REJECTED


def test_deleting_without_a_focus_changes_nothing(session: Session) -> None:
    session.go_to(0)
    session.delete()
    assert session.decisions == []


# Drawn boxes


def draw(session: Session, frame: int = 2) -> ImputedBox:
    session.go_to(frame)
    session.draw((1.0, 2.0, 30.0, 40.0), "car")
    return focused(session)


@pytest.mark.parametrize("how", [Session.delete, lambda s: s.decide(REJECTED)])
def test_a_drawn_box_is_gone_when_it_is_deleted_or_rejected(
    session: Session, how: Callable[[Session], None]
) -> None:
    box = draw(session)
    assert (box.assertion, box.frame, session.verdict(box)) == (DRAWN, 2, ACCEPTED)
    assert 2 in session.flagged
    how(session)
    assert session.decisions == []
    assert session.focused is None
    assert 2 not in session.flagged
    session.undo()
    assert session.verdict(box) is ACCEPTED
    assert session.focused == box


def test_a_drawn_box_that_is_undone_has_no_focus(session: Session) -> None:
    imputed = session.boxes_in(CAR_GAP[0])[0]
    box = draw(session, CAR_GAP[0])
    session.go_to(0)
    session.undo()
    assert (session.frame, session.focused) == (CAR_GAP[0], imputed)
    session.redo()
    assert session.focused == box


def test_a_drawn_box_can_be_corrected_and_accepting_it_keeps_that(session: Session) -> None:
    box = draw(session)
    session.correct(box, class_name="bus")
    session.decide(ACCEPTED)
    (decision,) = session.decisions
    assert (decision.class_name, decision.xyxy) == ("bus", box.xyxy)
    assert "bus" in session.class_names


# Corrections


def test_place_and_class_are_corrected_one_after_the_other(
    session: Session, gaps_folder: Path
) -> None:
    box = focused(session)
    place = (41.0, 30.5, 79.0, 60.0)
    session.correct(box, xyxy=place)
    session.correct(box, class_name="bus")
    with closing(Project.open(gaps_folder)) as project:
        (decision,) = project.decisions.values()
    assert (decision.xyxy, decision.class_name, decision.verdict) == (place, "bus", EDITED)
    assert session.can_undo == "Edit bus in frame 10"
    assert session.focused == box
    session.undo()
    assert [(d.xyxy, d.class_name) for d in session.decisions] == [(place, "car")]
    session.undo()
    assert session.decisions == []


def test_a_correction_to_what_it_is_already_is_no_step(session: Session) -> None:
    box = focused(session)
    session.correct(box, class_name="bus")
    session.correct(box, class_name="bus")
    session.undo()
    assert session.can_undo is None


def test_a_correction_that_cannot_be_written_fails_and_changes_nothing(
    session: Session, gaps_folder: Path, qtbot: QtBot
) -> None:
    steps: list[Callable[[], None]] = [
        lambda: session.correct(focused(session), class_name="bus"),
        lambda: session.draw((1.0, 2.0, 3.0, 4.0), "bus"),
        lambda: session.decide(ACCEPTED, "track"),
    ]
    for step in steps:
        with refusing_writes(gaps_folder), qtbot.waitSignal(session.failed) as failed:
            step()
        assert isinstance(failed.args[0], UserError)
    assert session.decisions == []
    assert on_disk(gaps_folder) == []
    assert session.frame == CAR_GAP[1]


def test_spreading_an_edit_is_one_step(session: Session) -> None:
    session.spread()
    assert session.can_undo is None
    box = focused(session)
    x0, y0, x1, y1 = box.xyxy
    session.correct(box, xyxy=(x0 + 4, y0, x1 + 4, y1), class_name="bus")
    session.spread()
    assert verdicts(session) == dict.fromkeys(CAR_GAP, EDITED)
    ways = {d.box.frame: d.xyxy[0] - d.box.xyxy[0] for d in session.decisions}
    assert ways == pytest.approx({9: 2, 10: 4, 11: 2})
    assert {d.class_name for d in session.decisions} == {"bus"}
    assert session.can_undo == "Spread an edit over 2 boxes"
    session.undo()
    assert verdicts(session) == {10: EDITED}


def test_nothing_is_spread_without_a_violation_in_focus(session: Session) -> None:
    session.correct(focused(session), class_name="bus")
    session.focus(the_models(session, 2))
    session.spread()
    assert session.can_undo == "Edit bus in frame 10"


# Another sitting


def test_every_kind_of_step_is_undone_and_redone_in_another_sitting(
    open_session: OpenSession, session: Session, gaps_folder: Path
) -> None:
    states = [session.decisions]
    steps: list[Callable[[], None]] = [
        lambda: session.correct(focused(session), xyxy=(1.0, 2.0, 30.5, 40.0)),
        session.spread,
        lambda: session.draw((5.0, 5.0, 20.0, 20.0), "car"),
        lambda: session.focus(the_models(session, 3)),
        session.delete,
        lambda: session.focus(session.boxes_in(15)[0]),
        lambda: session.decide(ACCEPTED, "track"),
    ]
    for step in steps:
        step()
        if session.decisions != states[-1]:
            states.append(session.decisions)
    assert len(states) == 6
    later = open_session(gaps_folder)
    for state in reversed(states[:-1]):
        later.undo()
        assert {d.box.key: d for d in later.decisions} == {d.box.key: d for d in state}
    assert later.can_undo is None
    last = open_session(gaps_folder)
    for state in states[1:]:
        last.redo()
        assert {d.box.key: d for d in last.decisions} == {d.box.key: d for d in state}
    assert last.can_redo is None
    assert last.queue.state.tolist() == open_session(gaps_folder).queue.state.tolist()


def test_a_decision_of_an_earlier_run_that_is_redone_later_shows_its_box(
    open_session: OpenSession, session: Session, gaps_folder: Path, qtbot: QtBot
) -> None:
    box = focused(session)
    session.decide(ACCEPTED)
    session.undo()
    add_run(session.project, nothing_seen())
    later = open_session(gaps_folder)
    assert len(later.queue) == 0
    with qtbot.waitSignal(later.run_changed):
        later.redo()
    assert list(later.boxes) == [box]
    assert (later.frame, later.focused, later.flagged) == (box.frame, box, [box.frame])
    assert [shown.key for shown in canvas_boxes(later, box.frame)] == [box]
    assert later.queue.done == len(later.queue) == 1
    with qtbot.assertNotEmitted(later.run_changed):
        later.undo()
    assert later.queue.done == 0


def test_decisions_do_not_change_what_a_view_shows_unless_it_is_about_states(
    session: Session, qtbot: QtBot
) -> None:
    session.set_view(replace(session.view, kind="flickering"))
    with qtbot.assertNotEmitted(session.queue_changed):
        session.decide(ACCEPTED)
    session.set_view(replace(session.view, state=ReviewState.TO_DO))
    with qtbot.waitSignal(session.queue_changed):
        session.decide(ACCEPTED, "gap")
