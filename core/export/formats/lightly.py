"""Lightly: predictions for the exported pictures, a JSON file each, below `.lightly/predictions`.

The export's folder is what becomes the input datasource. Boxes are as `core.lightly` writes them.
"""

import json
from pathlib import Path, PurePosixPath

import numpy as np

from core.export.base import Format, Labeled, LabeledFrame
from core.lightly.names import PREDICTIONS, PRELABEL_TASK, TASK_TYPE
from core.lightly.predictions import lightly_boxes


def write_lightly(folder: Path, labeled: Labeled) -> None:
    """Write `.lightly/predictions`; see `core.export.base.FormatWriter`."""
    ids = {name: i for i, name in enumerate(labeled.class_names)}
    predictions = folder / PREDICTIONS
    task = predictions / PRELABEL_TASK
    task.mkdir(parents=True, exist_ok=True)
    categories = [{"id": id_, "name": name} for name, id_ in ids.items()]
    _save(predictions / "tasks.json", [PRELABEL_TASK])
    _save(task / "schema.json", {"task_type": TASK_TYPE, "categories": categories})
    for parent in {PurePosixPath(frame.path).parent for frame in labeled.frames}:
        (task / parent).mkdir(parents=True, exist_ok=True)
    for frame in labeled.frames:
        video = labeled.videos[frame.video]
        found = _predictions(frame, ids, video.width, video.height)
        path = task / PurePosixPath(frame.path).with_suffix(".json")
        _save(path, {"file_name": frame.path, "predictions": found})


def _predictions(
    frame: LabeledFrame, ids: dict[str, int], width: int, height: int
) -> list[dict[str, object]]:
    corners = np.array([box.xyxy for box in frame.prelabels], np.float64).reshape(-1, 4)
    boxes, kept = lightly_boxes(corners, width, height)
    return [
        {
            "category_id": ids[prelabel.class_name],
            "bbox": bbox,
            "score": round(prelabel.score, 6),
        }
        for prelabel, bbox in zip(
            (frame.prelabels[row] for row in np.flatnonzero(kept)), boxes.tolist(), strict=True
        )
    ]


def _save(path: Path, document: object) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")


LIGHTLY = Format(
    "lightly",
    "Lightly",
    write_lightly,
    about="Lightly's Worker and labelformat read it, with the export's folder as the input. It "
    "keeps classes, boxes and scores.",
)
