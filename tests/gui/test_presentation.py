"""What the canvas and the timeline are told about a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.assertions.imputed import ImputedBox
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.video.reader import VideoInfo
from gui.canvas import BoxState, CanvasBox
from gui.presentation import canvas_boxes, ghosts, lanes
from gui.session import Session
from gui.timeline import MarkState
from tests.gui.making import CAR_BOX, COUNT, FLAGGED, LIGHT_BOX, add_run, nothing_seen


def marks_of(session: Session) -> dict[int, MarkState]:
    frames, states, kinds = session.queue.marks()
    assert (frames.dtype, states.dtype, kinds.dtype) == (np.int64, np.uint8, np.int8)
    return {frame: MarkState(state) for frame, state in zip(frames, states, strict=True)}


def boxes_now(session: Session) -> list[CanvasBox]:
    return canvas_boxes(session, session.frame)


def test_a_frame_shows_the_models_boxes_with_class_and_confidence(session: Session) -> None:
    boxes = boxes_now(session)
    assert [(box.xyxy, box.label, box.state) for box in boxes] == [
        (pytest.approx(CAR_BOX), "car 0.75 #0", BoxState.DETECTION),
        ((100.0, 20.0, 112.5, 60.0), "traffic light 0.50 #1", BoxState.DETECTION),
    ]
    assert all(box.key is not None and not box.focused for box in boxes)


def test_imputed_boxes_come_after_the_models_and_can_be_clicked(session: Session) -> None:
    session.go_to(9)
    model, imputed = boxes_now(session)
    assert model.state is BoxState.DETECTION
    assert (imputed.xyxy, imputed.label, imputed.state) == (
        CAR_BOX,
        "car 0.79 #0",
        BoxState.IMPUTED,
    )
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
    car, light = session.boxes_in(4)
    for box, verdict in ((car, Verdict.ACCEPTED), (light, Verdict.REJECTED)):
        session.focus(box)
        session.decide(verdict)
    session.go_to(4)
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
    for box, mark in zip(session.boxes_in(4), (MarkState.TO_DO, MarkState.REJECTED), strict=True):
        session.focus(box)
        session.decide(Verdict.REJECTED)
        assert marks_of(session)[4] is mark


def test_an_accepted_box_shows_before_a_rejected_one_of_the_same_frame(session: Session) -> None:
    for box, verdict in zip(session.boxes_in(4), (Verdict.REJECTED, Verdict.ACCEPTED), strict=True):
        session.focus(box)
        session.decide(verdict)
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


def test_a_correction_shows_in_the_place_of_what_was_corrected(session: Session) -> None:
    session.go_to(9)
    imputed = session.boxes[2]
    session.correct(imputed, xyxy=(41.0, 30.0, 80.0, 60.0), class_name="bus")
    model = boxes_now(session)[0].key
    assert isinstance(model, ImputedBox)
    session.focus(model)
    session.decide(Verdict.REJECTED)
    light, car = boxes_now(session)
    assert (light.state, light.focused) == (BoxState.REJECTED, True)
    assert (car.state, car.xyxy, car.label) == (
        BoxState.EDITED, (41.0, 30.0, 80.0, 60.0), "bus 0.79 #0",
    )  # fmt: skip


def test_a_drawn_box_shows_in_its_frame_only(session: Session) -> None:
    session.go_to(2)
    session.draw((1.0, 2.0, 30.0, 40.0), "car")
    assert [box.state for box in boxes_now(session)][-1] is BoxState.DRAWN
    assert boxes_now(session)[-1].focused
    session.go_to(3)
    assert BoxState.DRAWN not in [box.state for box in boxes_now(session)]


def test_ghosts_are_what_is_handed_over_of_a_frame(session: Session) -> None:
    assert ghosts(session, 9) == [LIGHT_BOX]
    session.focus(session.boxes[2])
    session.decide(Verdict.ACCEPTED)
    assert ghosts(session, 9) == [LIGHT_BOX, CAR_BOX]
    assert ghosts(session, -1) == []


def test_each_track_has_a_lane_with_its_gaps(session: Session) -> None:
    drawn, tracks = lanes(session)
    assert drawn.labels == ("car #0", "traffic light #1")
    assert tracks.tolist() == [0, 1]
    runs = list(zip(drawn.lane.tolist(), drawn.start.tolist(), drawn.stop.tolist(), strict=True))
    assert runs == [
        (0, 0, 4), (0, 5, 9), (0, 10, 15), (0, 16, COUNT),
        (1, 0, 4), (1, 5, 20), (1, 21, COUNT),
    ]  # fmt: skip
