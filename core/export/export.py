"""Write the chosen frames and their prelabels into a new folder, as a whole or not at all."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.boxes import clip
from core.detections import Detections
from core.errors import Cancelled, ExportError
from core.export.base import IMAGES, FormatWriter, LabeledFrame
from core.export.coco import write_coco
from core.export.png import encode_png
from core.export.yolo import write_yolo
from core.lightly.names import frame_name
from core.paths import new_folder
from core.prelabels import Decision, Prelabel, prelabels_of_frame
from core.video.picture import Picture
from core.video.reader import VideoReader

FORMATS: Mapping[str, FormatWriter] = {"coco": write_coco, "yolo": write_yolo}


@dataclass(frozen=True)
class ExportResult:
    """What was written."""

    folder: Path
    frames: int
    prelabels: int


def export(
    reader: VideoReader,
    frames: Sequence[int],
    detections: Detections,
    class_names: tuple[str, ...],
    decisions: Sequence[Decision],
    format_name: str,
    out: Path,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportResult:
    """Export frames as PNG with prelabels.

    Args:
        reader: The video.
        frames: Frames to export, ascending.
        detections: The run's boxes.
        class_names: Classes by id.
        decisions: A person's decisions; the accepted boxes become prelabels.
        format_name: A key of `FORMATS`.
        out: A folder that does not exist yet, or is empty; it appears when all is written.
        on_progress: Told frames done and frames in all.
        cancelled: Asked after each frame.

    Raises:
        ExportError: The folder is not empty or cannot be written, or there is nothing to export.
        Cancelled: `cancelled` said so; nothing is left behind.
    """
    if not frames:
        raise ExportError("There is no frame to export", mend="choose other frames, or all of them")
    out = out.resolve()  # the folder may be the current one, which is about to be replaced
    try:
        with new_folder(out) as folder:
            labeled = _write_frames(
                folder / IMAGES, reader, frames, detections, class_names, decisions,
                on_progress, cancelled,
            )  # fmt: skip
            FORMATS[format_name](folder, labeled, _all_names(class_names, decisions))
    except OSError as error:
        raise ExportError(
            f"The folder {out} cannot be written ({error.strerror or error})",
            mend="choose a new folder, or free some disk space",
        ) from error
    prelabels = sum(len(item.prelabels) for item in labeled)
    return ExportResult(out, len(labeled), prelabels)


def _write_frames(
    images: Path,
    reader: VideoReader,
    frames: Sequence[int],
    detections: Detections,
    class_names: tuple[str, ...],
    decisions: Sequence[Decision],
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> list[LabeledFrame]:
    images.mkdir()
    labeled = []
    by_frame = _by_frame(decisions)
    for done, (frame, picture) in enumerate(_pictures(reader, frames), start=1):
        item = _label(reader, frame, detections, class_names, by_frame[frame])
        (images / item.file_name).write_bytes(encode_png(picture))
        labeled.append(item)
        on_progress(done, len(frames))
        if cancelled():
            raise Cancelled
    return labeled


def _label(
    reader: VideoReader,
    frame: int,
    detections: Detections,
    class_names: tuple[str, ...],
    decisions: Sequence[Decision],
) -> LabeledFrame:
    width, height = reader.info.width, reader.info.height
    boxes = prelabels_of_frame(frame, detections, class_names, decisions)
    return LabeledFrame(
        frame,
        frame_name(reader.path, frame, len(reader)),
        width,
        height,
        tuple(box for box in _inside(boxes, width, height) if _has_area(box)),
    )


def _inside(prelabels: list[Prelabel], width: int, height: int) -> list[Prelabel]:
    corners = np.array([p.xyxy for p in prelabels], np.float64).reshape(-1, 4)
    clipped: NDArray[np.float64] = clip(corners, width, height)
    return [
        replace(prelabel, xyxy=tuple(xyxy))
        for prelabel, xyxy in zip(prelabels, clipped.tolist(), strict=True)
    ]


def _has_area(prelabel: Prelabel) -> bool:
    x0, y0, x1, y1 = prelabel.xyxy
    return x1 > x0 and y1 > y0


def _all_names(class_names: tuple[str, ...], decisions: Sequence[Decision]) -> tuple[str, ...]:
    """The run's classes, then those that only decisions about an earlier run use."""
    return tuple(dict.fromkeys([*class_names, *(d.class_name for d in decisions if d.gives_box)]))


def _by_frame(decisions: Sequence[Decision]) -> defaultdict[int, list[Decision]]:
    grouped: defaultdict[int, list[Decision]] = defaultdict(list)
    for decision in decisions:
        grouped[decision.box.frame].append(decision)
    return grouped


def _pictures(reader: VideoReader, frames: Sequence[int]) -> Iterator[tuple[int, Picture]]:
    """The frames in order; neighbours are decoded in one go."""
    for _, run in groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0]):
        stretch = [frame for _, frame in run]
        yield from reader.frames_in_range(stretch[0], stretch[-1] + 1)
