"""The formats that detections of other programs may have, and which of them a file has."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import ImportedDetectionsError
from core.importing.base import ForVideo, Imported, ImportOptions, Reader
from core.importing.coco import read_coco
from core.importing.lightly import read_lightly
from core.importing.motchallenge import import_mot
from core.importing.yolo_txt import read_yolo

FORMATS: Mapping[str, Reader] = MappingProxyType(
    {"yolo": read_yolo, "coco": read_coco, "mot": import_mot, "lightly": read_lightly}
)
"""Readers by the format's name."""

_MEND = (
    "give a folder of YOLO text files, a COCO .json, a MOTChallenge .txt, "
    "or a folder of Lightly's predictions"
)
_DEFAULTS = ImportOptions()


def recognise(path: Path) -> str:
    """The format of a file or folder, a key of `FORMATS`.

    Raises:
        ImportedDetectionsError: It is none of them, or it is not there.
    """
    try:
        if path.is_dir():
            return _recognise_folder(path)
        if not path.is_file():
            raise ImportedDetectionsError(f"{path} is not there", mend=_MEND)
    except OSError as error:
        raise _unreadable(path, error) from error
    by_suffix = {".json": "coco", ".txt": "mot", ".csv": "mot"}
    try:
        return by_suffix[path.suffix.lower()]
    except KeyError:
        raise ImportedDetectionsError(
            f"{path} has the suffix of no known format ({path.suffix!r})", mend=_MEND
        ) from None


def _recognise_folder(path: Path) -> str:
    marks = ("schema.json", "tasks.json", "predictions/tasks.json", ".lightly/predictions")
    if any((path / mark).exists() for mark in marks):
        return "lightly"
    if (path / "labels").is_dir() or any(path.glob("*.txt")):
        return "yolo"
    raise ImportedDetectionsError(f"{path} holds detections of no known format", mend=_MEND)


def import_detections(
    path: Path,
    video: ForVideo,
    options: ImportOptions = _DEFAULTS,
    format_name: str | None = None,
) -> Imported:
    """Read what another program saw in a video.

    Args:
        path: A file or folder.
        video: What the detections must fit.
        options: What the files do not say.
        format_name: Key of `FORMATS`; None to find out.

    Raises:
        ImportedDetectionsError: They cannot be read, or are of another video; names file and line.
    """
    name = format_name or recognise(path)
    if name not in FORMATS:
        raise ImportedDetectionsError(
            f"There is no format {name!r}", mend=f"choose one of {', '.join(FORMATS)}"
        )
    try:
        return FORMATS[name](path, video, options)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> ImportedDetectionsError:
    return ImportedDetectionsError(
        f"{path} cannot be read ({error.strerror})", mend="give a folder that can be read"
    )
