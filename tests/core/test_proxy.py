"""Small copies of frames: the right picture, whoever wrote it, and whatever crashed."""

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import av
import numpy as np
import pytest

from core.child import stream_from_child
from core.errors import Cancelled, VideoError
from core.frames import FrameRange
from core.paths import ProxyPlace
from core.video import Picture, VideoReader
from core.video.proxy import (
    ProxyReader,
    open_writer,
    proxy_folder,
    proxy_size,
)
from core.video.proxy_making import make_proxy
from tests.conftest import MakeVideo, index_at_any_size, indexed_picture
from tests.core.proxies import (
    COUNT,
    GIB,
    add,
    checked,
    checked_size,
    each,
    files_in,
    request_of,
    seen,
)

DIED = VideoError("the child died", mend="look why")


# What is written can be read


def test_every_frame_of_a_whole_proxy_has_its_own_small_picture(
    reader: VideoReader, place: ProxyPlace, proxy: ProxyReader
) -> None:
    list(make_proxy(request_of(reader, place)))
    order = random.Random(4).sample(range(COUNT), COUNT)
    shown = {frame: index_at_any_size(checked(proxy.picture(frame))) for frame in order}
    assert shown == each(range(COUNT))
    assert proxy.count == COUNT


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
