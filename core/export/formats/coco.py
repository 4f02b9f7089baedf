"""COCO object detection: one JSON file beside the pictures, or one for each split.

Boxes are (x, y, width, height) in pixels; category ids count from 1. `score` is as in COCO's
result files. `videos`, `video_id`, `frame_index` and `track_id` are as in TAO's.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from core.export.base import IMAGES, Format, Labeled, LabeledFrame
from core.prelabels import Prelabel


def write_coco(folder: Path, labeled: Labeled) -> None:
    """Write `annotations.json`, or `annotations_<split>.json` of each split; see
    `core.export.base.FormatWriter`."""
    for split in dict.fromkeys(frame.split for frame in labeled.frames):
        frames = [frame for frame in labeled.frames if frame.split == split]
        name = f"annotations_{split}.json" if split else "annotations.json"
        with (folder / name).open("w", encoding="utf-8") as file:
            _write(file, labeled, frames)


def _write(file: TextIO, labeled: Labeled, frames: list[LabeledFrame]) -> None:
    """A line for each entry: nothing has to be held as a whole."""
    category = {name: i + 1 for i, name in enumerate(labeled.class_names)}
    runs = {video.run: video.model for video in labeled.videos}
    info = {"description": "Prelabels by Flickerscope", "runs": runs}
    file.write(f'{{"info": {json.dumps(info)},\n"licenses": []')
    _write_list(file, "videos", _videos(labeled))
    _write_list(file, "images", _images(labeled, frames))
    _write_list(file, "annotations", _annotations(frames, category))
    _write_list(file, "categories", ({"id": id_, "name": name} for name, id_ in category.items()))
    file.write("}\n")


def _write_list(file: TextIO, name: str, entries: Iterable[Mapping[str, object]]) -> None:
    file.write(f',\n"{name}": [')
    for place, entry in enumerate(entries):
        file.write(f"{',' if place else ''}\n{json.dumps(entry)}")
    file.write("\n]")


def _videos(labeled: Labeled) -> Iterator[Mapping[str, object]]:
    for id_, video in enumerate(labeled.videos, start=1):
        yield {
            "id": id_,
            "name": video.name,
            "file_name": video.path.name,
            "width": video.width,
            "height": video.height,
            "run": video.run,
            "model": video.model,
        }


def _images(labeled: Labeled, frames: list[LabeledFrame]) -> Iterator[Mapping[str, object]]:
    for id_, frame in enumerate(frames, start=1):
        video = labeled.videos[frame.video]
        yield {
            "id": id_,
            "file_name": frame.path.removeprefix(f"{IMAGES}/"),
            "width": video.width,
            "height": video.height,
            "video_id": frame.video + 1,
            "video": video.name,
            "frame_index": frame.frame,
            "seconds": labeled.seconds(frame),
        }


def _annotations(
    frames: list[LabeledFrame], category: Mapping[str, int]
) -> Iterator[Mapping[str, object]]:
    boxes = ((id_, box) for id_, frame in enumerate(frames, start=1) for box in frame.prelabels)
    for number, (image, box) in enumerate(boxes, start=1):
        yield {"id": number, "image_id": image} | _annotation(box, category)


def _annotation(prelabel: Prelabel, category: Mapping[str, int]) -> dict[str, object]:
    x0, y0, x1, y1 = prelabel.xyxy
    return {
        "category_id": category[prelabel.class_name],
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": (x1 - x0) * (y1 - y0),
        "iscrowd": 0,
        "segmentation": [],
        "score": prelabel.score,
        "source": prelabel.source.value,
        "kind": prelabel.kind,
        **({"track_id": prelabel.track} if prelabel.track >= 0 else {}),
    }


COCO = Format(
    "coco",
    "COCO",
    write_coco,
    about="Nearly every annotation tool and trainer reads it. `track_id` counts within a video; "
    "what readers do not know, such as `source` and `kind`, they pass over.",
)
