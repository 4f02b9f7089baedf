"""COCO object detection: one JSON file beside the pictures.

Boxes are (x, y, width, height) in pixels; category ids count from 1. `score` is as in COCO's
result files, `source` tells a model's box from an accepted imputed one.
"""

import json
from pathlib import Path

from core.export.base import IMAGES, Format, Labeled
from core.prelabels import Prelabel


def write_coco(folder: Path, labeled: Labeled) -> None:
    """Write `annotations.json`; see `core.export.base.FormatWriter`."""
    frames = labeled.frames
    category = {name: i + 1 for i, name in enumerate(labeled.class_names)}
    images = [
        {
            "id": i + 1,
            "file_name": f.path.removeprefix(f"{IMAGES}/"),
            "width": labeled.videos[f.video].width,
            "height": labeled.videos[f.video].height,
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


COCO = Format("coco", "COCO", write_coco)
