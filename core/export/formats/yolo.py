"""YOLO detection: a text file a picture, and `data.yaml`, ready for training.

A line is `class cx cy w h`, relative to the picture's size. The format keeps no score.
"""

import json
from pathlib import Path

from core.export.base import IMAGES, ExportVideo, Format, Labeled
from core.prelabels import Prelabel


def write_yolo(folder: Path, labeled: Labeled) -> None:
    """Write `labels/*.txt` and `data.yaml`; see `core.export.base.FormatWriter`."""
    ids = {name: i for i, name in enumerate(labeled.class_names)}
    labels = folder / "labels"
    labels.mkdir()
    for frame in labeled.frames:
        video = labeled.videos[frame.video]
        lines = [_line(prelabel, ids, video) for prelabel in frame.prelabels]
        path = labels / f"{Path(frame.path).stem}.txt"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    # A JSON string is a YAML string, so names with colons or commas are safe; but YAML knows no
    # pairs of \\u escapes.
    names = "".join(
        f"  {id_}: {json.dumps(name, ensure_ascii=False)}\n" for name, id_ in ids.items()
    )
    (folder / "data.yaml").write_text(
        f"train: {IMAGES}\nval: {IMAGES}\nnc: {len(ids)}\nnames:\n{names}", encoding="utf-8"
    )


def _line(prelabel: Prelabel, ids: dict[str, int], video: ExportVideo) -> str:
    x0, y0, x1, y1 = prelabel.xyxy
    cx, cy = (x0 + x1) / 2 / video.width, (y0 + y1) / 2 / video.height
    w, h = (x1 - x0) / video.width, (y1 - y0) / video.height
    return f"{ids[prelabel.class_name]} {cx:.8f} {cy:.8f} {w:.8f} {h:.8f}"


YOLO = Format("yolo", "YOLO", write_yolo)
