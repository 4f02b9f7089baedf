"""Fast scrubbing: the small copy made on demand, beside everything else that goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.detectors.known_models import trust
from core.frames import FrameRange
from core.project import Project
from core.settings import Settings
from core.video import VideoReader
from core.video.proxy import ProxyReader, delete_all, open_writer, proxy_folder
from gui.dialogs.export import ExportDialog
from gui.dialogs.settings import SettingsDialog
from gui.main_window import MainWindow
from gui.text import THIN_SPACE
from tests.conftest import MakeVideo, index_at_any_size
from tests.gui.conftest import OpenWindow, running_threads
from tests.gui.held_copy import GO_ON, make_held
from tests.gui.making import add_run, job_text, seen
from tests.gui.modal import answer_next

FRAMES, FEWER = 200, 100
COPYING_MS = 100_000
TIP = "Make a small copy of the video so that every scrub shows its frame at once"


@pytest.fixture(scope="session")
def long(make_video: MakeVideo) -> Path:
    """A video whose copy is reported on several times."""
    return make_video("long.mp4", FRAMES, gop=50, size=(640, 384))


@pytest.fixture(scope="session")
def shorter(make_video: MakeVideo) -> Path:
    """One whose copy nobody stops."""
    return make_video("shorter.mp4", FEWER, gop=50, size=(640, 384))


@pytest.fixture(autouse=True)
def _held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy is over before a test has done something about it."""
    monkeypatch.setenv(GO_ON, str(tmp_path / "go on"))
    monkeypatch.setattr("core.video.proxy_making.make_proxy", make_held)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    assert not multiprocessing.active_children()


def proxy_of(path: Path, settings: Settings | None = None) -> ProxyReader:
    place = (settings or Settings()).proxies
    assert place is not None
    with VideoReader(path) as reader:
        return ProxyReader(proxy_folder(place, reader.info.identity), len(reader))


def copied(path: Path, frames: int = FRAMES) -> int:
    """Frames that have their small copy; every ninth is looked at and shows the right frame."""
    with closing(proxy_of(path)) as proxy:
        for frame in range(0, frames, 9):
            picture = proxy.picture(frame)
            assert picture is None or index_at_any_size(picture) == frame
        return proxy.count


def state(window: MainWindow) -> tuple[bool, str]:
    action = window.actions_by_name["copy"]
    return action.isEnabled(), action.toolTip()


def begin(qtbot: QtBot, window: MainWindow) -> None:
    """Begin; the copy waits, once frames are written, until it may `go_on`."""
    window.actions_by_name["copy"].trigger()
    assert "Preparing scrubbing…" in job_text(window.job_status)
    qtbot.waitUntil(
        lambda: "Preparing scrubbing · " in job_text(window.job_status), timeout=COPYING_MS
    )


def go_on() -> None:
    Path(os.environ[GO_ON]).touch()


def wait_for_the_end(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.copier.busy, timeout=COPYING_MS)


def stop_button(window: MainWindow) -> QPushButton:
    return next(b for b in window.job_status.findChildren(QPushButton) if b.text() == "Stop")


def test_the_copy_is_made_with_progress_and_is_then_complete(
    qtbot: QtBot, open_window: OpenWindow, shorter: Path
) -> None:
    window = open_window(shorter)
    assert state(window) == (True, TIP)
    said: set[str] = set()
    window.jobs.copier.progressed.connect(lambda *_: said.add(job_text(window.job_status)))
    go_on()
    window.actions_by_name["copy"].trigger()
    assert state(window) == (False, "The copy is being made")
    assert stop_button(window).isVisible()
    wait_for_the_end(qtbot, window)
    assert copied(shorter, FEWER) == FEWER
    assert state(window) == (False, "Every frame has its small copy already")
    assert "every frame has its small copy" in job_text(window.job_status)
    assert not stop_button(window).isVisible()
    assert window.banner.sentence == ""
    half = f"50{THIN_SPACE}% · {FEWER // 2} of {FEWER} frames · "
    assert any(half in text and " fps · " in text and " left" in text for text in said), said


