"""Every kind of job is listed while it is under way, and ends with its outcome."""

from __future__ import annotations

import json
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig
from core.importing.base import ImportOptions
from gui.job_list import JobLine, JobList
from gui.main_window import MainWindow
from tests.gui.conftest import OpenWindow


def outcomes(window: MainWindow) -> dict[str, str]:
    """How the last jobs ended, by title."""
    return {line.title: line.text for line in window.jobs.jobs.ended}


def test_a_job_is_listed_from_its_beginning_to_its_end(qtbot: QtBot) -> None:
    jobs = JobList()
    asked: list[str] = []
    with qtbot.waitSignal(jobs.changed):
        jobs.begin("copying", "Preparing scrubbing", lambda: asked.append("stop"))
    jobs.progress("copying", "41 %", 41, 100)
    line = jobs.under_way["copying"]
    assert (line.title, line.text, line.done, line.total) == (
        "Preparing scrubbing", "41 %", 41, 100,
    )  # fmt: skip
    assert line.stop is not None
    line.stop()
    assert asked == ["stop"]
    jobs.end("copying", "Stopped")
    assert jobs.under_way == {}
    assert list(jobs.ended) == [JobLine("Preparing scrubbing", "Stopped")]


def test_what_is_not_under_way_makes_no_progress_and_ends_once(qtbot: QtBot) -> None:
    jobs = JobList()
    with qtbot.assertNotEmitted(jobs.changed):
        jobs.progress("copying", "41 %", 41, 100)
        jobs.end("copying", "Stopped")
    assert jobs.under_way == {}
    assert not jobs.ended


def test_only_the_newest_outcomes_are_kept() -> None:
    jobs = JobList()
    for number in range(20):
        jobs.begin("exporting", f"Export {number}", lambda: None)
        jobs.end("exporting", "done")
    assert [line.title for line in jobs.ended] == [f"Export {n}" for n in range(19, 11, -1)]


def test_a_file_that_cannot_be_opened_says_why(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    path = tmp_path / "no.mp4"
    path.write_text("no video")
    window.open_path(path)
    assert list(window.jobs.jobs.under_way) == ["opening"]
    qtbot.waitUntil(lambda: not window.jobs.jobs.under_way)
    assert outcomes(window)["Opening no.mp4"] == window.banner.sentence != ""


def test_a_detection_that_fails_says_why(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.session is not None
    window.session.detect(DetectorConfig(str(tmp_path / "missing.pt")))
    assert window.jobs.jobs.under_way["detecting"].title == "Detecting"
    qtbot.waitUntil(lambda: not window.jobs.jobs.under_way, timeout=30_000)
    assert outcomes(window)["Detecting"] == window.banner.sentence
    assert "missing.pt" in window.banner.sentence


def test_reading_a_run_is_a_job_that_can_be_stopped(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    session = window.session
    assert session is not None
    box = {"image_id": 0, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.5}
    path = tmp_path / "results.json"
    path.write_text(json.dumps([box, box | {"image_id": 1}]))
    before = session.run
    session.import_detections(path, ImportOptions())
    window.jobs.jobs.under_way["reading"].stop()
    qtbot.waitUntil(lambda: not window.jobs.jobs.under_way)
    assert outcomes(window)["Reading a run"] == "Stopped"
    assert session.run == before
    session.import_detections(path, ImportOptions())
    qtbot.waitUntil(lambda: not window.jobs.jobs.under_way)
    newest = window.jobs.jobs.ended[0]
    assert (newest.title, newest.text) == ("Reading a run", "2 detections")
    assert session.run != before
