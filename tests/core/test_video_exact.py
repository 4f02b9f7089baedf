"""Whatever file, whatever order: a frame's picture is that of one sequential decode."""

import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from core.video import VideoReader
from core.video.picture import DecodedFrame, Geometry
from tests.core.clips import Clip, digest, make_clip, x264

GOP = {"g": "30", "bf": "3"}
LAGGED = {
    "g": "30",
    "auto-alt-ref": "1",
    "lag-in-frames": "16",
    "deadline": "good",
    "cpu-used": "8",
}


def cut_by_edit_list(path: Path) -> None:
    """Let the file's edit list begin in the middle of its first group of pictures."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")
    assert struct.unpack(">I", data[at + 8 : at + 12]) == (1,), "expected one edit"
    (media_time,) = struct.unpack(">i", data[at + 16 : at + 20])
    data[at + 16 : at + 20] = struct.pack(">i", media_time + 10 * 512)
    path.write_bytes(data)


def claim_wrong_count(path: Path) -> None:
    """Let an AVI's headers say that there are 7 frames."""
    data = bytearray(path.read_bytes())
    main, stream = data.index(b"avih"), data.index(b"strh")
    data[main + 8 + 16 : main + 8 + 20] = struct.pack("<I", 7)
    data[stream + 8 + 32 : stream + 8 + 36] = struct.pack("<I", 7)
    path.write_bytes(data)


CLIPS = [
    Clip("h264.mp4", options=x264(keyint=30, bframes=3, b_pyramid="normal")),
    Clip("h264.mov", options=x264(keyint=30, bframes=3)),
    Clip("h264.mkv", options=x264(keyint=30, bframes=3)),
    Clip("h264.ts", options=x264(keyint=30, bframes=3)),
    Clip("timestamps-invented.avi", options=x264(keyint=30, bframes=3)),
    Clip("no-timestamps.h264", options=x264(keyint=30, bframes=3)),
    Clip("open-gop.mp4", options=x264(keyint=30, bframes=3, open_gop=1)),
    Clip("intra-refresh.mp4", options=x264(keyint=30, intra_refresh=1)),
    Clip("long-gop.mp4", options=x264(keyint=1000, bframes=3)),
    Clip("interlaced.mp4", options=x264(keyint=30, tff=1)),
    Clip("ten-bit.mp4", options=x264(keyint=30, bframes=2), pix_fmt="yuv420p10le"),
    Clip("odd.mp4", options=x264(keyint=30, bframes=2), pix_fmt="yuv444p", size=(159, 95)),
    Clip("vfr.mkv", options=x264(keyint=30), pts=[5 * i + i % 3 + 40 for i in range(90)]),
    Clip("edit-list.mp4", options=x264(keyint=30, bframes=3), after=cut_by_edit_list),
    Clip("hevc.mp4", "libx265", {"x265-params": "keyint=30:bframes=4:log-level=none"}),
    Clip("mpeg4.avi", "mpeg4", GOP, after=claim_wrong_count),
    Clip("mpeg2.mpg", "mpeg2video", {**GOP, "flags": "+ildct+ilme"}),
    Clip("mpeg2.ts", "mpeg2video", GOP),
    Clip("mjpeg.avi", "mjpeg", pix_fmt="yuvj420p"),
    Clip("ffv1.mkv", "ffv1"),
    Clip("vp8.webm", "libvpx", LAGGED),
    Clip("vp9.webm", "libvpx-vp9", LAGGED),
    Clip("av1.webm", "libsvtav1", {"preset": "12", "g": "30", "svtav1-params": "lp=1"}),
    Clip("av1.mp4", "libsvtav1", {"preset": "12", "g": "30", "svtav1-params": "lp=1"}),
]
SHARED = [
    "pets09_s2l1.avi",
    "dashcam_highway.mp4",
    "dashcam_city_bframes.mp4",
    "overhead_cars.mp4",
    "bikes_cuts.mp4",
]


def sequential(path: Path) -> list[bytes]:
    """The digest of every picture, decoded from the start to the end by PyAV alone."""
    return [digest(DecodedFrame(0, *frame, damaged=False).picture()) for frame in decoded(path)]


def decoded(path: Path) -> Iterator[tuple[av.VideoFrame, Geometry]]:
    with av.open(str(path)) as container:
        geometry: Geometry | None = None
        for frame in container.decode(video=0):
            geometry = geometry or Geometry.of(
                frame, container.streams.video[0].sample_aspect_ratio
            )
            yield frame, geometry


def walks(count: int, backwards: int, anywhere: int = 200) -> list[int]:
    """Random frames, a walk back to the start, and steps and jumps in both directions."""
    chance = random.Random(count)
    frames = [chance.randrange(count) for _ in range(anywhere)]
    frames += range(min(count, backwards) - 1, -1, -1)
    at = count // 2
    for step in chance.choices([1, 1, 1, -1, -1, 2, 10, -10, 40, -35], k=150):
        at = min(max(at + step, 0), count - 1)
        frames.append(at)
    return frames


def assert_exact(path: Path, *, backwards: int = 1000, anywhere: int = 200) -> None:
    expected = sequential(path)
    with VideoReader(path) as reader:
        assert len(reader) == len(expected)
        order = walks(len(reader), backwards, anywhere)
        wrong = [i for i in order if digest(reader.frame_at(i)) != expected[i]]
    assert wrong == []


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_every_frame_of_every_kind_of_file_is_exact_in_any_order(
    tmp_path: Path, clip: Clip
) -> None:
    path = make_clip(tmp_path, clip)
    expected = sequential(path)
    assert len(set(expected)) == len(expected) == (80 if clip.after is cut_by_edit_list else 90)
    assert_exact(path)


def test_the_frames_of_a_folder_of_images_are_exact_in_any_order(tmp_path: Path) -> None:
    path = make_clip(tmp_path, Clip("source.mkv", "ffv1", pix_fmt="bgr0"))
    folder = tmp_path / "frames"
    folder.mkdir()
    written = []
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            picture = frame.to_ndarray(format="bgr24")
            frame.to_image().save(folder / f"frame_{index:06d}.png")
            written.append(digest(picture))
    with VideoReader(folder) as reader:
        assert len(reader) == 90
        order = walks(90, 90)
        assert [digest(reader.frame_at(i)) for i in order] == [written[i] for i in order]
        assert reader.info.codec == "png"
        assert np.diff(reader.index.timestamps()) == pytest.approx(1 / 25)


@pytest.mark.parametrize("name", SHARED)
def test_every_frame_of_a_shared_clip_is_exact_in_any_order(
    media: Callable[[str], Path], name: str
) -> None:
    # Walking back costs a group of pictures a step; 120 frames cross one or more.
    assert_exact(media(name), backwards=120, anywhere=60)
