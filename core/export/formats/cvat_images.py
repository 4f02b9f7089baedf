"""CVAT for images 1.1: one XML file beside the pictures.

A box carries its score, source, track and kind as attributes, which CVAT keeps where the task was
made with `labels.json`. Pictures are found by their name, so the task is made of the files in
`images`, or of that folder's content as a zip file.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from core.export.base import IMAGES, Format, Labeled, LabeledFrame
from core.export.formats import cvat_xml as cvat
from core.export.xml_text import in_tag


def write_cvat_images(folder: Path, labeled: Labeled) -> None:
    """Write `annotations.xml` and `labels.json`; see `core.export.base.FormatWriter`."""
    head = cvat.head(labeled, name=_name(labeled), size=len(labeled.frames), mode="annotation")
    labels = {name: in_tag(name) for name in labeled.class_names}
    with (folder / "annotations.xml").open("w", encoding="utf-8", newline="\n") as file:
        file.write(head)
        file.writelines(
            chain.from_iterable(
                _image(number, frame, labeled, labels)
                for number, frame in enumerate(labeled.frames)
            )
        )
        file.write("</annotations>\n")
    cvat.write_labels(folder, labeled)


def _name(labeled: Labeled) -> str:
    return ", ".join(video.name for video in labeled.videos)


def _image(
    number: int, frame: LabeledFrame, labeled: Labeled, labels: dict[str, str]
) -> Iterator[str]:
    video = labeled.videos[frame.video]
    name = in_tag(frame.path.removeprefix(f"{IMAGES}/"))
    yield f'<image id="{number}" name={name} width="{video.width}" height="{video.height}">\n'
    for box in frame.prelabels:
        yield (
            f'<box label={labels[box.class_name]} source="{cvat.origin(box.source)}" '
            f'occluded="0" {cvat.corners(box)} z_order="0">{cvat.attributes(box)}</box>\n'
        )
    yield "</image>\n"


CVAT_IMAGES = Format(
    "cvat-images",
    "CVAT for images 1.1",
    write_cvat_images,
    about=(
        "CVAT imports annotations.xml as “CVAT 1.1”; it keeps scores, sources, tracks and kinds "
        "where the task's labels are those of labels.json (for the Raw view of its label "
        "constructor), and 64 characters of the name of a class."
    ),
)
