"""From a configuration to a loaded ultralytics model on a device, in the form of a backend."""

import difflib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from core.detectors.base import Backend, DetectorConfig, Device, Notice, Say
from core.detectors.exporting import Exportable, exported, missing_package, not_installed
from core.detectors.weights import digest, first_line, locate, quiet_ultralytics
from core.errors import DetectorError, DeviceFailedError

log = logging.getLogger(__name__)

_PACKAGES = {"torch": "torch", "onnx": "onnxruntime"}


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to predict."""

    weights: Path
    """What the person named."""
    sha256: str
    """Of these weights."""
    path: Path
    """What runs: the weights, or what was exported from them."""
    backend: Backend
    device: str
    class_names: tuple[str, ...]
    options: Mapping[str, Any]
    """Arguments of `predict`."""
    predictor: Any
    """ultralytics' own, set up for pictures of the size asked for."""

    @property
    def version(self) -> str:
        """Libraries and versions."""
        package = _PACKAGES.get(self.backend, self.backend)
        return f"ultralytics {version('ultralytics')}, {package} {version(package)}"


def load_model(config: DetectorConfig, size: tuple[int, int], say: Say) -> LoadedModel:
    """Load what a configuration names; see `core.detectors.ultralytics.UltralyticsDetector`."""
    weights, form = locate(config)
    _import_ultralytics()
    device = _device(config.device)
    backend = _backend(config, form, device)
    if form not in ("torch", "tensorrt"):
        device = "cpu"
    blank = np.zeros((size[1], size[0], 3), np.uint8)
    options = _options(config, device)
    predictor = _predictor(weights, form, blank, options)
    names = _class_names(predictor.model.names, weights)
    predictor.args.classes = _class_ids(config.classes, names)
    plain = LoadedModel(
        weights, digest(weights), weights, form, device, names, options, predictor
    )  # fmt: skip
    if backend == form:
        return plain
    try:
        return _in_form_for(backend, plain, blank, say)  # type: ignore[arg-type]
    except DetectorError as error:
        if config.backend != "auto":
            raise
        say(Notice(f"{error.problem}: torch runs it instead, which is slower."))
        return plain


def _import_ultralytics() -> None:
    quiet_ultralytics()
    try:
        import ultralytics  # noqa: F401
    except ImportError as error:
        raise DetectorError(
            f"The detector's libraries cannot be loaded ({first_line(error)})",
            mend="install what is missing, on a bare Debian with: apt install libgl1 libglib2.0-0",
        ) from error


def _backend(config: DetectorConfig, form: Backend, device: str) -> Backend:
    """What is to compute; a file in another form than .pt leaves no choice."""
    wanted = config.backend
    if form != "torch":
        if wanted not in ("auto", form):
            raise DetectorError(
                f"{Path(config.model).name} is a model for {form}, not for {wanted}",
                mend=f"choose the backend {form} or auto, or the .pt file",
            )
        return form
    if wanted == "auto":
        there = missing_package("openvino") is None
        return "openvino" if device == "cpu" and there else "torch"
    return wanted


def _in_form_for(
    backend: Exportable, plain: LoadedModel, blank: np.ndarray[Any, Any], say: Say
) -> LoadedModel:
    """The same model exported for a backend, at the shape that torch gives such pictures."""
    height, width = plain.predictor.preprocess([blank]).shape[2:]
    path = exported(plain.weights, plain.sha256, backend, (int(height), int(width)), say)
    device = plain.device if backend == "tensorrt" else "cpu"
    # The size is that of the export now.
    options = {**plain.options, "device": device, "imgsz": [int(height), int(width)]}
    predictor = _predictor(path, backend, blank, options)
    predictor.args.classes = plain.predictor.args.classes
    return replace(
        plain, path=path, backend=backend, device=device, options=options, predictor=predictor
    )


def _options(config: DetectorConfig, device: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "conf": config.confidence,
        "iou": config.iou,
        "device": device,
        "verbose": False,
    }
    if device.startswith("cuda"):
        options["quantize"] = "fp16"
    if config.image_size is not None:
        options["imgsz"] = config.image_size
    return options


def _predictor(
    path: Path, form: Backend, blank: np.ndarray[Any, Any], options: Mapping[str, Any]
) -> Any:
    """ultralytics' own stages, set up by a first prediction."""
    from ultralytics import YOLO
    from ultralytics.nn.backends.base import BaseBackend

    try:
        if form == "torch":
            model = YOLO(str(path))
        else:
            task = BaseBackend.read_metadata(path).get("task", "detect")
            model = YOLO(str(path), task=task)
            (result,) = _predict(model, blank, options)  # not read before
    except ModuleNotFoundError as error:
        raise not_installed(path.name, str(error.name)) from error
    except Exception as error:
        # Unpickling a broken file can raise anything at all.
        log.info("loading %s failed", path, exc_info=True)
        raise DetectorError(
            f"{path.name} cannot be loaded as a detector ({first_line(error)})",
            mend="download or export it again",
        ) from error
    if form == "torch":
        result = _first_result(model, path, blank, options)
    if result.boxes is None:
        raise DetectorError(
            f"{path.name} gives no boxes, it is a model to {model.task}",
            mend="choose a model for detection, such as yolov8n.pt",
        )
    return model.predictor


def _first_result(
    model: Any, path: Path, blank: np.ndarray[Any, Any], options: Mapping[str, Any]
) -> Any:
    try:
        (result,) = _predict(model, blank, options)
    except (RuntimeError, ValueError) as error:
        kind = DetectorError if options["device"] == "cpu" else DeviceFailedError
        raise kind(
            f"{path.name} failed on {options['device']} ({first_line(error)})",
            mend="choose another device, backend or model",
        ) from error
    return result


def _predict(model: Any, blank: np.ndarray[Any, Any], options: Mapping[str, Any]) -> Any:
    if options["device"] != "cpu":
        return model.predict(blank, **options)
    base = model.task_map[model.task]["predictor"]

    class Unwarmed(base):  # type: ignore[misc, valid-type]
        """Warming up does nothing on a processor but import torchvision, which takes seconds."""

        def setup_model(self, *arguments: Any, **named: Any) -> None:
            super().setup_model(*arguments, **named)
            self.done_warmup = True

    return model.predict(blank, predictor=Unwarmed, **options)


def _class_names(names: Mapping[int, str], path: Path) -> tuple[str, ...]:
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
