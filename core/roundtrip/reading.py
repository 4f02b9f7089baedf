"""Finished labels of one video, from COCO, YOLO and CVAT."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.boxes import area, clip
from core.errors import LabelsError
from core.roundtrip.coco import is_coco, read_coco
from core.roundtrip.collecting import Collected
from core.roundtrip.cvat import is_cvat, read_cvat
from core.roundtrip.files import LabelFiles, opened
from core.roundtrip.matching import Boxes
from core.roundtrip.places import Places
from core.roundtrip.yolo import is_yolo, read_yolo

_MEND = "give a COCO .json, a CVAT .xml, a folder of YOLO text files, or a zip of one of these"


@dataclass(frozen=True, eq=False)
class FinishedLabels:
    """What annotators made of a video."""

    format: str
    """`COCO`, `YOLO`, `CVAT images` or `CVAT video`."""
    frames: frozenset[int]
    """Those that were labeled, with and without boxes."""
    boxes: Boxes
    """Clipped to the picture; what has no area there is left out."""


def read_labels(path: Path, places: Places) -> FinishedLabels:
    """Read what an annotation tool has exported.

    Args:
        path: A folder, a zip, or one file.
        places: Where the pictures belong.

    Raises:
        LabelsError: It is of no known format, cannot be read, or is of other pictures.
        ImportedDetectionsError: The same, of a box or a line.
    """
    with opened(path) as files:
        found, format_name = _read(files, places)
    if not found.frames:
        raise LabelsError(
            f"No picture in {path} is a frame of {places.video.name}{found.example}",
            mend="give the folder that was exported, too, if pictures have names of their own"
            if places.manifest is None
            else "give the labels of this very export",
        )
    boxes = found.boxes.boxes()
    xyxy = clip(boxes.xyxy, places.video.width, places.video.height)
    whole = area(xyxy) > 0
    names = np.array(found.class_names, np.str_)
    return FinishedLabels(
        format_name,
        frozenset(found.frames),
        Boxes(boxes.frame, xyxy, names[boxes.class_id] if len(names) else names).at(whole),
    )


def _read(files: LabelFiles, places: Places) -> tuple[Collected, str]:
    for is_it, read in ((is_cvat, read_cvat), (is_coco, read_coco), (is_yolo, read_yolo)):
        if is_it(files):
            return read(files, places)
    raise LabelsError(f"{files.path} holds finished labels of no known format", mend=_MEND)
