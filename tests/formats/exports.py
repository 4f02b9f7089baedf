"""The sample in every format that has a reader, written once, and what the readers say of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.export.base import ExportVideo, Labeled
from core.export.registry import formats
from tests.formats.environments import ENVIRONMENTS
from tests.formats.readers import ReadBox, Reader
from tests.formats.registry import READERS
from tests.formats.sample import write_sample


@dataclass(frozen=True)
class Variant:
    """One way in which a reader's format is written."""

    reader: Reader
    split: bool

    @property
    def export(self) -> str:
        """Folder of the export."""
        parts = [self.reader.format, self.reader.media, *(["split"] if self.split else [])]
        return "-".join(parts)

    @property
    def key(self) -> str:
        """Tells it from all others."""
        return f"{self.export}-{self.reader.library}"


VARIANTS = tuple(
    Variant(reader, split)
    for reader in READERS
    for split in ((False, True) if reader.media == "frames" else (False,))
)


@dataclass(eq=False)
class Exports:
    """Writes the sample, and has it read."""

    folder: Path
    videos: tuple[ExportVideo, ...]
    _labeled: dict[str, Labeled] = field(default_factory=dict)
    _read: dict[str, list[ReadBox]] = field(default_factory=dict)
    _found: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By environment, then by variant."""

    def labeled(self, variant: Variant) -> Labeled:
        """What was written."""
        if variant.export not in self._labeled:
            format_ = formats()[variant.reader.format]
            self._labeled[variant.export] = write_sample(
                format_, variant.reader.media, self.folder / variant.export, self.videos,
                split=variant.split,
            )  # fmt: skip
        return self._labeled[variant.export]

    def read(self, variant: Variant) -> list[ReadBox]:
        """What the reader of a variant found; skips where its environment cannot be had."""
        if variant.key not in self._read:
            labeled, read = self.labeled(variant), variant.reader.read
            self._read[variant.key] = (
                read(self.folder / variant.export, labeled)
                if read is not None
                else self._from_outside(variant)
            )
        return self._read[variant.key]

    def _from_outside(self, variant: Variant) -> list[ReadBox]:
        found = self._outside(variant.reader.environment)[variant.key]
        assert not isinstance(found, str), found
        return [ReadBox(**{**box, "xyxy": tuple(box["xyxy"])}) for box in found]

    def _outside(self, environment: str) -> dict[str, Any]:
        """What all readers in an environment found: one process, for their imports take
        seconds."""
        if environment not in self._found:
            wanted = [
                {
                    "key": variant.key,
                    "format": variant.reader.format,
                    "library": variant.reader.library,
                    "folder": variant.export,
                    "told": told(self.labeled(variant)),
                }
                for variant in VARIANTS
                if variant.reader.read is None and variant.reader.environment == environment
            ]
            self._found[environment] = ENVIRONMENTS[environment].read(self.folder, wanted)
        return self._found[environment]


def told(labeled: Labeled) -> dict[str, Any]:
    """What was written, as the readers outside get to know it."""
    return {
        "class_names": labeled.class_names,
        "videos": [
            {"name": v.name, "suffix": v.path.suffix, "width": v.width, "height": v.height}
            for v in labeled.videos
        ],
        "frames": [
            {
                "video": f.video,
                "frame": f.frame,
                "number": f.number,
                "path": f.path,
                "split": f.split,
            }
            for f in labeled.frames
        ],
    }
