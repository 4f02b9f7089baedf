"""Boxes as Lightly takes them: [x, y, width, height] in px inside the picture, 1 px at least."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.boxes import Boxes
from core.detections import Detections
from core.prelabels import Decision, Prelabel, prelabels_of_frame

Prediction = dict[str, object]
"""A box in the file of its frame."""

_STEPS = 100
"""A pixel's parts to which boxes are rounded."""
_STRETCH = 1024
"""Frames whose boxes become objects at a time."""


def lightly_boxes(
    xyxy: Boxes, width: int, height: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Boxes cut to the picture, in steps of 0.01 px; thinner ones are widened to 1 px.

    Args:
        xyxy: (n, 4) corners in px of any value.
        width: Of the picture, px.
        height: Of the picture, px.

    Returns:
        (k, 4) x, y, width, height of those with a part inside, and (n,) which these are.
    """
    size = np.array([width, height], np.float64)
    low, high = (np.clip(corner.astype(np.float64), 0, size) for corner in np.hsplit(xyxy, 2))
    kept = np.asarray((low < high).all(axis=1))
    low, high = (np.rint(corner[kept] * _STEPS) + 0.0 for corner in (low, high))
    thin = high - low < _STEPS
    low = np.where(thin, np.clip((low + high - _STEPS) // 2, 0, _STEPS * (size - 1)), low)
    steps = np.where(thin, _STEPS, high - low)
    # The sum of two rounded numbers may pass the edge by its last bit.
    steps = steps - (low / _STEPS + steps / _STEPS > size)
    return np.hstack([low, steps]) / _STEPS, kept


def predictions_by_frame(
    detections: Detections,
    categories: Sequence[int],
    size: tuple[int, int],
    frame_count: int,
) -> Iterator[list[Prediction]]:
    """What the file of each frame says, for `frame_count` frames.

    Args:
        detections: Of the first frames or of all.
        categories: Category by class id.
        size: Width and height of the picture, px.
        frame_count: Frames of the video.
    """
    bbox, kept = lightly_boxes(detections.xyxy, *size)
    score = np.nan_to_num(np.clip(detections.score[kept].astype(np.float64), 0, 1)).round(6)
    category = np.array(categories, np.int64)[detections.class_id[kept]]
    offsets = np.concatenate([[0], np.cumsum(kept)])[detections.offsets]
    offsets = np.append(offsets, np.full(frame_count - detections.frame_count, len(bbox)))
    for start in range(0, frame_count, _STRETCH):
        bounds = offsets[start : start + _STRETCH + 1]
        rows = slice(bounds[0], bounds[-1])
        boxes = [
            {"category_id": id_, "bbox": box, "score": sure}
            for id_, box, sure in zip(
                category[rows].tolist(), bbox[rows].tolist(), score[rows].tolist(), strict=True
            )
        ]
        places = (bounds - bounds[0]).tolist()
        yield from (boxes[i:j] for i, j in pairwise(places))


def handed_over(
    detections: Detections, class_names: tuple[str, ...], decisions: Iterable[Decision]
) -> tuple[Detections, tuple[str, ...]] | None:
    """The prelabels of a video as detections and their class names, which begin with `class_names`.

    None if the decisions change nothing about the detector's boxes.
    """
    changed: dict[int, list[Prelabel]] = {}
    names = dict.fromkeys(class_names)
    for frame, here in _by_frame(decisions).items():
        boxes = prelabels_of_frame(frame, detections, class_names, here)
        if boxes != prelabels_of_frame(frame, detections, class_names, ()):
            changed[frame] = boxes
            names |= dict.fromkeys(box.class_name for box in boxes)
    if not changed:
        return None
    class_of = {name: i for i, name in enumerate(names)}
    return _replaced(detections, changed, class_of), tuple(names)


def _replaced(
    detections: Detections, changed: Mapping[int, list[Prelabel]], class_of: Mapping[str, int]
) -> Detections:
    """The detections with the boxes of some frames in place of those that were there."""
    frame = detections.frame
    kept = ~np.isin(frame, list(changed))
    boxes = [box for frame in sorted(changed) for box in changed[frame]]
    frame = np.concatenate([frame[kept], np.array([box.frame for box in boxes], np.int64)])
    rows = np.argsort(frame, kind="stable")
    xyxy = np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4)
    score = np.array([box.score for box in boxes], np.float32)
    class_id = np.array([class_of[box.class_name] for box in boxes], np.int16)
    frame_count = max(detections.frame_count, *(f + 1 for f in changed))
    counts = np.bincount(frame, minlength=frame_count)
    return Detections(
        np.concatenate([detections.xyxy[kept], xyxy])[rows],
        np.concatenate([detections.score[kept], score])[rows],
        np.concatenate([detections.class_id[kept], class_id])[rows],
        np.concatenate([[0], np.cumsum(counts)]),
    )


def _by_frame(decisions: Iterable[Decision]) -> Mapping[int, list[Decision]]:
    grouped: defaultdict[int, list[Decision]] = defaultdict(list)
    for decision in decisions:
        grouped[decision.box.frame].append(decision)
    return grouped
