"""What Label Studio's tasks for images and for video have in common.

Pictures and videos are served by Label Studio from disk: it is started with
`LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true` and `LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT` set to
the export's folder, the project gets that folder's `images` or `videos` as a source storage, and
then `tasks.json` is imported.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.export.base import Labeled
from core.export.xml_text import in_tag
from core.prelabels import Prelabel

Region = dict[str, Any]
"""One result of a prediction."""

_HOW = """\
<!-- Start Label Studio with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and with
     LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT set to the folder of this file. Use this file as the
     project's labeling interface, add the folder "{media}" beside it as source storage of the type
     "Local files" without syncing it, and import tasks.json. -->
"""


def url(path: str) -> str:
    """Where Label Studio serves a file of the export.

    Args:
        path: Below the export's folder, with `/`.
    """
    return f"/data/local-files/?d={quote(path)}"


def percent(prelabel: Prelabel, width: int, height: int) -> dict[str, float]:
    """Where a box is, in percent of the picture's size."""
    x0, y0, x1, y1 = prelabel.xyxy
    return {
        "x": round(x0 / width * 100, 6),
        "y": round(y0 / height * 100, 6),
        "width": round((x1 - x0) / width * 100, 6),
        "height": round((y1 - y0) / height * 100, 6),
        "rotation": 0,
    }


def task(data: dict[str, Any], model: str, regions: Sequence[Region]) -> dict[str, Any]:
    """A task with its prelabels; its score, by which tasks are sorted, is their mean."""
    prediction: dict[str, Any] = {"model_version": model, "result": regions}
    if regions:
        prediction["score"] = sum(region["score"] for region in regions) / len(regions)
    return {"data": data, "predictions": [prediction]}


def label_elements(labeled: Labeled) -> str:
    """The classes, for the labeling interface."""
    return "".join(f"    <Label value={in_tag(name)}/>\n" for name in labeled.class_names)


def write_tasks(folder: Path, tasks: Iterable[dict[str, Any]]) -> None:
    """Write `tasks.json`, a task a line."""
    with (folder / "tasks.json").open("w", encoding="utf-8") as file:
        file.write("[")
        for at, each in enumerate(tasks):
            file.write(",\n" if at else "\n")
            file.write(json.dumps(each, ensure_ascii=False))
        file.write("\n]\n")


def write_config(folder: Path, media: str, view: str) -> None:
    """Write `label_config.xml`.

    Args:
        folder: Of the export.
        media: Folder with what is labeled.
        view: Elements of the labeling interface.
    """
    text = f"{_HOW.format(media=media)}<View>\n{view}</View>\n"
    (folder / "label_config.xml").write_text(text, encoding="utf-8")
