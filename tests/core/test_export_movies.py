"""Videos with boxes drawn in, and clips of one violation."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled, ExportError
from core.export.clips import write_clip
from core.export.drawing import PALETTE
from core.export.movies import render_video
from core.frames import FrameRange
from core.prelabels import Prelabel, Source
from core.video import VideoReader
from tests.conftest import MakeVideo

UNEVEN = [0, 2, 3, 7, 8, 9, 15, 16, 17, 18, 30, 31]
GAP = FrameRange(5, 7)


@pytest.fixture(scope="module")
def reader(make_video: MakeVideo) -> Iterator[VideoReader]:
    with VideoReader(make_video(frames=12, pts=UNEVEN, size=(321 + 1, 180), b_frames=0)) as opened:
        yield opened


def boxes_of(frame: int) -> list[Prelabel]:
    source = Source.IMPUTED if GAP.start <= frame < GAP.stop else Source.MODEL
    return [Prelabel(frame, (120.0, 60.0, 220.0, 130.0), "car", 0.8, source)]


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    """Pixels that are about of a colour (RGB)."""
    off = np.abs(picture.astype(int) - np.array(colour)).max(axis=2)
    return int((off < 40).sum())


def test_a_rendered_video_keeps_each_frames_time(reader: VideoReader, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = render_video(
        reader, boxes_of, tmp_path / "out.mp4", FrameRange(2, 11),
        on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    with VideoReader(out) as written:
        times = reader.index.timestamps()
        assert written.index.timestamps() == pytest.approx(times[2:11] - times[2])
        assert (written.info.width, written.info.height) == (322, 180)
    assert told == [(done, 9) for done in range(1, 10)]


@pytest.mark.parametrize("encoder", ["libx264", "mpeg4"])
def test_boxes_are_drawn_into_a_rendered_video(
    reader: VideoReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: str
) -> None:
    if encoder == "mpeg4":
        monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})
    out = render_video(reader, boxes_of, tmp_path / "out.mp4", FrameRange(0, 12))
    plain = render_video(reader, lambda frame: [], tmp_path / "plain.mp4", FrameRange(0, 12))
    with VideoReader(out) as drawn, VideoReader(plain) as same:
        assert drawn.info.codec == encoder.replace("libx264", "h264")
        assert drawn.index.timestamps() == pytest.approx(reader.index.timestamps(), abs=1e-4)
        solid, dashed = (near(drawn.frame_at(f)[:, :, ::-1], PALETTE[0]) for f in (0, 5))
        assert solid > dashed > 100
        for frame in (0, 5):
            picture = same.frame_at(frame)
            assert near(picture[:, :, ::-1], PALETTE[0]) < 20
            assert np.abs(picture.astype(int) - reader.frame_at(frame)).mean() < 8


def test_colours_survive_rendering(make_video: MakeVideo, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (161, 97), (200, 60, 30)).save(folder / f"{number}.png")
    with VideoReader(folder) as images:
        out = render_video(images, lambda frame: [], tmp_path / "out.mp4", FrameRange(0, 3))
    with VideoReader(out) as written:
        assert (written.info.width, written.info.height) == (162, 98)
        assert written.frame_at(1)[40, 40].tolist() == pytest.approx([30, 60, 200], abs=6)


def test_nothing_is_left_of_a_cancelled_movie(reader: VideoReader, tmp_path: Path) -> None:
    for name in ("out.gif", "out.mp4"):
        asked = iter([False, False, True])
        with pytest.raises(Cancelled):
            write_clip(
                reader, boxes_of, tmp_path / name, GAP, title="car", cancelled=asked.__next__
            )
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        render_video(
            reader, boxes_of, tmp_path / "out.mp4", FrameRange(0, 12), cancelled=asked.__next__
        )
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_overwritten_only_when_asked(reader: VideoReader, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_text("mine")
    with pytest.raises(ExportError, match="exists already"):
        render_video(reader, boxes_of, out, FrameRange(0, 2))
    assert out.read_text() == "mine"
    render_video(reader, boxes_of, out, FrameRange(0, 2), overwrite=True)
    assert out.stat().st_size > 100


def test_other_kinds_of_files_are_refused(reader: VideoReader, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"does not end in \.mp4"):
        render_video(reader, boxes_of, tmp_path / "out.avi", FrameRange(0, 2))
    with pytest.raises(ExportError, match=r"\.gif or \.mp4"):
        write_clip(reader, boxes_of, tmp_path / "out.webp", GAP, title="car")


def test_a_gif_loops_and_holds_the_gap(reader: VideoReader, tmp_path: Path) -> None:
    out = write_clip(reader, boxes_of, tmp_path / "out.gif", GAP, title="car · flickering")
    with Image.open(out) as gif:
        assert gif.info["loop"] == 0
        assert gif.width == 322
        lasting = []
        for place in range(gif.n_frames):
            gif.seek(place)
            lasting.append(gif.info["duration"])
    held = [ms for ms in lasting if ms >= 500]
    assert len(held) == len(GAP)
    assert all(20 <= ms < 500 for ms in lasting if ms not in held)


def test_a_clip_as_mp4_is_as_long_as_its_gif(reader: VideoReader, tmp_path: Path) -> None:
    gif = write_clip(reader, boxes_of, tmp_path / "out.gif", GAP, title="car")
    mp4 = write_clip(reader, boxes_of, tmp_path / "out.mp4", GAP, title="car")
    with Image.open(gif) as image:
        total = 0
        for place in range(image.n_frames):
            image.seek(place)
            total += image.info["duration"]
    with av.open(str(mp4)) as container:
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(total / 1000, abs=0.06)


def test_a_clip_of_a_small_object_shows_its_surroundings(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    with VideoReader(make_video(frames=4, size=(1280, 720))) as large:
        box = 900.0, 400.0, 940.0, 420.0
        out = write_clip(
            large, lambda f: [Prelabel(f, box, "car", 0.5, Source.IMPUTED)], tmp_path / "out.gif",
            FrameRange(2, 3), title="car", focus=box, around=0.04,
        )  # fmt: skip
    with Image.open(out) as gif:
        assert gif.n_frames == 3
        gif.seek(1)
        picture = np.asarray(gif.convert("RGB"))
    assert picture.shape[1] == 640
    rows, columns = np.nonzero(np.abs(picture.astype(int) - PALETTE[0]).max(axis=2) < 30)
    # 1:1, and the box in the middle of what is shown.
    assert columns.min() == pytest.approx(300, abs=6)
    assert rows.max() == pytest.approx(190, abs=6)
