"""YOLO models by ultralytics, on any backend that it runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from core.boxes import Boxes
from core.detections import FrameDetections
from core.detectors.base import DetectorConfig, DetectorInfo, Say
from core.detectors.loading import LoadedModel, load_model
from core.detectors.machine import usable_cores
from core.detectors.openvino import OpenVinoStreams
from core.detectors.taps import OnnxTap, Raw, TorchTap, Vectors, pooled
from core.detectors.uncertainty import uncertainties
from core.detectors.weights import first_line
from core.errors import DetectorError, DeviceFailedError, OutOfMemoryError
from core.video.picture import Picture

_GPU_BATCH = 16
_MOST_WORKERS = 16
"""Pictures under way at a time, each of which takes memory."""
_LIKELY_SIZE = 1280, 720


class UltralyticsDetector:
    """A YOLO model; importing torch and ultralytics waits until one is made.

    It runs the very stages that `YOLO.predict` runs one after another.

    Args:
        config: What to load, and how.
        size: Width and height of the pictures to come, px; others work, too.
        say: Told what is being prepared.

    Raises:
        DetectorError: The weights cannot be found or loaded, a class is unknown, or the device or
            backend is not there.
    """

    def __init__(
        self,
        config: DetectorConfig,
        size: tuple[int, int] = _LIKELY_SIZE,
        say: Say = lambda message: None,
    ) -> None:
        loaded = load_model(config, size, say)
        import torch

        self._torch = torch
        self._predictor = loaded.predictor
        self._predictor.get_obj_feats = partial(uncertainties, len(loaded.class_names))
        self._streams = _streams(loaded)
        self._run = _tapped(loaded)
        self.workers = _workers(loaded, self._streams)
        self.batch_size = _batch_size(loaded)
        self.info = DetectorInfo(
            model=loaded.weights.stem,
            sha256=loaded.sha256,
            backend=loaded.backend,
            device=loaded.device,
            class_names=loaded.class_names,
            version=loaded.version,
            precision="float16" if loaded.predictor.model.fp16 else "float32",
        )

    def detect(self, pictures: Sequence[Picture]) -> list[FrameDetections]:
        """See `core.detectors.base.Detector.detect`."""
        prepared = self.prepare(pictures)
        return self.finish(self.infer(prepared), prepared, pictures)

    def prepare(self, pictures: Sequence[Picture]) -> Any:
        """Letterbox and normalise; gives a tensor (n, 3, height, width) on the device."""
        try:
            with self._torch.inference_mode():
                return self._predictor.preprocess(list(pictures))
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error

    def infer(self, prepared: Any) -> Raw:
        """See `core.detectors.base.StagedDetector.infer`."""
        try:
            if self._streams is not None and len(prepared) == 1:
                return self._streams(prepared)
            with self._torch.inference_mode():
                return self._run(prepared)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise self._failure(error) from error

    def finish(self, raw: Raw, prepared: Any, pictures: Sequence[Picture]) -> list[FrameDetections]:
        """Suppress doubles, bring boxes back into the picture, and say what is in them."""
        predictor = self._predictor
        # Where ultralytics keeps the names of the pictures, which its results must carry.
        predictor.batch = [""] * len(pictures), None, None
        # What makes ultralytics tell which of the network's boxes were kept.
        predictor._feats = raw.output
        try:
            with self._torch.inference_mode():
                results = predictor.postprocess(raw.output, prepared, list(pictures))
                frames = [_to_frame(result) for result in results]
                seen = _pooled(raw, prepared, pictures, [frame.xyxy for frame in frames])
        except (RuntimeError, ValueError, MemoryError) as error:
            raise self._failure(error) from error
        return [
            replace(frame, embedding=embedding, objects=objects)
            for frame, (embedding, objects) in zip(frames, seen, strict=False)
        ] or frames

    def embed(
        self, pictures: Sequence[Picture], boxes: Sequence[Boxes]
    ) -> list[tuple[Vectors, Vectors]]:
        """What pictures, and the objects in given boxes, look like; see `taps.pooled`.

        Empty for a network whose backbone is not known.

        Raises:
            DetectorError: As `detect`.
        """
        prepared = self.prepare(pictures)
        raw = self.infer(prepared)
        try:
            with self._torch.inference_mode():
                return _pooled(raw, prepared, pictures, boxes)
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> DetectorError:
        said = f"{self.info.model} failed on {self.info.device} ({first_line(error)})"
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            if self.info.device.startswith("cuda"):
                self._torch.cuda.empty_cache()
            return OutOfMemoryError(
                f"{self.info.model} needs more memory than {self.info.device} has",
                mend="choose a smaller image size or model, or the device cpu",
            )
        if self.info.device != "cpu":
            return DeviceFailedError(said, mend="choose the device cpu")
        return DetectorError(said, mend="choose another model or backend")


def _tapped(loaded: LoadedModel) -> Callable[[Any], Raw]:
    """Runs the network; the backends that are not here tell nothing of its layers."""
    network = loaded.predictor.model
    if loaded.backend == "torch":
        return partial(TorchTap(network.backend.model).run, network)
    if loaded.backend == "onnx":
        return partial(OnnxTap(network.backend, loaded.path).run, network)
    return lambda prepared: Raw(network(prepared), None)


def _pooled(
    raw: Raw, prepared: Any, pictures: Sequence[Picture], boxes: Sequence[Boxes]
) -> list[tuple[Vectors, Vectors]]:
    if raw.layer is None:
        return []
    height, width = prepared.shape[2:]
    return [
        pooled(layer, own, picture.shape[:2], (int(height), int(width)))
        for layer, picture, own in zip(raw.layer, pictures, boxes, strict=True)
    ]


def _streams(loaded: LoadedModel) -> OpenVinoStreams | None:
    network = loaded.predictor.model
    fixed = not getattr(network, "dynamic", False) and network.batch == 1
    return OpenVinoStreams(loaded.path) if loaded.backend == "openvino" and fixed else None


def _workers(loaded: LoadedModel, streams: OpenVinoStreams | None) -> int:
    """How many pictures to infer at a time; each then has its share of the cores."""
    if streams is not None:
        return streams.count
    if loaded.backend != "torch" or loaded.device != "cpu":
        return 1
    import torch

    # With one thread each whatever the computer: two give other last bits, and what is seen must
    # not depend on which of a batch's computers sees it.
    torch.set_num_threads(1)
    return min(usable_cores(), _MOST_WORKERS)


def _batch_size(loaded: LoadedModel) -> int:
    network = loaded.predictor.model
    if loaded.backend != "torch" and not getattr(network, "dynamic", False):
        return max(int(network.batch), 1)
    return _GPU_BATCH if loaded.device != "cpu" else 1


def _to_frame(result: Any) -> FrameDetections:
    boxes = result.boxes
    uncertainty = getattr(result, "feats", None)
    return FrameDetections(
        boxes.xyxy.cpu().numpy().astype(np.float32),
        boxes.conf.cpu().numpy().astype(np.float32),
        boxes.cls.cpu().numpy().astype(np.int16),
        uncertainty=uncertainty,
    )
