"""Crops, overlays and sheets beside the labels, and boxes drawn into pictures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled
from core.export.base import ExportVideo, LabeledFrame
from core.export.drawing import INK, PALETTE, Colours, caption_of, draw_boxes, fitting, font
from core.export.plan import ExportPlan
from core.export.writing import partial_of, write_export
from core.prelabels import Prelabel, Source
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.test_export_writing import files_in, plan_of, stopping_after, video_of

ALL = ("crops", "overlays", "sheet")


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> ExportVideo:
    return video_of(make_video("one.mp4"))


def box(xyxy: tuple[float, float, float, float], source: Source = Source.MODEL) -> Prelabel:
    return Prelabel(0, xyxy, "car", 0.5, source)


def drawn(ground: int, *boxes: Prelabel, size: tuple[int, int] = (640, 360)) -> np.ndarray:
    image = Image.new("RGB", size, (ground, ground, ground))
    draw_boxes(image, boxes, Colours(["car"]))
    return np.asarray(image)


def runs(line: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many stretches of a colour there are along a line."""
    on = (line == np.array(colour)).all(axis=1).astype(int)
    return int((np.diff(np.concatenate([[0], on])) == 1).sum())


def test_imputed_boxes_are_dashed_and_others_solid() -> None:
    xyxy = (100.0, 100.0, 300.0, 250.0)
    bottom = [drawn(128, box(xyxy, source))[249, 80:320] for source in Source]
    found = dict(zip(Source, (runs(line, PALETTE[0]) for line in bottom), strict=True))
    assert found.pop(Source.IMPUTED) > 10
    assert set(found.values()) == {1}


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_lines_have_a_dark_edge_on_any_ground(ground: int) -> None:
    picture = drawn(ground, box((100, 100, 300, 250)))
    across = picture[180, 90:110].tolist()
    at = across.index(list(PALETTE[0]))
    assert across[at - 1] == list(INK)
    assert across[at + 2] == list(INK)


def test_lines_are_wider_in_larger_pictures() -> None:
    widths = []
    for size in ((640, 360), (3840, 2160)):
        picture = drawn(128, box((100, 100, 300, 250)), size=size)
        widths.append(int((picture[200, :200] == np.array(PALETTE[0])).all(axis=1).sum()))
    assert widths == [2, 6]


def test_colours_of_the_palette_are_told_from_the_ink() -> None:
    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [c / 255 for c in colour]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    contrasts = [(luminance(c) + 0.05) / (luminance(INK) + 0.05) for c in PALETTE]
    assert min(contrasts) > 6
    assert len(set(PALETTE)) == len(PALETTE)


def test_boxes_at_the_edges_and_without_much_area_are_drawn() -> None:
    picture = drawn(
        128, box((0, 0, 640, 360)), box((639, 359, 640, 360), Source.IMPUTED),
        box((10.2, 10.4, 10.9, 10.8), Source.IMPUTED), box((0, 0, 5, 5)),
    )  # fmt: skip
    assert picture.shape == (360, 640, 3)
    assert (picture == np.array(PALETTE[0])).all(axis=2).sum() > 1000


def test_tags_of_boxes_side_by_side_do_not_cover_each_other() -> None:
    pair = [box((100, 100, 180, 160)), box((110, 104, 190, 164))]
    alone = sum(int((drawn(128, each) == np.array(PALETTE[0])).all(axis=2).sum()) for each in pair)
    both = int((drawn(128, *pair) == np.array(PALETTE[0])).all(axis=2).sum())
    assert both > 0.8 * alone


def test_captions_say_class_score_and_source() -> None:
    assert caption_of(box((0, 0, 1, 1))) == "car 0.50"
    assert caption_of(box((0, 0, 1, 1), Source.IMPUTED)) == "car 0.50 imputed"
    long = replace(box((0, 0, 1, 1)), class_name="a" * 200)
    assert len(caption_of(long)) < 40


def test_text_that_does_not_fit_loses_its_middle() -> None:
    text = fitting("a long name of a file-0001.png", 12, 120)
    assert font(12).getlength(text) <= 120
    assert text.startswith("a")
    assert text.endswith("png")
    assert "…" in text


def test_crops_show_imputed_boxes_with_a_margin(clip: ExportVideo, tmp_path: Path) -> None:
    write_export(plan_of([clip], extras=("crops",)), tmp_path / "out")
    crops = sorted((tmp_path / "out" / "crops").iterdir())
    assert [path.name for path in crops][:2] == ["one-00-1.png", "one-01-1.png"]
    with VideoReader(clip.path) as reader:
        # The box is (10, 20, 60, 70); a quarter of its side on each side, within the picture.
        exact = reader.frame_at(0)[7:83, 0:73, ::-1]
    assert np.array_equal(np.asarray(Image.open(crops[0])), exact)


def test_only_imputed_boxes_are_cut_out(clip: ExportVideo, tmp_path: Path) -> None:
    plan = plan_of([clip], extras=("crops",))
    frames = [with_source(frame, Source.MODEL) for frame in plan.labeled.frames]
    write_export(with_frames(plan, frames), tmp_path / "out")
    assert not (tmp_path / "out" / "crops").exists()


def test_overlays_are_pictures_with_boxes(clip: ExportVideo, tmp_path: Path) -> None:
    write_export(plan_of([clip], extras=("overlays",), media="none"), tmp_path / "out")
    overlays = sorted((tmp_path / "out" / "overlays").iterdir())
    assert len(overlays) == 6
    assert not (tmp_path / "out" / "images").exists()
    picture = np.asarray(Image.open(overlays[0])).astype(int)
    assert (np.abs(picture - PALETTE[0]).max(axis=2) < 60).sum() > 50


def test_one_sheet_shows_all_frames(clip: ExportVideo, tmp_path: Path) -> None:
    write_export(plan_of([clip], extras=("sheet",)), tmp_path / "out")
    with Image.open(tmp_path / "out" / "sheet.jpg") as sheet:
        width, height = sheet.size
    assert width > 5 * 300
    assert 2 * 170 < height < 3 * 240
    assert not any(path.startswith(".") for path in files_in(tmp_path / "out"))


def test_many_frames_take_several_sheets(
    clip: ExportVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.export.extras._ROWS", 1)
    write_export(plan_of([clip], extras=("sheet",)), tmp_path / "out")
    pages = sorted(path.name for path in (tmp_path / "out").glob("sheet*"))
    assert pages == ["sheet-01.jpg", "sheet-02.jpg"]


def test_extras_go_on_after_an_interruption(clip: ExportVideo, tmp_path: Path) -> None:
    plan = plan_of([clip], extras=ALL)
    out, other = tmp_path / "out", tmp_path / "other"
    with pytest.raises(Cancelled):
        write_export(plan, out, cancelled=stopping_after(5))
    lost = next((partial_of(out) / "overlays").iterdir())
    lost.unlink()
    write_export(plan, out)
    write_export(plan, other)
    assert files_in(out) == files_in(other)


def with_source(frame: LabeledFrame, source: Source) -> LabeledFrame:
    return replace(frame, prelabels=tuple(replace(p, source=source) for p in frame.prelabels))


def with_frames(plan: ExportPlan, frames: list[LabeledFrame]) -> ExportPlan:
    return replace(plan, labeled=replace(plan.labeled, frames=tuple(frames)))
