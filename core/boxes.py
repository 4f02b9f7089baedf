"""Box arithmetic: axis-aligned boxes as (x0, y0, x1, y1) in pixels, origin top left."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[Any]
"""(n, 4) boxes, xyxy in pixels, of any real dtype."""


def area(boxes: Boxes) -> NDArray[np.float64]:
    """(n,) areas in square pixels; 0 for boxes turned inside out."""
    size = np.clip(boxes[:, 2:].astype(np.float64) - boxes[:, :2], 0, None)
    return np.asarray(size[:, 0] * size[:, 1])


def paired_iou(left: Boxes, right: Boxes) -> NDArray[np.float64]:
    """(n,) intersection over union of `left[i]` with `right[i]`; 0 where both are empty."""
    a, b = left.astype(np.float64, copy=False), right.astype(np.float64, copy=False)
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    intersection = np.clip(width, 0, None) * np.clip(height, 0, None)
    union = area(a) + area(b) - intersection
    iou: NDArray[np.float64] = np.zeros_like(union)
    np.divide(intersection, union, out=iou, where=union > 0)
    return iou


def iou_matrix(left: Boxes, right: Boxes) -> NDArray[np.float64]:
    """(n, m) intersection over union of every box of `left` with every box of `right`."""
    n, m = len(left), len(right)
    rows, columns = np.divmod(np.arange(n * m), max(m, 1))
    return paired_iou(left[rows], right[columns]).reshape(n, m)


def clip(boxes: Boxes, width: int, height: int) -> Boxes:
    """The boxes cut to a picture of `width` x `height` pixels."""
    return np.clip(boxes, 0, np.array([width, height, width, height], boxes.dtype))


def truncated_xyxy(boxes: Boxes) -> NDArray[np.int64]:
    """Integer boxes as Lightly's format has them: x, y, w and h each truncated toward zero.

    Note that `x1` becomes `trunc(x0) + trunc(x1 - x0)`, not `trunc(x1)`.
    """
    exact = boxes.astype(np.float64)
    corner = np.trunc(exact[:, :2])
    return np.hstack([corner, corner + np.trunc(exact[:, 2:] - exact[:, :2])]).astype(np.int64)
