"""Models that say what a picture looks like: torchvision's, TorchScript files, and detectors."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.boxes import Boxes
from core.detectors.base import DetectorConfig
from core.detectors.weights import first_line, quiet_ultralytics
from core.embeddings.embeddings import Vectors
from core.errors import DetectorError
from core.paths import models_dir
from core.video.picture import Picture

_BATCH = 8
_KNOWN = "resnet18, mobilenet_v3_small or efficientnet_b0"
_CHOOSE = (
    f"give a model of torchvision such as {_KNOWN}, its name with a local file (resnet18=FILE), "
    "a TorchScript file, or a detector's .pt or .onnx file or OpenVINO folder"
)

Seen = tuple[Vectors, Vectors | None]
"""(d,) of a picture, and (n, e) of its objects where the model tells."""


class EmbeddingModel(Protocol):
    """Says what pictures look like."""

    @property
    def source(self) -> str:
        """What it is, for people."""
        ...

    @property
    def batch_size(self) -> int:
        """How many pictures it likes to get together."""
        ...

    def embed(self, pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> list[Seen]:
        """What each picture, and what is in its boxes (n, 4) xyxy px, looks like.

        Raises:
            DetectorError: It cannot run.
        """
        ...


def load_embedding_model(model: str, size: tuple[int, int]) -> EmbeddingModel:
    """Load what a person named.

    Nothing but a detector's .pt file can run code when it is loaded: whoever calls this has asked
    whether it is trusted (`core.detectors.known_models.must_be_trusted`).

    Args:
        model: The name of a classification model of torchvision, whose published weights are
            downloaded once; `NAME=FILE`, with its weights in a file (a state_dict); a TorchScript
            file that takes pictures of 224 × 224; or a YOLO model as `DetectorConfig.model` has it.
        size: Width and height of the pictures to come, px.

    Raises:
        DetectorError: It cannot be found, downloaded or loaded.
    """
    path = Path(model).expanduser()
    name, _, file = model.partition("=")
    if path.is_file() and _is_torch_script(path):
        return _scripted(path)
    if path.exists() or model.startswith("yolo"):
        return _Backbone(model, size)
    if file and name in _names():
        return _with_weights(name, Path(file).expanduser())
    if model in _names():
        return _published(model)
    raise DetectorError(f"There is no model {model}", mend=_CHOOSE)


class _Backbone:
    """That of a YOLO model."""

    def __init__(self, model: str, size: tuple[int, int]) -> None:
        from core.detectors.ultralytics import UltralyticsDetector

        self._detector = UltralyticsDetector(DetectorConfig(model), size)
        self.source = f"{self._detector.info.model} backbone"
        self.batch_size = self._detector.batch_size

    def embed(self, pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> list[Seen]:
        seen = self._detector.embed(pictures, boxes)
        if not seen:
            raise DetectorError(f"{self.source} cannot be looked into", mend=_CHOOSE)
        return [*seen]


@dataclass(frozen=True, eq=False)
class _Classifier:
    """The last layer but one of a model that tells classes apart; it tells nothing of objects."""

    source: str
    network: Any
    """From (n, 3, edge, edge) to vectors (n, d), or to maps (n, d, h, w)."""
    edge: int = 224
    """Pictures are scaled to this square, px."""
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    batch_size: int = _BATCH

    def embed(self, pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> list[Seen]:
        import torch

        device = next((each.device for each in self.network.parameters()), torch.device("cpu"))
        ready = np.stack([self._ready(picture) for picture in pictures])
        try:
            with torch.inference_mode():
                found = self.network(torch.from_numpy(ready).to(device))
                if found.ndim == 4:
                    found = found.mean(dim=(2, 3))
                vectors: Vectors = found.flatten(1).cpu().numpy().astype(np.float16)
        except (RuntimeError, AttributeError, MemoryError) as error:
            raise DetectorError(
                f"{self.source} cannot look at pictures ({first_line(error)})", mend=_CHOOSE
            ) from error
        return [(vector, None) for vector in vectors]

    def _ready(self, picture: Picture) -> NDArray[np.float32]:
        import cv2

        # The whole picture, not its middle: a wide one is squeezed.
        small = cv2.resize(picture, (self.edge, self.edge), interpolation=cv2.INTER_AREA)
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        scaled = (small[:, :, ::-1] / np.float32(255) - mean) / std
        return np.ascontiguousarray(scaled.transpose(2, 0, 1))


def _published(name: str) -> EmbeddingModel:
    from torchvision.models import get_model_weights

    weights = get_model_weights(name).DEFAULT
    try:
        # Beside the other weights, not in torch's own folder.
        state = weights.get_state_dict(model_dir=str(models_dir()), progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise DetectorError(
            f"The weights of {name} are not on this computer and cannot be downloaded "
            f"({first_line(error)})",
            mend=f"connect to a network, or give a local file as {name}=FILE",
        ) from error
    return _classifier(name, name, state)


def _with_weights(name: str, file: Path) -> EmbeddingModel:
    import torch

    try:
        # Tensors alone: no code is run.
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        # A broken file can raise anything at all.
        raise DetectorError(
            f"The weights in {file} cannot be read ({first_line(error)})",
            mend="give one that torch.save(model.state_dict(), FILE) has written",
        ) from error
    return _classifier(name, f"{name} ({file.name})", state)


def _classifier(name: str, source: str, state: Any) -> EmbeddingModel:
    """A network of torchvision with these weights, up to the layer that names classes."""
    from torch import nn
    from torchvision.models import get_model, get_model_weights

    network = get_model(name, weights=None)
    last = [place for place, layer in network.named_modules() if isinstance(layer, nn.Linear)][-1:]
    for place in last:
        network.set_submodule(place, nn.Identity())
    # The layer that is gone may have had any number of classes.
    tensors = {
        key: tensor
        for key, tensor in (state.items() if isinstance(state, dict) else ())
        if key.rpartition(".")[0] not in last
    }
    try:
        network.load_state_dict(tensors)
    except (RuntimeError, TypeError) as error:
        raise DetectorError(
            f"{source} does not have the weights of {name} ({first_line(error)})",
            mend=f"give a state_dict of torchvision's {name}, or the name that it is of",
        ) from error
    how = get_model_weights(name).DEFAULT.transforms()
    return _Classifier(
        source, _placed(network.eval()), how.crop_size[0], tuple(how.mean), tuple(how.std)
    )


def _scripted(path: Path) -> EmbeddingModel:
    import torch

    try:
        network = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError) as error:
        raise DetectorError(
            f"{path.name} cannot be loaded ({first_line(error)})", mend="export it again"
        ) from error
    return _Classifier(path.stem, _placed(network.eval()))


def _placed(network: Any) -> Any:
    import torch

    return network.to("cuda:0" if torch.cuda.is_available() else "cpu")


def _names() -> set[str]:
    """Classification models of torchvision."""
    quiet_ultralytics()
    from torchvision import models

    return set(models.list_models(module=models))


def _is_torch_script(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())
