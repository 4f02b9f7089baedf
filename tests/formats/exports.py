"""The sample in every format that has a reader, written once, and what the readers say of it."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from core.export.base import ExportVideo, Labeled
from core.export.registry import formats
from tests.formats.readers import ReadBox, Reader
from tests.formats.registry import READERS
from tests.formats.sample import write_sample

_HERE = Path(__file__).parent
_SECONDS = 300


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
        found = self._outside[variant.key]
        assert not isinstance(found, str), found
        return [ReadBox(**{**box, "xyxy": tuple(box["xyxy"])}) for box in found]

    @cached_property
    def _outside(self) -> dict[str, Any]:
        """What all readers in the other environment found: one process, for their imports take
        seconds."""
        python = _outside_python()
        wanted = [
            {
                "key": variant.key,
                "format": variant.reader.format,
                "library": variant.reader.library,
                "folder": variant.export,
                "told": told(self.labeled(variant)),
            }
            for variant in VARIANTS
            if variant.reader.read is None
        ]
        (self.folder / "wanted.json").write_text(json.dumps(wanted), encoding="utf-8")
        command = [*python, str(_HERE / "outside.py"), str(self.folder)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads((self.folder / "read.json").read_text(encoding="utf-8")))


def told(labeled: Labeled) -> dict[str, Any]:
    """What was written, as the readers outside get to know it."""
    return {
        "class_names": labeled.class_names,
        "videos": [
            {"name": v.name, "suffix": v.path.suffix, "width": v.width, "height": v.height}
            for v in labeled.videos
        ],
        "frames": [
            {"video": f.video, "frame": f.frame, "number": f.number, "path": f.path}
            for f in labeled.frames
        ],
    }


def _outside_python() -> list[str]:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed, which makes the environment of some third parties")
    base = [uv, "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable]
    base += ["--config-file", str(_HERE / "uv.toml")]
    python = [*base, "--with-requirements", str(_HERE / "requirements.txt"), "python"]
    made = subprocess.run(
        [*python, "-c", ""], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if made.returncode:
        pytest.skip(f"uv cannot make the environment of some third parties: {made.stderr.strip()}")
    return python
