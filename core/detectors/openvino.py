"""OpenVINO on the processor, several pictures at a time.

ultralytics runs one picture at a time on all cores, which then wait for one another at every layer.
One request a thread and as many streams as requests keep the cores busy. (Requests of one's own and
not `AsyncInferQueue`, which can hang: ultralytics issue 25923.)
"""

import threading
from pathlib import Path
from typing import Any

from core.detectors.machine import usable_cores
from core.detectors.taps import Raw, split, tap_openvino


class OpenVinoStreams:
    """A model with a fixed input shape, compiled for throughput at full precision.

    Args:
        folder: An OpenVINO model.
    """

    def __init__(self, folder: Path) -> None:
        import openvino

        core = openvino.Core()
        model = core.read_model(next(folder.glob("*.xml")))
        self._count = len(model.outputs)
        tap_openvino(model)
        self._compiled = core.compile_model(
            model,
            "CPU",
            {
                "PERFORMANCE_HINT": "THROUGHPUT",
                "INFERENCE_NUM_THREADS": usable_cores(),
                "INFERENCE_PRECISION_HINT": "f32",
            },
        )
        self._own = threading.local()
        self.count = int(self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        """How many threads may call at a time."""

    def __call__(self, tensor: Any) -> Raw:
        """Run the network on a torch tensor (n, 3, height, width)."""
        import torch

        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        arrays = self._own.request.infer([tensor.numpy()], share_inputs=True).values()
        return split([torch.from_numpy(array) for array in arrays], self._count)
