"""Small copies of frames: the right picture, at any time, whatever becomes of their folder."""

import json
import multiprocessing
import os
import random
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.video.proxy
from core.child import stream_from_child
from core.detections import FrameDetections, empty_frame
from core.detectors.stream import detect_frames
from core.errors import Cancelled, VideoError
from core.frames import FrameRange
from core.paths import ProxyPlace
from core.video import Picture, VideoReader
from core.video.proxy import (
    LONG_SIDE,
    ProxyReader,
    ProxyWriter,
    bytes_used,
    delete_all,
    make_room,
    open_writer,
    proxy_folder,
    proxy_size,
)
from core.video.proxy_making import ProxyRequest, make_proxy
from tests.conftest import MakeVideo, index_at_any_size, indexed_picture
from tests.core.making import detector_info

COUNT = 50
SIZE = (960, 576)
SMALL = (640, 384)
GIB = 1 << 30
DIED = VideoError("the child died", mend="look why")


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video("large.mp4", COUNT, size=SIZE, gop=30, b_frames=2)


@pytest.fixture
def reader(video: Path) -> Iterator[VideoReader]:
    with VideoReader(video) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> ProxyPlace:
    return ProxyPlace(tmp_path / "proxies", GIB)


@pytest.fixture
def proxy(reader: VideoReader, place: ProxyPlace) -> Iterator[ProxyReader]:
    made = ProxyReader(proxy_folder(place, reader.info.identity), len(reader))
    yield made
    made.close()


def request_of(reader: VideoReader, place: ProxyPlace) -> ProxyRequest:
    return ProxyRequest(reader.path, reader.index, place)


def add(writer: ProxyWriter, reader: VideoReader, frames: Sequence[int]) -> None:
    for frame in frames:
        writer.add(next(reader.decode(FrameRange(frame, frame + 1))))


def seen(proxy: ProxyReader, count: int = COUNT) -> dict[int, int]:
    """Frames that have a picture, and the index that each one shows."""
    pictures = ((frame, proxy.picture(frame)) for frame in range(count))
    return {frame: index_at_any_size(p) for frame, p in pictures if p is not None}


def each(frames: Sequence[int]) -> dict[int, int]:
    return {frame: frame for frame in frames}


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# What is written can be read


