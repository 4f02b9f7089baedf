"""Readers of what annotation tools import; most of them are in `outside_annotators.py`."""

from pathlib import Path

from labelformat.formats.cvat import CVATObjectDetectionInput

from core.export.base import IMAGES, Labeled
from tests.formats.readers import ReadBox, Reader, place_of_paths


def read_labelformat_cvat(folder: Path, labeled: Labeled) -> list[ReadBox]:
    places = place_of_paths(labeled)
    return [
        ReadBox(
            places[f"{IMAGES}/{image.image.filename}"],
            (found.box.xmin, found.box.ymin, found.box.xmax, found.box.ymax),
            found.category.name,
        )
        for image in CVATObjectDetectionInput(folder / "annotations.xml").get_labels()
        for found in image.objects
    ]


READERS: tuple[Reader, ...] = (
    Reader("cvat-images", "datumaro", None),
    Reader("cvat-images", "labelformat", read_labelformat_cvat),
    Reader("cvat-video", "datumaro", None, "video"),
    Reader("cvat-video", "datumaro", None, "frames"),
    Reader("label-studio", "label-studio-sdk", None),
    Reader("label-studio-video", "label-studio-sdk", None, "video"),
    Reader("labelme", "labelme", None),
    Reader("viame", "DIVE", None, "video"),
    Reader("viame", "DIVE", None, "frames"),
)
