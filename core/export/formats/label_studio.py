"""Label Studio, images: a task a picture, its boxes as predictions.

Boxes are in percent of the picture's size. Source, track and kind are in the `meta` of a region,
which Label Studio shows as text and hands back with the annotations.
"""

from pathlib import Path
from typing import Any

from core.export.base import IMAGES, Format, Labeled, LabeledFrame
from core.export.formats import label_studio_common as common
from core.export.xml_text import legal
from core.prelabels import Prelabel


def write_label_studio(folder: Path, labeled: Labeled) -> None:
    """Write `tasks.json` and `label_config.xml`; see `core.export.base.FormatWriter`."""
    common.write_tasks(folder, (_task(frame, labeled) for frame in labeled.frames))
    view = (
        '  <Image name="image" value="$image" zoom="true"/>\n'
        '  <RectangleLabels name="label" toName="image">\n'
        f"{common.label_elements(labeled)}  </RectangleLabels>\n"
    )
    common.write_config(folder, IMAGES, view)


def _task(frame: LabeledFrame, labeled: Labeled) -> dict[str, Any]:
    video = labeled.videos[frame.video]
    data = {
        "image": common.url(frame.path),
        "video": video.name,
        "frame": frame.frame,
        "seconds": round(labeled.seconds(frame), 3),
    }
    regions = [
        _region(number, prelabel, video.width, video.height)
        for number, prelabel in enumerate(frame.prelabels)
    ]
    return common.task(data, video.model, regions)


def _region(number: int, prelabel: Prelabel, width: int, height: int) -> common.Region:
    return {
        "id": f"box-{number}",
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {
            **common.percent(prelabel, width, height),
            "rectanglelabels": [legal(prelabel.class_name)],
        },
        "score": round(prelabel.score, 4),
        "meta": _meta(prelabel),
    }


def _meta(prelabel: Prelabel) -> dict[str, Any]:
    found = {"source": prelabel.source.value, "kind": prelabel.kind}
    track = {"track": prelabel.track} if prelabel.track >= 0 else {}
    return {"text": [text for text in found.values() if text], **found, **track}


LABEL_STUDIO = Format(
    "label-studio",
    "Label Studio, images",
    write_label_studio,
    about=(
        "Label Studio imports tasks.json into a project with label_config.xml, which tells how; "
        "it keeps everything."
    ),
)
