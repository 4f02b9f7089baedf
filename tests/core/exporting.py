"""Sources of exports for tests, built by hand, without a project or a video."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from core.assertions.assess import assess
from core.assertions.thresholds import Thresholds
from core.detections import Detections, from_frames
from core.export.plan import ExportPlan, ExportSource
from core.frames import FrameIndex
from core.prelabels import Decision
from core.project import Selection
from tests.core.making import NAMES, Row, frame_of

WIDTH, HEIGHT = 160, 96


def index_of(count: int, rate: int = 25) -> FrameIndex:
    """Frames at a steady rate."""
    return FrameIndex(np.arange(count), np.arange(count) % 12 == 0, Fraction(1, rate))


def source_with(
    rows: Mapping[int, Sequence[Row]] | Detections,
    *,
    path: str = "clips/drive.mp4",
    count: int = 12,
    rate: int = 25,
    decisions: Sequence[Decision] = (),
    selected: Sequence[int] | None = None,
    class_names: tuple[str, ...] = NAMES,
) -> ExportSource:
    """A source whose run saw these boxes."""
    if not isinstance(rows, Detections):
        rows = from_frames([frame_of(rows.get(i, [])) for i in range(count)])
    index = index_of(count, rate)
    return ExportSource(
        Path(path), index, WIDTH, HEIGHT, "run-1", "paper.pt", rows, class_names,
        tuple(decisions),
        assess(rows, class_names, (WIDTH, HEIGHT), index.timestamps()),
        Thresholds(),
        Selection("chosen", "flickerscope", tuple(selected)) if selected is not None else None,
    )  # fmt: skip


def empty_source(path: str = "clips/drive.mp4", count: int = 12, rate: int = 25) -> ExportSource:
    """A source whose run saw nothing."""
    return source_with({}, path=path, count=count, rate=rate)


def frames_in(
    plan: ExportPlan, wanted: Callable[[str, bool], bool] = lambda split, context: True
) -> list[int]:
    """The frames of a plan of one video for which `wanted` (split, context) is true."""
    return [f.frame for f in plan.labeled.frames if wanted(f.split, f.context)]
