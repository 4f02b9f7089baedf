"""Detecting in all videos of the list, while the person works on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

import core.detectors.process
import gui.detection
from core.collection.overview import load_overview
from core.detectors.stream import Chunk, DetectRequest, Message
from core.errors import Cancelled, DetectorError
from core.paths import default_project_dir
from core.pipeline import current_run
from core.project import Project
from core.project.schema import DATABASE
from core.settings import Settings
from gui.main_window import MainWindow
from tests.core.making import flickering_frames, stream_of
from tests.gui.conftest import OpenWindow
from tests.gui.making import COUNT
from tests.gui.modal import answer_next

NAMES = ("cam1", "cam2", "north/cam3")


@dataclass
class Seeing:
    """A detector on paper in the job's thread, instead of one in a child process."""

    asked: list[tuple[str, int]] = field(default_factory=list)
    """Video and first frame."""
    stands_still: str = ""
    """A video in which it stops after six frames, until `goes_on`."""
    goes_on: Event = field(default_factory=Event)
    error: Exception | None = None
    """What it raises instead."""

    def __call__(self, request: DetectRequest, cancelled: Callable[[], bool]) -> Iterator[Message]:
        name, seen = request.video.stem, request.frames.start
        self.asked.append((name, seen))
        if self.error is not None:
            raise self.error
        for message in stream_of(flickering_frames(COUNT, (4, 9)))(request):
            yield message
            seen += len(message.frames) if isinstance(message, Chunk) else 0
            while name == self.stands_still and seen >= 6 and not self.goes_on.wait(0.01):
                if cancelled():
                    raise Cancelled
            if cancelled():
                raise Cancelled


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> Seeing:
    made = Seeing()
    monkeypatch.setattr(core.detectors.process, "stream_in_process", made)
    monkeypatch.setattr(gui.detection, "stream_in_process", made)
    return made


@pytest.fixture
def root(tmp_path: Path, clip: Path) -> Path:
    """Three videos without projects."""
    for name in NAMES:
        path = tmp_path / "videos" / f"{name}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, path)
    return tmp_path / "videos"


def project_of(root: Path, name: str) -> Path:
    return default_project_dir(root / f"{name}.mp4")


def wait_for(qtbot: QtBot, window: MainWindow, root: Path, name: str) -> None:
    project = project_of(root, name)
    qtbot.waitUntil(lambda: window.session is not None and window.session.project.folder == project)


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, seeing: Seeing, root: Path) -> MainWindow:
    """The window with the list of the three, the first of which is open."""
    del seeing
    made = open_window(root)
    wait_for(qtbot, made, root, "cam1")
    return made


