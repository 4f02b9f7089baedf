"""Pascal VOC: an XML file a picture in `Annotations`, and lists of pictures in `ImageSets/Main`.

As PASCAL has it, pixels count from 1 and the last one is inside: a box that begins at the
picture's edge has xmin 1. Score, source, track and kind are attributes as CVAT and datumaro know
them.
"""

from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ElementTree, SubElement

from core.errors import ExportError
from core.export.base import ExportVideo, Format, Labeled, LabeledFrame, PictureName
from core.prelabels import Prelabel

_ANNOTATIONS = "Annotations"
_PICTURES = "JPEGImages"
_LISTS = "ImageSets/Main"
_MARK = ":"
"""Divides the fields of `labelmap.txt`."""
_STEPS = 2
"""Decimals of a pixel."""


def write_voc(folder: Path, labeled: Labeled) -> None:
    """Write `Annotations/`, `ImageSets/Main/` and `labelmap.txt`; see
    `core.export.base.FormatWriter`.

    Raises:
        ExportError: A class has a name that the list of labels cannot hold.
    """
    _check(labeled.class_names)
    (folder / _ANNOTATIONS).mkdir(exist_ok=True)
    (folder / _LISTS).mkdir(parents=True, exist_ok=True)
    for frame in labeled.frames:
        tree = ElementTree(_annotation(frame, labeled.videos[frame.video]))
        path = folder / _ANNOTATIONS / f"{PurePosixPath(frame.path).stem}.xml"
        tree.write(path, encoding="utf-8")
    for split in dict.fromkeys(frame.split for frame in labeled.frames):
        stems = [PurePosixPath(f.path).stem for f in labeled.frames if f.split == split]
        text = "".join(f"{stem}\n" for stem in stems)
        (folder / _LISTS / f"{split or 'trainval'}.txt").write_text(text, encoding="utf-8")
    lines = ["# label:color_rgb:parts:actions", *(f"{name}:::" for name in labeled.class_names)]
    (folder / "labelmap.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _check(class_names: tuple[str, ...]) -> None:
    for name in class_names:
        if _MARK in name or name.startswith("#"):
            raise ExportError(
                f"Pascal VOC cannot hold the class “{name}”, whose name has a colon or begins "
                "with #",
                mend="give the class another name in the export, or choose another format",
            )


def _annotation(frame: LabeledFrame, video: ExportVideo) -> Element:
    root = Element("annotation")
    _text(root, "folder", _PICTURES)
    _text(root, "filename", PurePosixPath(frame.path).name)
    source = SubElement(root, "source")
    _text(source, "database", "Flickerscope")
    _text(source, "video", video.name)
    _text(source, "frame", frame.frame)
    _text(source, "run", video.run)
    _text(source, "model", video.model)
    size = SubElement(root, "size")
    for name, value in (("width", video.width), ("height", video.height), ("depth", 3)):
        _text(size, name, value)
    _text(root, "segmented", 0)
    for prelabel in frame.prelabels:
        _object(root, prelabel)
    return root


def _object(root: Element, prelabel: Prelabel) -> None:
    node = SubElement(root, "object")
    _text(node, "name", prelabel.class_name)
    _text(node, "pose", "Unspecified")
    for name in ("truncated", "difficult", "occluded"):
        _text(node, name, 0)
    x0, y0, x1, y1 = prelabel.xyxy
    box = SubElement(node, "bndbox")
    for name, value in (("xmin", x0 + 1), ("ymin", y0 + 1), ("xmax", x1), ("ymax", y1)):
        _text(box, name, round(value, _STEPS))
    attributes = SubElement(node, "attributes")
    for name, told in (
        ("score", round(prelabel.score, 6)),
        ("source", prelabel.source.value),
        ("track_id", prelabel.track if prelabel.track >= 0 else ""),
        ("kind", prelabel.kind),
    ):
        if told != "":
            attribute = SubElement(attributes, "attribute")
            _text(attribute, "name", name)
            _text(attribute, "value", told)


def _text(parent: Element, name: str, value: object) -> None:
    SubElement(parent, name).text = str(value)


def in_jpeg_images(name: PictureName) -> str:
    """The one folder that the format has, whatever the split: lists tell what is in it."""
    return f"{_PICTURES}/{name.stem}{name.suffix}"


VOC = Format(
    "voc",
    "Pascal VOC",
    write_voc,
    place=in_jpeg_images,
    about="CVAT, datumaro, supervision and older trainers read it. Pixels count from 1, as PASCAL "
    'has it (datumaro: `coordinate_mode="voc-one-based"`); score, source, track and kind are '
    "`<attributes>`, which not all readers know.",
)
