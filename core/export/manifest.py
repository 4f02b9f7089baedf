"""`flickerscope.json`: what an export holds, so that finished labels find their way back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from core.errors import ExportError
from core.export.base import Labeled
from core.export.request import ExportRequest
from core.prelabels import Source

MANIFEST = "flickerscope.json"
_VERSION = 1


@dataclass(frozen=True)
class HandedVideo:
    """One of the videos."""

    name: str
    """In the export."""
    file_name: str
    """Of the video itself."""
    frame_count: int
    run: str
    model: str


@dataclass(frozen=True)
class HandedFrame:
    """One of the frames."""

    video: int
    """Place among the videos."""
    frame: int
    number: int
    path: str
    """Of its picture; see `core.export.base.LabeledFrame`."""


@dataclass(frozen=True)
class HandedBox:
    """One of the boxes that an assertion asked for and a person accepted or edited."""

    frame: int
    """Place among the frames of the export."""
    xyxy: tuple[float, float, float, float]
    class_name: str
    plausibility: float
    kind: str
    key: str
    """`core.assertions.imputed.ImputedBox.key`."""


@dataclass(frozen=True)
class Manifest:
    """What was handed over."""

    request: ExportRequest
    videos: tuple[HandedVideo, ...]
    frames: tuple[HandedFrame, ...]
    boxes: tuple[HandedBox, ...]


def manifest_of(labeled: Labeled, request: ExportRequest) -> Manifest:
    """What is handed over."""
    return Manifest(
        request,
        tuple(
            HandedVideo(v.name, v.path.name, len(v.index), v.run, v.model) for v in labeled.videos
        ),
        tuple(HandedFrame(f.video, f.frame, f.number, f.path) for f in labeled.frames),
        tuple(
            HandedBox(at, box.xyxy, box.class_name, box.score, box.kind, box.key)
            for at, frame in enumerate(labeled.frames)
            for box in frame.prelabels
            if box.kind and box.source in (Source.IMPUTED, Source.EDITED)
        ),
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `MANIFEST` into an export's folder."""
    found = asdict(manifest) | {"version": _VERSION, "request": manifest.request.to_json()}
    (folder / MANIFEST).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def read_manifest(path: Path) -> Manifest:
    """Read it.

    Args:
        path: An export's folder or zip, or the file itself.

    Raises:
        ExportError: There is none, or it cannot be read.
    """
    file = path / MANIFEST if path.is_dir() else path
    try:
        return _manifest(json.loads(_content(file)))
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ExportError(
            f"{file} cannot be read as the list of what was exported ({error})",
            mend=f"give the folder or zip that was exported, or its {MANIFEST}",
        ) from error


def _content(file: Path) -> bytes:
    if file.suffix.lower() != ".zip":
        return file.read_bytes()
    with ZipFile(file) as archive:
        inside = (name for name in archive.namelist() if name.rpartition("/")[2] == MANIFEST)
        return archive.read(next(inside, MANIFEST))


def _manifest(found: Mapping[str, Any]) -> Manifest:
    if found["version"] != _VERSION:
        raise ValueError(f"version {found['version']} is unknown")
    return Manifest(
        ExportRequest.from_json(found["request"]),
        tuple(HandedVideo(**each) for each in found["videos"]),
        tuple(HandedFrame(**each) for each in found["frames"]),
        tuple(HandedBox(**{**each, "xyxy": tuple(each["xyxy"])}) for each in found["boxes"]),
    )
