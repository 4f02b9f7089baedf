"""How sure a YOLO model is of the class of each box."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def uncertainties(
    classes: int, output: Any, kept: Sequence[Any]
) -> list[NDArray[np.float32] | None]:
    """Margin and entropy of the boxes that were kept of each picture; see `class_uncertainty`.

    Args:
        classes: How many the model knows.
        output: Of the network: (pictures, 4 + classes + ..., boxes) tensor, perhaps with others.
        kept: For each picture the numbers of the boxes that were kept.

    Returns:
        For each picture (kept, 2), or None of a network that names one class for each box.
    """
    while isinstance(output, (list, tuple)):
        output = output[0]
    if output.shape[-1] == 6 or output.shape[1] < 4 + classes:
        return [None] * len(kept)
    return [
        class_uncertainty(picture[4 : 4 + classes, rows.long().flatten()].T.float().cpu().numpy())
        for picture, rows in zip(output, kept, strict=True)
    ]


def class_uncertainty(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 2) margin and entropy of scores (n, classes) that are made to sum to 1.

    The margin is 1 less the gap between the two likeliest classes; the entropy is a share of that
    of classes that are all alike. Both are 0 for one class alone.
    """
    count, classes = scores.shape
    if classes < 2:
        return np.zeros((count, 2), np.float32)
    shares = scores / scores.sum(axis=1, keepdims=True).clip(np.finfo(np.float32).tiny)
    second, first = np.partition(shares, classes - 2, axis=1)[:, -2:].T
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = -(shares * logs).sum(axis=1) / np.log2(classes)
    return np.stack([1 - (first - second), entropy], axis=1).astype(np.float32)
