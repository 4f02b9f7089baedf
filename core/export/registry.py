"""The formats that there are: this program's, and those that people have installed."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from core.errors import ExportError
from core.export.base import Format
from core.export.formats.coco import COCO
from core.export.formats.cvat_images import CVAT_IMAGES
from core.export.formats.cvat_video import CVAT_VIDEO
from core.export.formats.fiftyone import FIFTYONE
from core.export.formats.kitti import KITTI
from core.export.formats.label_studio import LABEL_STUDIO
from core.export.formats.label_studio_video import LABEL_STUDIO_VIDEO
from core.export.formats.labelme import LABELME
from core.export.formats.lightly import LIGHTLY
from core.export.formats.motchallenge import MOTCHALLENGE
from core.export.formats.tables import CSV, PARQUET
from core.export.formats.viame import VIAME
from core.export.formats.voc import VOC
from core.export.formats.yolo import YOLO

GROUP = "flickerscope.exporters"
"""Entry-point group; each entry is a `Format`."""

BUILT_IN: tuple[Format, ...] = (
    COCO,
    YOLO,
    VOC,
    MOTCHALLENGE,
    KITTI,
    CVAT_IMAGES,
    CVAT_VIDEO,
    LABEL_STUDIO,
    LABEL_STUDIO_VIDEO,
    LABELME,
    VIAME,
    LIGHTLY,
    FIFTYONE,
    CSV,
    PARQUET,
)


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its name; a person's own replace those of the same name.

    Raises:
        ExportError: An installed one cannot be imported, or is none.
    """
    found = {each.name: each for each in BUILT_IN}
    for entry in entry_points(group=GROUP):
        mend = "mend or uninstall the package that brings it"
        try:
            format_ = entry.load()
        except Exception as error:
            raise ExportError(
                f"The format “{entry.name}” ({entry.value}) cannot be loaded "
                f"({type(error).__name__}: {error})",
                mend=mend,
            ) from error
        if not isinstance(format_, Format):
            raise ExportError(
                f"The format “{entry.name}” ({entry.value}) is {type(format_).__name__}, "
                "not core.export.base.Format",
                mend=mend,
            )
        found[format_.name] = format_
    return found
