"""Videos in S3 that are read piece by piece: the same frames, with few requests, or an error."""

import io
import pickle
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.cloud import gate, objects
from core.cloud.address import S3Way
from core.cloud.remote_video import S3Video
from core.errors import CloudError, UnreachableError, VideoError
from core.video import VideoReader
from core.video.identity import identify
from core.video.index import build_index
from core.video.remote import remote_at, standing_in
from tests.conftest import MakeVideo
from tests.core.in_s3 import put, stored, video_at
from tests.servers.s3 import CREDENTIALS, Fault, S3Server

KEY = "cams/clip"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(gate, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(gate, "PATIENCE", 0.1)
    monkeypatch.setattr(objects, "PAUSES", (0.01, 0.01))


def assert_same(local: Path, remote: S3Video, elsewhere: Path) -> None:
    """That index, pictures in order and pictures by leaps are those of the file."""
    index = build_index(local)
    with standing_in(remote, elsewhere) as path:
        streamed = build_index(path)
        assert np.array_equal(streamed.pts, index.pts)
        assert np.array_equal(streamed.keyframes, index.keyframes)
        assert streamed.time_base == index.time_base
        assert (streamed.packets is None) == (index.packets is None)
        if streamed.packets is not None and index.packets is not None:
            assert np.array_equal(streamed.packets.number, index.packets.number)
            assert np.array_equal(streamed.packets.dts, index.packets.dts)
        leaps = random.Random(1).sample(range(len(index)), min(len(index), 6))
        with VideoReader(local, index) as here, VideoReader(path, streamed) as there:
            assert there.info.identity.same_content(here.info.identity)
            for frame in [*range(5), *leaps, len(index) - 1]:
                assert np.array_equal(here.frame_at(frame), there.frame_at(frame))


@pytest.mark.parametrize(
    "name",
    ["dashcam_city_bframes.mp4", "pets09_s2l1.avi", "bikes_cuts.mp4", "overhead_cars.mp4"],
)
def test_shared_clips_have_the_same_frames(
    name: str, media: Callable[[str], Path], way: S3Way, tmp_path: Path
) -> None:
    put(way, KEY + Path(name).suffix, media(name))
    assert_same(media(name), video_at(way, KEY + Path(name).suffix), tmp_path / name)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("moov-at-end.mp4", {"b_frames": 2}),
        ("clip.mkv", {"b_frames": 2}),
        ("clip.ts", {"b_frames": 2}),
        ("clip.h264", {"b_frames": 2}),
        ("clip.avi", {"codec": "mpeg4"}),
        ("b-frames.avi", {"b_frames": 2}),
    ],
)
def test_every_container_has_the_same_frames(
    name: str, options: dict[str, object], make_video: MakeVideo, way: S3Way, tmp_path: Path
) -> None:
    video = make_video(name, 40, **options)
    put(way, f"{KEY}{video.suffix}", video)
    assert_same(video, video_at(way, f"{KEY}{video.suffix}"), tmp_path / name)


def test_a_path_leads_elsewhere_only_within_its_block(
    make_video: MakeVideo, way: S3Way, tmp_path: Path
) -> None:
    video, elsewhere = make_video(), tmp_path / "videos" / "clip.mp4"
    put(way, KEY, video)
    remote = video_at(way, KEY)
    assert remote_at(elsewhere) is None
    with standing_in(remote, elsewhere) as path:
        assert remote_at(path) is remote
        assert identify(path).same_content(identify(video))
        assert remote_at(video) is None
    assert remote_at(elsewhere) is None
    with pytest.raises(VideoError, match="There is no file"):
        VideoReader(elsewhere)


def test_it_can_be_sent_to_another_process(make_video: MakeVideo, way: S3Way) -> None:
    video = make_video()
    put(way, KEY, video)
    sent = pickle.dumps(video_at(way, KEY))
    assert not any(secret.encode() in sent for secret in CREDENTIALS.values())
    with pickle.loads(sent).open() as file:
        assert file.read() == video.read_bytes()


