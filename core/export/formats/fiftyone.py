"""FiftyOneDataset: `metadata.json` and `samples.json`, a sample for each picture.

FiftyOne reads the folder by `fo.Dataset.from_dir(dataset_type=fo.types.FiftyOneDataset)`. Boxes
are in the field `prelabels`, relative to the picture's size, with `source` and `kind` as further
attributes and the track as `index`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import randbits, token_hex

from core.export.base import Format, Labeled, LabeledFrame
from core.prelabels import Prelabel

_VERSION = "1.0.0"
"""Of FiftyOne's documents; later ones bring them up to date."""
_FIELD = "prelabels"
_FIELDS = "fiftyone.core.fields."
_STRING, _INT, _FLOAT = (f"{_FIELDS}{kind}Field" for kind in ("String", "Int", "Float"))
_LIST, _EMBEDDED, _ID = (
    f"{_FIELDS}{kind}Field" for kind in ("List", "EmbeddedDocument", "ObjectId")
)

Document = Mapping[str, object]


def write_fiftyone(folder: Path, labeled: Labeled) -> None:
    """Write `metadata.json` and `samples.json`; see `core.export.base.FormatWriter`."""
    (folder / "metadata.json").write_text(json.dumps(_dataset(labeled)), encoding="utf-8")
    with (folder / "samples.json").open("w", encoding="utf-8") as file:
        file.write('{"samples": [')
        for place, frame in enumerate(labeled.frames):
            file.write(f"{',' if place else ''}\n{json.dumps(_sample(labeled, frame))}")
        file.write("\n]}\n")


def _dataset(labeled: Labeled) -> Document:
    classes = list(labeled.class_names)
    return {
        "name": "flickerscope",
        "version": _VERSION,
        "media_type": "image",
        "sample_fields": _sample_fields(),
        "classes": {_FIELD: classes},
        "default_classes": classes,
        "info": {
            "made_by": "Flickerscope",
            "videos": {video.name: video.path.name for video in labeled.videos},
        },
    }


def _sample(labeled: Labeled, frame: LabeledFrame) -> Document:
    video = labeled.videos[frame.video]
    boxes = [_detection(box, video.width, video.height) for box in frame.prelabels]
    return {
        "_id": _new_id(),
        "_media_type": "image",
        "_rand": randbits(53) / (1 << 53),
        "filepath": frame.path,
        "tags": [frame.split] if frame.split else [],
        "metadata": {"_cls": "ImageMetadata", "width": video.width, "height": video.height},
        "video": video.name,
        "frame_index": frame.frame,
        "seconds": labeled.seconds(frame),
        "run": video.run,
        "model": video.model,
        _FIELD: {"_cls": "Detections", "detections": boxes},
    }


def _detection(box: Prelabel, width: int, height: int) -> Document:
    x0, y0, x1, y1 = box.xyxy
    return {
        "_id": _new_id(),
        "_cls": "Detection",
        "attributes": {},
        "tags": [],
        "label": box.class_name,
        "bounding_box": [x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height],
        "confidence": box.score,
        "index": box.track if box.track >= 0 else None,
        "source": box.source.value,
        "kind": box.kind,
    }


def _new_id() -> Document:
    """Random, so that several exports go into one dataset."""
    return {"$oid": token_hex(12)}


def _sample_fields() -> Sequence[Document]:
    detection = [
        _field("id", _ID, db_field="_id"),
        _field("tags", _LIST, subfield=_STRING),
        _field("label", _STRING),
        _field("bounding_box", _LIST, subfield=_FLOAT),
        _field("confidence", _FLOAT),
        _field("index", _INT),
        _field("source", _STRING),
        _field("kind", _STRING),
    ]
    boxes = _field(
        "detections", _LIST, subfield=_EMBEDDED, document="labels.Detection", fields=detection
    )
    size = [_field("width", _INT), _field("height", _INT)]
    return [
        _field("id", _ID, db_field="_id"),
        _field("filepath", _STRING),
        _field("tags", _LIST, subfield=_STRING),
        _field("metadata", _EMBEDDED, document="metadata.ImageMetadata", fields=size),
        *(_field(name, _STRING) for name in ("video", "run", "model")),
        _field("frame_index", _INT),
        _field("seconds", _FLOAT),
        _field(_FIELD, _EMBEDDED, document="labels.Detections", fields=[boxes]),
    ]


def _field(
    name: str,
    kind: str,
    *,
    db_field: str | None = None,
    subfield: str | None = None,
    document: str | None = None,
    fields: Sequence[Document] = (),
) -> Document:
    return {
        "name": name,
        "ftype": kind,
        "embedded_doc_type": f"fiftyone.core.{document}" if document else None,
        "subfield": subfield,
        "fields": fields,
        "db_field": db_field or name,
    }


FIFTYONE = Format(
    "fiftyone",
    "FiftyOne",
    write_fiftyone,
    about="`fo.Dataset.from_dir(dataset_dir=…, dataset_type=fo.types.FiftyOneDataset)` reads it; "
    "splits are tags of the samples, the track is `index`.",
)
