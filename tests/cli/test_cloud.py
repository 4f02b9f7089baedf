"""From a project to a selection at Lightly and back, by commands, against real local servers."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.project import Project
from core.video import Picture
from tests.cli.conftest import SMALL_COUNT, SMALL_MISSING, Flickerscope
from tests.pictures import decoded_png
from tests.servers.lightly_api import LightlyServer, serving
from tests.servers.lightly_platform import TOKEN, Platform
from tests.servers.lightly_worker import Bucket, Worker
from tests.servers.s3 import CREDENTIALS, S3Server, s3_server

INPUT, LIGHTLY = "s3://videos/drive", "s3://lightly/drive"
ACCESS = ("--role-arn", "arn:aws:iam::123456789012:role/lightly", "--external-id", "x" * 16)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server("videos", "lightly") as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """An empty storage, and the person's credentials for it."""
    s3.clear()
    for name, value in {**CREDENTIALS, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    return s3


@pytest.fixture
def lightly(bucket: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[LightlyServer]:
    """Lightly's platform with a worker that reads the storage."""
    with serving(Platform(worker=Worker(Bucket(bucket.url)))) as server:
        monkeypatch.setenv("LIGHTLY_SERVER_LOCATION", server.url)
        monkeypatch.setenv("LIGHTLY_TOKEN", TOKEN)
        monkeypatch.setattr("core.cloud.commands.POLL_SECONDS", 0.05)
        yield server


def test_uploaded_scheduled_followed_exported_and_downloaded(
    small_project: Path,
    tmp_path: Path,
    flickerscope: Flickerscope,
    bucket: S3Server,
    lightly: LightlyServer,
    index_in: Callable[[Picture], int],
) -> None:
    place = ("--input", INPUT, "--lightly", LIGHTLY, "--endpoint", bucket.url)
    planned = flickerscope("upload", small_project, *place, "--plan", "--json").json
    sent = flickerscope("upload", small_project, *place, "--json").json
    assert sent["sent"] == planned["files_to_send"] == sent["verified"]
    # A video; predictions, prelabels and metadata of every frame; four files that tell of them.
    assert sent["sent"] == 1 + 3 * SMALL_COUNT + 4

    again = flickerscope("upload", small_project, "--json").json
    assert (again["sent"], again["unchanged"]) == (0, sent["sent"])

    scheduled = flickerscope(
        "lightly", "schedule", small_project, "-n", len(SMALL_MISSING), "--dataset", "drive",
        *ACCESS, "--json",
    ).json  # fmt: skip
    repeated = flickerscope(
        "lightly", "schedule", small_project, "-n", len(SMALL_MISSING), "--json"
    ).json
    assert repeated["scheduled_run"] == scheduled["scheduled_run"]
    done = flickerscope(
        "lightly", "status", small_project, "--wait", "--artifacts", tmp_path / "run", "--json"
    ).json
    assert done["state"] == "COMPLETED"
    assert any(path.suffix == ".pdf" for path in (tmp_path / "run").iterdir())

    (tag,) = set(flickerscope("lightly", "tags", small_project, "--json").json["tags"])  # type: ignore[call-overload]
    out = tmp_path / "urls.json"
    result = flickerscope("lightly", "urls", small_project, "--tag", tag, "--out", out, "--json")
    assert result.json["selected_frames"] == len(SMALL_MISSING)
    with closing(Project.open(small_project)) as project:
        assert project.selection is not None
        frames = project.selection.frames
    # That a box was rejected does not say that the frame is not worth a label.
    assert frames == SMALL_MISSING
    assert downloaded(out, index_in) == list(frames)

    exported = flickerscope(
        "export", small_project, "--format", "coco", "--frames", "selected",
        "--out", tmp_path / "coco", "--json",
    ).json  # fmt: skip
    assert exported["frames"] == len(SMALL_MISSING)
    assert lightly.platform.counts()["datasets"] == ["drive"]


def test_urls_without_lightly(
    small_project: Path,
    tmp_path: Path,
    flickerscope: Flickerscope,
    bucket: S3Server,
    index_in: Callable[[Picture], int],
) -> None:
    out = tmp_path / "urls.json"
    result = flickerscope(
        "urls", small_project, "--to", "s3://videos/frames", "--frames", "flagged",
        "--endpoint", bucket.url, "--hours", "1", "--out", out, "--json",
    ).json  # fmt: skip
    assert result["urls"] == len(SMALL_MISSING)
    assert downloaded(out, index_in) == list(SMALL_MISSING)


def test_what_is_missing_is_said_before_anything_is_sent(
    small_project: Path, flickerscope: Flickerscope, bucket: S3Server
) -> None:
    assert "--input" in flickerscope("upload", small_project).sentence
    assert "'videos'" in flickerscope("upload", small_project, "--input", "videos").sentence
    place = ("--input", INPUT, "--lightly", "s3://not-there", "--endpoint", bucket.url)
    assert "not-there" in flickerscope("upload", small_project, *place).sentence
    assert "schedule" in flickerscope("lightly", "status", small_project).sentence
    bucket.counts()
    assert "--samples" in flickerscope("lightly", "schedule", small_project, "-n", "x").sentence
    assert not bucket.counts()["PUT"]


def test_written_folders_have_no_fault_and_a_fault_is_named(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "layout"
    written = flickerscope("lightly", "write", small_project, "--out", out, "--json").json
    assert written["frames"] == SMALL_COUNT
    assert flickerscope("lightly", "validate", out, "--json").json == {"faults": []}

    name = next((out / ".lightly/metadata/data").iterdir())
    name.rename(name.with_name(name.name.replace("-mp4", "-avi")))
    answer = flickerscope("lightly", "validate", out)
    assert answer.code == 1
    assert "-avi.json" in answer.out


def downloaded(path: Path, index_in: Callable[[Picture], int]) -> list[int]:
    """The frames whose pictures the signed URLs of a file lead to."""
    entries = json.loads(path.read_text())
    assert path.stat().st_mode & 0o077 == 0
    found = []
    for entry in entries:
        assert entry["fileName"].endswith("-mp4.png")
        with urllib.request.urlopen(entry["readUrl"], timeout=30) as answer:
            found.append(index_in(decoded_png(answer.read())))
    return found
