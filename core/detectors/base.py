"""What every detector offers, and what it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    # The settings and the window need the names below before numpy is loaded.
    from core.detections import FrameDetections
    from core.video.picture import Picture

Device = Literal["auto", "cpu", "cuda", "mps"]
Backend = Literal["auto", "torch", "onnx", "openvino", "tensorrt"]

_MAKERS_NAMES = {"openvino": "OpenVINO", "onnx": "ONNX", "tensorrt": "TensorRT"}

BUILT_IN = "ultralytics"
"""The detector that comes with the program; others are found by `core.detectors.registry`."""
DEFAULT_MODEL = "yolov8n.pt"
DEFAULT_CONFIDENCE = 0.1
"""Low on purpose: a box that the model half sees is evidence, too."""
DEFAULT_IOU = 0.7
"""As ultralytics has it."""


@dataclass(frozen=True)
class Sampling:
    """Which frames of a video to look at: `start`, `start + every`, ... before `stop`."""

    start: int = 0
    stop: int | None = None
    """None goes on to the end."""
    every: int = 1

    def __post_init__(self) -> None:
        if self.start < 0 or self.every < 1 or (self.stop is not None and self.stop <= self.start):
            raise ValueError(f"no frames to look at: {self}")

    def frames(self, count: int) -> range:
        """The frames to look at among the first `count` of the video."""
        return range(self.start, count if self.stop is None else min(self.stop, count), self.every)

    def end(self, count: int) -> int:
        """The frame after the last one to look at; 0 if there is none."""
        frames = self.frames(count)
        return frames[-1] + 1 if frames else 0


EVERY_FRAME = Sampling()


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
    iou: float = DEFAULT_IOU
    """Of two boxes of a class that overlap by more than this the surer one is kept, 0..1."""
    backend: Backend = "auto"
    """What computes; `auto` takes the fastest that is there for the model and the device."""
    sampling: Sampling = EVERY_FRAME
    detector: str = BUILT_IN
    """Which detector runs the model; see `core.detectors.registry`."""


def backend_name(backend: str) -> str:
    """What computes, as its makers write it."""
    return _MAKERS_NAMES.get(backend, backend)


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
    """What computes: `torch`, `onnx`, `openvino`, `tensorrt`; `import` for boxes from files."""
    device: str
    """Where: `cpu`, `cuda:0`, `mps`."""
    class_names: tuple[str, ...]
    """Name of each class id."""
    version: str
    """Libraries and versions, such as `ultralytics 8.4.190, torch 2.15.0`."""
    precision: str = "float32"
    """Of the network's arithmetic."""


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

        It may tell what the picture and its objects look like, too (`FrameDetections.embedding`
        and `objects`, of the same widths for every frame); that is kept with the run.

        Raises:
            OutOfMemoryError: Too many pictures at once; fewer will follow.
            DeviceFailedError: Its graphics device failed.
            DetectorError: It cannot run.
        """
        ...


@runtime_checkable
class StagedDetector(Detector, Protocol):
    """A detector whose stages can work on different pictures at the same time.

    `detect` is `finish` after `infer` after `prepare`; the errors are those of `detect`.
    """

    @property
    def workers(self) -> int:
        """How many threads may call `infer` at a time."""
        ...

    def prepare(self, pictures: Sequence[Picture]) -> object:
        """Bring pictures into the form that the network takes; may be called by any thread."""
        ...

    def infer(self, prepared: Any) -> object:
        """Run the network."""
        ...

    def finish(self, raw: Any, prepared: Any, pictures: Sequence[Picture]) -> list[FrameDetections]:
        """Boxes from what the network said; called by one thread at a time."""
        ...


Say = Callable[["Preparing | Notice"], None]
"""Receives what a detector has to tell."""


@dataclass(frozen=True)
class Preparing:
    """What is being done before the first frame, as long as it lasts."""

    text: str


@dataclass(frozen=True)
class Notice:
    """Something that a person should know of and that did not stop the work: a sentence."""

    text: str
