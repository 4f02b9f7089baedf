"""A layer of a YOLO model's backbone, taken on its way into the neck.

The neck begins by enlarging the backbone's last layer and joining it with the one before, whose
cells are mostly 16 pixels of the network's input. It is that one: so the first enlargement in a
network leads to it, in every form of a model, whatever its layers are called. The last layer, of
larger cells, tells scenes apart less well (docs/selection.md has the figures).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.boxes import Boxes

Vectors = NDArray[np.float16]

_ACCURACY = 1e-6
"""Of the edges of cells: rounding must not add a cell at the far edge of a box."""


@dataclass(frozen=True, eq=False)
class Raw:
    """What a network said of a batch."""

    output: Any
    """As ultralytics has it."""
    layer: Any
    """(n, d, h, w) that layer of the backbone, a torch tensor on the network's device; None where
    the backbone is not known."""


def split(outputs: list[Any], count: int) -> Raw:
    """What a network with `count` outputs of its own said, and the layer if it came after them."""
    own, tapped = outputs[:count], outputs[count:]
    return Raw(own[0] if len(own) == 1 else own, tapped[0] if tapped else None)


class TorchTap:
    """Notes the layer of a torch network while it runs, for each thread on its own.

    Args:
        network: A model of ultralytics, in its final form.
    """

    def __init__(self, network: Any) -> None:
        self._own = threading.local()
        place = _place(network)
        if place is not None:
            network.model[place].register_forward_hook(self._note)

    def run(self, network: Callable[[Any], Any], prepared: Any) -> Raw:
        """Run the network."""
        self._own.found = None
        return Raw(network(prepared), self._own.found)

    def _note(self, layer: Any, given: Any, output: Any) -> None:
        self._own.found = output


def _place(network: Any) -> int | None:
    """The layer's place in the network; None in a network of another build."""
    layers = list(getattr(network, "model", ()))
    plain = takewhile(lambda layer: type(layer).__name__ != "Upsample", layers)
    first = sum(1 for _ in plain)
    if first + 1 >= len(layers) or layers[first].f != -1:
        return None
    joined = layers[first + 1].f
    earlier = [place for place in joined if place >= 0] if isinstance(joined, list) else []
    return earlier[0] if len(earlier) == 1 else None


def tap_openvino(model: Any) -> bool:
    """Make the layer an output of an OpenVINO model, the last one; False if there is none."""
    for operation in model.get_ordered_ops():
        if operation.get_type_name() != "Interpolate":
            continue
        before = after = operation
        while after.get_type_name() != "Concat":
            # In a quantised model the values are rounded before they are joined.
            readers = list(after.output(0).get_target_inputs())
            if len(readers) != 1:
                return False
            before, after = after, readers[0].get_node()
        name = before.get_friendly_name()
        joined = after.input_values()
        others = [value for value in joined if value.get_node().get_friendly_name() != name]
        if len(others) != 1:
            return False
        model.add_outputs([others[0]])
        return True
    return False


class OnnxTap:
    """ultralytics' own ONNX session, with the layer as its last output.

    Args:
        backend: ultralytics' backend of the model, whose session is replaced.
        path: The model's file, which stays as it is.
    """

    def __init__(self, backend: Any, path: Path) -> None:
        import onnxruntime

        self._count = len(backend.output_names)
        tapped = None if backend.use_io_binding else _tapped_onnx(path)
        if tapped is not None:
            providers = backend.session.get_providers()
            backend.session = onnxruntime.InferenceSession(tapped, providers=providers)
            backend.output_names = [output.name for output in backend.session.get_outputs()]

    def run(self, network: Callable[[Any], Any], prepared: Any) -> Raw:
        """Run the network."""
        said = network(prepared)
        return split(said if isinstance(said, list) else [said], self._count)


def _tapped_onnx(path: Path) -> bytes | None:
    """An ONNX model with the layer as its last output; None where that cannot be made."""
    try:
        import onnx
    except ImportError:
        return None
    model = onnx.load(str(path))
    nodes = model.graph.node
    enlarged = next((node for node in nodes if node.op_type in ("Resize", "Upsample")), None)
    if enlarged is None:
        return None
    joins = [node for node in nodes if enlarged.output[0] in node.input]
    if len(joins) != 1 or joins[0].op_type != "Concat":
        return None
    others = [name for name in joins[0].input if name != enlarged.output[0]]
    if len(others) != 1:
        return None
    model.graph.output.append(onnx.ValueInfoProto(name=others[0]))
    return bytes(model.SerializeToString())


def pooled(
    layer: Any, boxes: Boxes, size: tuple[int, int], network: tuple[int, int]
) -> tuple[Vectors, Vectors]:
    """What a picture and its objects look like.

    Args:
        layer: (d, h, w) the backbone's layer, a torch tensor.
        boxes: (n, 4) objects, xyxy px of the picture.
        size: Height and width of the picture, px.
        network: Height and width of the network's input, px.

    Returns:
        (d,) mean over the cells that show the picture, letterbox padding left out, and (n, d) mean
        over the cells that each box touches.
    """
    scale = min(network[0] / size[0], network[1] / size[1])
    # As ultralytics' LetterBox has it.
    left = round((network[1] - round(size[1] * scale)) / 2 - 0.1)
    top = round((network[0] - round(size[0] * scale)) / 2 - 0.1)
    offset = np.array([left, top, left, top])
    whole = np.array([[0, 0, size[1], size[0]]], np.float64)
    means = _means(layer, np.concatenate([whole, boxes]) * scale + offset, network)
    return means[0], means[1:]


def _means(layer: Any, boxes: NDArray[np.float64], network: tuple[int, int]) -> Vectors:
    """(n, channels) mean over the cells that each box touches, at least one."""
    import torch

    _, height, width = layer.shape
    across = _shares(boxes[:, 0::2] * (width / network[1]), width)
    down = _shares(boxes[:, 1::2] * (height / network[0]), height)
    cells = (down[:, :, None] * across[:, None, :]).reshape(len(boxes), height * width)
    means = torch.from_numpy(cells).to(layer.device) @ layer.float().flatten(1).T
    found: Vectors = means.cpu().numpy().astype(np.float16)
    return found


def _shares(spans: NDArray[np.float64], count: int) -> NDArray[np.float32]:
    """(n, count) what each cell counts for the mean along one axis.

    Args:
        spans: (n, 2) where boxes begin and end, in cells.
        count: Cells along the axis.
    """
    first = np.clip(np.floor(spans[:, 0] + _ACCURACY), 0, count - 1)
    last = np.clip(np.ceil(spans[:, 1] - _ACCURACY), first + 1, count)
    place = np.arange(count)
    covered = (place >= first[:, None]) & (place < last[:, None])
    shares: NDArray[np.float32] = np.divide(
        covered, covered.sum(axis=1, keepdims=True), dtype=np.float32
    )
    return shares
