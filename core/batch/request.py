"""What is asked for each video of a batch."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from core.detectors.base import DetectorConfig, Sampling
from core.export.request import ExportRequest
from core.selection.request import DEFAULT_REQUEST, SelectRequest

DEFAULT_CONFIG = DetectorConfig()
DEFAULT_EXPORT = ExportRequest(scope="selected")


@dataclass(frozen=True)
class BatchRequest:
    """All that decides what comes out; where and by how many workers is not part of it."""

    config: DetectorConfig = DEFAULT_CONFIG
    select: SelectRequest | None = DEFAULT_REQUEST
    """Frames to choose of each video; None chooses none."""
    export: ExportRequest | None = DEFAULT_EXPORT
    """What of each video is handed over, and how; None exports nothing."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `from_json` reads it."""
        return {
            "config": asdict(self.config),
            "select": self.select.to_json() if self.select else None,
            "export": self.export.to_json() if self.export else None,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "BatchRequest":
        """What `to_json` gave."""
        config = dict(found["config"])
        config["sampling"] = Sampling(**config["sampling"])
        if config["classes"] is not None:
            config["classes"] = tuple(config["classes"])
        return cls(
            DetectorConfig(**config),
            SelectRequest.from_json(found["select"]) if found["select"] else None,
            ExportRequest.from_json(found["export"]) if found["export"] else None,
        )

    def run_id(self, key: str) -> str:
        """The id of the run over a video: whoever makes it, and however often, it is the same.

        Args:
            key: `Item.key` of the video.
        """
        asked = json.dumps([key, asdict(self.config)], sort_keys=True)
        return sha256(asked.encode()).hexdigest()[:12]
