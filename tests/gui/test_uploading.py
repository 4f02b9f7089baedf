"""Uploading from the window, from the key to what lies in the buckets of a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.cloud.address import S3Way
from core.cloud.s3 import s3_client
from core.project import CloudPlace, Project
from gui.dialogs.upload import UploadDialog
from gui.jobs_panel import JobsPanel
from gui.main_window import MainWindow
from tests.gui.conftest import OpenWindow, running_threads
from tests.gui.making import COUNT, texts
from tests.servers.s3 import CREDENTIALS, Fault, S3Server, s3_server

VIDEOS, LIGHTLY = "my-videos", "my-lightly"
FILES = 1 + 3 + 2 * COUNT
"""The video, tasks and two schemas, and of each frame predictions and metadata."""


@pytest.fixture(scope="module")
def running() -> Iterator[S3Server]:
    with s3_server(VIDEOS, LIGHTLY) as server:
        yield server


@pytest.fixture
def server(running: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """Empty buckets, and credentials for them."""
    running.clear()
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return running


def place_at(server: S3Server) -> CloudPlace:
    return CloudPlace(f"s3://{VIDEOS}/drives", f"s3://{LIGHTLY}/drives", server.url)


def keys(server: S3Server, bucket: str) -> list[str]:
    client: Any = s3_client(S3Way(server.url))
    return [row["Key"] for row in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def ask(window: MainWindow) -> UploadDialog:
    window.actions_by_name["upload"].trigger()
    dialog = window.findChild(UploadDialog)
    assert isinstance(dialog, UploadDialog)
    return dialog


def fill(dialog: UploadDialog, place: CloudPlace) -> None:
    fields = {edit.accessibleName(): edit for edit in dialog.findChildren(QLineEdit)}
    fields["Input bucket"].setText(place.input)
    fields["Lightly bucket"].setText(place.lightly)
    fields["Server"].setText(place.endpoint)


def press(widget: QWidget, word: str) -> None:
    button = next(b for b in widget.findChildren(QPushButton) if b.text().replace("&", "") == word)
    assert button.isEnabled()
    button.click()


def problems(dialog: UploadDialog) -> str:
    labels = dialog.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.property("role") == "problem")


def plan(qtbot: QtBot, window: MainWindow, server: S3Server) -> UploadDialog:
    dialog = ask(window)
    fill(dialog, place_at(server))
    press(dialog, "Check and plan")
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=30_000)
    return dialog


def ended(qtbot: QtBot, window: MainWindow) -> str:
    """Waits for the end of an upload; the banner's sentence."""
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=30_000)
    qtbot.waitUntil(lambda: not window.jobs.uploader.busy)
    return window.banner.sentence


def test_the_video_and_its_layout_are_uploaded_and_verified(
    qtbot: QtBot, window: MainWindow, clip: Path, server: S3Server
) -> None:
    session = window.session
    assert session is not None
    dialog = plan(qtbot, window, server)
    assert session.handover.place == place_at(server)
    assert keys(server, VIDEOS) == keys(server, LIGHTLY) == []
    press(dialog, "Upload")
    assert not window.actions_by_name["upload"].isEnabled()
    assert window.actions_by_name["upload"].toolTip() == "An upload is under way (Ctrl+U)"
    said = ended(qtbot, window)
    assert said.startswith(f"Uploaded {FILES} files (")
    assert said.endswith("), 0 unchanged, all verified")
    assert window.jobs.jobs.ended[0].text == said
    assert keys(server, VIDEOS) == [f"drives/data/{clip.name}"]
    assert len(keys(server, LIGHTLY)) == FILES - 1
    uploaded = datetime.fromisoformat(session.handover.uploaded)
    assert datetime.now(UTC) - uploaded < timedelta(minutes=1)
    assert window.actions_by_name["upload"].isEnabled()
    files = [path for path in session.project.folder.rglob("*") if path.is_file()]
    everything = b"".join(path.read_bytes() for path in files)
    assert not any(secret.encode() in everything for secret in CREDENTIALS.values())


def test_what_is_there_is_not_sent_again(
    qtbot: QtBot, window: MainWindow, server: S3Server
) -> None:
    press(plan(qtbot, window, server), "Upload")
    ended(qtbot, window)
    assert window.session is not None
    window.session.go_to(9)
    window.actions_by_name["accept"].trigger()
    dialog = plan(qtbot, window, server)
    sent = {item.address.prefix for item in dialog.plan.send} if dialog.plan else set()
    # The second task, which accepted boxes begin.
    assert all("flickerscope_prelabels" in key or key.endswith("tasks.json") for key in sent)
    assert dialog.plan is not None
    assert dialog.plan.unchanged == FILES - 1
    press(dialog, "Cancel")
    assert not window.jobs.uploader.busy


