"""Several runs of one video: chosen, imported, and never in the way of decisions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

import gui.detecting
from core.detectors.base import DetectorConfig, Notice, Preparing, Sampling
from core.errors import Cancelled
from core.importing.base import ImportOptions
from core.pipeline import Progress, assessed
from core.prelabels import Verdict
from core.project import Project, Run, new_run_id
from core.project.runs import save_detections
from gui.detection import Started, Update
from gui.jobs import IsCancelled, Job, Report, Work
from gui.notification import notify
from gui.session import Session
from tests.core.making import detector_info
from tests.gui.conftest import OpenWindow
from tests.gui.making import (
    CAR_MISSING,
    COUNT,
    FLAGGED,
    add_run,
    job_text,
    nothing_seen,
    seen,
)

CAR_LINE = "{},-1,40.5,30.2,40.3,30.3,0.75\n"


@pytest.fixture
def two_runs(reviewed: Path) -> Path:
    """A second run, shown by default, in which nothing flickers."""
    with closing(Project.open(reviewed)) as project:
        add_run(project, seen(car_missing=(), light_missing=()))
    return reviewed


def mot_file(folder: Path, missing: tuple[int, ...] = CAR_MISSING) -> Path:
    path = folder / "other.txt"
    path.write_text("".join(CAR_LINE.format(i + 1) for i in range(COUNT) if i not in missing))
    return path


def test_another_run_can_be_chosen_and_is_shown_next_time(
    qtbot: QtBot, two_runs: Path, open_session: Callable[[Path], Session]
) -> None:
    session = open_session(two_runs)
    first, second = session.project.runs
    assert session.run == second
    assert session.flagged == []
    with qtbot.waitSignal(session.run_changed):
        session.choose_run(first)
    assert session.run == first
    assert session.flagged == FLAGGED
    session.close()
    assert open_session(two_runs).run == first


def test_decisions_stay_whatever_run_is_shown(
    qtbot: QtBot, two_runs: Path, open_session: Callable[[Path], Session]
) -> None:
    session = open_session(two_runs)
    first, second = session.project.runs
    with qtbot.waitSignal(session.run_changed):
        session.choose_run(first)
    session.go_to(FLAGGED[1])
    session.decide(Verdict.ACCEPTED)
    decided = session.decisions
    assert len(decided) == 1
    with qtbot.waitSignal(session.run_changed):
        session.choose_run(second)
    assert session.decisions == decided
    assert session.flagged == [FLAGGED[1]], "an accepted box is to be handed over in any run"


def test_choosing_the_run_on_show_reads_nothing(
    two_runs: Path, open_session: Callable[[Path], Session]
) -> None:
    session = open_session(two_runs)
    session.choose_run(session.project.runs[-1])
    assert not session.reader.busy


def test_a_run_whose_file_is_damaged_is_not_chosen(
    qtbot: QtBot, two_runs: Path, open_session: Callable[[Path], Session]
) -> None:
    session = open_session(two_runs)
    first, second = session.project.runs
    session.project.run_file(first.id).write_bytes(b"not a run")
    with qtbot.waitSignal(session.failed) as failed:
        session.choose_run(first)
    assert "damaged" in str(failed.args[0])
    assert session.run == second


def test_detection_goes_on_behind_another_run(
    qtbot: QtBot, two_runs: Path, open_session: Callable[[Path], Session]
) -> None:
    session = open_session(two_runs)
    first = session.project.runs[0]
    growing = Run.begin(new_run_id(), DetectorConfig("paper.pt", 0.5), detector_info())
    session._receive(Started(growing))
    assert session.run == growing
    with qtbot.waitSignal(session.run_changed):
        session.choose_run(first)
    told: list[object] = []
    session.detection_progressed.connect(told.append)
    part = nothing_seen(5)
    findings = assessed(growing, part, (160, 96), session.index)
    session._receive(Update(Progress(5, COUNT, 10.0, 0), part, findings))
    assert session.run == first
    assert session.flagged == FLAGGED
    assert len(told) == 1


def test_the_menu_lists_the_runs_newest_first_and_marks_the_one_on_show(
    qtbot: QtBot, two_runs: Path, open_window: OpenWindow, clip: Path
) -> None:
    window = open_window(clip)
    session = window.session
    assert session is not None
    menu = window.detecting.runs
    menu.aboutToShow.emit()
    entries = menu.actions()
    assert [entry.isChecked() for entry in entries] == [True, False]
    assert all("paper · torch · confidence 0.25" in entry.text() for entry in entries)
    with qtbot.waitSignal(session.run_changed):
        entries[1].trigger()
    assert session.run == session.project.runs[0]
    menu.aboutToShow.emit()
    assert [entry.isChecked() for entry in menu.actions()] == [False, True]


def test_without_a_run_the_menu_says_how_to_get_one(open_window: OpenWindow, clip: Path) -> None:
    window = open_window(clip)
    menu = window.detecting.runs
    menu.aboutToShow.emit()
    (entry,) = menu.actions()
    assert not entry.isEnabled()
    assert "detect, or import" in entry.text()


def test_imported_boxes_are_a_run_to_review(
    qtbot: QtBot,
    open_window: OpenWindow,
    clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = mot_file(tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    window = open_window(clip)
    session = window.session
    assert session is not None
    with qtbot.waitSignal(session.run_changed):
        window.actions_by_name["import_file"].trigger()
    assert session.flagged == list(CAR_MISSING)
    assert "other · import" in job_text(window.job_status)
    # Detecting afterwards is not to go on with files.
    assert window.detecting._config.detector == "ultralytics"


def test_an_import_that_does_not_fit_changes_nothing(
    qtbot: QtBot, reviewed: Path, open_session: Callable[[Path], Session], tmp_path: Path
) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(CAR_LINE.format(1) + CAR_LINE.format(900))
    session = open_session(reviewed)
    with qtbot.waitSignal(session.failed) as failed:
        session.import_detections(path, ImportOptions())
    assert "Line 2 of wrong.txt" in str(failed.args[0])
    assert len(session.project.runs) == 1
    assert session.flagged == FLAGGED


def test_what_the_detector_tells_reaches_the_person(
    reviewed: Path, open_window: OpenWindow, clip: Path
) -> None:
    window = open_window(clip)
    assert window.session is not None
    window.session._receive(Preparing("Preparing paper for OpenVINO, once"))
    assert "Preparing paper for OpenVINO, once…" in job_text(window.job_status)
    window.session._receive(Notice("The GPU failed: going on with the processor."))
    assert window.banner.sentence == "The GPU failed: going on with the processor."


def test_frames_that_a_run_does_not_look_at_have_no_score(
    reviewed: Path, open_session: Callable[[Path], Session]
) -> None:
    config = DetectorConfig("paper.pt", sampling=Sampling(2, 20, 3))
    looked_at = config.sampling.frames(COUNT)
    with closing(Project.open(reviewed)) as project:
        run = replace(add_run(project, nothing_seen(0)), id=new_run_id(), config=config)
        project.add_run(run)
        save_detections(project.run_file(run.id), nothing_seen(config.sampling.end(COUNT)))
    session = open_session(reviewed)
    assert np.flatnonzero(~np.isnan(session.scores())).tolist() == list(looked_at)
    assert session.complete


def test_the_person_is_told_when_a_run_is_complete_and_not_before(
    qtbot: QtBot,
    two_runs: Path,
    open_window: OpenWindow,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        gui.detecting, "notify", lambda window, title, text: told.append((title, text))
    )
    window = open_window(clip)
    session = window.session
    assert session is not None
    first = session.project.runs[0]
    done = assessed(first, seen(), (160, 96), session.index)

    def run_job(work: Work[Update | None]) -> None:
        session._follow(Job(work, session))
        qtbot.waitUntil(lambda: not session.detecting)

    # A complete run is on show; what is stopped behind it is none the less not complete.
    run_job(stopped)
    assert told == []
    # The counts are those of the run that has ended, not of the one on show.
    assert session.flagged == []
    run_job(
        lambda report, cancelled: Update(Progress(COUNT, COUNT, 9.0, len(seen())), seen(), done)
    )
    assert told == [("clip.mp4: detection is done", f"{len(seen())} detections · 4 flagged frames")]


def stopped(report: Report, cancelled: IsCancelled) -> Update | None:
    raise Cancelled


def test_a_window_in_front_is_not_announced(
    qtbot: QtBot, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts: list[QWidget] = []
    monkeypatch.setattr(QApplication, "alert", lambda widget, msec=0: alerts.append(widget))
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    window = open_window()
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    notify(window, "title", "text")
    assert alerts == []
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    notify(window, "title", "text")
    assert alerts == [window]
