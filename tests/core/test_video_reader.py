"""Pictures by frame index, exactly."""

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import VideoError
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo

IndexIn = Callable[[Picture], int]

SHARED = {
    "pets09_s2l1.avi": 795,
    "dashcam_highway.mp4": 221,
    "dashcam_city_bframes.mp4": 296,
    "overhead_cars.mp4": 377,
    "bikes_cuts.mp4": 250,
}
CLIPS = {
    "every-frame-a-keyframe.mp4": {"gop": 1},
    "b-frames.mp4": {"b_frames": 3},
    "short-gop-with-b-frames.mp4": {"gop": 2, "b_frames": 3},
    "long-gop.mp4": {"gop": 1000, "b_frames": 3},
    "b-frames.mkv": {"b_frames": 2},
    "mpeg4.avi": {"codec": "mpeg4"},
    "transport-stream.ts": {"b_frames": 2},
}
FRAMES = 70


@pytest.fixture(scope="module", params=CLIPS)
def clip(request: pytest.FixtureRequest, make_video: MakeVideo) -> Path:
    return make_video(request.param, FRAMES, **CLIPS[request.param])


def test_frames_forward_backward_and_at_random_are_the_ones_asked_for(
    clip: Path, index_in: IndexIn
) -> None:
    wanted = [*range(FRAMES), *reversed(range(FRAMES))]
    wanted += random.Random(5).choices(range(FRAMES), k=80)
    with VideoReader(clip) as reader:
        assert len(reader) == FRAMES
        assert [index_in(reader.frame_at(i)) for i in wanted] == wanted


def test_ranges_of_frames_are_the_ones_asked_for(clip: Path, index_in: IndexIn) -> None:
    with VideoReader(clip) as reader:
        for start, stop in [(0, FRAMES), (30, 41), (31, 33), (FRAMES - 1, FRAMES), (0, 2), (7, 50)]:
            found = [(i, index_in(p)) for i, p in reader.frames_in_range(start, stop)]
            assert found == [(i, i) for i in range(start, stop)]


@pytest.mark.parametrize("frame", [24, 25, 10**6])
def test_a_frame_beyond_the_video_is_an_index_error(make_video: MakeVideo, frame: int) -> None:
    with VideoReader(make_video(frames=24)) as reader:
        with pytest.raises(IndexError, match=r"0\.\.23"):
            reader.frame_at(frame)
        with pytest.raises(IndexError, match=r"0\.\.23"):
            list(reader.frames_in_range(20, frame + 1))


def test_uneven_timestamps_do_not_change_which_frame_is_which(
    make_video: MakeVideo, index_in: IndexIn
) -> None:
    pts = np.cumsum(random.Random(3).choices([1, 2, 7, 30], k=40)).tolist()
    with VideoReader(make_video(frames=40, pts=pts, b_frames=2)) as reader:
        assert len(reader) == 40
        for i in (39, 0, 17, 16, 38, 20):
            assert index_in(reader.frame_at(i)) == i
            assert reader.index.timestamp(i) == pytest.approx((pts[i] - pts[0]) / 25)


def test_two_readers_share_an_index(make_video: MakeVideo, index_in: IndexIn) -> None:
    path = make_video()
    with VideoReader(path) as first, VideoReader(path, first.index) as second:
        assert second.index is first.index
        assert (index_in(first.frame_at(3)), index_in(second.frame_at(20))) == (3, 20)


def test_the_info_tells_what_the_file_holds(make_video: MakeVideo) -> None:
    path = make_video(frames=9, rate=10)
    with VideoReader(path) as reader:
        info = reader.info
    assert (info.path, info.width, info.height) == (path, 160, 96)
    assert (info.frame_count, info.rate, info.codec) == (9, Fraction(10), "h264")


def test_a_name_with_a_colon_is_a_file_not_a_protocol(
    make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video("plain.mp4")
    path.rename(path.with_name("cam:1.mp4"))
    monkeypatch.chdir(path.parent)
    with VideoReader(Path("cam:1.mp4")) as reader:
        assert len(reader) == 24


def test_a_video_cut_off_in_the_middle_keeps_the_frames_before_the_cut(
    make_video: MakeVideo, index_in: IndexIn
) -> None:
    whole = make_video("whole.mkv", FRAMES, gop=5).read_bytes()
    cut = make_video("cut.mkv", 1)
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    with VideoReader(cut) as reader:
        assert 20 < len(reader) < FRAMES
        for frame in range(len(reader) - 1):
            assert index_in(reader.frame_at(frame)) == frame


def test_a_damaged_frame_is_left_out_of_a_range_and_an_error_by_itself(
    make_video: MakeVideo, index_in: IndexIn
) -> None:
    path = make_video("damaged.mp4", 30, gop=1)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        at, size = packets[10].pos, packets[10].size
    data = bytearray(path.read_bytes())
    data[at : at + size] = b"\xff" * size
    path.write_bytes(data)
    with VideoReader(path) as reader:
        assert len(reader) == 30
        seen = list(reader.frames_in_range(5, 15))
        assert [i for i, _ in seen] == [5, 6, 7, 8, 9, 11, 12, 13, 14]
        assert all(index_in(picture) == i for i, picture in seen)
        with pytest.raises(VideoError, match=r"(?i)frame 10 of damaged\.mp4 cannot be decoded"):
            reader.frame_at(10)
        assert index_in(reader.frame_at(11)) == 11


def decoded(path: Path) -> Iterator[Picture]:
    """Every picture, decoded from the start to the end by PyAV alone."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def digest(picture: Picture) -> bytes:
    return blake2b(np.ascontiguousarray(picture).tobytes(), digest_size=16).digest()


@pytest.mark.parametrize(("name", "count"), SHARED.items())
def test_pictures_of_a_shared_clip_equal_those_of_sequential_decoding(
    media: Callable[[str], Path], name: str, count: int
) -> None:
    path = media(name)
    expected = [digest(picture) for picture in decoded(path)]
    assert len(expected) == count
    middle = count // 2
    wanted = [0, 1, count - 1, count - 2, *range(middle, middle - 6, -1)]
    wanted += random.Random(name).sample(range(count), 8)
    with VideoReader(path) as reader:
        assert len(reader) == count
        for frame in wanted:
            assert digest(reader.frame_at(frame)) == expected[frame], frame
        found = {i: digest(picture) for i, picture in reader.frames_in_range(middle, middle + 20)}
        assert found == {i: expected[i] for i in range(middle, middle + 20)}