def test_every_frame_of_a_whole_proxy_has_its_own_small_picture(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    list(make_proxy(request_of(reader, place)))
    order = random.Random(4).sample(range(COUNT), COUNT)
    shown = {frame: index_at_any_size(checked(proxy.picture(frame))) for frame in order}
    assert shown == each(range(COUNT))
    assert proxy.count == COUNT


def checked(picture: Picture | None) -> Picture:
    assert picture is not None
    assert picture.shape == (SMALL[1], SMALL[0], 3)
    return picture


def test_a_small_picture_looks_like_the_frame_made_small(
    media: Callable[[str], Path], tmp_path: Path
) -> None:
    place = ProxyPlace(tmp_path, GIB)
    with VideoReader(media("dashcam_highway.mp4")) as reader:
        with open_writer(place, reader.info) as writer:
            add(writer, reader, [0, 100])
        proxy = ProxyReader(proxy_folder(place, reader.info.identity), len(reader))
        with closing(proxy):
            small = checked_size(
                proxy.picture(100), proxy_size((reader.info.width, reader.info.height))
            )
            decoded = next(reader.decode(FrameRange(100, 101)))
            wanted = decoded.picture(proxy_size(decoded.geometry.upright))
    assert np.abs(small.astype(int) - wanted).mean() < 4


def checked_size(picture: Picture | None, size: tuple[int, int]) -> Picture:
    assert picture is not None
    assert picture.shape[1::-1] == size
    return picture


def test_pictures_can_be_read_as_soon_as_they_are_written(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    assert (proxy.picture(7), proxy.holds(7), proxy.count) == (None, False, 0)
    with open_writer(place, reader.info) as writer:
        for number, frame in enumerate((7, 3, 49, 8), start=1):
            assert proxy.picture(frame) is None
            add(writer, reader, [frame])
            assert writer.holds(frame)
            assert index_at_any_size(checked(proxy.picture(frame))) == frame
            assert proxy.count == number
    assert seen(proxy) == each([3, 7, 8, 49])


def test_pictures_can_be_read_while_another_process_writes_them(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    stream = stream_from_child(make_proxy, request_of(reader, place), lambda: False, died=DIED)
    with closing(stream):  # type: ignore[type-var]
        done = next(stream)
        assert 0 < done <= COUNT
        assert set(seen(proxy)) >= set(range(done))
        assert list(stream)[-1] == COUNT
    assert seen(proxy) == each(range(COUNT))


def test_a_frame_without_a_picture_is_none_and_its_neighbours_are_there(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    odd = list(range(1, COUNT, 2))
    with open_writer(place, reader.info) as writer:
        add(writer, reader, odd)
    assert seen(proxy) == each(odd)
    assert [proxy.holds(frame) for frame in range(6)] == [False, True] * 3


def test_a_picture_is_written_once(reader: VideoReader, place: ProxyPlace) -> None:
    folder = proxy_folder(place, reader.info.identity)
    with open_writer(place, reader.info) as writer:
        add(writer, reader, [5, 6])
        size = (folder / "pictures.mjpeg").stat().st_size
        add(writer, reader, [5, 6, 5])
        assert (folder / "pictures.mjpeg").stat().st_size == size


def test_the_pictures_are_a_stream_that_every_player_plays(
    reader: VideoReader, place: ProxyPlace
) -> None:
    list(make_proxy(request_of(reader, place)))
    path = proxy_folder(place, reader.info.identity) / "pictures.mjpeg"
    with av.open(str(path), format="mjpeg") as container:
        shown = [index_at_any_size(f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]
    assert shown == list(range(COUNT))


# Making it


def test_making_fills_the_gaps_and_leaves_what_is_there(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    there = [0, *range(10, 20), 40, COUNT - 1]
    with open_writer(place, reader.info) as writer:
        add(writer, reader, there)
    before = table_of(reader, place)
    reports = list(make_proxy(request_of(reader, place)))
    assert reports == sorted(reports)
    assert reports[-1] == COUNT
    assert len(reports) >= 2
    assert np.array_equal(table_of(reader, place)[there], before[there])
    assert seen(proxy) == each(range(COUNT))


def table_of(
    reader: VideoReader, place: ProxyPlace
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    data = (proxy_folder(place, reader.info.identity) / "table").read_bytes()
    return np.frombuffer(data, np.int64).reshape(-1, 2)


def test_making_a_whole_proxy_again_writes_nothing(reader: VideoReader, place: ProxyPlace) -> None:
    list(make_proxy(request_of(reader, place)))
    before = table_of(reader, place)
    assert list(make_proxy(request_of(reader, place))) == [COUNT]
    assert np.array_equal(table_of(reader, place), before)


def test_making_can_be_stopped_at_any_time_and_goes_on_later(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    told: list[int] = []
    stream = stream_from_child(make_proxy, request_of(reader, place), lambda: bool(told), died=DIED)
    told.append(next(stream))
    with pytest.raises(Cancelled):
        next(stream)
    kept = seen(proxy)
    assert set(kept) >= set(range(told[0]))
    assert kept == each(list(kept))
    assert list(make_proxy(request_of(reader, place)))[-1] == COUNT
    assert seen(proxy) == each(range(COUNT))


def test_frames_that_cannot_be_decoded_are_left_out(
    make_video: MakeVideo, place: ProxyPlace
) -> None:
    path = make_video("damaged.mp4", 20, gop=1)
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for frame in (5, 6, 19):
        at, size = packets[frame]
        assert at is not None
        data[at : at + size] = b"\xff" * size
    path.write_bytes(data)
    with VideoReader(path) as reader:
        for _ in range(2):
            assert list(make_proxy(request_of(reader, place)))[-1] == 20
        proxy = ProxyReader(proxy_folder(place, reader.info.identity), 20)
        with closing(proxy):
            assert sorted(seen(proxy, 20)) == [i for i in range(20) if i not in (5, 6, 19)]


def test_a_folder_of_images_has_a_proxy_too(place: ProxyPlace, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(5):
        write_png(folder / f"{number}.png", indexed_picture(number))
    with VideoReader(folder) as reader:
        list(make_proxy(request_of(reader, place)))
        proxy = ProxyReader(proxy_folder(place, reader.info.identity), 5)
        with closing(proxy):
            assert seen(proxy, 5) == each(range(5))
    assert files_in(folder) == {f"{number}.png" for number in range(5)}


def write_png(path: Path, picture: Picture) -> None:
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("png", rate=1)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "rgb24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())


# Crashes


def test_what_a_killed_process_wrote_is_kept_and_the_rest_follows(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    def kill() -> bool:
        if proxy.count > 5:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)
        return False

    request = request_of(reader, place)
    with suppress(VideoError):  # unless it was quicker
        list(stream_from_child(make_proxy, request, kill, died=DIED))
    kept = seen(proxy)
    assert len(kept) > 5
    assert kept == each(list(kept))
    list(make_proxy(request))
    assert seen(proxy) == each(range(COUNT))


@pytest.mark.parametrize("left", [0.0, 0.3, 0.5, 0.999])
def test_pictures_that_were_lost_are_made_again_and_never_mixed_up(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader, left: float
) -> None:
    list(make_proxy(request_of(reader, place)))
    pictures = proxy_folder(place, reader.info.identity) / "pictures.mjpeg"
    with pictures.open("r+b") as file:
        file.truncate(int(pictures.stat().st_size * left))
    short = seen_or_nothing(proxy)
    assert short == each(list(short))
    with open_writer(place, reader.info) as writer:
        lost = [frame for frame in range(COUNT) if not writer.holds(frame)]
        assert lost == list(range(COUNT - len(lost), COUNT))
        add(writer, reader, list(reversed(lost)))
    assert seen(proxy) == each(range(COUNT))


def seen_or_nothing(proxy: ProxyReader) -> dict[int, int]:
    """As `seen`, where the last picture may be cut off in its middle."""
    found = {}
    for frame in range(COUNT):
        picture = proxy.picture(frame)
        try:
            if picture is not None:
                found[frame] = index_at_any_size(picture)
        except AssertionError:
            continue
    return found


def test_an_entry_without_its_picture_counts_as_none_for_the_next_writer(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    with open_writer(place, reader.info) as writer:
        add(writer, reader, [0, 1, 2])
    folder = proxy_folder(place, reader.info.identity)
    table = np.memmap(folder / "table", np.int64, "r+", shape=(COUNT, 2))
    table[9] = (folder / "pictures.mjpeg").stat().st_size, 2000
    table.flush()
    assert proxy.picture(9) is None
    assert list(make_proxy(request_of(reader, place)))[-1] == COUNT
    assert seen(proxy) == each(range(COUNT))


@pytest.mark.parametrize("spoil", ["proxy.json", "table"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 40])
def test_a_damaged_proxy_is_made_anew(
    reader: VideoReader, place: ProxyPlace, spoil: str, content: bytes
) -> None:
    list(make_proxy(request_of(reader, place)))
    folder = proxy_folder(place, reader.info.identity)
    (folder / spoil).write_bytes(content)
    with closing(ProxyReader(folder, COUNT)) as proxy:
        assert seen(proxy) == {}
    list(make_proxy(request_of(reader, place)))
    with closing(ProxyReader(folder, COUNT)) as proxy:
        assert seen(proxy) == each(range(COUNT))


def test_the_proxy_of_a_video_with_another_number_of_frames_is_not_used(
    reader: VideoReader, place: ProxyPlace
) -> None:
    list(make_proxy(request_of(reader, place)))
    with closing(ProxyReader(proxy_folder(place, reader.info.identity), COUNT - 1)) as other:
        assert other.picture(3) is None


# One writer


def test_a_second_writer_is_refused_quietly_until_the_first_is_done(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    with open_writer(place, reader.info) as first:
        with open_writer(place, reader.info) as second:
            assert (first.writing, second.writing) == (True, False)
            add(second, reader, [1])
            assert not second.holds(1)
        add(first, reader, [2])
        with pytest.raises(VideoError, match="cannot be written"):
            list(stream_from_child(make_proxy, request_of(reader, place), lambda: False, died=DIED))
        assert first.writing
        assert seen(proxy) == {2: 2}
    with open_writer(place, reader.info) as third:
        assert third.writing
        add(third, reader, [1])
    assert seen(proxy) == each([1, 2])


# Disk


def used_at(folder: Path, seconds: int) -> None:
    os.utime(folder / "proxy.json", (seconds, seconds))


@pytest.fixture
def three(make_video: MakeVideo, place: ProxyPlace) -> list[Path]:
    """Three proxies, used one after the other."""
    folders = []
    for number, frames in enumerate((5, 6, 7)):
        with VideoReader(make_video(f"{number}.mp4", frames, size=SIZE)) as reader:
            list(make_proxy(request_of(reader, place)))
            folders.append(proxy_folder(place, reader.info.identity))
        used_at(folders[-1], 1000 + number)
    return folders


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_the_proxies_used_least_recently_make_room_first(
    three: list[Path], place: ProxyPlace
) -> None:
    sizes = [size_of(folder) for folder in three]
    assert bytes_used(place.folder) == sum(sizes)
    assert make_room(place.folder, sum(sizes))
    assert [folder.exists() for folder in three] == [True, True, True]
    assert make_room(place.folder, sum(sizes) - 1)
    assert [folder.exists() for folder in three] == [False, True, True]
    assert make_room(place.folder, sizes[2])
    assert [folder.exists() for folder in three] == [False, False, True]
    assert bytes_used(place.folder) == sizes[2]


def test_looking_into_a_proxy_is_a_use_of_it(three: list[Path], place: ProxyPlace) -> None:
    with closing(ProxyReader(three[0], 5)) as proxy:
        assert proxy.picture(0) is not None
    assert make_room(place.folder, size_of(three[0]))
    assert [folder.exists() for folder in three] == [True, False, False]


def test_a_new_proxy_takes_the_place_of_old_ones(
    three: list[Path], place: ProxyPlace, reader: VideoReader
) -> None:
    limit = size_of(three[2]) + 2000
    with open_writer(replace(place, limit=limit), reader.info) as writer:
        add(writer, reader, [0, 1])
        assert writer.writing
    assert [folder.exists() for folder in three] == [False, False, True]


def test_a_proxy_that_must_be_kept_is_no_room(three: list[Path], place: ProxyPlace) -> None:
    assert not make_room(place.folder, 10, keep=three[0])
    assert [folder.exists() for folder in three] == [True, False, False]


def test_deleting_all_deletes_proxies_and_nothing_else(
    three: list[Path], place: ProxyPlace
) -> None:
    precious = [
        place.folder / "notes.txt",
        place.folder / "holiday" / "proxy.json",
        place.folder / "0123456789abcdef-77" / "mine.txt",
        three[1] / "mine.txt",
    ]
    for path in precious:
        path.parent.mkdir(exist_ok=True)
        path.write_text("precious")
    delete_all(place.folder)
    assert bytes_used(place.folder) == 0
    assert files_in(place.folder) == {str(path.relative_to(place.folder)) for path in precious}
    assert [folder.exists() for folder in three] == [False, True, False]


def test_a_folder_that_is_not_there_takes_no_room(tmp_path: Path) -> None:
    delete_all(tmp_path / "nowhere")
    assert bytes_used(tmp_path / "nowhere") == 0
    assert make_room(tmp_path / "nowhere", 0)


class Blind:
    """A detector that sees nothing, and counts what it looks at."""

    info = detector_info()
    batch_size = 4

    def __init__(self) -> None:
        self.looked = 0

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        self.looked += len(pictures)
        return [empty_frame()] * len(pictures)


def detect_all(reader: VideoReader, writer: ProxyWriter) -> Iterator[int]:
    """Detect in the whole video; gives how far it is."""
    done, detector = 0, Blind()
    for chunk in detect_frames(reader, detector, FrameRange(0, len(reader)), writer):
        done += len(chunk.frames)
        yield done
    assert detector.looked == len(reader)


def test_detection_makes_the_proxy_as_it_goes(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    with open_writer(place, reader.info) as writer:
        for done in detect_all(reader, writer):
            assert proxy.count >= done
    assert done == COUNT
    assert seen(proxy) == each(range(COUNT))


def test_a_limit_too_small_for_anything_ends_the_writing_and_not_the_detection(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    with open_writer(replace(place, limit=100), reader.info) as writer:
        assert list(detect_all(reader, writer))[-1] == COUNT
        assert not writer.writing
    assert proxy.count == 0


def test_a_limit_reached_on_the_way_keeps_what_was_written_until_then(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.video.proxy, "_CHECK_ROOM_EVERY", 1)
    limit = 60_000
    with open_writer(replace(place, limit=limit), reader.info) as writer:
        assert list(detect_all(reader, writer))[-1] == COUNT
        assert not writer.writing
    kept = seen(proxy)
    assert 0 < len(kept) < COUNT
    assert kept == each(range(len(kept)))
    assert limit <= bytes_used(place.folder) < 2 * limit


def test_making_a_proxy_that_does_not_fit_is_a_sentence(
    reader: VideoReader, place: ProxyPlace
) -> None:
    with pytest.raises(VideoError, match=r"cannot be written in .*raise the limit"):
        list(make_proxy(request_of(reader, replace(place, limit=100))))


# Places


def test_a_proxy_deleted_while_it_is_read_is_gone_and_comes_back_right(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    with open_writer(place, reader.info) as writer:
        add(writer, reader, range(COUNT))
    assert index_at_any_size(checked(proxy.picture(7))) == 7
    delete_all(place.folder)
    assert proxy.picture(7) is None
    assert proxy.count == 0
    with open_writer(place, reader.info) as writer:
        add(writer, reader, list(reversed(range(30))))
    assert seen(proxy) == each(range(30))


def test_a_proxy_deleted_while_it_is_written_ends_the_writing_and_not_the_detection(
    reader: VideoReader, place: ProxyPlace
) -> None:
    with open_writer(place, reader.info) as writer:
        stream = detect_all(reader, writer)
        next(stream)
        assert writer.writing
        delete_all(place.folder)
        assert list(stream)[-1] == COUNT
        assert not writer.writing
    assert files_in(place.folder) == set()


def test_another_content_and_another_time_of_change_have_another_place(
    make_video: MakeVideo, place: ProxyPlace, tmp_path: Path
) -> None:
    path = make_video("same.mp4", 6, folder=tmp_path)
    places = [where(path, place)]
    os.utime(path, (5, 5))
    places.append(where(path, place))
    make_video("same.mp4", 7, folder=tmp_path)
    os.utime(path, (5, 5))
    places.append(where(path, place))
    assert len(set(places)) == 3
    assert {folder.parent for folder in places} == {place.folder}


def where(path: Path, place: ProxyPlace) -> Path:
    with VideoReader(path) as reader:
        return proxy_folder(place, reader.info.identity)


def test_nothing_is_written_beside_the_video(
    make_video: MakeVideo, place: ProxyPlace, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    with VideoReader(make_video("mine.mp4", 6, folder=folder)) as reader:
        before = (reader.path.read_bytes(), reader.path.stat().st_mtime_ns)
        list(make_proxy(request_of(reader, place)))
        after = (reader.path.read_bytes(), reader.path.stat().st_mtime_ns)
    assert files_in(folder) == {"mine.mp4"}
    assert before == after


def test_a_place_that_cannot_be_written_costs_the_proxy_and_not_the_detection(
    reader: VideoReader, regular_file: Path
) -> None:
    blocked = ProxyPlace(regular_file / "proxies", GIB)
    with open_writer(blocked, reader.info) as writer:
        assert not writer.writing
        assert list(detect_all(reader, writer))[-1] == COUNT
    with pytest.raises(VideoError, match="cannot be written in"):
        list(make_proxy(request_of(reader, blocked)))


@pytest.mark.parametrize("name", ["pictures.mjpeg", "table", "lock"])
def test_a_file_of_the_proxy_that_cannot_be_written_costs_the_proxy_alone(
    reader: VideoReader, place: ProxyPlace, name: str
) -> None:
    (proxy_folder(place, reader.info.identity) / name / "blocks").mkdir(parents=True)
    with open_writer(place, reader.info) as writer:
        assert not writer.writing
        add(writer, reader, [1])


def test_a_proxy_that_can_only_be_read_is_used(
    reader: VideoReader, place: ProxyPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(make_proxy(request_of(reader, place)))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "read-only file system")

    # Tests may run as root, for whom nothing is read-only.
    monkeypatch.setattr(os, "utime", refuse)
    with closing(ProxyReader(proxy_folder(place, reader.info.identity), COUNT)) as proxy:
        assert index_at_any_size(checked(proxy.picture(30))) == 30


def test_the_facts_of_a_proxy_tell_of_its_video(reader: VideoReader, place: ProxyPlace) -> None:
    list(make_proxy(request_of(reader, place)))
    facts = json.loads((proxy_folder(place, reader.info.identity) / "proxy.json").read_text())
    assert (facts["frames"], facts["long_side"]) == (COUNT, LONG_SIDE)


# Geometry


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_proxy_is_even_small_and_shaped_as_its_video(width: int, height: int) -> None:
    small = proxy_size((width, height))
    assert all(side % 2 == 0 and side >= 2 for side in small)
    assert max(small) <= LONG_SIDE
    assert all(side <= max(whole, 2) for side, whole in zip(small, (width, height), strict=True))
    scale = min(LONG_SIDE / max(width, height), 1.0)
    for side, whole in zip(small, (width, height), strict=True):
        assert abs(side - whole * scale) <= 1 or side == 2


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((1920, 1080), (640, 360)),
        ((1366, 768), (640, 360)),
        ((1080, 1920), (360, 640)),
        ((320, 240), (320, 240)),
        ((321, 239), (320, 238)),
        ((7680, 4320), (640, 360)),
    ],
)
def test_sizes_that_one_meets(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert proxy_size(size) == small


def test_a_turned_video_has_an_upright_proxy(make_video: MakeVideo, place: ProxyPlace) -> None:
    path = make_video("phone.mp4", 5, size=SIZE)
    turn_right(path)
    with VideoReader(path) as reader:
        assert (reader.info.width, reader.info.height) == (576, 960)
        list(make_proxy(request_of(reader, place)))
        with closing(ProxyReader(proxy_folder(place, reader.info.identity), 5)) as proxy:
            for frame in range(5):
                small = checked_size(proxy.picture(frame), (384, 640))
                # Turned back, it is the picture that was encoded.
                assert index_at_any_size(np.ascontiguousarray(np.rot90(small))) == frame


def turn_right(path: Path) -> None:
    """Say in the track header that the picture is to be turned by 90 degrees."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    struct.pack_into(">9i", data, at, 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def test_a_video_with_wide_pixels_has_a_proxy_of_its_true_shape(
    place: ProxyPlace, tmp_path: Path
) -> None:
    path = tmp_path / "wide.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 720, 576, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(64, 45)
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(indexed_picture(index), format="bgr24")
            container.mux(stream.encode(frame.reformat(720, 576)))
        container.mux(stream.encode())
    with VideoReader(path) as reader:
        assert (reader.info.width, reader.info.height) == (1024, 576)
        list(make_proxy(request_of(reader, place)))
        with closing(ProxyReader(proxy_folder(place, reader.info.identity), 3)) as proxy:
            for frame in range(3):
                assert index_at_any_size(checked_size(proxy.picture(frame), (640, 360))) == frame