def test_stopping_keeps_what_was_made_and_starting_goes_on_from_there(
    qtbot: QtBot, open_window: OpenWindow, long: Path
) -> None:
    window = open_window(long)
    begin(qtbot, window)
    stop_button(window).click()
    wait_for_the_end(qtbot, window)
    kept = copied(long)
    assert 0 < kept < FRAMES
    assert state(window) == (True, TIP)
    assert "small copies; Fast scrubbing goes on" in job_text(window.job_status)
    rates: list[float] = []
    window.jobs.copier.progressed.connect(lambda done, total, fps: rates.append(fps))
    go_on()
    window.actions_by_name["copy"].trigger()
    wait_for_the_end(qtbot, window)
    assert copied(long) == FRAMES
    assert rates[0] == 0, "what was there before is no rate"


def test_starting_detection_stops_the_copy_and_keeps_what_was_made(
    qtbot: QtBot, open_window: OpenWindow, long: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "none.onnx"
    weights.write_bytes(b"no model, as its process will notice")
    trust(str(weights))
    window = open_window(long, Settings(model=str(weights)))
    session = window.session
    assert session is not None
    begin(qtbot, window)
    window.actions_by_name["detect"].trigger()
    assert session.detecting
    assert not window.jobs.copier.busy
    assert "Loading the detector…" in job_text(window.job_status)
    assert state(window) == (False, "Detection makes the copy as it goes")
    kept = copied(long)
    assert 0 < kept < FRAMES
    with VideoReader(long) as reader:
        place = Settings().proxies
        assert place is not None
        with open_writer(place, reader.info) as writer:
            assert writer.writing, "detection could not go on with the copy"
    qtbot.waitUntil(lambda: not session.detecting, timeout=COPYING_MS)
    assert state(window) == (True, TIP)
    assert copied(long) == kept


def test_a_whole_copy_is_known_when_the_video_is_opened(
    open_window: OpenWindow, clip: Path
) -> None:
    place = Settings().proxies
    assert place is not None
    with VideoReader(clip) as reader, open_writer(place, reader.info) as writer:
        for decoded in reader.decode(FrameRange(0, len(reader))):
            writer.add(decoded)
    window = open_window(clip)
    assert state(window) == (False, "Every frame has its small copy already")
    delete_all(place.folder)
    window.jobs.copier.look()
    window._update_actions()
    assert state(window) == (True, TIP)


def test_without_disk_for_it_no_copy_can_be_made(open_window: OpenWindow, clip: Path) -> None:
    window = open_window(clip, Settings(proxy_gib=0))
    assert state(window) == (False, "The settings allow no disk for small copies")


def test_without_a_video_there_is_nothing_to_copy(open_window: OpenWindow) -> None:
    assert state(open_window()) == (False, "Open a video first")


@pytest.mark.parametrize("moment", ["at once", "while frames are written"])
def test_closing_the_window_ends_the_copy(
    qtbot: QtBot, open_window: OpenWindow, long: Path, moment: str
) -> None:
    window = open_window(long)
    if moment == "at once":
        window.actions_by_name["copy"].trigger()
    else:
        begin(qtbot, window)
    window.close()
    assert running_threads() == []
    assert not multiprocessing.active_children()
    QApplication.processEvents()
    assert copied(long) < FRAMES


def test_opening_another_video_ends_the_copy_of_the_first(
    qtbot: QtBot, open_window: OpenWindow, long: Path, clip: Path
) -> None:
    window = open_window(long)
    begin(qtbot, window)
    window.open_path(clip)
    qtbot.waitUntil(lambda: window.windowTitle() == "clip.mp4 – Flickerscope")
    assert not window.jobs.copier.busy
    assert not multiprocessing.active_children()
    qtbot.waitUntil(lambda: not stop_button(window).isVisible())
    assert "scrubbing" not in job_text(window.job_status)
    assert state(window) == (True, TIP)
    assert 0 < copied(long) < FRAMES


def test_a_copy_goes_on_while_another_video_cannot_be_opened(
    qtbot: QtBot, open_window: OpenWindow, long: Path, tmp_path: Path
) -> None:
    window = open_window(long)
    begin(qtbot, window)
    window.open_path(tmp_path / "nowhere.mp4")
    qtbot.waitUntil(lambda: window.banner.sentence != "")
    go_on()
    wait_for_the_end(qtbot, window)
    assert copied(long) == FRAMES


def test_a_place_that_cannot_be_written_is_a_sentence(
    qtbot: QtBot, open_window: OpenWindow, long: Path, regular_file: Path
) -> None:
    window = open_window(long, Settings(proxy_folder=str(regular_file / "small")))
    window.actions_by_name["copy"].trigger()
    wait_for_the_end(qtbot, window)
    assert f"cannot be written in {regular_file / 'small'}" in window.banner.sentence
    assert window.banner.property("level") == "error"
    assert not stop_button(window).isVisible()
    assert state(window) == (True, TIP)


def test_a_process_that_dies_is_a_sentence_and_the_copy_can_go_on(
    qtbot: QtBot, open_window: OpenWindow, long: Path
) -> None:
    window = open_window(long)
    begin(qtbot, window)
    for process in multiprocessing.active_children():
        os.kill(process.pid or 0, signal.SIGKILL)
    wait_for_the_end(qtbot, window)
    assert "ended unexpectedly" in window.banner.sentence
    assert 0 < copied(long) < FRAMES
    go_on()
    window.actions_by_name["copy"].trigger()
    wait_for_the_end(qtbot, window)
    assert copied(long) == FRAMES


def test_deleting_all_small_copies_ends_the_one_that_is_being_made(
    qtbot: QtBot, open_window: OpenWindow, long: Path
) -> None:
    window = open_window(long)
    begin(qtbot, window)

    def delete_all(dialog: SettingsDialog) -> None:
        next(b for b in dialog.findChildren(QPushButton) if b.text() == "Delete all").click()

    answer_next(SettingsDialog, delete_all)
    window.actions_by_name["settings"].trigger()
    assert not window.jobs.copier.busy
    assert copied(long) == 0
    assert window.banner.sentence == ""
    assert state(window) == (True, TIP)


def test_stop_stops_the_export_that_is_shown_and_not_the_copy(
    qtbot: QtBot,
    open_window: OpenWindow,
    reviewed_long: Path,
    long: Path,
    tmp_path: Path,
) -> None:
    window = open_window(reviewed_long)
    begin(qtbot, window)
    export_all(window, tmp_path / "out")
    qtbot.waitUntil(lambda: "Exporting · " in job_text(window.job_status))
    assert "Preparing" not in job_text(window.job_status)
    stop_button(window).click()
    qtbot.waitUntil(lambda: not window.jobs.exporter.busy)
    assert window.jobs.copier.busy
    stop_button(window).click()
    wait_for_the_end(qtbot, window)
    assert 0 < copied(long) < FRAMES


@pytest.fixture
def reviewed_long(long: Path, tmp_path: Path) -> Path:
    """A project of `long` with a run, so that there is something to export."""
    folder = tmp_path / "long.flickerscope"
    with VideoReader(long) as reader, closing(Project.create(folder, reader.info)) as project:
        add_run(project, seen(FRAMES))
    return folder


def export_all(window: MainWindow, out: Path) -> None:
    def reply(dialog: ExportDialog) -> None:
        fields = {e.accessibleName(): e for e in dialog.findChildren(QLineEdit)}
        choices = {c.accessibleName(): c for c in dialog.findChildren(QComboBox)}
        fields["Write to"].setText(str(out))
        choices["Frames"].setCurrentIndex(choices["Frames"].findData("all"))
        next(b for b in dialog.findChildren(QPushButton) if b.isDefault()).click()

    answer_next(ExportDialog, reply)
    window.actions_by_name["export"].trigger()
