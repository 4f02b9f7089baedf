"""What a format gets to write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.prelabels import Prelabel

IMAGES = "images"
"""Folder of the pictures inside an export."""


@dataclass(frozen=True)
class LabeledFrame:
    """One exported picture and its prelabels."""

    frame: int
    file_name: str
    """Name of the picture inside `IMAGES`."""
    width: int
    height: int
    prelabels: tuple[Prelabel, ...]
    """Boxes that lie inside the picture and have an area."""


FormatWriter = Callable[[Path, Sequence[LabeledFrame], tuple[str, ...]], None]
"""Writes the labels of all frames below a folder; the last argument names the classes by id."""
