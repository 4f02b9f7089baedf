"""MOTChallenge: a folder for each video with `img1`, `gt/gt.txt`, `det/det.txt` and `seqinfo.ini`.

Frames, ids and classes count from 1; edges are px, counted from 0, with fractions. `gt.txt` has
`frame, id, x, y, w, h, 1, class, 1`, and `gt/labels.txt` the names of the classes; `det.txt` has
`frame, id, x, y, w, h, score, -1, -1, -1` of the same boxes.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from core.export.base import Format, Labeled, PictureName
from core.export.formats.sequences import Sequence, sequences

_PICTURES = "img1"
_FIRST = 1
_USUAL = "train"
"""Folder of the videos without a split."""


def write_motchallenge(folder: Path, labeled: Labeled) -> None:
    """Write the texts of every video; see `core.export.base.FormatWriter`."""
    classes = {name: i + 1 for i, name in enumerate(labeled.class_names)}
    for sequence in sequences(labeled, _FIRST):
        own = folder / (sequence.split or _USUAL) / sequence.video.name
        for name in ("gt", "det"):
            (own / name).mkdir(parents=True, exist_ok=True)
        _write_boxes(own, sequence, classes)
        names = "".join(f"{name}\n" for name in classes)
        (own / "gt" / "labels.txt").write_text(names, encoding="utf-8")
        (own / "seqinfo.ini").write_text(_info(sequence), encoding="utf-8")


def _write_boxes(own: Path, sequence: Sequence, classes: Mapping[str, int]) -> None:
    with (own / "gt" / "gt.txt").open("w") as truth, (own / "det" / "det.txt").open("w") as seen:
        for number, boxes in sequence.boxes(_FIRST):
            for object_, box in boxes:
                x0, y0, x1, y1 = box.xyxy
                start = f"{number},{object_},{x0:.2f},{y0:.2f},{x1 - x0:.2f},{y1 - y0:.2f}"
                truth.write(f"{start},1,{classes[box.class_name]},1\n")
                seen.write(f"{start},{box.score:.6g},-1,-1,-1\n")


def _info(sequence: Sequence) -> str:
    video = sequence.video
    values = {
        "name": video.name,
        "imDir": _PICTURES,
        "frameRate": max(1, round(video.index.rate)),
        "seqLength": max(sequence.numbers),
        "imWidth": video.width,
        "imHeight": video.height,
        "imExt": PurePosixPath(sequence.frames[0].path).suffix,
    }
    return "[Sequence]\n" + "".join(f"{name}={value}\n" for name, value in values.items())


def in_img1(name: PictureName) -> str:
    """`train/<video>/img1/000001.png`: the format knows pictures by number."""
    number = f"{name.in_split + _FIRST:06}{name.suffix}"
    return f"{name.split or _USUAL}/{name.video}/{_PICTURES}/{number}"


MOTCHALLENGE = Format(
    "motchallenge",
    "MOTChallenge",
    write_motchallenge,
    place=in_img1,
    about="Trackers and their measures (py-motmetrics, TrackEval, datumaro) read it. Classes are "
    "in `gt.txt` and scores in `det.txt`, in the same order; boxes of no track get numbers of "
    "their own.",
)
