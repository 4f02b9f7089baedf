"""What every detector offers, and what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    # The settings and the window need the names below before numpy is loaded.
    from core.detections import FrameDetections
    from core.video.picture import Picture

Device = Literal["auto", "cpu", "cuda", "mps"]

DEFAULT_MODEL = "yolov8n.pt"
DEFAULT_CONFIDENCE = 0.1
"""Low on purpose: a box that the model half sees is evidence, too."""


@dataclass(frozen=True)
class DetectorConfig:
    """What a person chooses before a run."""

    model: str = DEFAULT_MODEL
    """A path to a .pt or .onnx file or an OpenVINO folder, or a known name as `yolov8s.pt`."""
    confidence: float = DEFAULT_CONFIDENCE
    """Boxes with a score below this are dropped, 0..1."""
    classes: tuple[str, ...] | None = None
    """Names of the classes to keep; None keeps all."""
    device: Device = "auto"
    image_size: int | None = None
    """Longer side in pixels that pictures are scaled to; None takes the model's own."""


def model_reference(text: str) -> str:
    """What a person typed as `DetectorConfig.model`: an existing path made absolute, or a name.

    A run that is resumed from another folder then still finds its weights.
    """
    path = Path(text).expanduser()
    return str(path.resolve()) if path.exists() else text


@dataclass(frozen=True)
class DetectorInfo:
    """What is known of a detector once it is loaded; kept with every run."""

    model: str
    """Name for people, such as `yolov8n`."""
    sha256: str
    """Hash of the weights."""
    backend: str
    """What computes: `torch`, `onnx` or `openvino`."""
    device: str
    """Where: `cpu`, `cuda:0`, `mps`."""
    class_names: tuple[str, ...]
    """Name of each class id."""
    version: str
    """Library and version, such as `ultralytics 8.4.190`."""


class Detector(Protocol):
    """Sees boxes in pictures."""

    @property
    def info(self) -> DetectorInfo:
        """What this detector is."""
        ...

    @property
    def batch_size(self) -> int:
        """How many pictures it likes to get together."""
        ...

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        """What it sees in each picture, in pixels of that picture.

        Raises:
            DetectorError: The detector cannot run.
        """
        ...
