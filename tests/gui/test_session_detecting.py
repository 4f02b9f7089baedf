"""Detection through the session, with the real child process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.detections import Detections
from core.detectors.base import DetectorConfig
from core.errors import DetectorError
from core.frames import FrameIndex
from core.pipeline import Progress, current_run
from core.prelabels import Verdict
from core.project import Project
from core.settings import Settings
from core.video import VideoReader
from core.video.reader import VideoInfo
from gui.main_window import MainWindow
from gui.session import Session
from tests.gui.conftest import OpenWindow
from tests.gui.making import BOXES, job_text, on_disk, texts

LOADING_MS = 120_000
FRAMES = 40


@dataclass
class Told:
    """What a session says while it detects."""

    progress: list[Progress] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    @classmethod
    def by(cls, session: Session) -> Told:
        told = cls()
        session.detection_progressed.connect(told.progress.append)
        session.failed.connect(told.failures.append)
        return told


def detect(qtbot: QtBot, session: Session, config: DetectorConfig) -> Told:
    told = Told.by(session)
    session.detect(config)
    qtbot.waitUntil(lambda: not session.detecting, timeout=LOADING_MS)
    return told


def test_missing_weights_are_a_sentence_and_no_run(
    qtbot: QtBot, session: Session, reviewed: Path, tmp_path: Path
) -> None:
    before = session.project.runs
    told = detect(qtbot, session, DetectorConfig(str(tmp_path / "missing.pt")))
    (error,) = told.failures
    assert isinstance(error, DetectorError)
    assert str(tmp_path / "missing.pt") in str(error)
    assert told.progress == []
    assert session.project.runs == before
    with closing(Project.open(reviewed)) as project:
        assert project.runs == before
    assert not multiprocessing.active_children()


def test_a_session_goes_on_after_a_failed_detection(
    qtbot: QtBot, session: Session, reviewed: Path, tmp_path: Path
) -> None:
    config = DetectorConfig(str(tmp_path / "missing.pt"))
    session.detect(config)
    # While it runs: decisions are made, and a second start changes nothing.
    session.go_to(4)
    session.decide(Verdict.ACCEPTED)
    session.detect(config)
    qtbot.waitUntil(lambda: not session.detecting, timeout=LOADING_MS)
    assert on_disk(reviewed) == [(*BOXES[0], Verdict.ACCEPTED)]
    assert len(detect(qtbot, session, config).failures) == 1
    assert session.complete


def test_stopping_before_the_detector_is_loaded_registers_no_run(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    weights = tmp_path / "slow.pt"
    weights.write_bytes(b"torch has to be imported before anybody notices what this is")
    told = Told.by(session)
    session.detect(DetectorConfig(str(weights)))
    session.cancel_detection()
    qtbot.waitUntil(lambda: not session.detecting, timeout=LOADING_MS)
    assert told == Told()
    assert len(session.project.runs) == 1
    assert not multiprocessing.active_children()


def test_a_detector_that_cannot_start_says_so_over_the_canvas_with_its_mend(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, tmp_path: Path
) -> None:
    window = open_window(clip, Settings(model=str(tmp_path / "missing.pt")))
    window.actions_by_name["detect"].trigger()
    assert "Loading the detector…" in job_text(window.job_status)
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=LOADING_MS)
    assert str(tmp_path / "missing.pt") in window.banner.sentence
    assert "Choose another…" in [b.text() for b in buttons(window)]
    qtbot.waitUntil(window.actions_by_name["detect"].isEnabled)
    assert "Loading" not in job_text(window.job_status)


def test_pointing_at_a_button_does_not_hide_progress_and_stop(
    qtbot: QtBot, open_window: OpenWindow, clip: Path, tmp_path: Path
) -> None:
    window = open_window(clip, Settings(model=str(tmp_path / "missing.pt")))
    window.actions_by_name["detect"].trigger()
    stop = next(b for b in window.job_status.findChildren(QPushButton) if b.text() == "Stop")
    tip = window.actions_by_name["forward"].statusTip()
    QApplication.sendEvent(window.toolbar, QStatusTipEvent(tip))
    assert stop.isVisible()
    assert "Loading the detector…" in texts(window.job_status)


def buttons(window: MainWindow) -> list[QPushButton]:
    return [b for b in window.banner.findChildren(QPushButton) if b.isVisible()]


@pytest.fixture
def short(media: Callable[[str], Path], tmp_path: Path) -> Path:
    """The first frames of real traffic."""
    path = tmp_path / "short.mp4"
    with av.open(str(media("dashcam_highway.mp4"))) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 480, 270, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            if number == FRAMES:
                break
            picture = frame.reformat(480, 270, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            target.mux(stream.encode(picture))
        target.mux(stream.encode())
    return path


def session_on(path: Path, folder: Path) -> Session:
    with VideoReader(path) as reader:
        facts: tuple[VideoInfo, FrameIndex] = reader.info, reader.index
    return Session(Project.create(folder, facts[0]), *facts)


def test_a_run_that_was_stopped_and_resumed_equals_an_undisturbed_one(
    qtbot: QtBot, short: Path, quick_model: Path, tmp_path: Path
) -> None:
    config = DetectorConfig(str(quick_model), device="cpu")

    with closing(session_on(short, tmp_path / "whole")) as session:
        told = detect(qtbot, session, config)
        assert told.failures == []
        assert session.complete
        done = [step.done for step in told.progress]
        assert done[0] == 0
        assert done[-1] == FRAMES
        assert done == sorted(done)
        assert {step.total for step in told.progress} == {FRAMES}
        assert told.progress[-1].fps > 0
        whole = stored(tmp_path / "whole")
        assert same(session.detections, whole)
        assert len(whole) > FRAMES

    with closing(session_on(short, tmp_path / "stopped")) as session:
        session.detection_progressed.connect(
            lambda step: session.cancel_detection() if step.done else None
        )
        stopped = detect(qtbot, session, config)
        assert stopped.failures == []
        assert not session.complete
        part = stored(tmp_path / "stopped")
        assert 0 < part.frame_count < FRAMES
        assert same(session.detections, part)
        run = session.run

    with VideoReader(short) as reader:
        later = Session(Project.open(tmp_path / "stopped"), reader.info, reader.index)
    with closing(later):
        assert later.run == run
        assert later.detections.frame_count == part.frame_count
        resumed = detect(qtbot, later, config)
        assert resumed.failures == []
        assert resumed.progress[0].done == part.frame_count
        assert later.complete
        assert later.project.runs == (run,)
        assert same(stored(tmp_path / "stopped"), whole)
    assert not multiprocessing.active_children()


def stored(folder: Path) -> Detections:
    with closing(Project.open(folder)) as project:
        return current_run(project)[1]


def same(left: Detections, right: Detections) -> bool:
    columns = ("xyxy", "score", "class_id", "offsets")
    return all(np.array_equal(getattr(left, c), getattr(right, c)) for c in columns)
