"""What CVAT's two XML formats have in common: the head of the file, and attributes of boxes.

CVAT takes attributes only where the task's labels declare them, so `labels.json` does, for the
Raw view of CVAT's label constructor.
"""

import json
from pathlib import Path
from typing import Any

from core.export.base import Labeled
from core.export.xml_text import in_text, legal
from core.prelabels import Prelabel, Source

LABELS = "labels.json"

_ATTRIBUTES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("score", "number", ("0", "1", "0.0001")),
    ("source", "select", tuple(source.value for source in Source)),
    ("track", "text", ("",)),
    ("kind", "text", ("",)),
)
"""Name, type of input, and values (of numbers: from, to, step); the first value is usual."""

_ORIGIN = {
    Source.MODEL: "auto",
    Source.IMPUTED: "auto",
    Source.EDITED: "semi-auto",
    Source.DRAWN: "manual",
}


def origin(source: Source) -> str:
    """What CVAT itself calls the source of a shape."""
    return _ORIGIN[source]


def corners(prelabel: Prelabel) -> str:
    """The XML attributes that tell where a box is, in pixels, as exact as CVAT's own."""
    x0, y0, x1, y1 = prelabel.xyxy
    return f'xtl="{x0:.2f}" ytl="{y0:.2f}" xbr="{x1:.2f}" ybr="{y1:.2f}"'


def attributes(prelabel: Prelabel) -> str:
    """Elements with what else is known of a box."""
    track = prelabel.track if prelabel.track >= 0 else ""
    return (
        f'<attribute name="score">{prelabel.score:.4f}</attribute>'
        f'<attribute name="source">{prelabel.source}</attribute>'
        f'<attribute name="track">{track}</attribute>'
        f'<attribute name="kind">{in_text(prelabel.kind)}</attribute>'
    )


def head(labeled: Labeled, *, name: str, size: int, mode: str, more: str = "") -> str:
    """All that stands before the first image or track.

    Args:
        labeled: Whose classes become labels.
        name: Of the task.
        size: How many frames the task has.
        mode: `annotation` for images, `interpolation` for video.
        more: Further elements of the task.
    """
    labels = "".join(_label(class_name) for class_name in labeled.class_names)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        f"<meta>\n<task>\n<name>{in_text(name)}</name>\n<size>{size}</size>\n"
        f"<mode>{mode}</mode>\n<overlap>0</overlap>\n<start_frame>0</start_frame>\n"
        f"<stop_frame>{max(size - 1, 0)}</stop_frame>\n<frame_filter></frame_filter>\n"
        f"<labels>\n{labels}</labels>\n{more}</task>\n</meta>\n"
    )


def write_labels(folder: Path, labeled: Labeled) -> None:
    """Write `labels.json`."""
    found = [
        {
            "name": legal(name),
            "type": "any",
            "attributes": [_specification(*attribute) for attribute in _ATTRIBUTES],
        }
        for name in labeled.class_names
    ]
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (folder / LABELS).write_text(text, encoding="utf-8")


def _specification(name: str, kind: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "input_type": kind,
        "mutable": True,
        "default_value": values[0],
        "values": values,
    }


def _label(name: str) -> str:
    found = "".join(
        f"<attribute><name>{attribute}</name><mutable>True</mutable>"
        f"<input_type>{kind}</input_type><default_value>{values[0]}</default_value>"
        f"<values>{chr(10).join(values)}</values></attribute>\n"
        for attribute, kind, values in _ATTRIBUTES
    )
    return (
        f"<label>\n<name>{in_text(name)}</name>\n<type>any</type>\n"
        f"<attributes>\n{found}</attributes>\n</label>\n"
    )
