"""Sentences of the window: the status bar, the banner and the start page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QListWidget, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig
from core.pipeline import Progress
from core.project import Run
from gui.messages import Banner
from gui.start_page import StartPage
from gui.status import JobStatus
from gui.text import THIN_SPACE
from gui.theme import LIGHT
from tests.core.making import detector_info
from tests.gui.making import texts


@pytest.fixture
def status(qtbot: QtBot) -> JobStatus:
    bar = JobStatus(QAction("Jobs"))
    qtbot.addWidget(bar)
    bar.show()
    return bar


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    made = Banner()
    qtbot.addWidget(made)
    return made


def button(widget: JobStatus | Banner | StartPage, text: str) -> QPushButton:
    (found,) = [b for b in widget.findChildren(QPushButton) if b.text() == text]
    return found


def bar_of(status: JobStatus) -> QProgressBar:
    bar = status.findChild(QProgressBar)
    assert isinstance(bar, QProgressBar)
    return bar


def test_at_rest_there_is_no_bar_and_nothing_to_stop(status: JobStatus) -> None:
    assert not bar_of(status).isVisible()
    assert not button(status, "Stop").isVisible()


def test_a_job_without_progress_shows_a_busy_bar(status: JobStatus) -> None:
    status.begin_job("Opening clip.mp4…", can_cancel=False)
    assert "Opening clip.mp4…" in texts(status)
    assert bar_of(status).isVisible()
    assert (bar_of(status).minimum(), bar_of(status).maximum()) == (0, 0)
    assert not button(status, "Stop").isVisible()


def test_detection_shows_share_frames_rate_and_time_left(status: JobStatus) -> None:
    status.begin_job("Loading the detector…", can_cancel=True)
    status.show_detection(Progress(done=300, total=1200, fps=25.0, detections=10))
    of_1200 = f"300 of 1{THIN_SPACE}200 frames"
    assert (
        f"Detecting · 25{THIN_SPACE}% · {of_1200} · 25.0 fps · 0:36 left · 10 detections"
        in texts(status)
    )
    assert (bar_of(status).value(), bar_of(status).maximum()) == (300, 1200)
    assert button(status, "Stop").isVisible()


def test_copying_shows_share_frames_rate_and_time_left(status: JobStatus) -> None:
    status.show_copying(0, 2900, 0.0)
    assert "Preparing scrubbing…" in texts(status)
    assert button(status, "Stop").isVisible()
    status.show_copying(1200, 2900, 180.4)
    frames = f"1{THIN_SPACE}200 of 2{THIN_SPACE}900 frames"
    sentence = f"Preparing scrubbing · 41{THIN_SPACE}% · {frames} · 180 fps · 0:09 left"
    assert sentence in texts(status)
    assert (bar_of(status).value(), bar_of(status).maximum()) == (1200, 2900)


def test_opening_shows_how_much_of_the_file_was_looked_through(status: JobStatus) -> None:
    status.show_opening("clip.mp4", 0.423)
    assert f"Opening clip.mp4 · 42{THIN_SPACE}%" in texts(status)
    assert (bar_of(status).value(), bar_of(status).maximum()) == (423, 1000)
    assert button(status, "Stop").isVisible()


@pytest.mark.parametrize(
    ("left", "clock"),
    [(0, "0:00"), (59.4, "0:59"), (61, "1:01"), (3600, "1:00:00"), (3725, "1:02:05")],
)
def test_the_time_left_reads_like_a_clock(status: JobStatus, left: float, clock: str) -> None:
    status.show_detection(Progress(done=5, total=5 + round(left * 10), fps=10.0, detections=0))
    assert any(f" · {clock} left · " in text for text in texts(status))


def test_before_the_first_frame_no_rate_is_made_up(status: JobStatus) -> None:
    status.show_detection(Progress(done=0, total=1200, fps=0.0, detections=0))
    assert "Detecting…" in texts(status)
    assert bar_of(status).maximum() == 0
    assert not any("fps" in text for text in texts(status))


def test_stop_asks_for_the_end(qtbot: QtBot, status: JobStatus) -> None:
    status.begin_job("Exporting…", can_cancel=True)
    with qtbot.waitSignal(status.cancel_requested):
        button(status, "Stop").click()


def test_an_ended_job_leaves_its_last_word(status: JobStatus) -> None:
    status.begin_job("Detecting…", can_cancel=True)
    status.end_job("Stopped at frame 7 of 24")
    assert "Stopped at frame 7 of 24" in texts(status)
    assert not bar_of(status).isVisible()
    assert not button(status, "Stop").isVisible()


def test_the_run_is_named_with_all_that_tells_it_from_others(status: JobStatus) -> None:
    config = DetectorConfig("paper.pt", 0.25, ("car", "person"))
    status.show_run(Run.begin("1", config, detector_info()))
    assert "paper · torch · cpu · confidence 0.25 · car, person" in texts(status)
    status.show_run(None)
    assert not any("paper" in text for text in texts(status))


def test_the_banner_says_one_sentence_until_it_is_dismissed(banner: Banner) -> None:
    assert banner.sentence == ""
    banner.show_message("error", "There is no file x.mp4: check the path.")
    assert banner.sentence == "There is no file x.mp4: check the path."
    assert not button(banner, "").isVisibleTo(banner)
    button(banner, "Dismiss").click()
    assert banner.sentence == ""


def test_the_banners_mend_is_done_once_and_hides_it(banner: Banner) -> None:
    done: list[str] = []
    banner.show_message("error", "No model.", ("Choose another…", lambda: done.append("mended")))
    button(banner, "Choose another…").click()
    assert done == ["mended"]
    assert banner.sentence == ""


def test_a_mend_may_show_the_next_sentence(banner: Banner) -> None:
    banner.show_message("error", "first", ("Go on", lambda: banner.show_message("info", "second")))
    button(banner, "Go on").click()
    assert banner.sentence == "second"


def test_a_newer_sentence_brings_its_own_mend(banner: Banner) -> None:
    done: list[str] = []
    banner.show_message("error", "old", ("Old mend", lambda: done.append("old")))
    banner.show_message("info", "new", ("New mend", lambda: done.append("new")))
    button(banner, "New mend").click()
    assert done == ["new"]


def test_a_sentence_is_shown_as_it_is_and_never_as_markup(banner: Banner) -> None:
    banner.show_message("error", "<b>x</b>.mp4 is empty")
    label = next(t for t in banner.findChildren(type(banner._text)) if "<b>" in t.text())
    assert label.textFormat() is Qt.TextFormat.PlainText


@pytest.fixture
def start(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.set_theme(LIGHT)
    page.resize(900, 700)
    page.show()
    return page


def test_the_start_page_teaches_the_two_ways_to_begin(qtbot: QtBot, start: StartPage) -> None:
    assert "Drop a video here, or try the demo" in texts(start)
    with qtbot.waitSignal(start.open_requested):
        button(start, "Open video…").click()
    with qtbot.waitSignal(start.demo_requested):
        button(start, "Try the demo").click()


def test_recent_videos_are_listed_and_open_by_click_and_by_key(
    qtbot: QtBot, start: StartPage
) -> None:
    recent = start.findChild(QListWidget)
    assert isinstance(recent, QListWidget)
    start.set_recent(["/videos/highway.mp4", "/videos/night.mp4"])
    assert recent.isVisible()
    assert [recent.item(i).toolTip() for i in range(2)] == [
        "/videos/highway.mp4",
        "/videos/night.mp4",
    ]
    place = recent.visualItemRect(recent.item(1)).center()
    with qtbot.waitSignal(start.recent_requested) as asked:
        qtbot.mouseClick(recent.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == [Path("/videos/night.mp4")]
    recent.setCurrentRow(0)
    with qtbot.waitSignal(start.recent_requested) as asked:
        qtbot.keyClick(recent, Qt.Key.Key_Return)
    assert asked.args == [Path("/videos/highway.mp4")]
    start.set_recent([])
    assert not recent.isVisible()
