"""What a session makes of the messages of its detection, one by one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.assertions.assess import assess
from core.detections import Detections
from core.detectors.base import DetectorConfig
from core.errors import ProjectError
from core.pipeline import Progress
from core.project import Project, Run, new_run_id
from core.project.schema import DATABASE
from gui.detection import Started, Update
from gui.main_window import MainWindow
from gui.session import Session
from gui.text import THIN_SPACE
from tests.core.making import detector_info
from tests.gui.making import CAR_BOX, CONFIG, COUNT, FLAGGED, job_text, nothing_seen, seen


def new_run() -> Run:
    return Run.begin(new_run_id(), CONFIG, detector_info())


def update(run: Run, detections: Detections) -> Update:
    progress = Progress(detections.frame_count, COUNT, 12.5, len(detections))
    found = assess(detections, run.info.class_names, (160, 96), np.arange(COUNT) / 10)
    return Update(progress, detections, found)


def tell(session: Session, *messages: Started | Update | Progress) -> None:
    """Let messages arrive as they do from the job; the job itself would need a network."""
    for message in messages:
        session._receive(message)


@pytest.fixture
def slow_weights(tmp_path: Path) -> DetectorConfig:
    """A detector that takes long to find out that it cannot be loaded."""
    path = tmp_path / "slow.pt"
    path.write_bytes(b"torch has to be imported before anybody notices what this is")
    return DetectorConfig(str(path))


def test_a_run_is_in_the_project_as_soon_as_its_detector_is_loaded(
    session: Session, reviewed: Path
) -> None:
    run = new_run()
    tell(session, Started(run))
    assert session.run == run
    assert np.isnan(session.scores()).all()
    with closing(Project.open(reviewed)) as project:
        assert project.runs[-1] == run


def test_each_update_shows_what_was_seen_so_far(qtbot: QtBot, session: Session) -> None:
    run = new_run()
    tell(session, Started(run))
    for frames in (1, 6, 11, COUNT):
        with qtbot.waitSignals([session.run_changed, session.detection_progressed]):
            tell(session, update(run, seen(frames)))
        assert np.isnan(session.scores()).tolist() == [i >= frames for i in range(COUNT)]
        assert session.flagged == [i for i in FLAGGED if i < frames - 1]
        assert session.complete is (frames == COUNT)


def test_a_box_that_appears_in_the_frame_on_show_comes_under_review(session: Session) -> None:
    session.go_to(9)
    run = new_run()
    session.go_to(4)
    session.go_to(12)
    tell(session, Started(run), update(run, seen(car_missing=(12,), light_missing=())))
    assert session.focused is not None
    assert (session.focused.frame, session.focused.xyxy) == (12, CAR_BOX)


def test_a_box_that_the_new_run_does_not_have_is_not_under_review_any_more(
    session: Session,
) -> None:
    session.go_to(9)
    run = new_run()
    tell(session, Started(run), update(run, nothing_seen()))
    assert len(session.boxes) == 0
    assert session.focused is None


def test_a_box_that_the_new_run_has_too_stays_under_review_as_the_new_run_has_it(
    session: Session,
) -> None:
    session.go_to(9)
    before = session.focused
    run = new_run()
    doubtful = seen()
    car = doubtful.class_id == 1
    doubtful.score[car] = 0.3
    tell(session, Started(run), update(run, doubtful))
    assert before is not None
    assert session.focused is not None
    assert session.focused.key == before.key
    assert session.focused in session.boxes
    assert session.focused.plausibility < before.plausibility


def test_a_run_that_cannot_be_registered_stops_the_detection_with_a_sentence(
    qtbot: QtBot, session: Session, reviewed: Path, slow_weights: DetectorConfig
) -> None:
    session.detect(slow_weights)
    with closing(sqlite3.connect(reviewed / DATABASE, isolation_level=None)) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON run"
            " BEGIN SELECT RAISE(ABORT, 'no room left'); END"
        )
    with qtbot.waitSignal(session.failed) as failed:
        tell(session, Started(new_run()))
    assert isinstance(failed.args[0], ProjectError)
    qtbot.waitUntil(lambda: not session.detecting, timeout=60_000)
    assert len(session.project.runs) == 1
    assert session.flagged == FLAGGED


def test_the_status_bar_says_when_loading_is_over(
    window: MainWindow, slow_weights: DetectorConfig
) -> None:
    assert window.session is not None
    window.session.detect(slow_weights)
    assert "Loading the detector…" in job_text(window.job_status)
    tell(window.session, Started(new_run()))
    assert "Detecting…" in job_text(window.job_status)


def test_the_bar_moves_before_what_was_seen_is_scored(
    qtbot: QtBot, window: MainWindow, slow_weights: DetectorConfig
) -> None:
    session = window.session
    assert session is not None
    session.detect(slow_weights)
    tell(session, Started(new_run()))
    tell(session, update(session.run, seen(6)))
    shown = session.detections
    tell(session, Progress(done=9, total=COUNT, fps=5.0, detections=17))
    assert "9 of 24 frames · 5.0 fps · 0:03 left · 17 detections" in job_text(window.job_status)
    assert session.detections is shown
    session.cancel_detection()
    qtbot.waitUntil(lambda: not session.detecting, timeout=60_000)


def test_the_window_follows_a_run_as_it_grows(
    qtbot: QtBot, window: MainWindow, slow_weights: DetectorConfig
) -> None:
    assert window.session is not None
    run = new_run()
    window.session.detect(slow_weights)
    tell(window.session, Started(run))
    assert not window.actions_by_name["next"].isEnabled()
    tell(window.session, update(run, seen(11)))
    assert window.actions_by_name["next"].isEnabled()
    sentence = f"Detecting · 46{THIN_SPACE}% · 11 of 24 frames · 12.5 fps · 0:01 left · "
    assert sentence in job_text(window.job_status)
    assert "paper · torch · cpu · confidence 0.25" in job_text(window.job_status)
    window.session.cancel_detection()
    qtbot.waitUntil(window.actions_by_name["detect"].isEnabled, timeout=60_000)
    assert "11 of 24" in job_text(window.job_status)
