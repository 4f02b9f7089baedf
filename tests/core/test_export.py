"""Exports, read back by other libraries."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision
from core.export.yolo import write_yolo
from pycocotools.coco import COCO

from core.detections import Detections, from_frames
from core.errors import Cancelled, ExportError
from core.export import FORMATS, export
from core.export.base import LabeledFrame
from core.lightly.names import frame_name
from core.prelabels import Decision, Prelabel, Source, Verdict
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import NAMES, Row, box, frame_of

COUNT = 12
CHOSEN = [2, 3, 7]
ACCEPTED = Decision(box(3, (20, 30, 61, 70)), Verdict.ACCEPTED)
REJECTED = Decision(box(3, (90, 30, 120, 70)), Verdict.REJECTED)
CAR: Row = (40.123, 30.456, 80.789, 60.012, 0.8125, 1)
PERSON: Row = (100.5, 20.25, 112.75, 61.5, 0.5, 0)
PARTLY_OUTSIDE: Row = (-10.5, 80.0, 20.25, 120.0, 0.25, 2)
OUTSIDE: Row = (-30.0, 10.0, -5.0, 40.0, 0.25, 2)
EXPECTED = {
    2: [(*CAR[:4], "car"), (*PERSON[:4], "person")],
    3: [(0.0, 80.0, 20.25, 96.0, "traffic light"), (20.0, 30.0, 61.0, 70.0, "car")],
    7: [],
}
"""Boxes of each chosen frame: x0, y0, x1, y1, class; inside the picture of 160 x 96."""


@pytest.fixture(scope="module")
def reader(make_video: MakeVideo) -> Iterator[VideoReader]:
    with VideoReader(make_video(frames=COUNT)) as opened:
        yield opened


@pytest.fixture(scope="module")
def detections() -> Detections:
    rows: dict[int, list[Row]] = {2: [CAR, PERSON], 3: [PARTLY_OUTSIDE, OUTSIDE], 4: [CAR]}
    return from_frames([frame_of(rows.get(i, [])) for i in range(COUNT)])


def exported(reader: VideoReader, detections: Detections, kind: str, out: Path) -> Path:
    result = export(reader, CHOSEN, detections, NAMES, [ACCEPTED, REJECTED], kind, out)
    assert (result.folder, result.frames, result.prelabels) == (out, 3, 4)
    return out


def boxes_in(dataset: supervision.DetectionDataset) -> dict[int, list[tuple[float | str, ...]]]:
    """Boxes by frame, as supervision understood the files."""
    found = {}
    for path, _, labels in dataset:
        frame = int(Path(path).stem.split("-")[1])
        names = [dataset.classes[i] for i in labels.class_id]
        found[frame] = [(*b, n) for b, n in zip(labels.xyxy.tolist(), names, strict=True)]
    return found


def assert_same_boxes(found: dict[int, list[tuple[float | str, ...]]], tolerance: float) -> None:
    assert sorted(found) == sorted(EXPECTED)
    for frame, boxes in EXPECTED.items():
        assert [b[4] for b in found[frame]] == [b[4] for b in boxes]
        for got, wanted in zip(found[frame], boxes, strict=True):
            assert got[:4] == pytest.approx(wanted[:4], abs=tolerance)


def test_coco_is_read_back_by_pycocotools(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    out = exported(reader, detections, "coco", tmp_path / "out")
    coco = COCO(str(out / "annotations.json"))
    names = {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())}
    assert list(names.values()) == list(NAMES)
    found: dict[int, list[tuple[float | str, ...]]] = {}
    for image in coco.loadImgs(coco.getImgIds()):
        assert (image["width"], image["height"]) == (160, 96)
        rows = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        found[image["frame_index"]] = [
            (x, y, x + w, y + h, names[row["category_id"]])
            for row in rows
            for x, y, w, h in [row["bbox"]]
        ]
        for row in rows:
            assert row["area"] == pytest.approx(row["bbox"][2] * row["bbox"][3])
    assert_same_boxes(found, 1e-3)


def test_coco_keeps_scores_and_sources(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    out = exported(reader, detections, "coco", tmp_path / "out")
    rows = json.loads((out / "annotations.json").read_text())["annotations"]
    assert [(row["score"], row["source"]) for row in rows] == [
        (0.8125, "model"), (0.5, "model"), (0.25, "model"), (0.875, "imputed"),
    ]  # fmt: skip
    assert [row["id"] for row in rows] == [1, 2, 3, 4]


def test_coco_is_read_back_by_supervision(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    out = exported(reader, detections, "coco", tmp_path / "out")
    dataset = supervision.DetectionDataset.from_coco(
        images_directory_path=str(out / "images"), annotations_path=str(out / "annotations.json")
    )
    assert_same_boxes(boxes_in(dataset), 1e-3)


def test_yolo_is_read_back_by_supervision(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    out = exported(reader, detections, "yolo", tmp_path / "out")
    dataset = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(out / "images"),
        annotations_directory_path=str(out / "labels"),
        data_yaml_path=str(out / "data.yaml"),
    )
    assert dataset.classes == list(NAMES)
    assert_same_boxes(boxes_in(dataset), 1e-3)


def test_yolo_boxes_lie_in_the_picture_and_empty_frames_have_an_empty_file(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    out = exported(reader, detections, "yolo", tmp_path / "out")
    assert (out / "labels" / "clip-07-mp4.txt").read_text() == ""
    lines = [line for p in sorted((out / "labels").iterdir()) for line in p.read_text().split("\n")]
    boxes = np.array([line.split()[1:] for line in lines if line], float)
    assert len(boxes) == 4
    assert (boxes[:, :2] - boxes[:, 2:] / 2 >= -1e-7).all()
    assert (boxes[:, :2] + boxes[:, 2:] / 2 <= 1 + 1e-7).all()


@pytest.mark.parametrize("kind", FORMATS)
def test_pictures_are_lossless_and_named_with_padded_frames(
    reader: VideoReader, detections: Detections, tmp_path: Path, kind: str
) -> None:
    out = exported(reader, detections, kind, tmp_path / "out")
    names = [f"clip-{frame:02}-mp4.png" for frame in CHOSEN]
    assert sorted(p.name for p in (out / "images").iterdir()) == names
    for frame, name in zip(CHOSEN, names, strict=True):
        picture = cv2.imread(str(out / "images" / name), cv2.IMREAD_COLOR)
        assert np.array_equal(picture, reader.frame_at(frame))


@pytest.mark.parametrize(
    ("frame", "count", "expected"),
    [(0, 9, "a.b-0-mp4.png"), (9, 10, "a.b-09-mp4.png"), (99, 1000, "a.b-0099-mp4.png")],
)
def test_frames_are_padded_to_the_digits_of_their_count(
    frame: int, count: int, expected: str
) -> None:
    assert frame_name(Path("x/a.b.mp4"), frame, count) == expected


def test_a_folder_that_is_not_empty_is_refused_and_untouched(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    with pytest.raises(
        ExportError, match=r"out cannot be written \(it exists already and is not an empty folder\)"
    ):
        exported(reader, detections, "coco", tmp_path / "out")
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == [
        "out", "out/mine.txt",
    ]  # fmt: skip
    assert (tmp_path / "out" / "mine.txt").read_text() == "precious"


def test_an_empty_folder_may_be_used(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    exported(reader, detections, "coco", tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_current_folder_may_be_used_when_it_is_empty(
    reader: VideoReader, detections: Detections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    export(reader, CHOSEN, detections, NAMES, [], "coco", Path())
    assert (tmp_path / "here" / "annotations.json").is_file()


def test_a_cancelled_export_leaves_nothing(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        export(
            reader, CHOSEN, detections, NAMES, [], "coco", tmp_path / "out",
            on_progress=lambda done, total: told.append((done, total)),
            cancelled=lambda: len(told) == 2,
        )  # fmt: skip
    assert told == [(1, 3), (2, 3)]
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_in_the_middle_leaves_nothing(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    with pytest.raises(IndexError):
        export(reader, [2, COUNT], detections, NAMES, [], "coco", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_export_below_a_regular_file_is_a_sentence(
    reader: VideoReader, detections: Detections, regular_file: Path
) -> None:
    with pytest.raises(ExportError, match=r"file/out cannot be written \(.*file is not a folder\)"):
        exported(reader, detections, "coco", regular_file / "out")


def test_nothing_to_export_is_a_sentence(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match="no frame to export"):
        export(reader, [], detections, NAMES, [], "coco", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["two words.mp4", "-rf.mp4", "é 😀.mp4", "%05d.mp4", "a'b\"c;$(d).mp4", "a.b.c.mp4", "noend"],
)
@pytest.mark.parametrize("kind", FORMATS)
def test_odd_names_of_videos_survive(
    make_video: MakeVideo, detections: Detections, tmp_path: Path, name: str, kind: str
) -> None:
    plain = make_video("plain.mp4", COUNT)
    with VideoReader(plain.rename(plain.with_name(name))) as odd:
        out = exported(odd, detections, kind, tmp_path / "out")
    pictures = sorted(p.name for p in (out / "images").iterdir())
    assert len(pictures) == 3
    if kind == "coco":
        images = json.loads((out / "annotations.json").read_text())["images"]
        assert sorted(image["file_name"] for image in images) == pictures
    else:
        labels = sorted(p.stem for p in (out / "labels").iterdir())
        assert labels == [Path(picture).stem for picture in pictures]


def test_odd_class_names_survive_in_yolo(tmp_path: Path) -> None:
    names = ("plain", "a: b, 'c'", 'quo"te', "é 😀", "yes", "1", "# no comment")
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "x.png"), np.zeros((10, 10, 3), np.uint8))
    label = Prelabel(0, (1, 1, 5, 5), names[3], 1.0, Source.MODEL)
    write_yolo(tmp_path, [LabeledFrame(0, "x.png", 10, 10, (label,))], names)
    dataset = supervision.DetectionDataset.from_yolo(
        str(tmp_path / "images"), str(tmp_path / "labels"), str(tmp_path / "data.yaml")
    )
    assert dataset.classes == list(names)
    ((_, _, labels),) = list(dataset)
    assert labels.class_id.tolist() == [3]


def test_a_class_that_only_an_earlier_run_knew_is_exported(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(reader, [3], detections, ("person", "bus", "tree"), [ACCEPTED], "coco", out)
    coco = COCO(str(out / "annotations.json"))
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["person", "bus", "tree", "car"]


def test_all_frames_can_be_exported(
    reader: VideoReader, detections: Detections, tmp_path: Path
) -> None:
    frames = list(range(COUNT))
    result = export(reader, frames, detections, NAMES, [], "coco", tmp_path / "out")
    assert result.frames == COUNT
    for index, picture in reader.frames_in_range(0, COUNT):
        written = tmp_path / "out" / "images" / f"clip-{index:02}-mp4.png"
        assert np.array_equal(cv2.imread(str(written)), picture)
