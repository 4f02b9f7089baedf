"""Signed URLs from the window: of frames that we upload, and of a tag at Lightly."""

from __future__ import annotations

import json
import stat
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from core.cloud.runs import follow
from gui.dialogs.signed_urls import SignedUrlsDialog
from gui.main_window import MainWindow
from tests.conftest import index_at_any_size
from tests.core.lightly_runs import scheduled
from tests.gui.making import FLAGGED, texts
from tests.servers.lightly_api import LightlyServer, serving
from tests.servers.lightly_platform import TOKEN, Platform
from tests.servers.s3 import CREDENTIALS, S3Server, s3_server


@pytest.fixture(scope="module")
def running() -> Iterator[S3Server]:
    with s3_server("pictures") as server:
        yield server


@pytest.fixture
def server(running: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    running.clear()
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture(scope="module")
def _lightly_server() -> Iterator[LightlyServer]:
    with serving() as server:
        yield server


@pytest.fixture
def lightly(_lightly_server: LightlyServer, monkeypatch: pytest.MonkeyPatch) -> LightlyServer:
    server = _lightly_server
    server.platform = Platform(url=server.url)
    monkeypatch.setenv("LIGHTLY_SERVER_LOCATION", server.url)
    monkeypatch.setenv("LIGHTLY_TOKEN", TOKEN)
    return server


def ask(window: MainWindow, file: Path) -> SignedUrlsDialog:
    window.actions_by_name["signed_urls"].trigger()
    dialog = window.findChild(SignedUrlsDialog)
    assert isinstance(dialog, SignedUrlsDialog)
    field(dialog, "File").setText(str(file))
    return dialog


def field(dialog: SignedUrlsDialog, name: str) -> QLineEdit:
    return next(e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == name)


def choose(dialog: SignedUrlsDialog, word: str) -> None:
    choice = next(b for b in dialog.findChildren(QRadioButton) if b.text().startswith(word))
    assert choice.isEnabled()
    choice.setChecked(True)


def export(dialog: SignedUrlsDialog) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == "Export")


def test_flagged_frames_are_uploaded_and_their_addresses_give_the_right_pictures(
    qtbot: QtBot, window: MainWindow, server: S3Server, tmp_path: Path
) -> None:
    out = tmp_path / "urls.json"
    dialog = ask(window, out)
    choose(dialog, "Flagged frames (4)")
    assert "Still missing: where the pictures go." in texts(dialog)
    assert not export(dialog).isEnabled()
    field(dialog, "Pictures to").setText("s3://pictures/drives")
    field(dialog, "Server").setText(server.url)
    export(dialog).click()
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=30_000)
    assert window.banner.sentence.startswith(f"Signed URLs of 4 frames are in {out}; they work ")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = json.loads(out.read_text())
    assert [row["fileName"] for row in rows] == [f"clip-{frame:02}-mp4.png" for frame in FLAGGED]
    for row, frame in zip(rows, FLAGGED, strict=True):
        with urllib.request.urlopen(row["readUrl"]) as answer:
            picture = cv2.imdecode(np.frombuffer(answer.read(), np.uint8), cv2.IMREAD_COLOR)
        assert index_at_any_size(picture) == frame
        assert row["datasourceUrl"] == f"s3://pictures/drives/frames/{row['fileName']}"
    assert window.session is not None
    assert window.session.handover.place.endpoint == server.url
    assert window.session.selection is None


def test_frames_of_a_tag_are_written_and_selected(
    qtbot: QtBot, window: MainWindow, lightly: LightlyServer, tmp_path: Path
) -> None:
    session = window.session
    assert session is not None
    done = follow(scheduled(), every=0.001, on_change=lambda run: None)
    session.set_handover(replace(session.handover, run=done))
    out = tmp_path / "urls.json"
    dialog = ask(window, out)
    (tags,) = [b for b in dialog.findChildren(QComboBox) if b.accessibleName() == "Tag"]
    qtbot.waitUntil(lambda: tags.count() > 0, timeout=20_000)
    tags.setCurrentText("initial-tag")
    assert not field(dialog, "Pictures to").isVisible()
    export(dialog).click()
    qtbot.waitUntil(lambda: window.banner.sentence != "", timeout=20_000)
    assert window.banner.sentence == f"Signed URLs of 2 frames are in {out}"
    rows = json.loads(out.read_text())
    assert [row["fileName"] for row in rows] == ["data/clip-00-mp4.png", "data/clip-01-mp4.png"]
    assert session.selection is not None
    assert (session.selection.name, session.selection.frames) == ("initial-tag", (0, 1))


def test_tags_that_cannot_be_had_say_why_and_frames_can_be_chosen_still(
    qtbot: QtBot,
    window: MainWindow,
    lightly: LightlyServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = window.session
    assert session is not None
    done = follow(scheduled(), every=0.001, on_change=lambda run: None)
    session.set_handover(replace(session.handover, run=done))
    monkeypatch.setenv("LIGHTLY_TOKEN", "of-another")
    dialog = ask(window, tmp_path / "urls.json")
    qtbot.waitUntil(lambda: any("token" in text for text in texts(dialog)), timeout=20_000)
    assert not any("of-another" in text for text in texts(dialog))
    choose(dialog, "Flagged frames")
    field(dialog, "Pictures to").setText("s3://pictures/drives")
    assert export(dialog).isEnabled()
    dialog.reject()


def test_a_file_that_cannot_be_written_is_said_at_once(window: MainWindow, tmp_path: Path) -> None:
    dialog = ask(window, tmp_path / "nowhere" / "urls.json")
    field(dialog, "Pictures to").setText("s3://pictures/drives")
    assert f"There is no folder {tmp_path / 'nowhere'}." in texts(dialog)
    assert not export(dialog).isEnabled()
    field(dialog, "File").setText(str(tmp_path / "urls.json"))
    assert export(dialog).isEnabled()
    (tmp_path / "urls.json").write_text("[]")
    field(dialog, "File").setText(str(tmp_path / "urls.json "))
    assert any(text.startswith("The file will be replaced. ") for text in texts(dialog))
    dialog.reject()
