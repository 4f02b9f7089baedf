"""Write the chosen frames and their prelabels into a new folder, as a whole or not at all."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.boxes import clip
from core.detections import Detections
from core.errors import Cancelled, ExportError
from core.export.base import IMAGES, ExportVideo, Labeled, LabeledFrame
from core.export.png import encode_png
from core.export.registry import formats
from core.lightly.names import frame_name
from core.paths import new_folder
from core.prelabels import Decision, Prelabel, prelabels_of_frame
from core.video.reader import VideoReader


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
        format_name: A key of `core.export.registry.formats`.
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
                folder, reader, frames, detections, class_names, decisions,
                on_progress, cancelled,
            )  # fmt: skip
            video = ExportVideo(
                reader.path.stem, reader.path, reader.info.width, reader.info.height,
                reader.index, "", "",
            )  # fmt: skip
            names = _all_names(class_names, decisions)
            whole = Labeled((video,), tuple(labeled), names, "frames")
            formats()[format_name].write(folder, whole)
    except OSError as error:
        raise ExportError(
            f"The folder {out} cannot be written ({error.strerror or error})",
            mend="choose a new folder, or free some disk space",
        ) from error
    prelabels = sum(len(item.prelabels) for item in labeled)
    return ExportResult(out, len(labeled), prelabels)


def _write_frames(
    folder: Path,
    reader: VideoReader,
    frames: Sequence[int],
    detections: Detections,
    class_names: tuple[str, ...],
    decisions: Sequence[Decision],
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> list[LabeledFrame]:
    (folder / IMAGES).mkdir()
    labeled: list[LabeledFrame] = []
    by_frame = _by_frame(decisions)
    for done, (frame, picture) in enumerate(reader.pictures(frames), start=1):
        prelabels = _label(reader, frame, detections, class_names, by_frame[frame])
        path = f"{IMAGES}/{frame_name(reader.path, frame, len(reader))}"
        item = LabeledFrame(0, frame, done - 1, path, prelabels)
        (folder / path).write_bytes(encode_png(picture))
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
) -> tuple[Prelabel, ...]:
    width, height = reader.info.width, reader.info.height
    boxes = prelabels_of_frame(frame, detections, class_names, decisions)
    return tuple(box for box in _inside(boxes, width, height) if _has_area(box))


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
