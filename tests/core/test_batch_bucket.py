"""Results of a batch in S3: as those in a folder, also where servers and workers fail."""

import logging
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core.detectors.stream
from core.batch import bucket
from core.batch.bucket import BucketPlace
from core.batch.folder import FolderPlace
from core.batch.place import Place, place_of
from core.batch.runner import run_batch
from core.batch.steps import Begin, Detect, Finish, Outcome, Work
from core.batch.videos import Listed, list_videos
from core.cloud import gate, objects
from core.cloud.address import S3Way
from core.cloud.s3 import s3_client
from core.detections import Detections
from core.errors import CloudError, MissingVideoError, UserError
from core.opening import find
from core.project import Project
from core.project.runs import load_detections
from tests.conftest import MakeVideo
from tests.core.batches import QUICK, HereEngine, files_below
from tests.core.in_s3 import delete, put_folder
from tests.core.killing import Columns
from tests.servers.s3 import CREDENTIALS, Fault, S3Server, read_only
from tests.servers.s3_fixtures import INPUT, LIGHTLY

OUT = f"s3://{LIGHTLY}/team/results"


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(gate, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(gate, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(gate, "PATIENCE", 0.5)
    monkeypatch.setattr(objects, "PAUSES", (0.01, 0.01))
    monkeypatch.setattr(core.detectors.stream, "make_detector", lambda *args: Columns())
    bucket._check.cache_clear()


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, way: S3Way, tmp_path: Path) -> Place:
    """Each kind of place, empty."""
    if request.param == "bucket":
        return BucketPlace.of(OUT, way)
    return FolderPlace(tmp_path / "out")


# The same as a folder


def test_files_appear_are_replaced_and_go(place: Place) -> None:
    assert place.read("batch.json") is None
    assert place.names("outcomes") == []
    place.write("batch.json", b"1")
    place.write("batch.json", b"22")
    place.write("outcomes/b.json", b"b")
    place.write("outcomes/deep/a.json", b"")
    place.write("outcomes2/c.json", b"beside")
    assert place.read("batch.json") == b"22"
    assert place.read("outcomes/deep/a.json") == b""
    assert place.names("outcomes") == ["outcomes/b.json", "outcomes/deep/a.json"]
    place.remove("outcomes")
    place.remove("batch.json")
    place.remove("never/there")
    assert place.names("outcomes") == []
    assert place.read("batch.json") is None
    assert place.names("outcomes2") == ["outcomes2/c.json"]


def test_of_many_who_write_once_one_does(place: Place) -> None:
    together = threading.Barrier(8)

    def write(number: int) -> bool:
        together.wait()
        return place.write_once("outcomes/k.json", str(number).encode())

    with ThreadPoolExecutor(8) as pool:
        wrote = list(pool.map(write, range(8)))
    assert wrote.count(True) == 1
    assert place.read("outcomes/k.json") == str(wrote.index(True)).encode()
    assert not place.write_once("outcomes/k.json", b"late")


def test_files_and_folders_of_the_scratch_are_moved(place: Place, tmp_path: Path) -> None:
    with place.scratch("key") as scratch:
        (scratch / "part").write_bytes(b"p" * 9_000_000)
        place.put(scratch / "part", "parts/key/0-9.npz")
        for attempt in range(2):
            (scratch / "made" / "deep").mkdir(parents=True)
            (scratch / "made" / "a.txt").write_text("a")
            (scratch / "made" / "deep" / "b.txt").write_text("b")
            place.publish(scratch / "made", "exports/north/clip")
            assert not (scratch / "made").exists(), attempt
        assert list(scratch.iterdir()) == []
    found = place.names("exports")
    assert found == ["exports/north/clip/a.txt", "exports/north/clip/deep/b.txt"]
    target = tmp_path / "fetched"
    assert place.get("parts/key/0-9.npz", target)
    assert target.read_bytes() == b"p" * 9_000_000
    assert not place.get("parts/key/none", target)


def test_what_a_failed_attempt_left_is_there_for_the_next(place: Place) -> None:
    def fail() -> None:
        with place.scratch("key") as scratch:
            (scratch / "run").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with place.scratch("key") as scratch:
        assert (scratch / "run").read_text() == "half"
        (scratch / "run").unlink()
    with place.scratch("key") as scratch:
        assert list(scratch.iterdir()) == []


# Where the server fails


def test_a_place_that_cannot_be_used_is_said_before_anything_is_done(
    s3: S3Server, way: S3Way
) -> None:
    for out, message in [
        ("s3://not-there/x", "There is no bucket s3://not-there"),
        ("s3://", "is no address in S3"),
    ]:
        with pytest.raises(CloudError, match=message):
            BucketPlace.of(out, way)
    s3.fail(*read_only(LIGHTLY))
    with pytest.raises(CloudError, match="refuses s3:PutObject"):
        BucketPlace.of(OUT, way)


def test_it_is_looked_at_once(s3: S3Server, way: S3Way) -> None:
    place_of(Work(QUICK, OUT, way))
    s3.counts()
    place_of(Work(QUICK, OUT, way))
    assert not s3.counts()


@pytest.mark.parametrize("code", ["NotImplemented", "InvalidArgument"])
def test_servers_that_know_no_conditions(
    code: str, s3: S3Server, way: S3Way, caplog: pytest.LogCaptureFixture
) -> None:
    place = BucketPlace.of(OUT, way)
    s3.fail(Fault("code", code, "PUT", times=1))
    with caplog.at_level(logging.INFO):
        assert place.write_once("outcomes/k.json", b"first")
    assert "is written without a condition" in caplog.text
    assert not place.write_once("outcomes/k.json", b"second")
    assert place.read("outcomes/k.json") == b"first"


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", ""])
def test_faults_now_and_then_are_got_over(
    method: str, s3: S3Server, way: S3Way, tmp_path: Path
) -> None:
    place = BucketPlace.of(OUT, way)
    s3.fail(Fault("code", "InternalError", method, every=3), Fault("drop", method=method, every=5))
    place.write("batch.json", b"1")
    assert place.read("batch.json") == b"1"
    folder = tmp_path / "made"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(str(number))
    place.publish(folder, "exports/clip")
    assert place.names("exports") == [f"exports/clip/{number:02}.txt" for number in range(12)]
    assert place.get("exports/clip/07.txt", tmp_path / "seven")
    assert (tmp_path / "seven").read_text() == "7"
    place.remove("exports")
    assert place.names("") == ["batch.json"]


def test_no_secret_is_told(s3: S3Server, way: S3Way, caplog: pytest.LogCaptureFixture) -> None:
    place = BucketPlace.of(OUT, way)
    s3.fail(Fault("code", "InvalidAccessKeyId"))
    with caplog.at_level(logging.DEBUG), pytest.raises(UserError) as error:
        place.write("batch.json", b"1")
    for secret in CREDENTIALS.values():
        assert secret not in str(error.value) + caplog.text


# Whole batches


@pytest.fixture(scope="module")
def videos(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three videos, one in a folder."""
    folder = tmp_path_factory.mktemp("videos")
    make_video("a.mp4", 8, folder=folder)
    make_video("b.avi", 24, folder=folder, codec="mpeg4")
    (folder / "north").mkdir()
    make_video("c.mp4", 12, folder=folder / "north", b_frames=2)
    return folder


def outcomes_of(listed: Listed, work: Work) -> tuple[Outcome, ...]:
    engine = HereEngine(work)
    try:
        return run_batch(listed, work, engine).outcomes
    finally:
        engine.close()


def downloaded(way: S3Way, folder: Path) -> Path:
    """All that the batch has put into S3, as files."""
    client: Any = s3_client(way)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=LIGHTLY):
        for entry in page.get("Contents", []):
            path = folder / entry["Key"].removeprefix("team/results/")
            path.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(LIGHTLY, entry["Key"], str(path))
    return folder


def seen_in(out: Path, outcome: Outcome) -> tuple[Detections, Path]:
    """What the project of a video has seen, and where its video is."""
    with closing(Project.open(out / outcome.project)) as project:
        assert project.run is not None
        return load_detections(project.run_file(project.run.id)), project.video.path


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("to_bucket", [False, True])
def test_a_batch_from_s3_gives_what_one_of_files_gives(
    stream: bool, to_bucket: bool, videos: Path, way: S3Way, tmp_path: Path
) -> None:
    here = outcomes_of(list_videos([str(videos)], way), Work(QUICK, str(tmp_path / "here"), way))
    there = tmp_path / "there"
    work = Work(QUICK, OUT if to_bucket else str(there), way, stream=stream)
    found = list_videos([put_folder(way, videos, "drive")], way)
    outcomes = outcomes_of(found, work)
    if to_bucket:
        downloaded(way, there)
    assert [o.state for o in outcomes] == ["done"] * 3
    assert [o.counts for o in outcomes] == [o.counts for o in here]
    assert files_below(there / "exports") == files_below(tmp_path / "here" / "exports")
    for before, after in zip(here, outcomes, strict=True):
        ours, _ = seen_in(tmp_path / "here", before)
        theirs, video = seen_in(there, after)
        for column in fields(Detections):
            wanted = getattr(ours, column.name)
            assert np.array_equal(wanted, getattr(theirs, column.name)), column.name
        assert to_bucket or video.relative_to(there / "videos").stem == Path(after.item.name).name
        assert video.exists() == (not stream and not to_bucket)
        if stream or to_bucket:
            with pytest.raises(MissingVideoError, match=f"fetch it from {after.item.source}, or"):
                find(there / after.project)
    assert [p for p in (tmp_path / "tmp").rglob("*") if p.name.endswith((".mp4", ".npz"))] == []


def test_a_missing_video_costs_only_itself(videos: Path, way: S3Way, tmp_path: Path) -> None:
    found = list_videos([put_folder(way, videos, "drive")], way)
    delete(way, "drive/b.avi")
    a, b, c = outcomes_of(found, Work(QUICK, OUT, way))
    assert (a.state, c.state) == ("done", "done")
    assert b.state == "failed"
    assert b.reason.startswith(f"There is no s3://{INPUT}/drive/b.avi any more")


def test_a_batch_gets_over_faults(s3: S3Server, videos: Path, way: S3Way) -> None:
    found = list_videos([put_folder(way, videos, "drive")], way)
    s3.fail(Fault("code", "SlowDown", every=13), Fault("cut", method="GET", every=9))
    outcomes = outcomes_of(found, Work(QUICK, OUT, way, stream=True))
    assert [o.state for o in outcomes] == ["done"] * 3


@pytest.mark.parametrize("stream", [False, True])
def test_a_video_in_parts_gives_what_the_whole_gives(
    stream: bool, make_video: MakeVideo, way: S3Way, tmp_path: Path
) -> None:
    folder = make_video("long.mp4", 40, gop=8, b_frames=2).parent
    found = list_videos([put_folder(way, folder, "drive")], way)
    (whole,) = outcomes_of(found, Work(QUICK, str(tmp_path / "here"), way))
    work = Work(QUICK, OUT, way, longest=16, stream=stream)
    with closing(HereEngine(work)) as engine:
        (joined,) = run_batch(found, work, engine).outcomes
    assert joined.state == "done", joined.reason
    kinds = Counter(type(step) for step in engine.steps)
    assert kinds[Begin] == kinds[Finish] == 1
    assert kinds[Detect] > 1
    there = downloaded(way, tmp_path / "there")
    assert sorted(path.name for path in there.iterdir()) == [
        "batch.json", "exports", "outcomes", "projects", "summary.json"
    ], "the parts are gone"  # fmt: skip
    assert files_below(there / "exports") == files_below(tmp_path / "here" / "exports")
    ours, _ = seen_in(tmp_path / "here", whole)
    theirs, _ = seen_in(there, joined)
    assert np.array_equal(ours.xyxy, theirs.xyxy)
    assert np.array_equal(ours.offsets, theirs.offsets)
    assert [p for p in (tmp_path / "tmp").rglob("*") if p.suffix in (".mp4", ".npz")] == []
