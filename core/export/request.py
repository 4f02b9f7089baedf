"""What a person asks to be handed over, and in which form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from core.export.base import Media
from core.export.scopes import Scope
from core.frames import FrameRange

PictureKind = Literal["png", "jpeg"]
PICTURE_KINDS: tuple[PictureKind, ...] = get_args(PictureKind)
SUFFIXES: Mapping[PictureKind, str] = {"png": ".png", "jpeg": ".jpg"}
SplitBy = Literal["video", "time"]
SPLITS: tuple[SplitBy, ...] = get_args(SplitBy)
Extra = Literal["crops", "overlays", "sheet"]
"""Beside the labels: cuttings around imputed boxes, pictures with their boxes drawn in, and one
picture of all frames."""
EXTRAS: tuple[Extra, ...] = get_args(Extra)
OVERLAY_QUALITY = 88
"""Of the JPEGs that only show what is exported."""

LIGHTLY_NAMES = "{video}-{frame}-{ext}"
"""Pictures are called as Lightly calls the frames of a video."""


@dataclass(frozen=True)
class ExportRequest:
    """All that decides what is written; where to is not part of it."""

    format: str = "coco"
    """A key of `core.export.registry.formats`."""
    scope: Scope = "flagged"
    range: FrameRange | None = None
    """Only frames of the scope that lie in it."""
    every: int = 1
    """Only every n-th of these, the first included."""
    neighbours: int = 0
    """Frames before and after each of these that come along as context."""
    min_score: float = 0.25
    """The model's own boxes are handed over from this score on; those of a person always are."""
    classes: tuple[tuple[str, str], ...] = ()
    """Classes and what they are called in the export; an empty name leaves the class out."""
    empty: bool = True
    """Whether frames without boxes are kept."""
    val: float = 0.0
    """Share of the frames for validation, 0 for no split."""
    split_by: SplitBy = "time"
    """Whether whole videos are for validation, or the end of each."""
    media: Media | None = None
    """None for what is usual with the format."""
    picture: PictureKind = "png"
    quality: int = 92
    """Of JPEG, 1..100."""
    names: str = LIGHTLY_NAMES
    """Pattern of the pictures' names: {video}, {frame} (padded with zeros), {ext}, {seconds}."""
    extras: tuple[Extra, ...] = ()
    zip: bool = False
    """Whether one zip file is written in place of a folder."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "ExportRequest":
        """What `to_json` gave."""
        values = dict(found)
        values["range"] = FrameRange(**found["range"]) if found["range"] else None
        values["classes"] = tuple((old, new) for old, new in found["classes"])
        values["extras"] = tuple(found["extras"])
        return cls(**values)
