"""Videos of a batch where they are worked on: on this computer, fetched, or read from afar."""

import multiprocessing
import shutil
import tempfile
import time
from collections import namedtuple
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from core.batch.bucket import BucketPlace
from core.batch.folder import FolderPlace
from core.batch.place import Place, place_of
from core.batch.steps import AWS, Item, Work
from core.batch.videos import at_hand, list_videos
from core.cloud import gate, objects
from core.cloud.address import S3Way
from core.errors import BatchError, CloudError, UserError, VideoError
from core.video import VideoReader
from core.video.identity import identify
from tests.conftest import MakeVideo
from tests.core.batches import QUICK, quiet
from tests.core.in_s3 import delete, put, stored
from tests.servers.s3 import Fault, S3Server
from tests.servers.s3_fixtures import INPUT, LIGHTLY

LARGE = (8 << 20) + 5
"""Bytes that are fetched in two parts."""
KEY = "cams/north/clip.mp4"
BUCKET = f"s3://{LIGHTLY}/results"


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(gate, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(gate, "PATIENCE", 0.2)
    monkeypatch.setattr(objects, "PAUSES", (0.01, 0.01))


@pytest.fixture
def item(way: S3Way) -> Item:
    """A large object that is taken for a video."""
    put(way, KEY, b"v" * LARGE)
    (found,) = list_videos([f"s3://{INPUT}/cams"], way).items
    return found


def work(way: S3Way, out: str | Path, **changes: Any) -> Work:
    return replace(Work(QUICK, str(out), way), **changes)


def fetched(item: Item, work: Work) -> bytes:
    """What lies at the path, while it does."""
    with at_hand(item, work, place_of(work), Path(), quiet) as path:
        return path.read_bytes()


def leftovers(folder: Path) -> list[str]:
    """Files but those of locks."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.name for path in files if path.suffix not in (".lock", ".users"))


# On this computer


def test_a_local_video_is_where_it_is(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_text("a video")
    (item,) = list_videos([str(video)], AWS).items
    place = FolderPlace(tmp_path / "out")
    with at_hand(item, Work(QUICK, "out"), place, tmp_path, quiet) as path:
        assert path == video
    video.write_text("anothe")
    with (
        pytest.raises(VideoError, match=r"clip\.mp4 is not the file that it was"),
        at_hand(item, Work(QUICK, "out"), place, tmp_path, quiet),
    ):
        pass
    video.unlink()
    with (
        pytest.raises(VideoError, match=r"clip\.mp4 cannot be read any more \(No such file"),
        at_hand(item, Work(QUICK, "out"), place, tmp_path, quiet),
    ):
        pass


# Fetched


def test_beside_results_in_a_folder_it_stays(
    item: Item, way: S3Way, s3: S3Server, tmp_path: Path
) -> None:
    asked, told = work(way, tmp_path / "out"), list[tuple[Any, ...]]()

    def tell(*args: Any, unit: str = "") -> None:
        told.append((*args, unit))

    with at_hand(item, asked, place_of(asked), Path(), tell) as path:
        assert path == tmp_path / "out/videos/north/clip.mp4"
        assert path.read_bytes() == b"v" * LARGE
    assert told[-1] == ("Fetching", LARGE, LARGE, "bytes")
    assert identify(path).mtime_ns == stored(way, KEY).modified_ns
    s3.counts()
    assert len(fetched(item, asked)) == LARGE
    assert s3.counts() == {"HEAD": 1}, "it is fetched once"
    assert leftovers(tmp_path) == ["clip.mp4"]
    assert sorted(p.name for p in path.parent.iterdir()) == ["clip.mp4"]


@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_elsewhere_it_goes_when_the_work_is_done(
    where: str, item: Item, way: S3Way, tmp_path: Path
) -> None:
    asked = work(way, tmp_path / "out" if where == "folder" else BUCKET, keep_videos=False)
    with at_hand(item, asked, place_of(asked), Path(), quiet) as path:
        assert path.name == "clip.mp4"
        assert (tmp_path / "tmp") in path.parents
        assert path.read_bytes() == b"v" * LARGE
    assert leftovers(tmp_path) == []


def test_it_stays_while_parts_are_in_the_making(
    item: Item, way: S3Way, s3: S3Server, tmp_path: Path
) -> None:
    asked = work(way, BUCKET)
    place = place_of(asked)
    place.write(f"parts/{item.key}/index.npz", b"index")
    fetched(item, asked)
    assert leftovers(tmp_path) == ["clip.mp4"]
    s3.counts()
    fetched(item, asked)
    assert s3.counts()["HEAD"] == 1
    with at_hand(item, asked, place, Path(), quiet):
        place.remove(f"parts/{item.key}")
    assert leftovers(tmp_path) == []


def test_what_an_ended_process_left_goes_with_the_next_video(
    item: Item, way: S3Way, tmp_path: Path
) -> None:
    asked = work(way, BUCKET)
    with at_hand(item, asked, place_of(asked), Path(), quiet) as path:
        left = path.parents[1] / "0123456789abcdef" / "other.mp4"
        left.parent.mkdir()
        left.write_bytes(b"left")
    assert leftovers(tmp_path) == []


def _use(item: Item, work: Work, together: Barrier, told: Any) -> None:
    """In another process: wait for the others, then work on the video for a while."""

    def tell(stage: str, done: int, total: int, **_: Any) -> None:
        if done == total:
            told.put("fetched")

    together.wait(30)
    with at_hand(item, work, place_of(work), Path(), tell) as path:
        for _ in range(10):
            assert len(path.read_bytes()) == LARGE
            time.sleep(0.01)
    told.put("used")


@pytest.mark.parametrize("out", ["folder", "bucket"])
def test_processes_share_what_one_of_them_fetches(
    out: str, item: Item, way: S3Way, tmp_path: Path
) -> None:
    asked = work(way, BUCKET if out == "bucket" else tmp_path / "out")
    spawn = multiprocessing.get_context("spawn")
    together, told = spawn.Barrier(3), spawn.Queue()
    workers = [spawn.Process(target=_use, args=(item, asked, together, told)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    said = [told.get(timeout=5) for _ in range(4)]
    assert sorted(said) == ["fetched", "used", "used", "used"]
    assert leftovers(tmp_path / "tmp") == []


@pytest.mark.parametrize("kind", ["drop", "cut"])
def test_connections_that_break_are_got_over(
    kind: Any, item: Item, way: S3Way, s3: S3Server, tmp_path: Path
) -> None:
    s3.fail(Fault(kind, method="GET", every=2))
    assert fetched(item, work(way, tmp_path / "out")) == b"v" * LARGE


@pytest.mark.parametrize("keep", [True, False])
def test_after_a_failure_nothing_half_is_left(
    keep: bool, item: Item, way: S3Way, s3: S3Server, tmp_path: Path
) -> None:
    asked = work(way, tmp_path / "out", keep_videos=keep)
    s3.fail(Fault("code", "InternalError", "GET", after=1))
    with pytest.raises(CloudError):
        fetched(item, asked)
    assert leftovers(tmp_path) == []
    s3.fail()
    assert len(fetched(item, asked)) == LARGE


def test_what_ends_the_telling_ends_the_fetching(item: Item, way: S3Way, tmp_path: Path) -> None:
    def tell(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    asked = work(way, tmp_path / "out")
    with (
        pytest.raises(KeyboardInterrupt),
        at_hand(item, asked, place_of(asked), Path(), tell),
    ):
        pass
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("now", [None, b"w" * LARGE, b"v" * (LARGE + 1)])
def test_a_video_that_is_gone_or_another_one(
    stream: bool, now: bytes | None, item: Item, way: S3Way, tmp_path: Path
) -> None:
    if now is None:
        delete(way, KEY)
    else:
        put(way, KEY, now)
    expected = "There is no s3://.* any more" if now is None else "is not the file that it was"
    with pytest.raises(VideoError, match=expected):
        fetched(item, work(way, tmp_path / "out", stream=stream))
    assert leftovers(tmp_path) == []


def test_a_disk_that_is_too_small(
    item: Item, way: S3Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(LARGE, 10, LARGE - 10))
    with pytest.raises(BatchError, match=rf"no room for s3://{INPUT}/{KEY} \(8,388,613 bytes\)"):
        fetched(item, work(way, tmp_path / "out"))
    assert leftovers(tmp_path) == []


def test_a_disk_that_becomes_full(item: Item, way: S3Way, tmp_path: Path) -> None:
    # A process of its own: the limit holds for all files that it writes.
    spawn = multiprocessing.get_context("spawn")
    told = spawn.Queue()
    child = spawn.Process(target=_limited, args=(item, work(way, tmp_path / "out"), told))
    child.start()
    child.join(60)
    assert "cannot be kept at" in told.get(timeout=5)
    assert leftovers(tmp_path) == []


def _limited(item: Item, work: Work, told: Any) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    try:
        fetched(item, work)
    except UserError as error:
        told.put(str(error))


def test_a_place_that_cannot_be_written(item: Item, way: S3Way, tmp_path: Path) -> None:
    asked = work(way, tmp_path / "out")
    place = place_of(asked)
    (tmp_path / "out/videos").write_text("a file where a folder should be")
    with (
        pytest.raises(BatchError, match="cannot be kept at"),
        at_hand(item, asked, place, Path(), quiet),
    ):
        pass


# From afar


@pytest.mark.parametrize("out", ["folder", "bucket"])
def test_from_afar_nothing_lies_on_this_computer(
    out: str, way: S3Way, make_video: MakeVideo, tmp_path: Path
) -> None:
    video = make_video("clip.mp4", 30)
    put(way, KEY, video)
    (item,) = list_videos([f"s3://{INPUT}/{KEY}"], way).items
    asked = work(way, tmp_path / "out" if out == "folder" else BUCKET, stream=True)
    place: Place = place_of(asked)
    with at_hand(item, asked, place, Path(), quiet) as path, VideoReader(path) as reader:
        assert path.name == "clip.mp4"
        assert (path == tmp_path / "out/videos/clip.mp4") == isinstance(place, FolderPlace)
        assert reader.info.path == path
        assert len(list(reader.frames_in_range(0, 30))) == 30
        assert not path.exists()
    assert isinstance(place, FolderPlace | BucketPlace)
    assert leftovers(tmp_path) == []


def test_whole_videos_in_the_export_are_fetched(
    way: S3Way, make_video: MakeVideo, tmp_path: Path
) -> None:
    put(way, KEY, make_video("clip.mp4", 5))
    (item,) = list_videos([f"s3://{INPUT}"], way).items
    assert QUICK.export is not None
    export = replace(QUICK.export, format="cvat-video", media="video")
    asked = replace(work(way, BUCKET, stream=True), request=replace(QUICK, export=export))
    with at_hand(item, asked, place_of(asked), Path(), quiet) as path:
        assert path.is_file()
