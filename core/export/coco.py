"""COCO object detection: one JSON file beside the pictures.

Boxes are (x, y, width, height) in pixels; category ids count from 1. `score` is as in COCO's
result files, `source` tells a model's box from an accepted imputed one.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from core.export.base import LabeledFrame
from core.prelabels import Prelabel


def write_coco(folder: Path, frames: Sequence[LabeledFrame], class_names: tuple[str, ...]) -> None:
    """Write `annotations.json`; see `core.export.base.FormatWriter`."""
    category = {name: i + 1 for i, name in enumerate(class_names)}
    images = [
        {
            "id": i + 1,
            "file_name": f.file_name,
            "width": f.width,
            "height": f.height,
            "frame_index": f.frame,
        }
        for i, f in enumerate(frames)
    ]
    pairs = [(i + 1, prelabel) for i, f in enumerate(frames) for prelabel in f.prelabels]
    document = {
        "info": {"description": "Prelabels by Flickerscope"},
        "images": images,
        "annotations": [
            _annotation(number, image, prelabel, category)
            for number, (image, prelabel) in enumerate(pairs, start=1)
        ],
        "categories": [{"id": id_, "name": name} for name, id_ in category.items()],
    }
    (folder / "annotations.json").write_text(json.dumps(document), encoding="utf-8")


def _annotation(
    number: int, image: int, prelabel: Prelabel, category: dict[str, int]
) -> dict[str, object]:
    x0, y0, x1, y1 = prelabel.xyxy
    return {
        "id": number,
        "image_id": image,
        "category_id": category[prelabel.class_name],
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": (x1 - x0) * (y1 - y0),
        "iscrowd": 0,
        "segmentation": [],
        "score": prelabel.score,
        "source": prelabel.source.value,
    }
