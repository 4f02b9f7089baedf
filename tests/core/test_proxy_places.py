"""The disk that proxies take, where they lie, and the shape that they have."""

import json
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.video.proxy
from core.detections import FrameDetections, empty_frame
from core.detectors.stages import Stages
from core.detectors.stream import detect_frames
from core.errors import VideoError
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
from core.video.proxy_making import make_proxy
from tests.conftest import MakeVideo, index_at_any_size, indexed_picture
from tests.core.making import detector_info
from tests.core.proxies import (
    COUNT,
    GIB,
    SIZE,
    add,
    checked,
    checked_size,
    each,
    files_in,
    request_of,
    seen,
)

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
    frames = FrameRange(0, len(reader))
    for chunk in detect_frames(reader, Stages(detector), frames, proxy=writer):
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
