"""Exports from plan to files, read back by other libraries."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision
from pycocotools.coco import COCO

from core.errors import ExportError
from core.export.manifest import read_manifest
from core.export.plan import ExportSource, plan_export
from core.export.request import ExportRequest
from core.export.writing import ExportResult, write_export
from core.prelabels import Decision, Verdict
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.exporting import source_with
from tests.core.making import NAMES, Row, box

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
SELECTED = ExportRequest(scope="selected")
Boxes = dict[int, list[tuple[float | str, ...]]]


def source_of_video(
    video: Path, decisions: Sequence[Decision] = (ACCEPTED, REJECTED)
) -> ExportSource:
    rows = {2: [CAR, PERSON], 3: [PARTLY_OUTSIDE, OUTSIDE], 4: [CAR]}
    source = source_with(
        rows, path=str(video), count=COUNT, decisions=decisions, selected=CHOSEN
    )  # fmt: skip
    with VideoReader(video) as reader:
        return replace(source, index=reader.index)


@pytest.fixture(scope="module")
def source(make_video: MakeVideo) -> ExportSource:
    return source_of_video(make_video(frames=COUNT))


def write(sources: Sequence[ExportSource], request: ExportRequest, out: Path) -> ExportResult:
    plan = plan_export(sources, request)
    return write_export(plan, out, on_progress=lambda *_: None, cancelled=lambda: False)


def assert_same_boxes(found: Boxes, tolerance: float) -> None:
    assert sorted(found) == sorted(EXPECTED)
    for frame, boxes in EXPECTED.items():
        assert [b[4] for b in found[frame]] == [b[4] for b in boxes]
        for got, wanted in zip(found[frame], boxes, strict=True):
            assert got[:4] == pytest.approx(wanted[:4], abs=tolerance)


def boxes_in(dataset: supervision.DetectionDataset) -> Boxes:
    """Boxes by frame, as supervision understood the files."""
    found: Boxes = {}
    for path, _, labels in dataset:
        frame = int(Path(path).stem.split("-")[1])
        names = [dataset.classes[i] for i in labels.class_id]
        found[frame] = [(*b, n) for b, n in zip(labels.xyxy.tolist(), names, strict=True)]
    return found


def test_coco_is_read_back_by_pycocotools(source: ExportSource, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = write([source], SELECTED, out)
    assert (result.folder, result.frames, result.prelabels) == (out, 3, 4)
    coco = COCO(str(out / "annotations.json"))
    names = {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())}
    assert list(names.values()) == list(NAMES)
    found: Boxes = {}
    for image in coco.loadImgs(coco.getImgIds()):
        frame = int(image["file_name"].split("-")[1])
        found[frame] = [
            (x, y, x + w, y + h, names[row["category_id"]])
            for row in coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
            for x, y, w, h in [row["bbox"]]
        ]
    assert_same_boxes(found, 1e-3)


def test_yolo_is_read_back_by_supervision(source: ExportSource, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write([source], replace(SELECTED, format="yolo"), out)
    dataset = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(out / "images"),
        annotations_directory_path=str(out / "labels"),
        data_yaml_path=str(out / "data.yaml"),
    )
    assert dataset.classes == list(NAMES)
    assert_same_boxes(boxes_in(dataset), 1e-3)


def test_pictures_are_those_of_the_frames_they_are_named_after(
    source: ExportSource, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write([source], SELECTED, out)
    names = [f"clip-{frame:02}-mp4.png" for frame in CHOSEN]
    assert sorted(p.name for p in (out / "images").iterdir()) == names
    with VideoReader(source.path, source.index) as reader:
        for frame, name in zip(CHOSEN, names, strict=True):
            picture = cv2.imread(str(out / "images" / name), cv2.IMREAD_COLOR)
            assert np.array_equal(picture, reader.frame_at(frame))


def test_a_folder_that_is_not_empty_is_refused_and_untouched(
    source: ExportSource, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    with pytest.raises(ExportError, match="out"):
        write([source], SELECTED, tmp_path / "out")
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == [
        "out", "out/mine.txt",
    ]  # fmt: skip
    assert (tmp_path / "out" / "mine.txt").read_text() == "precious"


ODD_NAMES = [
    "two words.mp4", "-rf.mp4", "é 😀.mp4", "%05d.mp4", "a'b\"c;$(d).mp4", "a.b.c.mp4", "noend",
    "con.mp4", "..mp4", "a:b.mp4", "e\u0301.mp4", "back\\slash.mp4", "line\nbreak.mp4",
    f"{'x' * 200}.mp4", f"{'é' * 120}.mp4",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["coco", "yolo"])
def test_videos_of_odd_names_lie_in_one_export_each_under_a_name_of_its_own(
    make_video: MakeVideo, tmp_path: Path, kind: str
) -> None:
    plain = make_video("plain.mp4", COUNT)
    videos = [tmp_path / "a" / "clip.mp4", tmp_path / "b" / "clip.mp4", tmp_path / "b" / "CLIP.mp4"]
    videos += [tmp_path / name for name in ODD_NAMES]
    for video in videos:
        video.parent.mkdir(exist_ok=True)
        video.hardlink_to(plain)
    first = source_of_video(plain)
    sources = [replace(first, path=video) for video in videos]
    out = tmp_path / "out"
    write(sources, replace(SELECTED, format=kind), out)
    pictures = sorted(p.name for p in (out / "images").iterdir())
    assert len(pictures) == len({name.casefold() for name in pictures}) == 3 * len(videos)
    handed = read_manifest(out)
    assert [v.file_name for v in handed.videos] == [video.name for video in videos]
    assert sorted(Path(f.path).name for f in handed.frames) == pictures
    if kind == "coco":
        images = json.loads((out / "annotations.json").read_text())["images"]
        assert sorted(Path(image["file_name"]).name for image in images) == pictures
    else:
        labels = sorted(p.stem for p in (out / "labels").iterdir())
        assert labels == [Path(picture).stem for picture in pictures]
    assert {p.name for p in tmp_path.iterdir()} == {"a", "b", "out", *ODD_NAMES}


def test_a_class_that_only_an_earlier_run_knew_is_exported(
    source: ExportSource, tmp_path: Path
) -> None:
    earlier = replace(source, class_names=("person", "bus", "tree"))
    write([earlier], SELECTED, tmp_path / "out")
    coco = COCO(str(tmp_path / "out" / "annotations.json"))
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["person", "bus", "tree", "car"]
