"""KITTI: `label_02/<video>.txt` for tracking, and `label_2`, a file a picture, for detection.

A line of tracking is `frame track type truncated occluded alpha x0 y0 x1 y1`, seven values of the
object in space, and the score; one of detection lacks the first two. Frames and tracks count from
0. What is not known is as in KITTI's results. Fields are divided by spaces, so that those in a
class's name become underscores; `classes.json` tells which name is which class.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.export.base import Format, Labeled, PictureName
from core.export.formats.sequences import Sequence, sequences
from core.prelabels import Prelabel

_PICTURES = "image_02"
_TRACKING = "label_02"
_DETECTION = "label_2"
_USUAL = "training"
"""Folder of what has no split."""
_UNKNOWN = "-1 -1 -10"
"""Truncated, occluded, alpha."""
_UNKNOWN_3D = "-1 -1 -1 -1000 -1000 -1000 -10"
"""Height, width, length, place and rotation."""


def write_kitti(folder: Path, labeled: Labeled) -> None:
    """Write the labels of every video, and `classes.json`; see `core.export.base.FormatWriter`."""
    types = _types(labeled.class_names)
    for sequence in sequences(labeled, 0):
        _write(folder / (sequence.split or _USUAL), sequence, types)
    classes = {written: name for name, written in types.items()}
    (folder / "classes.json").write_text(
        json.dumps(classes, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _write(folder: Path, sequence: Sequence, types: Mapping[str, str]) -> None:
    by_picture = folder / _DETECTION / sequence.video.name
    by_picture.mkdir(parents=True, exist_ok=True)
    (folder / _TRACKING).mkdir(exist_ok=True)
    path = folder / _TRACKING / f"{sequence.video.name}.txt"
    with path.open("w", encoding="utf-8") as tracking:
        for number, boxes in sequence.boxes(0):
            lines = [(track, _line(prelabel, types)) for track, prelabel in boxes]
            tracking.writelines(f"{number} {track} {line}" for track, line in lines)
            text = "".join(line for _, line in lines)
            (by_picture / f"{number:06}.txt").write_text(text, encoding="utf-8")


def _line(prelabel: Prelabel, types: Mapping[str, str]) -> str:
    box = " ".join(f"{edge:.2f}" for edge in prelabel.xyxy)
    return f"{types[prelabel.class_name]} {_UNKNOWN} {box} {_UNKNOWN_3D} {prelabel.score:.6g}\n"


def _types(class_names: Iterable[str]) -> dict[str, str]:
    """What each class is called, without spaces; no two are called alike."""
    types: dict[str, str] = {}
    for name in class_names:
        written = "_".join(name.split())
        while written in types.values():
            written += "_"
        types[name] = written
    return types


def in_image_02(name: PictureName) -> str:
    """`training/image_02/<video>/000000.png`: the format knows pictures by number."""
    number = f"{name.in_split:06}{name.suffix}"
    return f"{name.split or _USUAL}/{_PICTURES}/{name.video}/{number}"


KITTI = Format(
    "kitti",
    "KITTI",
    write_kitti,
    place=in_image_02,
    about="Trackers read `label_02`, detectors and datumaro `label_2`. Spaces in the names of "
    "classes become underscores (`classes.json` tells which is which); boxes of no track get "
    "numbers of their own.",
)
