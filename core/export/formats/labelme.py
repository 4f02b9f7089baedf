"""labelme: a JSON file beside each picture.

The box's track is its `group_id`. What labelme shows of a box besides is its `description`, which
names source, kind and score; they are keys of their own, too, which labelme keeps and other tools
that read its files look for.
"""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from core.export.base import Format, Labeled, LabeledFrame
from core.prelabels import Prelabel

_VERSION = "5.5.0"
"""The labelme that has all that is written; later ones read it."""


def write_labelme(folder: Path, labeled: Labeled) -> None:
    """Write a JSON file for each picture; see `core.export.base.FormatWriter`."""
    for frame in labeled.frames:
        path = folder / PurePosixPath(frame.path).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_document(frame, labeled), ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
    names = "".join(f"{name}\n" for name in labeled.class_names)
    (folder / "labels.txt").write_text(names, encoding="utf-8")


def _document(frame: LabeledFrame, labeled: Labeled) -> dict[str, Any]:
    video = labeled.videos[frame.video]
    return {
        "version": _VERSION,
        "flags": {},
        "shapes": [_shape(prelabel) for prelabel in frame.prelabels],
        "imagePath": PurePosixPath(frame.path).name,
        "imageData": None,
        "imageHeight": video.height,
        "imageWidth": video.width,
    }


def _shape(prelabel: Prelabel) -> dict[str, Any]:
    x0, y0, x1, y1 = prelabel.xyxy
    source, kind = prelabel.source.value, prelabel.kind
    return {
        "label": prelabel.class_name,
        "points": [[x0, y0], [x1, y1]],
        "group_id": prelabel.track if prelabel.track >= 0 else None,
        "description": f"{source}{f' ({kind})' if kind else ''}, {prelabel.score:.2f}",
        "shape_type": "rectangle",
        "flags": {},
        "mask": None,
        "score": prelabel.score,
        "source": source,
        "kind": kind,
    }


LABELME = Format(
    "labelme",
    "labelme",
    write_labelme,
    about="labelme opens the folder with the pictures; it keeps everything, tracks as groups.",
)