def test_an_upload_pauses_goes_on_and_stops(
    qtbot: QtBot, window: MainWindow, server: S3Server
) -> None:
    dialog = plan(qtbot, window, server)
    server.fail(Fault("hang", method="PUT", seconds=0.2))
    press(dialog, "Upload")
    qtbot.waitUntil(lambda: "of" in window.jobs.jobs.under_way["upload"].text, timeout=20_000)
    press(window.job_status, "Pause")
    qtbot.waitUntil(lambda: window.jobs.jobs.under_way["upload"].paused)
    window.actions_by_name["jobs"].trigger()
    panel = window.findChild(JobsPanel)
    assert isinstance(panel, JobsPanel)
    assert any(text.startswith("Paused · ") for text in texts(panel))
    press(panel, "Go on")
    qtbot.waitUntil(lambda: not window.jobs.jobs.under_way["upload"].paused)
    press(panel, "Pause")
    qtbot.waitUntil(lambda: window.jobs.jobs.under_way["upload"].paused)
    press(window.job_status, "Go on")
    qtbot.waitUntil(lambda: not window.jobs.jobs.under_way["upload"].paused)
    press(window.job_status, "Stop")
    qtbot.waitUntil(lambda: not window.jobs.uploader.busy, timeout=20_000)
    assert window.jobs.jobs.ended[0].text == (
        "Stopped; what was sent stays, and Upload goes on from there"
    )
    assert window.banner.sentence == ""
    assert window.session is not None
    assert window.session.handover.uploaded == ""


def test_a_server_that_refuses_is_a_sentence_and_go_on_sends_the_rest(
    qtbot: QtBot, window: MainWindow, server: S3Server
) -> None:
    dialog = plan(qtbot, window, server)
    server.fail(Fault("code", code="AccessDenied", method="PUT", after=10))
    press(dialog, "Upload")
    said = ended(qtbot, window)
    assert window.banner.property("level") == "error"
    assert "files were sent" in said
    assert not any(secret in said for secret in CREDENTIALS.values())
    there = len(keys(server, LIGHTLY) + keys(server, VIDEOS))
    assert 0 < there < FILES
    server.fail()
    press(window.banner, "Go on")
    said = ended(qtbot, window)
    assert said.startswith(f"Uploaded {FILES - there} files (")
    assert said.endswith(f"), {there} unchanged, all verified")


def test_a_bucket_that_is_not_there_is_said_before_anything_is_sent(
    qtbot: QtBot, window: MainWindow, server: S3Server
) -> None:
    dialog = ask(window)
    fill(dialog, CloudPlace("s3://no-such-bucket", f"s3://{LIGHTLY}", server.url))
    press(dialog, "Check and plan")
    qtbot.waitUntil(lambda: "no-such-bucket" in problems(dialog), timeout=20_000)
    assert dialog.plan is None
    assert keys(server, LIGHTLY) == []
    press(dialog, "Cancel")


def test_it_goes_on_while_another_video_is_opened_and_is_remembered(
    qtbot: QtBot, window: MainWindow, server: S3Server, make_video: Any
) -> None:
    session = window.session
    assert session is not None
    folder = session.project.folder
    dialog = plan(qtbot, window, server)
    server.fail(Fault("hang", method="PUT", seconds=0.2))
    press(dialog, "Upload")
    window.open_path(make_video("other.mp4", 6))
    qtbot.waitUntil(lambda: window.session not in (None, session), timeout=20_000)
    assert window.jobs.uploader.busy
    server.fail()
    assert "all verified" in ended(qtbot, window)
    with closing(Project.open(folder)) as project:
        assert project.handover.uploaded


def test_closing_the_window_ends_an_upload(
    qtbot: QtBot, window: MainWindow, server: S3Server
) -> None:
    dialog = plan(qtbot, window, server)
    server.fail(Fault("hang", method="PUT", seconds=0.2))
    press(dialog, "Upload")
    threads = running_threads()
    window.close()
    assert not any(thread.isRunning() for thread in threads)


def test_without_findings_there_is_nothing_to_upload(open_window: OpenWindow, clip: Path) -> None:
    window = open_window(clip)
    action = window.actions_by_name["upload"]
    assert (action.isEnabled(), action.toolTip()) == (False, "Detect first (Ctrl+U)")