def test_reads_and_seeks_as_a_file_does(way: S3Way) -> None:
    content = random.Random(2).randbytes(1_500_001)
    put(way, KEY, content)
    plain, chance = io.BytesIO(content), random.Random(3)
    with video_at(way, KEY).open() as file:
        for _ in range(60):
            if chance.random() < 0.4:
                whence = chance.choice([io.SEEK_SET, io.SEEK_END, io.SEEK_CUR])
                to = chance.randrange(len(content) + 10)
                offset = to - {0: 0, 1: plain.tell(), 2: len(content)}[whence]
                assert file.seek(offset, whence) == plain.seek(offset, whence)
            size = chance.choice([0, 1, 77, 32_768, 400_000])
            assert file.read(size) == plain.read(size)
            assert file.tell() == plain.tell()


def test_a_walk_takes_few_requests(s3: S3Server, way: S3Way, media: Callable[[str], Path]) -> None:
    clip = media("pets09_s2l1.avi")
    put(way, KEY, clip)
    remote = video_at(way, KEY)
    s3.counts()
    with remote.open() as file:
        while file.read(32 << 10):
            pass
    # 1/4, 1/2, 1, 2, 4 and the rest of 7.75 MiB.
    assert s3.counts() == {"GET": 6}


def test_going_to_and_fro_between_pictures_and_sound_takes_few_requests(
    s3: S3Server, way: S3Way, media: Callable[[str], Path], tmp_path: Path
) -> None:
    clip = media("dashcam_highway.mp4")
    put(way, KEY, clip)
    with standing_in(video_at(way, KEY), tmp_path / clip.name) as path:
        s3.counts()
        index = build_index(path)
        # A file of 11 blocks is opened twice, once for its first frames alone.
        assert s3.counts()["GET"] <= 6
        with VideoReader(path, index) as reader:
            assert len(list(reader.frames_in_range(90, 150))) == 60
        assert s3.counts()["GET"] <= 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault("code", "SlowDown", "GET", every=2),
        Fault("drop", method="GET", every=3),
        Fault("cut", method="GET", every=2),
    ],
    ids=lambda fault: fault.code or fault.kind,
)
def test_faults_now_and_then_are_got_over(
    fault: Fault, s3: S3Server, way: S3Way, make_video: MakeVideo, tmp_path: Path
) -> None:
    video = make_video("clip.mp4", 30)
    put(way, KEY, video)
    remote = video_at(way, KEY)
    s3.fail(fault)
    assert_same(video, remote, tmp_path / "clip.mp4")


def test_a_server_that_fails_is_no_shorter_video(
    s3: S3Server, way: S3Way, media: Callable[[str], Path], tmp_path: Path
) -> None:
    clip = media("pets09_s2l1.avi")
    put(way, KEY, clip)
    remote, index = video_at(way, KEY), build_index(clip)
    with standing_in(remote, tmp_path / clip.name) as path:
        for after in range(5):
            s3.fail(Fault("code", "InternalError", "GET", after=after))
            with pytest.raises(UnreachableError):
                build_index(path)
        s3.fail()
        with VideoReader(path, index) as reader:
            s3.fail(Fault("code", "InternalError", "GET", after=1))
            with pytest.raises(UnreachableError, match="try again in a while"):
                list(reader.frames_in_range(0, len(index)))


def test_another_video_in_its_place_is_refused(
    way: S3Way, make_video: MakeVideo, tmp_path: Path
) -> None:
    put(way, KEY, make_video("clip.mp4", 30))
    remote = video_at(way, KEY)
    put(way, KEY, make_video("other.mp4", 40))
    with (
        standing_in(remote, tmp_path / "clip.mp4") as path,
        pytest.raises(CloudError, match=f"{KEY} has changed meanwhile"),
    ):
        build_index(path)


def test_what_is_no_video_is_said_as_of_a_file(way: S3Way, tmp_path: Path) -> None:
    put(way, "notes.mp4", b"no video at all" * 1000)
    with (
        standing_in(video_at(way, "notes.mp4"), tmp_path / "notes.mp4") as path,
        pytest.raises(VideoError, match=r"notes\.mp4 is not a video that can be read"),
    ):
        VideoReader(path)


def test_the_time_of_the_last_change_is_that_of_s3(way: S3Way) -> None:
    put(way, KEY, b"1")
    found = stored(way, KEY)
    assert video_at(way, KEY).identity.mtime_ns == found.modified.timestamp() * 1e9
