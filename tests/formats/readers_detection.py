"""Readers of what detectors and trackers are trained and measured with."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars
import supervision
from labelformat.formats.lightly import LightlyObjectDetectionInput
from labelformat.formats.yolov8 import YOLOv8ObjectDetectionInput
from labelformat.model.bounding_box import BoundingBoxFormat
from labelformat.model.object_detection import ImageObjectDetection
from pycocotools.coco import COCO

from core.export.base import Labeled
from core.lightly.names import PREDICTIONS, PRELABEL_TASK
from tests.formats.readers import ReadBox, Reader, place_of_paths


def splits(labeled: Labeled) -> list[str]:
    """Of the export; one without name where there is none."""
    return sorted({frame.split for frame in labeled.frames})


def read_pycocotools(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    places = place_of_paths(labeled)
    for path in sorted(folder.glob("annotations*.json")):
        coco = COCO(str(path))
        # Ready for COCOeval, too.
        assert len(coco.loadRes(coco.dataset["annotations"]).anns) == len(coco.anns)
        for note in coco.loadAnns(coco.getAnnIds()):
            image = coco.loadImgs(note["image_id"])[0]
            x, y, width, height = note["bbox"]
            yield ReadBox(
                places[f"images/{image['file_name']}"],
                (x, y, x + width, y + height),
                coco.loadCats(note["category_id"])[0]["name"],
                note["score"],
                note["source"],
                note.get("track_id"),
                note["kind"],
            )


def read_supervision_coco(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    for path in sorted(folder.glob("annotations*.json")):
        found = supervision.DetectionDataset.from_coco(str(folder / "images"), str(path))
        yield from _of_supervision(found, folder, labeled)


def read_supervision_yolo(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    for split in splits(labeled):
        pictures, labels = (str(folder / kind / split) for kind in ("images", "labels"))
        found = supervision.DetectionDataset.from_yolo(pictures, labels, str(folder / "data.yaml"))
        yield from _of_supervision(found, folder, labeled)


def read_supervision_voc(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    found = supervision.DetectionDataset.from_pascal_voc(
        str(folder / "JPEGImages"), str(folder / "Annotations")
    )
    yield from _of_supervision(found, folder, labeled)


def _of_supervision(
    found: supervision.DetectionDataset, folder: Path, labeled: Labeled
) -> Iterator[ReadBox]:
    places = place_of_paths(labeled)
    for path, boxes in found.annotations.items():
        place = places[Path(path).relative_to(folder).as_posix()]
        for xyxy, class_id in zip(boxes.xyxy.tolist(), boxes.class_id, strict=True):
            yield ReadBox(place, tuple(xyxy), found.classes[class_id])


def read_ultralytics(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    from ultralytics.data.dataset import YOLODataset  # Takes seconds, as it brings torch.
    from ultralytics.data.utils import check_det_dataset

    # From elsewhere: `data.yaml` has to do without a path of its own.
    data = check_det_dataset(str(folder / "data.yaml"), autodownload=False)
    places = place_of_paths(labeled)
    for split in splits(labeled):
        dataset = YOLODataset(data[split or "train"], data=data, task="detect", augment=False)
        for label in dataset.labels:
            place = places[Path(label["im_file"]).relative_to(folder).as_posix()]
            height, width = label["shape"]
            size = np.array([width, height, width, height])
            centers, sizes = label["bboxes"][:, :2], label["bboxes"][:, 2:]
            corners = np.hstack([centers - sizes / 2, centers + sizes / 2]) * size
            for xyxy, class_id in zip(corners.tolist(), label["cls"][:, 0], strict=True):
                yield ReadBox(place, tuple(xyxy), data["names"][int(class_id)])


def read_labelformat_yolo(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    for split in splits(labeled):
        found = YOLOv8ObjectDetectionInput(folder / "data.yaml", split or "train")
        prefix = f"images/{split}/" if split else "images/"
        yield from _of_labelformat(found.get_labels(), labeled, prefix)


def read_labelformat_lightly(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    task = folder / PREDICTIONS / PRELABEL_TASK
    found = LightlyObjectDetectionInput(task, os.path.relpath(folder, task))
    yield from _of_labelformat(found.get_labels(), labeled, "")


def _of_labelformat(
    labels: Iterable[ImageObjectDetection], labeled: Labeled, prefix: str
) -> Iterator[ReadBox]:
    places = place_of_paths(labeled)
    for label in labels:
        for seen in label.objects:
            xyxy = tuple(seen.box.to_format(BoundingBoxFormat.XYXY))
            place = places[prefix + label.image.filename]
            yield ReadBox(place, xyxy, seen.category.name, seen.confidence)


def read_polars_csv(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    boxes = polars.read_csv(folder / "boxes.csv")
    return _of_table(boxes.with_columns(polars.col("kind").fill_null("")), labeled)


def read_polars_parquet(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    return _of_table(polars.read_parquet(folder / "boxes.parquet"), labeled)


def read_trackeval_mot(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    places = place_of_paths(labeled)
    for truth in sorted(folder.glob("*/*/gt/gt.txt")):
        sequence = truth.parents[1]
        names = (sequence / "gt" / "labels.txt").read_text(encoding="utf-8").splitlines()
        rows, scored = _load(truth, ","), _load(sequence / "det" / "det.txt", ",")
        for frame, lines in rows.items():
            picture = sequence / "img1" / f"{int(frame):06}.png"
            place = places[picture.relative_to(folder).as_posix()]
            for row, same in zip(lines, scored[frame], strict=True):
                assert row[:6] == same[:6]
                x, y, width, height = (float(value) for value in row[2:6])
                xyxy = (x, y, x + width, y + height)
                name, score = names[int(row[7]) - 1], float(same[6])
                yield ReadBox(place, xyxy, name, score, track=int(row[1]))


def read_trackeval_kitti(folder: Path, labeled: Labeled) -> Iterator[ReadBox]:
    classes = json.loads((folder / "classes.json").read_text(encoding="utf-8"))
    places = place_of_paths(labeled)
    for path in sorted(folder.glob("*/label_02/*.txt")):
        pictures = path.parents[1] / "image_02" / path.stem
        for frame, lines in _load(path, " ").items():
            picture = pictures / f"{int(frame):06}.png"
            place = places[picture.relative_to(folder).as_posix()]
            for row in lines:
                assert len(row) == 18
                x0, y0, x1, y1 = (float(value) for value in row[6:10])
                score, track = float(row[17]), int(row[1])
                yield ReadBox(place, (x0, y0, x1, y1), classes[row[2]], score, track=track)


def _load(path: Path, divider: str) -> dict[str, list[list[str]]]:
    """Rows by frame, by what TrackEval reads both benchmarks with; its further steps know only
    their own classes."""
    from trackeval.datasets._base_dataset import _BaseDataset  # Brings matplotlib.

    rows, _ = _BaseDataset._load_simple_text_file(
        str(path), id_col=1, remove_negative_ids=True, force_delimiters=divider
    )
    return dict(rows)


def _of_table(boxes: polars.DataFrame, labeled: Labeled) -> Iterator[ReadBox]:
    places = place_of_paths(labeled)
    for row in boxes.iter_rows(named=True):
        yield ReadBox(
            places[row["file"]],
            (row["x0"], row["y0"], row["x1"], row["y1"]),
            row["class"],
            row["score"],
            row["source"],
            row["track"],
            row["kind"],
        )


def _all(
    read: Callable[[Path, Labeled], Iterator[ReadBox]],
) -> Callable[[Path, Labeled], list[ReadBox]]:
    return lambda folder, labeled: list(read(folder, labeled))


READERS: tuple[Reader, ...] = (
    Reader("coco", "pycocotools", _all(read_pycocotools)),
    Reader("coco", "supervision", _all(read_supervision_coco)),
    Reader("yolo", "ultralytics", _all(read_ultralytics)),
    Reader("yolo", "supervision", _all(read_supervision_yolo)),
    Reader("yolo", "labelformat", _all(read_labelformat_yolo)),
    Reader("voc", "supervision", _all(read_supervision_voc)),
    Reader("voc", "datumaro", None),
    Reader("motchallenge", "datumaro", None),
    Reader("motchallenge", "TrackEval", _all(read_trackeval_mot)),
    Reader("kitti", "datumaro", None),
    Reader("kitti", "TrackEval", _all(read_trackeval_kitti)),
    Reader("lightly", "labelformat", _all(read_labelformat_lightly)),
    Reader("fiftyone", "FiftyOne", None, environment="fiftyone"),
    Reader("csv", "polars", _all(read_polars_csv)),
    Reader("parquet", "polars", _all(read_polars_parquet)),
)
