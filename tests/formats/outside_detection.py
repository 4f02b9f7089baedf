"""Readers of what detectors and trackers are trained and measured with, for `outside.py`.

They get an export's folder and what `exports.told` says was written, and give keyword arguments of
`ReadBox`.
"""

import json

from datumaro import Dataset
from datumaro.components.annotation import AnnotationType


def read_voc(folder, told):
    dataset = Dataset.import_from(str(folder), "voc", coordinate_mode="voc-one-based")
    places = {frame["path"]: place for place, frame in enumerate(told["frames"])}
    for item in dataset:
        for box in item.annotations:
            yield {
                "frame": places[f"JPEGImages/{item.id}.png"],
                "xyxy": box.points,
                "class_name": _label(dataset, box),
                "score": float(box.attributes["score"]),
                "source": box.attributes["source"],
                "track": int(box.attributes["track_id"]) if "track_id" in box.attributes else None,
                "kind": box.attributes.get("kind", ""),
            }


def read_mot(folder, told):
    places = {frame["path"]: place for place, frame in enumerate(told["frames"])}
    for path in sorted(folder.glob("*/*/gt/gt.txt")):
        sequence = path.parents[1]
        dataset = Dataset.import_from(str(sequence), "mot_seq")
        for item in dataset:
            picture = sequence / "img1" / f"{int(item.id):06}.png"
            for box in item.annotations:
                yield {
                    "frame": places[picture.relative_to(folder).as_posix()],
                    "xyxy": box.points,
                    "class_name": _label(dataset, box),
                    "track": box.attributes["track_id"],
                }


def read_kitti(folder, told):
    classes = json.loads((folder / "classes.json").read_text(encoding="utf-8"))
    places = {frame["path"]: place for place, frame in enumerate(told["frames"])}
    for path in sorted(folder.glob("*/label_2")):
        dataset = Dataset.import_from(str(path.parent), "kitti_detection")
        for item in dataset:
            picture = path.parent / "image_02" / f"{item.id}.png"
            for box in item.annotations:
                yield {
                    "frame": places[picture.relative_to(folder).as_posix()],
                    "xyxy": box.points,
                    "class_name": classes[_label(dataset, box)],
                    "score": box.attributes["score"],
                }


def _label(dataset, box):
    return dataset.categories()[AnnotationType.label].items[box.label].name


READERS = {
    ("voc", "datumaro"): read_voc,
    ("motchallenge", "datumaro"): read_mot,
    ("kitti", "datumaro"): read_kitti,
}
