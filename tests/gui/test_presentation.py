"""What the canvas and the timeline are told about a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.video.reader import VideoInfo
from gui.canvas import BoxState, CanvasBox
from gui.presentation import canvas_boxes, marks
from gui.session import Session
from gui.timeline import MarkState
from tests.gui.making import CAR_BOX, FLAGGED, LIGHT_BOX, add_run, nothing_seen


def marks_of(session: Session) -> dict[int, MarkState]:
    frames, states = marks(session)
    assert (frames.dtype, states.dtype) == (np.int64, np.uint8)
    return {frame: MarkState(state) for frame, state in zip(frames, states, strict=True)}


def boxes_now(session: Session) -> list[CanvasBox]:
    return canvas_boxes(session, session.frame)


def test_a_frame_shows_the_models_boxes_with_class_and_confidence(session: Session) -> None:
    boxes = boxes_now(session)
    assert [(box.xyxy, box.label, box.state) for box in boxes] == [
        (pytest.approx(CAR_BOX), "car 0.75", BoxState.DETECTION),
        ((100.0, 20.0, 112.5, 60.0), "traffic light 0.50", BoxState.DETECTION),
    ]
    assert all(box.key is None and not box.focused for box in boxes)


def test_imputed_boxes_come_after_the_models_and_can_be_clicked(session: Session) -> None:
    session.go_to(9)
    model, imputed = boxes_now(session)
    assert model.state is BoxState.DETECTION
    assert (imputed.xyxy, imputed.label, imputed.state) == (CAR_BOX, "car 0.79", BoxState.IMPUTED)
    assert imputed.key == session.boxes[2]
    assert imputed.focused


def test_only_the_box_under_review_is_focused(session: Session) -> None:
    session.go_to(4)
    assert [(box.xyxy, box.focused) for box in boxes_now(session)] == [
        (CAR_BOX, True),
        (LIGHT_BOX, False),
    ]
    session.focus(session.boxes[1])
    assert [box.focused for box in boxes_now(session)] == [False, True]


def test_boxes_show_what_was_decided(session: Session) -> None:
    session.go_to(4)
    session.decide(Verdict.ACCEPTED)
    session.decide(Verdict.REJECTED)
    assert [box.state for box in boxes_now(session)] == [BoxState.ACCEPTED, BoxState.REJECTED]
    session.undo()
    assert [box.state for box in boxes_now(session)] == [BoxState.ACCEPTED, BoxState.IMPUTED]


def test_without_a_run_there_are_no_boxes_and_no_marks(
    open_session: Callable[[Path], Session],
    folder: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    Project.create(folder, clip_facts[0]).close()
    session = open_session(folder)
    assert boxes_now(session) == []
    assert marks_of(session) == {}


def test_every_frame_with_an_imputed_box_has_a_mark(session: Session) -> None:
    assert marks_of(session) == dict.fromkeys(FLAGGED, MarkState.TO_DO)


def test_a_mark_is_to_do_until_every_box_of_its_frame_is_decided(session: Session) -> None:
    session.go_to(4)
    session.decide(Verdict.REJECTED)
    assert marks_of(session)[4] is MarkState.TO_DO
    session.decide(Verdict.REJECTED)
    assert marks_of(session)[4] is MarkState.REJECTED


def test_an_accepted_box_shows_before_a_rejected_one_of_the_same_frame(session: Session) -> None:
    session.go_to(4)
    session.decide(Verdict.REJECTED)
    session.decide(Verdict.ACCEPTED)
    assert marks_of(session)[4] is MarkState.ACCEPTED


def test_a_box_decided_in_an_earlier_run_keeps_its_mark_and_its_place(
    open_session: Callable[[Path], Session], reviewed: Path
) -> None:
    first = open_session(reviewed)
    first.go_to(9)
    first.decide(Verdict.ACCEPTED)
    add_run(first.project, nothing_seen())
    second = open_session(reviewed)
    assert marks_of(second) == {9: MarkState.ACCEPTED}
    second.go_to(9)
    assert [(box.xyxy, box.state) for box in boxes_now(second)] == [(CAR_BOX, BoxState.ACCEPTED)]
