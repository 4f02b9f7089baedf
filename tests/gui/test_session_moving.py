"""Where we are in the video, and which box is under review."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.project.runs import save_detections
from core.video.reader import VideoInfo
from gui.session import Session
from tests.gui.making import (
    BOXES,
    CAR_BOX,
    COUNT,
    FLAGGED,
    LIGHT_BOX,
    add_run,
    nothing_seen,
    on_disk,
    seen,
)

OpenSession = Callable[[Path], Session]


def focus_of(session: Session) -> tuple[int, tuple[int, ...]] | None:
    return None if session.focused is None else (session.focused.frame, session.focused.xyxy)


def test_a_session_begins_at_the_first_frame_with_the_newest_run(session: Session) -> None:
    assert session.frame == 0
    assert session.focused is None
    assert session.complete
    assert session.run == session.project.runs[-1]
    assert [(box.frame, box.xyxy) for box in session.boxes] == BOXES
    assert session.flagged == FLAGGED


@pytest.mark.parametrize(("asked", "shown"), [(-5, 0), (0, 0), (7, 7), (23, 23), (10**6, 23)])
def test_going_beyond_an_end_shows_the_frame_there(
    session: Session, asked: int, shown: int
) -> None:
    session.go_to(3)
    session.go_to(asked)
    assert session.frame == shown


def test_frames_are_told_only_when_they_change(session: Session) -> None:
    told: list[int] = []
    session.frame_changed.connect(told.append)
    for frame in (0, -1, 5, 5, 99, 23, 24):
        session.go_to(frame)
    assert told == [5, 23]


def test_steps_go_both_ways_and_stop_at_the_ends(session: Session) -> None:
    visited = []
    for step in (1, 10, -1, 10, 10, -10, -10, -10):
        session.step(step)
        visited.append(session.frame)
    assert visited == [1, 11, 10, 20, 23, 13, 3, 0]


def test_next_visits_every_flickering_frame_and_stays_at_the_last(session: Session) -> None:
    visited = []
    for _ in range(len(FLAGGED) + 1):
        session.next_violation()
        visited.append(session.frame)
    assert visited == [*FLAGGED, FLAGGED[-1]]


def test_previous_visits_them_backwards_and_stays_at_the_first(session: Session) -> None:
    session.go_to(COUNT - 1)
    visited = []
    for _ in range(len(FLAGGED) + 1):
        session.previous_violation()
        visited.append(session.frame)
    assert visited == [*reversed(FLAGGED), FLAGGED[0]]


def test_next_and_previous_start_from_between_flickering_frames(session: Session) -> None:
    session.go_to(10)
    session.next_violation()
    assert session.frame == 15
    session.go_to(10)
    session.previous_violation()
    assert session.frame == 9


def test_a_video_without_flicker_leaves_us_where_we_are(
    open_session: OpenSession, folder: Path, clip_facts: tuple[VideoInfo, FrameIndex]
) -> None:
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, nothing_seen())
    session = open_session(folder)
    session.go_to(10)
    session.next_violation()
    session.previous_violation()
    assert session.frame == 10
    assert session.flagged == []


def test_a_frame_with_boxes_focuses_the_first_one_and_other_frames_none(session: Session) -> None:
    session.go_to(4)
    assert focus_of(session) == (4, CAR_BOX)
    session.go_to(5)
    assert focus_of(session) is None


def test_a_frame_focuses_the_first_box_that_is_still_to_do(session: Session) -> None:
    session.go_to(4)
    session.decide(Verdict.REJECTED)
    session.go_to(0)
    session.go_to(4)
    assert focus_of(session) == (4, LIGHT_BOX)
    session.decide(Verdict.ACCEPTED)
    session.go_to(0)
    session.go_to(4)
    assert focus_of(session) == (4, CAR_BOX)


def test_focusing_a_box_shows_its_frame_and_tells_so_once(session: Session) -> None:
    told: list[object] = []
    session.focus_changed.connect(lambda: told.append(focus_of(session)))
    light = session.boxes_in(4)[1]
    session.focus(light)
    session.focus(light)
    assert session.frame == 4
    assert told == [(4, LIGHT_BOX)]


def test_going_to_the_same_frame_again_keeps_the_focus(session: Session) -> None:
    session.focus(session.boxes_in(4)[1])
    session.go_to(4)
    assert focus_of(session) == (4, LIGHT_BOX)


@pytest.mark.parametrize("frames", [0, 1, 11, COUNT])
def test_frames_that_the_run_has_not_reached_have_no_score(
    open_session: OpenSession,
    folder: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
    frames: int,
) -> None:
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, seen(frames))
    session = open_session(folder)
    scores = session.scores()
    assert scores.shape == (COUNT,)
    assert np.isnan(scores[frames:]).all()
    flickers = [i for i in FLAGGED if i < frames - 1]
    assert np.flatnonzero(scores[:frames]).tolist() == flickers
    assert not np.isnan(scores[:frames]).any()
    assert session.complete is (frames == COUNT)


def test_a_project_without_a_run_has_neither_scores_nor_boxes(
    open_session: OpenSession, folder: Path, clip_facts: tuple[VideoInfo, FrameIndex]
) -> None:
    Project.create(folder, clip_facts[0]).close()
    session = open_session(folder)
    assert session.run is None
    assert not session.complete
    assert np.isnan(session.scores()).all()
    assert len(session.boxes) == 0
    assert session.flagged == []


def test_boxes_that_were_decided_in_an_earlier_run_stay(
    open_session: OpenSession, reviewed: Path
) -> None:
    first = open_session(reviewed)
    first.focus(first.boxes[2])
    first.decide(Verdict.ACCEPTED)
    first.focus(first.boxes[4])
    first.decide(Verdict.REJECTED)
    add_run(first.project, nothing_seen())
    second = open_session(reviewed)
    assert [(box.frame, box.xyxy) for box in second.boxes] == [BOXES[2], BOXES[4]]
    assert [second.verdict(box) for box in second.boxes] == [Verdict.ACCEPTED, Verdict.REJECTED]
    # What a person accepted is still worth a visit; what she rejected is not.
    assert second.flagged == [9]


def test_boxes_of_two_runs_come_once_where_they_are_the_same(
    open_session: OpenSession, reviewed: Path
) -> None:
    first = open_session(reviewed)
    first.focus(first.boxes[2])
    first.decide(Verdict.ACCEPTED)
    add_run(first.project, seen(car_missing=(9, 12), light_missing=()))
    second = open_session(reviewed)
    assert [(box.frame, box.xyxy) for box in second.boxes] == [(9, CAR_BOX), (12, CAR_BOX)]
    assert [second.verdict(box) for box in second.boxes] == [Verdict.ACCEPTED, None]
    assert len(on_disk(reviewed)) == 1


def test_the_newest_run_is_shown_even_where_it_is_unfinished(
    open_session: OpenSession, reviewed: Path
) -> None:
    with closing(Project.open(reviewed)) as project:
        run = add_run(project, seen())
        save_detections(project.run_file(run.id), seen(6))
    session = open_session(reviewed)
    assert session.run == run
    assert session.detections.frame_count == 6
    assert [box.frame for box in session.boxes] == [4, 4]
