"""Movies of a project, without a window, as the command line makes them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.assertions.imputed import Xyxy, name_of
from core.errors import ExportError
from core.export.clips import frames_around, write_clip
from core.export.labels import Labeler, with_open_accepted
from core.export.movies import BoxesOf, render_video
from core.export.plan import ExportSource
from core.export.request import ExportRequest
from core.export.scopes import expect_some
from core.frames import FrameRange
from core.headless import Report, Summary, source_in
from core.video.reader import VideoReader


def render_project(
    folder: Path, out: Path, frames: FrameRange | None, report: Report, *, overwrite: bool = False
) -> Summary:
    """Write a project's video with its boxes drawn in, those that are still to do included.

    Args:
        folder: The project.
        out: An `.mp4` file.
        frames: Which, None for all.
        report: Told frames done.
        overwrite: Whether `out` may be there already.

    Raises:
        UserError: See `core.errors`.
    """
    source = source_in(folder, report)
    whole = FrameRange(0, len(source.index))
    if frames is not None and frames.stop > len(whole):
        raise ExportError(
            f"The range {frames.start}:{frames.stop} ends after the video, which has "
            f"{len(whole)} frames",
            mend=f"let it end at {len(whole)}",
        )
    wanted = frames or whole
    with VideoReader(source.path, source.index) as reader:
        render_video(
            reader,
            boxes_of(source, wanted),
            out,
            wanted,
            class_names=source.class_names,
            overwrite=overwrite,
            on_progress=lambda done, total: report("Drawing", done, total),
        )
    return {"file": str(out), "frames": len(wanted), "bytes": out.stat().st_size}


def clip_of_violation(
    folder: Path, frame: int, out: Path, report: Report, *, overwrite: bool = False
) -> Summary:
    """Write a looping clip of a violation: the likeliest one with a box in a frame, or around it.

    Args:
        folder: The project.
        frame: One of the violation's.
        out: A `.gif` or `.mp4` file.
        report: Told frames done.
        overwrite: Whether `out` may be there already.

    Raises:
        UserError: See `core.errors`; nothing is violated there.
    """
    source = source_in(folder, report)
    gap, title, focus = _violation(source, frame)
    with VideoReader(source.path, source.index) as reader:
        write_clip(
            reader,
            boxes_of(source, frames_around(source.index, gap)),
            out,
            gap,
            title=title,
            focus=focus,
            class_names=source.class_names,
            overwrite=overwrite,
            on_progress=lambda done, total: report("Drawing", done, total),
        )
    return {
        "file": str(out),
        "violation": title,
        "frames": [gap.start, gap.stop],
        "bytes": out.stat().st_size,
    }


def boxes_of(
    source: ExportSource, frames: FrameRange, min_score: float = ExportRequest().min_score
) -> BoxesOf:
    """What is drawn into frames: what is handed over, and what waits for a decision.

    Args:
        source: The project.
        frames: Others have no box.
        min_score: Of the model's own boxes.
    """
    wanted = range(frames.start, frames.stop)
    label = Labeler(
        with_open_accepted(source),
        min_score,
        {name: name for name in _class_names(source)},
    )
    known = dict(zip(wanted, label(wanted), strict=True))
    return lambda frame: known.get(frame, ())


def _class_names(source: ExportSource) -> Sequence[str]:
    return (*source.class_names, *(decision.class_name for decision in source.decisions))


def _violation(source: ExportSource, frame: int) -> tuple[FrameRange, str, Xyxy]:
    """The frames of the likeliest violation in a frame, what it is, and where."""
    if frame >= len(source.index):
        raise ExportError(
            f"There is no frame {frame}", mend=f"the last one is {len(source.index) - 1}"
        )
    columns = source.shown.columns
    there = np.flatnonzero((columns.start <= frame) & (frame < columns.stop))
    if not len(there):
        flagged = source.shown.flagged
        if not len(flagged):
            expect_some([], "flagged")
        nearest = flagged[np.abs(flagged - frame).argmin()]
        raise ExportError(
            f"Nothing is violated in frame {frame}",
            mend=f"take frame {nearest}, the nearest flagged one",
        )
    best = there[np.argmax(columns.plausibility[there] + (columns.frame[there] == frame))]
    its = columns.violation == columns.violation[best]
    start, stop = int(columns.start[best]), int(columns.stop[best])
    if not columns.doubted[best]:
        # Of a gap, the limits may leave only some frames in which the object must be seen.
        start, stop = int(columns.frame[its].min()), int(columns.frame[its].max()) + 1
    x0, y0 = columns.xyxy[its, :2].min(axis=0).tolist()
    x1, y1 = columns.xyxy[its, 2:].max(axis=0).tolist()
    name = name_of(columns.class_names, int(columns.class_id[best]))
    title = " · ".join(filter(None, [name, columns.kinds[columns.kind[best]]]))
    return FrameRange(start, stop), title, (x0, y0, x1, y1)
