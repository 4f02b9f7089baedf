"""YOLO detection: a text file a picture, and `data.yaml`, ready for training.

A line is `class cx cy w h`, relative to the picture's size. The format keeps no score.
"""

import json
from collections.abc import Mapping, Set
from pathlib import Path, PurePosixPath

from core.export.base import IMAGES, ExportVideo, Format, Labeled, Split
from core.prelabels import Prelabel

_LABELS = "labels"
"""Trainers find a picture's labels by putting this in place of `IMAGES`."""


def write_yolo(folder: Path, labeled: Labeled) -> None:
    """Write `labels/` and `data.yaml`; see `core.export.base.FormatWriter`."""
    ids = {name: i for i, name in enumerate(labeled.class_names)}
    splits = {frame.split for frame in labeled.frames}
    for split in splits:
        (folder / _LABELS / split).mkdir(parents=True, exist_ok=True)
    for frame in labeled.frames:
        video = labeled.videos[frame.video]
        lines = [_line(prelabel, ids, video) for prelabel in frame.prelabels]
        path = folder / _LABELS / frame.split / f"{PurePosixPath(frame.path).stem}.txt"
        path.write_text("".join(lines), encoding="utf-8")
    (folder / "data.yaml").write_text(_yaml(ids, splits), encoding="utf-8")


def _yaml(ids: Mapping[str, int], splits: Set[Split]) -> str:
    """What trainers are told; without `path`, folders are relative to the file itself."""
    folders = {split: f"{IMAGES}/{split}" if split else IMAGES for split in splits}
    usual = next(iter(folders.values()), IMAGES)
    train, val = (folders.get(split, usual) for split in ("train", "val"))
    # A JSON string is a YAML string, so names with colons or commas are safe; but YAML knows no
    # pairs of \\u escapes.
    names = [f"  {id_}: {json.dumps(name, ensure_ascii=False)}\n" for name, id_ in ids.items()]
    return f"train: {train}\nval: {val}\nnc: {len(ids)}\nnames:\n{''.join(names)}"


def _line(prelabel: Prelabel, ids: Mapping[str, int], video: ExportVideo) -> str:
    x0, y0, x1, y1 = prelabel.xyxy
    cx, cy = (x0 + x1) / 2 / video.width, (y0 + y1) / 2 / video.height
    w, h = (x1 - x0) / video.width, (y1 - y0) / video.height
    return f"{ids[prelabel.class_name]} {cx:.8f} {cy:.8f} {w:.8f} {h:.8f}\n"


YOLO = Format(
    "yolo",
    "YOLO",
    write_yolo,
    about="Ultralytics and other YOLO trainers start from its `data.yaml`. It keeps classes and "
    "boxes alone.",
)
