"""YOLO detection: a text file a picture, and `data.yaml`, ready for training.

A line is `class cx cy w h`, relative to the picture's size. The format keeps no score.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from core.export.base import IMAGES, LabeledFrame
from core.prelabels import Prelabel


def write_yolo(folder: Path, frames: Sequence[LabeledFrame], class_names: tuple[str, ...]) -> None:
    """Write `labels/*.txt` and `data.yaml`; see `core.export.base.FormatWriter`."""
    ids = {name: i for i, name in enumerate(class_names)}
    labels = folder / "labels"
    labels.mkdir()
    for frame in frames:
        lines = [_line(prelabel, ids, frame) for prelabel in frame.prelabels]
        path = labels / f"{Path(frame.file_name).stem}.txt"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    # A JSON string is a YAML string, so names with colons or commas are safe; but YAML knows no
    # pairs of \\u escapes.
    names = "".join(
        f"  {id_}: {json.dumps(name, ensure_ascii=False)}\n" for name, id_ in ids.items()
    )
    (folder / "data.yaml").write_text(
        f"train: {IMAGES}\nval: {IMAGES}\nnc: {len(ids)}\nnames:\n{names}", encoding="utf-8"
    )


def _line(prelabel: Prelabel, ids: dict[str, int], frame: LabeledFrame) -> str:
    x0, y0, x1, y1 = prelabel.xyxy
    cx, cy = (x0 + x1) / 2 / frame.width, (y0 + y1) / 2 / frame.height
    w, h = (x1 - x0) / frame.width, (y1 - y0) / frame.height
    return f"{ids[prelabel.class_name]} {cx:.8f} {cy:.8f} {w:.8f} {h:.8f}"
