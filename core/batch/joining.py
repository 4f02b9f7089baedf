"""Whether parts belong together, and the detections and embeddings that they make."""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.batch.part_file import PartFile, PartHead, asked
from core.detections import Detections
from core.detectors.base import DetectorConfig, DetectorInfo
from core.embeddings.store import Widths, remove_embeddings, write_embeddings
from core.errors import ChangedDetectorError, ProjectError
from core.frames import FrameRange
from core.planning import means

_ITEM = np.dtype(np.float16).itemsize


def check_complete(heads: Sequence[PartHead], config: DetectorConfig, count: int) -> None:
    """Make sure that parts are of a run, and follow each other from its first frame to its end.

    Args:
        heads: Of the parts, in order.
        config: What was asked for.
        count: Frames of the video.

    Raises:
        ProjectError: They do not.
    """
    stop = config.sampling.end(count)
    found = [head.frames for head in heads]
    ends = [frames.stop for frames in found]
    if [frames.start for frames in found] != [0, *ends[:-1]] or ends[-1:] != [stop]:
        said = ", ".join(f"{frames.start}-{frames.stop}" for frames in found) or "none"
        raise ProjectError(
            f"The parts do not cover frames 0-{stop} one after the other ({said})",
            mend="detect those that are missing",
        )
    for head in heads:
        if head.asked != asked(config):
            raise ProjectError(
                f"Frames {_said(head.frames)} were detected with other settings",
                mend="detect them again",
            )


def check_same_detector(info: DetectorInfo, heads: Sequence[PartHead]) -> None:
    """Make sure that parts were made with the weights, libraries and means of a run.

    Raises:
        ChangedDetectorError: One was not.
    """
    for head in heads:
        if means(head.info) != means(info):
            raise changed(head.frames, head.info)


def changed(frames: FrameRange, info: DetectorInfo) -> ChangedDetectorError:
    """The error that says that some frames were detected with other weights or means."""
    return ChangedDetectorError(
        f"Frames {_said(frames)} were detected with another {info.model} than the others "
        f"({info.version}, {info.backend}, {info.precision}, weights {info.sha256[:8]})",
        mend="give all workers the same packages and devices, and detect all parts again",
    )


def joined_detections(parts: Sequence[PartFile]) -> Detections:
    """The detections of parts that follow each other, as one pass would have seen them.

    Raises:
        ProjectError: A part is damaged.
    """
    offsets = [part.offsets for part in parts]
    firsts = np.cumsum([0, *(own[-1] for own in offsets[:-1])])
    moved = [own[1:] + first for own, first in zip(offsets, firsts, strict=True)]
    return Detections(
        _joined(parts, "xyxy"),
        _joined(parts, "score"),
        _joined(parts, "class_id"),
        np.concatenate([offsets[0][:1], *moved]),
        _joined(parts, "moved"),
        _joined(parts, "cut"),
        _uncertainty(parts, [int(own[-1]) for own in offsets]),
    )


def write_joined_embeddings(
    run_file: Path, parts: Sequence[PartFile], detections: Detections, source: str
) -> None:
    """Write the embeddings of parts as one pass would have, or remove others if they have none.

    Args:
        run_file: The run's detections.
        parts: In order.
        detections: What they hold together.
        source: What made the embeddings.

    Raises:
        ProjectError: A part is damaged, or the folder cannot be written.
    """
    widths = next((part.widths for part in parts if part.widths is not None), None)
    if widths is None:
        remove_embeddings(run_file)
        return
    first, boxes = 0, []
    for part in parts:
        last = first + len(part.head.frames)
        boxes.append(int(detections.offsets[last] - detections.offsets[first]))
        first = last
    frames = (_frame_rows(part, widths) for part in parts)
    objects = (_object_rows(part, widths, count) for part, count in zip(parts, boxes, strict=True))
    write_embeddings(
        run_file, widths, source, chain.from_iterable(frames), chain.from_iterable(objects)
    )


def _joined(parts: Sequence[PartFile], name: str) -> NDArray[Any]:
    return np.concatenate([part.column(name) for part in parts])


def _uncertainty(parts: Sequence[PartFile], boxes: Sequence[int]) -> NDArray[np.float32] | None:
    """None where no part has it; NaN for those without."""
    told = [part.optional("uncertainty") for part in parts]
    if all(column is None for column in told):
        return None
    unknown = np.float32(np.nan)
    return np.concatenate(
        [
            np.full((count, 2), unknown) if column is None else column
            for column, count in zip(told, boxes, strict=True)
        ]
    )


def _frame_rows(part: PartFile, widths: Widths) -> Iterable[bytes]:
    """The vectors of its frames; zeros where nobody looked, or where they do not fit."""
    if part.widths is not None and part.widths.frames == widths.frames:
        return part.frame_rows()
    return repeat(bytes(widths.frames * _ITEM), len(part.head.frames))


def _object_rows(part: PartFile, widths: Widths, boxes: int) -> Iterable[bytes]:
    if part.widths is not None and part.widths.objects == widths.objects:
        return part.object_rows()
    return repeat(bytes((widths.objects or 0) * _ITEM), boxes)


def _said(frames: FrameRange) -> str:
    return f"{frames.start:,}-{frames.stop - 1:,}"