def begin(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_by_name["detect_all"].trigger()
    qtbot.waitUntil(lambda: window.jobs.detect_all.busy)


def wait_until_done(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.detect_all.busy)


def wait_until_in(qtbot: QtBot, window: MainWindow, root: Path, name: str) -> None:
    """Wait until a quarter of a video is seen, so that its run is there."""
    library, folder = window.browsing.library, project_of(root, name)
    qtbot.waitUntil(lambda: (library.detecting(folder) or 0) >= 0.25)


def row_of(window: MainWindow, name: str) -> str:
    """What the list says of a video, but for its name."""
    panel = window.browsing.panel
    assert panel is not None
    model = panel.list.model()
    places = [model.index(row, 0) for row in range(model.rowCount())]
    (place,) = [at for at in places if at.data() == name]
    return str(place.data(3)).partition("\n")[2]  # its tooltip


def button(window: MainWindow) -> QPushButton:
    panel = window.browsing.panel
    assert panel is not None
    (found,) = [b for b in panel.findChildren(QPushButton) if b.text().startswith("Detect in")]
    return found


def seen_in(folder: Path) -> int:
    """How many frames the run of a project has seen."""
    with closing(Project.open(folder)) as project:
        return current_run(project)[1].frame_count


def tip(window: MainWindow) -> str:
    return window.actions_by_name["detect_all"].whatsThis()


def test_the_button_below_the_list_detects_in_all_the_open_one_first(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    assert button(window).isVisible()
    qtbot.waitUntil(lambda: button(window).text() == "Detect in 3 videos")
    button(window).click()
    assert window.session is not None
    assert window.session.detecting, "the open one shows its boxes at once"
    assert not button(window).isVisible()
    wait_until_done(qtbot, window)
    assert seeing.asked == [("cam1", 0), ("cam2", 0), ("cam3", 0)]
    assert window.banner.sentence == "3 of 3 videos detected."
    for name in NAMES[1:]:
        left = load_overview(project_of(root, name))
        assert left is not None
        assert (left.complete, left.flagged) == (True, 2)
    assert window.session.complete
    library = window.browsing.library
    qtbot.waitUntil(lambda: all(library.overview(m.folder) for m in library.shown))
    assert not any(library.problem(m.folder) for m in library.shown)
    qtbot.waitUntil(lambda: tip(window) == "All videos of the folder are detected")
    assert not button(window).isVisible()


def test_it_says_how_far_it_is_in_the_list_and_among_the_jobs(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam2"
    begin(qtbot, window)
    assert tip(window) == "Detection in all videos is under way"
    library = window.browsing.library
    qtbot.waitUntil(lambda: library.detecting(project_of(root, "cam2")) == 0.25)
    assert row_of(window, "cam2") == "Detecting 25\u202f%"
    line = window.jobs.jobs.under_way["detect_all"]
    assert line.title == "Detecting in 3 videos"
    assert line.text == "2 of 3: cam2 · 25\u202f%"
    assert (line.done, line.total) == (1250, 3000)
    seeing.goes_on.set()
    wait_until_done(qtbot, window)
    qtbot.waitUntil(lambda: "Detecting" not in row_of(window, "cam2"))
    assert window.jobs.jobs.ended[0].text == "3 of 3 videos detected."


def test_other_videos_are_reviewed_meanwhile(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam3"
    begin(qtbot, window)
    wait_until_in(qtbot, window, root, "north/cam3")
    window.open_path(project_of(root, "cam2"))
    wait_for(qtbot, window, root, "cam2")
    session = window.session
    assert session is not None
    assert session.flagged == [4, 9]
    window.actions_by_name["next"].trigger()
    window.actions_by_name["accept"].trigger()
    assert session.queue.done == 1
    seeing.goes_on.set()
    wait_until_done(qtbot, window)
    assert seen_in(project_of(root, "north/cam3")) == COUNT
    assert session.queue.done == 1


def test_opening_what_is_being_detected_is_one_sentence_and_nothing_is_lost(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam2"
    begin(qtbot, window)
    wait_until_in(qtbot, window, root, "cam2")
    session = window.session
    window.open_path(project_of(root, "cam2"))
    qtbot.waitUntil(lambda: bool(window.banner.sentence))
    assert window.banner.sentence == (
        "cam2 is being detected now: open it when that is done, or stop it (Jobs)."
    )
    assert window.session is session
    seeing.goes_on.set()
    wait_until_done(qtbot, window)
    assert seen_in(project_of(root, "cam2")) == COUNT
    assert ("cam2", 0) in seeing.asked
    assert len(seeing.asked) == 3


def test_stopping_keeps_what_was_seen_and_beginning_again_goes_on(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam2"
    begin(qtbot, window)
    wait_until_in(qtbot, window, root, "cam2")
    window.jobs.stop_shown()
    wait_until_done(qtbot, window)
    assert seen_in(project_of(root, "cam2")) == 6
    assert "goes on" in window.jobs.jobs.ended[0].text
    qtbot.waitUntil(lambda: "25\u202f% seen" in row_of(window, "cam2"))
    qtbot.waitUntil(lambda: button(window).text() == "Detect in 2 videos")
    seeing.stands_still = ""
    begin(qtbot, window)
    wait_until_done(qtbot, window)
    assert seeing.asked[2:] == [("cam2", 6), ("cam3", 0)]
    assert window.banner.sentence == "2 of 2 videos detected."


def test_stopping_stops_the_open_one_that_it_has_begun_with(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam1"
    begin(qtbot, window)
    wait_until_in(qtbot, window, root, "cam1")
    line = window.jobs.jobs.under_way["detect_all"]
    assert line.text == "1 of 3: cam1 · 25\u202f%"
    window.jobs.stop_shown()
    wait_until_done(qtbot, window)
    session = window.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.detecting)
    assert seeing.asked == [("cam1", 0)]


def test_what_is_opened_before_its_turn_is_put_off_and_detected_last(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam1"
    begin(qtbot, window)
    wait_until_in(qtbot, window, root, "cam1")
    window.open_path(root / "cam2.mp4")
    wait_for(qtbot, window, root, "cam2")
    # Leaving the first one stopped its own detection, so that the job goes on with it.
    seeing.stands_still = ""
    wait_until_done(qtbot, window)
    assert window.banner.sentence == "2 of 3 videos detected; cam2 comes last, for it is open."
    session = window.session
    assert session is not None
    qtbot.waitUntil(lambda: session.complete)
    assert seeing.asked == [("cam1", 0), ("cam1", 6), ("cam3", 0), ("cam2", 0)]


def test_what_cannot_be_read_or_is_open_elsewhere_is_named_at_the_end(
    qtbot: QtBot, window: MainWindow, root: Path
) -> None:
    (root / "cam2.mp4").write_bytes(b"no video at all " * 100)
    elsewhere = project_of(root, "north/cam3")
    with closing(Project.create(elsewhere, info_of(root / "north/cam3.mp4"))) as project:
        project.reserve()
        begin(qtbot, window)
        wait_until_done(qtbot, window)
    sentence = window.banner.sentence
    assert sentence.startswith("1 of 3 videos detected; cam2: cam2.mp4 is not a video that can be")
    assert sentence.endswith(
        f"north/cam3: The project {elsewhere.name} is open in another window or command."
    )
    qtbot.waitUntil(lambda: "cam2.mp4 is not a video" in row_of(window, "cam2"))
    assert not (project_of(root, "cam2") / DATABASE).exists()


def info_of(video: Path) -> object:
    from core.video import VideoReader

    with VideoReader(video) as reader:
        return reader.info


def test_closing_the_window_stops_it_and_keeps_what_was_seen(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.stands_still = "cam2"
    begin(qtbot, window)
    wait_until_in(qtbot, window, root, "cam2")
    window.close()
    assert seen_in(project_of(root, "cam2")) == 6
    with closing(Project.open(project_of(root, "cam2"))) as project:
        project.reserve()
    qtbot.wait(50)
    assert window.session is None


def test_a_model_from_outside_is_asked_about_once(
    qtbot: QtBot, open_window: OpenWindow, seeing: Seeing, root: Path, tmp_path: Path
) -> None:
    model = tmp_path / "own.pt"
    model.write_bytes(b"a model of somebody")
    window = open_window(root, Settings(model=str(model)))
    wait_for(qtbot, window, root, "cam1")
    answer_next(QMessageBox, lambda box: box.reject())
    window.actions_by_name["detect_all"].trigger()
    assert not window.jobs.detect_all.busy
    assert seeing.asked == []
    agree = "Trust and detect"
    answer_next(
        QMessageBox, lambda box: next(b for b in box.buttons() if b.text() == agree).click()
    )
    begin(qtbot, window)
    wait_until_done(qtbot, window)
    assert len(seeing.asked) == 3


def test_it_needs_a_folder_of_videos(open_window: OpenWindow, clip: Path) -> None:
    window = open_window(clip)
    assert not window.actions_by_name["detect_all"].isEnabled()
    assert tip(window) == "Open a folder of videos first"


def test_a_missing_model_is_said_once(
    qtbot: QtBot, window: MainWindow, seeing: Seeing, root: Path
) -> None:
    seeing.error = DetectorError("There are no weights at own.onnx", mend="give a file")
    begin(qtbot, window)
    wait_until_done(qtbot, window)
    assert window.banner.sentence == "There are no weights at own.onnx: give a file."
    assert [name for name, _ in seeing.asked] == ["cam1", "cam2", "cam3"]
    assert "detect_all" not in window.jobs.busy
    assert window.actions_by_name["detect_all"].isEnabled()


def test_real_detection_in_child_processes(
    qtbot: QtBot, open_window: OpenWindow, root: Path, quick_model: Path
) -> None:
    shutil.rmtree(root / "north")
    window = open_window(root, Settings(model=str(quick_model)))
    wait_for(qtbot, window, root, "cam1")
    begin(qtbot, window)
    qtbot.waitUntil(lambda: not window.jobs.detect_all.busy, timeout=80_000)
    assert window.banner.sentence == "2 of 2 videos detected."
    assert [seen_in(project_of(root, name)) for name in ("cam1", "cam2")] == [COUNT] * 2
