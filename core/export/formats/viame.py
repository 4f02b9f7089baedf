"""VIAME CSV, as DIVE reads it: one file a video, one line a box.

A line is `track, picture or time, frame, x0, y0, x1, y1, score, -1, class, score, attributes…`;
frames count from 0. DIVE rounds corners to whole pixels and keeps one class and one score a track,
so score, source, track and kind are attributes of the box as well.
"""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath

from core.export.base import IMAGES, ExportVideo, Format, Labeled, LabeledFrame, PictureName
from core.export.labeled_tracks import labeled_tracks
from core.prelabels import Prelabel

_COLUMNS = (
    "# 1: Detection or Track-id",
    "2: Video or Image Identifier",
    "3: Unique Frame Identifier",
    "4-7: Img-bbox(TL_x",
    "TL_y",
    "BR_x",
    "BR_y)",
    "8: Detection or Length Confidence",
    "9: Target Length (0 or -1 if invalid)",
    "10-11+: Repeated Species",
    "Confidence Pairs or Attributes",
)


def write_viame(folder: Path, labeled: Labeled) -> None:
    """Write `<video>.csv`; see `core.export.base.FormatWriter`."""
    for at, video in enumerate(labeled.videos):
        with (folder / f"{video.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            writer.writerow(_metadata(video, labeled))
            writer.writerows(_lines(labeled.of_video(at), labeled))


def _metadata(video: ExportVideo, labeled: Labeled) -> list[str]:
    fps = {} if labeled.media == "frames" else {"fps": float(video.index.rate)}
    found = {**fps, "exported_by": "flickerscope", "model": video.model, "run": video.run}
    return ["# metadata", *(f"{key}: {json.dumps(value)}" for key, value in found.items())]


def _lines(frames: list[LabeledFrame], labeled: Labeled) -> Iterator[list[object]]:
    by_number = {frame.number: frame for frame in frames}
    lines = [
        (seen.number, track, seen.prelabel)
        for track, found in enumerate(labeled_tracks(frames))
        for seen in found.boxes
    ]
    # DIVE takes the boxes of a track in the order of their frames only.
    for number, track, prelabel in sorted(lines, key=lambda line: line[:2]):
        frame = by_number[number]
        where = _picture(frame) if labeled.media == "frames" else _time(labeled.seconds(frame))
        yield [track, where, number, *_box(prelabel)]


def _picture(frame: LabeledFrame) -> str:
    return PurePosixPath(frame.path).name


def _time(seconds: float) -> str:
    # Begun with zeros, and always with microseconds, as DIVE writes it.
    whole = timedelta(microseconds=round(seconds * 1_000_000))
    hours, rest = divmod(whole, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    return f"{hours:02d}:{minutes:02d}:{rest.seconds:02d}.{rest.microseconds:06d}"


def _box(prelabel: Prelabel) -> list[object]:
    score = round(prelabel.score, 4)
    corners = (round(corner, 2) for corner in prelabel.xyxy)
    known = {
        "score": str(score),
        "source": prelabel.source.value,
        "track": str(prelabel.track) if prelabel.track >= 0 else "",
        "kind": prelabel.kind,
    }
    attributes = (f"(atr) {key} {value}" for key, value in known.items() if value)
    # What begins with a parenthesis is an attribute to DIVE.
    species = prelabel.class_name
    species = f" {species}" if species.startswith("(") else species
    return [*corners, score, -1, species, score, *attributes]


def _place(name: PictureName) -> str:
    # DIVE takes a folder of pictures for one video.
    return f"{IMAGES}/{name.video}/{name.stem}{name.suffix}"


VIAME = Format(
    "viame",
    "VIAME CSV (DIVE)",
    write_viame,
    media=("video", "frames", "none"),
    place=_place,
    about=(
        "DIVE keeps tracks, and scores, sources and kinds as attributes of boxes; it rounds boxes "
        "to whole pixels."
    ),
)
