"""Colour, pixel shape and orientation: the picture is what a player would show."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from PIL import Image

from core.video import Picture, VideoReader
from core.video.picture import DecodedFrame, Geometry, Orientation

BT601, BT709, UNTAGGED = 6, 1, 2
"""Matrix coefficients as files name them (H.273)."""
WEIGHTS = {BT601: (0.299, 0.114), BT709: (0.2126, 0.0722)}
"""Kr and Kb of each."""
COLOUR = (120, 90, 200)
"""Y, Cb, Cr."""


def expected_bgr(matrix: int, full: bool) -> list[float]:
    """The colour by the standards' formulas."""
    y, cb, cr = COLOUR
    luma = y / 255 if full else (y - 16) / 219
    blue, red = ((c - 128) / (255 if full else 224) for c in (cb, cr))
    kr, kb = WEIGHTS[matrix]
    r, b = luma + 2 * (1 - kr) * red, luma + 2 * (1 - kb) * blue
    g = (luma - kr * r - kb * b) / (1 - kr - kb)
    return [min(max(255 * channel, 0), 255) for channel in (b, g, r)]


def flat_clip(path: Path, matrix: int, full: bool, size: tuple[int, int], pix_fmt: str) -> Path:
    """Two frames of one colour, tagged, without loss."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        stream.codec_context.colorspace = matrix
        stream.codec_context.color_range = ColorRange.JPEG if full else ColorRange.MPEG
        for index in range(2):
            frame = av.VideoFrame(*size, pix_fmt)
            for plane, value in zip(frame.planes, COLOUR, strict=True):
                deep = pix_fmt.endswith("10le")
                sample = struct.pack("<H", 4 * value) if deep else bytes([value])
                plane.update(sample * (plane.buffer_size // len(sample)))
            frame.colorspace, frame.color_range = matrix, int(full) + 1
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [BT601, BT709], ids=["601", "709"])
def test_colours_follow_the_matrix_and_the_range_of_the_file(
    tmp_path: Path, matrix: int, full: bool, pix_fmt: str
) -> None:
    path = flat_clip(tmp_path / "flat.mkv", matrix, full, (96, 64), pix_fmt)
    with VideoReader(path) as reader:
        seen = reader.frame_at(1)
    assert seen.reshape(-1, 3).std(axis=0).max() < 1
    assert seen[30, 30].tolist() == pytest.approx(expected_bgr(matrix, full), abs=3)


@pytest.mark.parametrize(
    ("size", "matrix"),
    [((720, 576), BT601), ((1280, 720), BT709), ((720, 1280), BT709), ((64, 64), BT601)],
)
def test_untagged_video_is_taken_as_players_take_it(
    tmp_path: Path, size: tuple[int, int], matrix: int
) -> None:
    path = flat_clip(tmp_path / "flat.mkv", UNTAGGED, False, size, "yuv420p")
    with VideoReader(path) as reader:
        assert reader.frame_at(0)[5, 5].tolist() == pytest.approx(
            expected_bgr(matrix, False), abs=3
        )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_images_come_back_as_they_were_saved(tmp_path: Path, mode: str) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8)
    image = Image.fromarray(pixels).convert(mode)
    image.save(tmp_path / "frame_1.png")
    with VideoReader(tmp_path) as reader:
        assert (reader.frame_at(0) == np.asarray(image.convert("RGB"))[..., ::-1]).all()


def arrow(width: int = 96, height: int = 64) -> Picture:
    """A picture that no turn and no mirror leaves as it is: one corner of each colour."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (255, 0, 0)
    picture[: height // 2, width // 2 :] = (0, 255, 0)
    picture[height // 2 :, : width // 2] = (0, 0, 255)
    return picture


def arrow_clip(path: Path, aspect: Fraction | None = None) -> Path:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"crf": "1", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv444p"
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(arrow(), format="bgr24")
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def orient(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Write a display matrix into the header of an MP4's track."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # after version, times, ids, duration, layer and volume
    fixed = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]
    data[at : at + 36] = struct.pack(">9i", *fixed)
    path.write_bytes(data)


def corners(picture: Picture) -> list[str]:
    """The colours of the four corners, row by row."""
    height, width = picture.shape[:2]
    names = {0: "blue", 1: "green", 2: "red"}
    spots = [(y, x) for y in (height // 8, -height // 8) for x in (width // 8, -width // 8)]
    return [
        names[int(picture[spot].argmax())] if picture[spot].max() > 100 else "black"
        for spot in spots
    ]


ORIENTATIONS = {
    "as stored": ((1, 0, 0, 1), ["blue", "green", "red", "black"]),
    "a quarter turn clockwise": ((0, 1, -1, 0), ["red", "blue", "black", "green"]),
    "half a turn": ((-1, 0, 0, -1), ["black", "red", "green", "blue"]),
    "a quarter turn back": ((0, -1, 1, 0), ["green", "black", "blue", "red"]),
    "mirrored": ((-1, 0, 0, 1), ["green", "blue", "black", "red"]),
    "upside down": ((1, 0, 0, -1), ["red", "black", "blue", "green"]),
    "transposed": ((0, 1, 1, 0), ["blue", "red", "green", "black"]),
    "transposed the other way": ((0, -1, -1, 0), ["black", "green", "red", "blue"]),
}


@pytest.mark.parametrize(("matrix", "expected"), ORIENTATIONS.values(), ids=ORIENTATIONS)
def test_pictures_stand_upright_in_all_eight_orientations(
    tmp_path: Path, matrix: tuple[int, int, int, int], expected: list[str]
) -> None:
    path = arrow_clip(tmp_path / "turned.mp4")
    orient(path, *matrix)
    with VideoReader(path) as reader:
        picture = reader.frame_at(2)
        assert (reader.info.width, reader.info.height) == picture.shape[1::-1]
    assert picture.shape[:2] == ((96, 64) if matrix[0] == 0 else (64, 96))
    assert corners(picture) == expected


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        (Fraction(4, 3), (128, 64)),
        (Fraction(3, 4), (96, 85)),
        (Fraction(1), (96, 64)),
        (Fraction(1000), (96, 64)),
        (Fraction(1, 1000), (96, 64)),
    ],
)
def test_pixels_become_square_unless_their_shape_is_absurd(
    tmp_path: Path, aspect: Fraction, size: tuple[int, int]
) -> None:
    with VideoReader(arrow_clip(tmp_path / "wide.mkv", aspect)) as reader:
        assert (reader.info.width, reader.info.height) == size
        picture = reader.frame_at(1)
    assert picture.shape == (*size[::-1], 3)
    assert corners(picture) == ["blue", "green", "red", "black"]
    # The seam between the colours stays in the middle.
    row = picture[size[1] // 8].astype(int)
    seam = int(np.argmax(row[:, 1] > row[:, 0]))
    assert abs(seam - size[0] / 2) <= 1


def test_wide_pixels_that_are_turned_make_a_tall_picture(tmp_path: Path) -> None:
    path = arrow_clip(tmp_path / "turned.mp4", Fraction(2))
    orient(path, 0, 1, -1, 0)
    with VideoReader(path) as reader:
        assert (reader.info.width, reader.info.height) == (64, 192)
        assert corners(reader.frame_at(0)) == ["red", "blue", "black", "green"]


def test_a_smaller_picture_of_a_frame_shows_the_same(tmp_path: Path) -> None:
    frame = av.VideoFrame.from_ndarray(arrow(), format="bgr24")
    turned = Geometry(96, 64, Orientation(transposed=True, mirrored=True))
    decoded = DecodedFrame(0, frame, turned, damaged=False)
    small = decoded.picture((32, 48))
    assert small.shape == (48, 32, 3)
    assert corners(small) == corners(decoded.picture()) == ["red", "blue", "black", "green"]
