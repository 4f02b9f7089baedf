"""From the buttons of the real window to the pictures that the signed URLs lead to."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from core.detectors.base import DetectorConfig
from core.paths import HOME_VARIABLE, default_project_dir
from core.pipeline import process
from core.project import Handover, Project
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, stream_of
from tests.e2e.conftest import new_home
from tests.e2e.driving import Program, project_folder, screenshot, wait_for
from tests.pictures import decoded_png
from tests.servers.lightly_api import LightlyServer, serving
from tests.servers.lightly_platform import TOKEN, Platform
from tests.servers.lightly_worker import Bucket, Worker
from tests.servers.s3 import CREDENTIALS, S3Server, s3_server

COUNT, MISSING = 20, (4, 9, 15)
WORKING_SECONDS = 90.0


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server("videos", "lightly") as server:
        yield server


@pytest.fixture
def lightly(s3: S3Server) -> Iterator[LightlyServer]:
    with serving(Platform(worker=Worker(Bucket(s3.url)))) as server:
        yield server


@pytest.fixture
def cloud(s3: S3Server, lightly: LightlyServer) -> dict[str, str]:
    """What a person has set up: credentials, a region, a token."""
    return {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": "us-east-1",
        "LIGHTLY_SERVER_LOCATION": lightly.url,
        "LIGHTLY_TOKEN": TOKEN,
    }


@pytest.fixture
def home(tmp_path: Path, make_video: MakeVideo) -> Path:
    """A home with the project of a clip that flickers."""
    home = new_home(tmp_path / "home", "yolov8n.pt")
    video = make_video("drive.mp4", COUNT, folder=tmp_path)
    stream = stream_of(flickering_frames(COUNT, MISSING))
    with (
        patch.dict(os.environ, {HOME_VARIABLE: str(home)}),
        VideoReader(video) as reader,
        closing(Project.create(default_project_dir(video), reader.info)) as project,
    ):
        process(project, reader.index, DetectorConfig("paper.pt"), stream=stream)
    return home


def handover(home: Path) -> Handover:
    with closing(Project.open(project_folder(home))) as project:
        return project.handover


def selected(home: Path) -> tuple[int, ...]:
    with closing(Project.open(project_folder(home))) as project:
        return project.selection.frames if project.selection else ()


def test_upload_schedule_and_signed_urls_by_clicks(
    display: str,
    home: Path,
    tmp_path: Path,
    s3: S3Server,
    lightly: LightlyServer,
    cloud: dict[str, str],
    index_in: Callable[[Picture], int],
) -> None:
    program = Program(display, home, tmp_path / "drive.mp4", cloud, eye=True)
    try:
        program.wait_for_window("^drive.mp4")

        program.click("Upload")
        program.type_into("Input bucket", "s3://videos/drive")
        program.type_into("Lightly bucket", "s3://lightly/drive")
        program.type_into("Server", s3.url)
        program.click("Check and plan")
        wait_for("the plan", lambda: program.see("Check and plan") is None, WORKING_SECONDS)
        screenshot(display, tmp_path / "plan.png")
        program.click("Upload")
        wait_for("the upload", lambda: handover(home).uploaded, WORKING_SECONDS)

        program.click("Schedule selection…")
        program.type_into("Dataset", "drive")
        program.type_into("Role ARN", "arn:aws:iam::123456789012:role/lightly")
        program.type_into("External id", "an-id-of-mine")
        program.type_into("Frames to select", str(len(MISSING)))
        screenshot(display, tmp_path / "schedule.png")
        program.click("Schedule")
        wait_for("the run", lambda: handover(home).run, WORKING_SECONDS)
        program.click("Show the frames", seconds=WORKING_SECONDS)
        wait_for("the selection", lambda: selected(home) == MISSING, WORKING_SECONDS)
        screenshot(display, tmp_path / "selected.png")

        program.click("URLs")
        program.click("Of a tag at Lightly", seconds=WORKING_SECONDS)
        program.type_into("File", str(tmp_path / "urls.json"))
        program.click("Export", seconds=WORKING_SECONDS)
        wait_for("the file", (tmp_path / "urls.json").exists, WORKING_SECONDS)
        screenshot(display, tmp_path / "urls.png")
        assert program.close() == 0, program.said()
        assert program.said() == ""
    finally:
        program.end()

    entries = json.loads((tmp_path / "urls.json").read_text())
    pictures = [urllib.request.urlopen(entry["readUrl"], timeout=30).read() for entry in entries]
    assert [index_in(decoded_png(picture)) for picture in pictures] == list(MISSING)
    assert lightly.platform.counts()["datasets"] == ["drive"]
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert not any(secret.encode() in kept for secret in (*CREDENTIALS.values(), TOKEN))
