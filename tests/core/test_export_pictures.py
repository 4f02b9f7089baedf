"""Pictures as files: exact as PNG, close as JPEG, written by threads."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled
from core.export.pictures import Part, encoder, write_parts
from core.export.png import encode_png, encode_rgb
from core.video import Picture, VideoReader
from tests.conftest import MakeVideo


def decoded(content: bytes) -> Picture:
    with Image.open(BytesIO(content)) as image:
        assert image.mode == "RGB"
        return np.asarray(image)


def noise(height: int, width: int) -> Picture:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (63, 7), (64, 2), (65, 640), (129, 33)])
def test_a_png_is_the_picture_exactly(size: tuple[int, int]) -> None:
    picture = noise(*size)
    assert np.array_equal(decoded(encode_rgb(picture)), picture)
    assert np.array_equal(decoded(encode_png(picture)), picture[:, :, ::-1])


def test_a_png_of_a_part_of_a_picture_is_that_part() -> None:
    part = noise(80, 80)[5:70:2, 60:9:-3]
    assert np.array_equal(decoded(encode_png(part)), part[:, :, ::-1])


def test_a_smooth_picture_is_far_smaller_as_png() -> None:
    picture = np.repeat(np.arange(200, dtype=np.uint8)[:, None, None], 300, 1).repeat(3, 2)
    assert len(encode_rgb(picture)) < picture.nbytes / 50


def test_better_jpeg_is_closer_and_larger() -> None:
    ramp = np.linspace(0, 255, 160, dtype=np.uint8)
    picture = np.stack([np.tile(ramp, (90, 1)), np.full((90, 160), 90, np.uint8),
                        np.tile(ramp[::-1], (90, 1))], axis=2)  # fmt: skip
    low, high = (encoder("jpeg", quality)(picture) for quality in (20, 95))
    off = [np.abs(decoded(c).astype(int) - picture).mean() for c in (low, high)]
    assert off[1] < 2 < off[0]
    assert len(low) < len(high)


def test_each_frame_is_written_once_decoded_exactly(make_video: MakeVideo, tmp_path: Path) -> None:
    told: list[int] = []
    frames = [0, 1, 2, 9, 17, 18, 23]
    with VideoReader(make_video(b_frames=2)) as reader:
        parts = {f: [Part(tmp_path / f"{f}.png", encode_rgb)] for f in frames}
        assert write_parts(reader, parts, on_frame=told.append) == []
        assert told == frames
        for frame in frames:
            content = (tmp_path / f"{frame}.png").read_bytes()
            assert np.array_equal(decoded(content), reader.frame_at(frame)[:, :, ::-1])
    assert len(list(tmp_path.iterdir())) == len(frames)


def test_few_pictures_wait_in_memory(make_video: MakeVideo, tmp_path: Path) -> None:
    """While one is being encoded for long, decoding stops; nothing piles up."""
    begun: list[int] = []

    def counted(frame: int) -> Callable[[Picture], bytes]:
        def encode(picture: Picture) -> bytes:
            begun.append(frame)
            return encode_rgb(picture)

        return encode

    most = 0
    asked = 0

    def look() -> bool:
        nonlocal most, asked
        asked += 1
        most = max(most, asked - len(begun))
        return False

    with VideoReader(make_video(frames=60)) as reader:
        parts = {f: [Part(tmp_path / f"{f}.png", counted(f))] for f in range(60)}
        write_parts(reader, parts, cancelled=look)
    assert asked == 60
    assert most < 30


def test_what_is_written_before_a_cancel_is_whole(make_video: MakeVideo, tmp_path: Path) -> None:
    asked = iter([False] * 7 + [True] * 99)
    with VideoReader(make_video()) as reader:
        parts = {f: [Part(tmp_path / f"{f}.png", encode_rgb)] for f in range(24)}
        with pytest.raises(Cancelled):
            write_parts(reader, parts, cancelled=lambda: next(asked))
    written = sorted(tmp_path.iterdir())
    assert len(written) <= 7
    for path in written:
        assert path.suffix == ".png"
        assert decoded(path.read_bytes()).shape == (96, 160, 3)


def test_an_error_of_a_thread_ends_the_work(make_video: MakeVideo, tmp_path: Path) -> None:
    with VideoReader(make_video()) as reader:
        parts = {f: [Part(tmp_path / "no" / f"{f}.png", encode_rgb)] for f in range(24)}
        with pytest.raises(FileNotFoundError):
            write_parts(reader, parts)
