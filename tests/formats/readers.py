"""The third parties that read formats back; each library is asked for what it knows of a box."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.export.base import Labeled, Media


@dataclass(frozen=True)
class ReadBox:
    """A box as a third party sees it."""

    frame: int
    """Place among `Labeled.frames`."""
    xyxy: tuple[float, float, float, float]
    """px of the upright picture."""
    class_name: str
    score: float | None = None
    """None where the reader knows none; so are the following."""
    source: str | None = None
    track: int | None = None
    """Unlike that of any other object of the video; None for a box that belongs to none."""
    kind: str | None = None


@dataclass(frozen=True)
class Reader:
    """A third party that reads a format."""

    format: str
    """`core.export.base.Format.name`."""
    library: str
    read: Callable[[Path, Labeled], list[ReadBox]] | None
    """Gets the export's folder and what was written into it. None where the library wants an
    environment of its own: a module of `outside.py` has the reader then."""
    media: Media = "frames"
    precision: float = 1.0
    """px; what the format, or the reader, rounds to."""
    environment: str = "annotators"
    """A key of `environments.ENVIRONMENTS`, where `read` is None."""


def place_of_paths(labeled: Labeled) -> dict[str, int]:
    """Place among the frames by the path of the picture."""
    return {frame.path: place for place, frame in enumerate(labeled.frames)}


def place_of_numbers(labeled: Labeled) -> dict[tuple[str, int], int]:
    """Place among the frames by the name of the video and `LabeledFrame.number`."""
    return {
        (labeled.videos[frame.video].name, frame.number): place
        for place, frame in enumerate(labeled.frames)
    }
