"""YOLO models by ultralytics, from .pt and .onnx files and OpenVINO folders."""

import difflib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.detections import FrameDetections
from core.detectors.base import DetectorConfig, DetectorInfo, Device
from core.detectors.weights import digest, first_line, locate, quiet_ultralytics
from core.errors import DetectorError
from core.video.picture import Picture

log = logging.getLogger(__name__)


class UltralyticsDetector:
    """A YOLO model; importing torch and ultralytics waits until one is made.

    Raises:
        DetectorError: The weights cannot be found or loaded, a class is unknown, or the device
            is not there.
    """

    def __init__(self, config: DetectorConfig) -> None:
        path, backend = locate(config)
        version = _ultralytics_version()
        device = _device(config.device)
        self._model = _load(path)
        names = _class_names(self._model, path)
        self._options: dict[str, Any] = {
            "conf": config.confidence,
            "classes": _class_ids(config.classes, names),
            "device": device,
            "verbose": False,
        }
        if config.image_size is not None:
            self._options["imgsz"] = config.image_size
        self.batch_size = 16 if backend == "torch" and device != "cpu" else 1
        self.info = DetectorInfo(
            model=path.stem,
            sha256=digest(path),
            backend=backend,
            device=device,
            class_names=names,
            version=f"ultralytics {version}",
        )

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        """See `core.detectors.base.Detector.detect`."""
        try:
            results = self._model.predict(list(pictures), **self._options)
        except (RuntimeError, ValueError) as error:
            raise DetectorError(
                f"{self.info.model} failed on {self.info.device} ({first_line(error)})",
                mend="choose another device or model",
            ) from error
        return [_to_frame(result) for result in results]


def _ultralytics_version() -> str:
    quiet_ultralytics()
    try:
        import ultralytics
    except ImportError as error:
        raise DetectorError(
            f"The detector's libraries cannot be loaded ({first_line(error)})",
            mend="install what is missing, on a bare Debian with: apt install libgl1 libglib2.0-0",
        ) from error
    return str(ultralytics.__version__)


def _to_frame(result: Any) -> FrameDetections:
    boxes = result.boxes
    if boxes is None:
        raise DetectorError(
            "The model gives no boxes", mend="choose a model for detection, such as yolov8n.pt"
        )
    return FrameDetections(
        boxes.xyxy.cpu().numpy().astype(np.float32),
        boxes.conf.cpu().numpy().astype(np.float32),
        boxes.cls.cpu().numpy().astype(np.int16),
    )


def _load(path: Path) -> Any:
    from ultralytics import YOLO

    try:
        model = YOLO(str(path), task=None if path.suffix == ".pt" else "detect")
        # Exported models are read only when they are first used; .names makes that happen now.
        _ = model.names
    except ModuleNotFoundError as error:
        raise DetectorError(
            f"{path.name} needs the package {error.name}, which is not installed",
            mend=f"run: pip install {error.name}",
        ) from error
    except Exception as error:
        # Unpickling a broken file can raise anything at all.
        log.info("loading %s failed", path, exc_info=True)
        raise DetectorError(
            f"{path.name} cannot be loaded as a detector ({first_line(error)})",
            mend="download or export it again",
        ) from error
    return model


def _class_names(model: Any, path: Path) -> tuple[str, ...]:
    names: Mapping[int, str] = model.names
    if sorted(names) != list(range(len(names))):
        raise DetectorError(
            f"{path.name} numbers its classes {sorted(names)}, not from 0 without gaps",
            mend="export the model again",
        )
    return tuple(str(names[i]) for i in range(len(names)))


def _class_ids(wanted: tuple[str, ...] | None, names: tuple[str, ...]) -> list[int] | None:
    if wanted is None:
        return None
    for name in wanted:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=3) or list(names[:5])
            raise DetectorError(
                f'The model has no class "{name}"', mend=f"choose for example {', '.join(near)}"
            )
    return [names.index(name) for name in wanted]


def _device(wanted: Device) -> str:
    import torch

    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": _has_mps()}
    if wanted == "auto":
        wanted = "cuda" if there["cuda"] else "mps" if there["mps"] else "cpu"
    if not there[wanted]:
        raise DetectorError(
            f"This computer has no {wanted} device that torch can use",
            mend="choose the device auto or cpu",
        )
    return "cuda:0" if wanted == "cuda" else wanted


def _has_mps() -> bool:
    import torch

    return bool(torch.backends.mps.is_available())
