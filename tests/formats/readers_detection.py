"""Readers of what detectors and trackers are trained and measured with."""

from collections.abc import Iterator
from pathlib import Path

import supervision
from pycocotools.coco import COCO

from core.export.base import Labeled
from tests.formats.readers import ReadBox, Reader, place_of_paths


def read_pycocotools(folder: Path, labeled: Labeled) -> list[ReadBox]:
    paths = sorted(folder.glob("annotations*.json"))
    return [box for path in paths for box in _of_pycocotools(path, labeled)]


def _of_pycocotools(path: Path, labeled: Labeled) -> Iterator[ReadBox]:
    places = place_of_paths(labeled)
    coco = COCO(str(path))
    for note in coco.loadAnns(coco.getAnnIds()):
        image = coco.loadImgs(note["image_id"])[0]
        x, y, width, height = note["bbox"]
        yield ReadBox(
            places[f"images/{image['file_name']}"],
            (x, y, x + width, y + height),
            coco.loadCats(note["category_id"])[0]["name"],
            note["score"],
            note["source"],
        )


def read_supervision_yolo(folder: Path, labeled: Labeled) -> list[ReadBox]:
    places = place_of_paths(labeled)
    parts = sorted({f"/{frame.split}" if frame.split else "" for frame in labeled.frames})
    read = []
    for part in parts:
        found = supervision.DetectionDataset.from_yolo(
            str(folder / f"images{part}"), str(folder / f"labels{part}"), str(folder / "data.yaml")
        )
        for path, boxes in found.annotations.items():
            place = places[Path(path).relative_to(folder).as_posix()]
            for xyxy, class_id in zip(boxes.xyxy, boxes.class_id, strict=True):
                read.append(ReadBox(place, tuple(map(float, xyxy)), found.classes[class_id]))
    return read


READERS: tuple[Reader, ...] = (
    Reader("coco", "pycocotools", read_pycocotools),
    Reader("yolo", "supervision", read_supervision_yolo),
)
